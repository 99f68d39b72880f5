#include "fs/mount/nodes/inode.h"

#include "validate/digest.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/stat.h>

enum {
	VERSION = 2,
	NAME_UNIT = 16,	      /* names get room in these steps */
	NAME_AVERAGE = 64,    /* bytes of name memory per node */
	FIRST_BUCKETS = 1024, /* a power of two, as all that follow */
};
static const char magic[8] = "cfgnode";

/* The shared memory: this header, the entries, the names. */
struct header {
	char magic[8];
	uint32_t version;
	uint32_t capacity;	       /* entries; the first is not used */
	_Atomic uint32_t entries_used; /* all below were used at some time */
	_Atomic uint64_t names_used;
};

/* A freed entry keeps its room for a name: it is reused with the entry. */
struct entry {
	_Atomic uint32_t kind; /* enum inode_kind; written last */
	uint32_t parent;
	uint32_t generation;
	uint32_t children;
	uint64_t name; /* offset in the names */
	uint16_t name_size;
	uint16_t name_room;
	uint32_t is_superseded; /* the next look-up gets another node */
	uint64_t lookups;
	struct inode_identity identity;
};

struct inodes {
	int fd;
	size_t bytes;
	struct header *header;
	struct entry *entries;
	char *names;
	uint64_t name_bytes;
	pthread_mutex_t lock;
	uint32_t *next;	       /* by lock: in a bucket or in the free list */
	uint32_t *buckets;     /* by lock */
	uint32_t bucket_count; /* by lock */
	uint32_t count;	       /* by lock: in use */
	uint32_t free;	       /* by lock: first of the free list, or 0 */
};

static size_t names_at(uint32_t capacity)
{
	const size_t end =
		sizeof(struct header) + (size_t)capacity * sizeof(struct entry);

	return (end + NAME_UNIT - 1) / NAME_UNIT * NAME_UNIT;
}

static size_t table_bytes(uint32_t capacity)
{
	return names_at(capacity) + (size_t)capacity * NAME_AVERAGE +
	       INODE_NAME_MAX + 1;
}

/* Memory that costs nothing until it is touched. */
static void *reserve(size_t bytes, int flags, int fd)
{
	void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
			    flags | MAP_NORESERVE, fd, 0);

	return memory == MAP_FAILED ? NULL : memory;
}

static struct span name_of(const struct inodes *inodes, uint32_t id)
{
	const struct entry *entry = &inodes->entries[id];

	return (struct span){inodes->names + entry->name, entry->name_size};
}

static enum inode_kind kind_of(const struct inodes *inodes, uint64_t id)
{
	if (id == 0 || id >= inodes->header->entries_used)
		return INODE_FREE;
	return (enum inode_kind)atomic_load_explicit(&inodes->entries[id].kind,
						     memory_order_acquire);
}

bool inode_identity_equal(const struct inode_identity *a,
			  const struct inode_identity *b)
{
	return a->ino == b->ino && a->dev == b->dev &&
	       a->btime_ns == b->btime_ns && a->version == b->version;
}

/* The index: lasting nodes by parent and name; several files may have had it.
 */
static uint32_t *bucket_locked(struct inodes *inodes, uint64_t parent,
			       struct span name)
{
	const uint64_t hash =
		digest_checksum(name) ^ (parent * UINT64_C(0x9e3779b97f4a7c15));
	const uint32_t mixed = (uint32_t)(hash ^ (hash >> 32));

	return &inodes->buckets[mixed & (inodes->bucket_count - 1)];
}

static void link_locked(struct inodes *inodes, uint32_t id)
{
	uint32_t *bucket = bucket_locked(inodes, inodes->entries[id].parent,
					 name_of(inodes, id));

	inodes->next[id] = *bucket;
	*bucket = id;
}

static void unlink_locked(struct inodes *inodes, uint32_t id)
{
	uint32_t *at = bucket_locked(inodes, inodes->entries[id].parent,
				     name_of(inodes, id));

	while (*at && *at != id)
		at = &inodes->next[*at];
	if (*at)
		*at = inodes->next[id];
}

static void link_all_locked(struct inodes *inodes)
{
	for (uint32_t id = INODE_ROOT + 1; id < inodes->header->entries_used;
	     id++)
		if (inode_is_lasting(kind_of(inodes, id)))
			link_locked(inodes, id);
}

/* Without memory for a larger one the index only gets slower. True: all nodes
 * were linked anew. */
static bool grow_index_locked(struct inodes *inodes)
{
	uint32_t wanted = inodes->bucket_count;

	while (wanted <= inodes->count)
		wanted *= 2;
	if (wanted == inodes->bucket_count)
		return false;

	uint32_t *buckets = calloc(wanted, sizeof(*buckets));

	if (!buckets)
		return false;
	free(inodes->buckets);
	inodes->buckets = buckets;
	inodes->bucket_count = wanted;
	link_all_locked(inodes);
	return true;
}

static void free_entry_locked(struct inodes *inodes, uint32_t id)
{
	inodes->next[id] = inodes->free;
	inodes->free = id;
}

/* Make what is local from what is shared. */
static void rebuild_locked(struct inodes *inodes)
{
	const uint32_t used = inodes->header->entries_used;

	for (uint32_t id = INODE_ROOT; id < used; id++)
		inodes->entries[id].children = 0;
	for (uint32_t id = INODE_ROOT; id < used; id++) {
		const enum inode_kind kind = kind_of(inodes, id);

		if (kind == INODE_FREE) {
			free_entry_locked(inodes, id);
			continue;
		}
		inodes->count++;
		inodes->entries[inodes->entries[id].parent].children++;
	}
	if (!grow_index_locked(inodes))
		link_all_locked(inodes);
}

static bool header_is_sound(const struct header *header, size_t bytes)
{
	return memcmp(header->magic, magic, sizeof(magic)) == 0 &&
	       header->version == VERSION &&
	       table_bytes(header->capacity) == bytes &&
	       header->entries_used <= header->capacity;
}

static int map_table(int fd, struct inodes *inodes)
{
	struct stat stat;

	inodes->fd = fcntl(fd, F_DUPFD_CLOEXEC, 0);
	if (inodes->fd < 0 || fstat(inodes->fd, &stat))
		return -errno;
	inodes->bytes = (size_t)stat.st_size;
	if (inodes->bytes < sizeof(struct header))
		return -EBADMSG;
	inodes->header = reserve(inodes->bytes, MAP_SHARED, inodes->fd);
	if (!inodes->header)
		return -ENOMEM;
	if (!header_is_sound(inodes->header, inodes->bytes))
		return -EBADMSG;

	const uint32_t capacity = inodes->header->capacity;
	char *start = (char *)inodes->header;

	inodes->entries =
		(struct entry *)(void *)(start + sizeof(struct header));
	inodes->names = start + names_at(capacity);
	inodes->name_bytes = inodes->bytes - names_at(capacity);
	inodes->next = reserve(capacity * sizeof(*inodes->next),
			       MAP_PRIVATE | MAP_ANONYMOUS, -1);
	inodes->buckets = calloc(FIRST_BUCKETS, sizeof(*inodes->buckets));
	inodes->bucket_count = FIRST_BUCKETS;
	return inodes->next && inodes->buckets ? 0 : -ENOMEM;
}

int inodes_attach(int fd, struct inodes **out)
{
	struct inodes *inodes = calloc(1, sizeof(*inodes));

	if (!inodes)
		return -ENOMEM;
	pthread_mutex_init(&inodes->lock, NULL);

	const int r = map_table(fd, inodes);

	if (r) {
		inodes_free(inodes);
		return r;
	}
	rebuild_locked(inodes);
	*out = inodes;
	return 0;
}

static int make_table(int fd, uint32_t capacity)
{
	struct header header = {.version = VERSION, .capacity = capacity};

	memcpy(header.magic, magic, sizeof(magic));
	atomic_init(&header.entries_used, INODE_ROOT);
	if (ftruncate(fd, (off_t)table_bytes(capacity)))
		return -errno;
	if (pwrite(fd, &header, sizeof(header), 0) != sizeof(header))
		return -EIO;
	return 0;
}

int inodes_new(uint32_t capacity, const struct inode_identity *root,
	       struct inodes **out)
{
	auto_close int fd = memfd_create("cfgfs-inodes", MFD_CLOEXEC);
	struct inodes *inodes;
	int r = fd < 0 ? -errno : make_table(fd, capacity);

	if (r == 0)
		r = inodes_attach(fd, &inodes);
	if (r)
		return r;
	inodes->entries[INODE_ROOT] = (struct entry){
		.kind = INODE_REAL, .lookups = 1, .identity = *root};
	inodes->header->entries_used = INODE_ROOT + 1;
	inodes->count = 1;
	*out = inodes;
	return 0;
}

int inodes_fd(const struct inodes *inodes)
{
	return inodes->fd;
}

void inodes_free(struct inodes *inodes)
{
	if (!inodes)
		return;
	if (inodes->next)
		munmap(inodes->next,
		       inodes->header->capacity * sizeof(*inodes->next));
	if (inodes->header)
		munmap(inodes->header, inodes->bytes);
	if (inodes->fd >= 0)
		close(inodes->fd);
	free(inodes->buckets);
	pthread_mutex_destroy(&inodes->lock);
	free(inodes);
}

static struct inode describe(const struct inodes *inodes, uint32_t id)
{
	const struct entry *entry = &inodes->entries[id];

	return (struct inode){.id = id,
			      .parent = entry->parent,
			      .generation = entry->generation,
			      .kind = kind_of(inodes, id),
			      .identity = entry->identity};
}

static uint32_t find_locked(struct inodes *inodes, const struct inode *wanted,
			    struct span name)
{
	uint32_t id = *bucket_locked(inodes, wanted->parent, name);

	for (; id; id = inodes->next[id])
		if (inodes->entries[id].parent == wanted->parent &&
		    kind_of(inodes, id) == wanted->kind &&
		    !inodes->entries[id].is_superseded &&
		    span_equal(name_of(inodes, id), name) &&
		    inode_identity_equal(&inodes->entries[id].identity,
					 &wanted->identity))
			return id;
	return 0;
}

static uint32_t take_entry_locked(struct inodes *inodes)
{
	const uint32_t id = inodes->free;

	if (id) {
		inodes->free = inodes->next[id];
		return id;
	}
	if (inodes->header->entries_used == inodes->header->capacity)
		return 0;
	return inodes->header->entries_used++;
}

static bool set_name_locked(struct inodes *inodes, struct entry *entry,
			    struct span name)
{
	if (name.size > entry->name_room) {
		const size_t room =
			(name.size + NAME_UNIT - 1) / NAME_UNIT * NAME_UNIT;

		if (room > inodes->name_bytes - inodes->header->names_used)
			return false;
		/* Taken before it is used: whoever dies here wastes it. */
		entry->name =
			atomic_fetch_add(&inodes->header->names_used, room);
		entry->name_room = (uint16_t)room;
	}
	memcpy(inodes->names + entry->name, name.data, name.size);
	entry->name_size = (uint16_t)name.size;
	return true;
}

static uint32_t add_locked(struct inodes *inodes, const struct inode *wanted,
			   struct span name)
{
	const uint32_t id = take_entry_locked(inodes);
	struct entry *entry = &inodes->entries[id];

	if (!id)
		return 0;
	if (!set_name_locked(inodes, entry, name)) {
		free_entry_locked(inodes, id);
		return 0;
	}
	entry->parent = (uint32_t)wanted->parent;
	entry->identity = wanted->identity;
	entry->generation++;
	entry->children = 0;
	entry->lookups = 0;
	entry->is_superseded = false;
	inodes->entries[wanted->parent].children++;
	inodes->count++;
	atomic_store_explicit(&entry->kind, wanted->kind, memory_order_release);
	/* A larger index has it already. */
	if (!grow_index_locked(inodes) && inode_is_lasting(wanted->kind))
		link_locked(inodes, id);
	return id;
}

int inodes_look_up(struct inodes *inodes, const struct inode *wanted,
		   struct span name, struct inode *out)
{
	uint32_t id = 0;
	int r = 0;

	if (name.size == 0 || name.size > INODE_NAME_MAX)
		return -ENAMETOOLONG;
	pthread_mutex_lock(&inodes->lock);
	if (!inode_is_lasting(kind_of(inodes, wanted->parent)))
		r = -ESTALE;
	if (r == 0 && inode_is_lasting(wanted->kind))
		id = find_locked(inodes, wanted, name);
	if (r == 0 && !id)
		id = add_locked(inodes, wanted, name);
	if (id) {
		/* Counted before the kernel hears of it, never after. */
		inodes->entries[id].lookups++;
		*out = describe(inodes, id);
	} else if (r == 0) {
		r = -ENFILE;
	}
	pthread_mutex_unlock(&inodes->lock);
	return r;
}

/* A node without look-ups and children is found by nobody any more. */
static bool retire_locked(struct inodes *inodes, uint32_t id)
{
	struct entry *entry = &inodes->entries[id];

	if (id == INODE_ROOT || entry->lookups || entry->children)
		return false;
	if (inode_is_lasting(kind_of(inodes, id)))
		unlink_locked(inodes, id);
	atomic_store_explicit(&entry->kind, INODE_FREE, memory_order_release);
	inodes->count--;
	return true;
}

bool inodes_forget(struct inodes *inodes, uint64_t id, uint64_t count)
{
	bool has_gone = false;

	pthread_mutex_lock(&inodes->lock);
	if (kind_of(inodes, id) != INODE_FREE) {
		uint64_t *lookups = &inodes->entries[id].lookups;

		*lookups -= count < *lookups ? count : *lookups;
		has_gone = retire_locked(inodes, (uint32_t)id);
	}
	pthread_mutex_unlock(&inodes->lock);
	return has_gone;
}

uint64_t inodes_recycle(struct inodes *inodes, uint64_t id)
{
	pthread_mutex_lock(&inodes->lock);

	const uint32_t parent = inodes->entries[id].parent;

	free_entry_locked(inodes, (uint32_t)id);
	inodes->entries[parent].children--;

	const bool has_gone = retire_locked(inodes, parent);

	pthread_mutex_unlock(&inodes->lock);
	return has_gone ? parent : 0;
}

int inodes_get(struct inodes *inodes, uint64_t id, struct inode *out)
{
	pthread_mutex_lock(&inodes->lock);

	const bool is_there = kind_of(inodes, id) != INODE_FREE;

	if (is_there)
		*out = describe(inodes, (uint32_t)id);
	pthread_mutex_unlock(&inodes->lock);
	return is_there ? 0 : -ESTALE;
}

/* `.cfgfs` and what lies in it: no part of the paths that are looked at there.
 */
static bool is_beginning(const struct inodes *inodes, uint32_t id)
{
	return id == INODE_ROOT || kind_of(inodes, id) == INODE_BASE ||
	       kind_of(inodes, inodes->entries[id].parent) == INODE_BASE;
}

/* Written from the end of the buffer backwards; returns its start or NULL. */
static char *path_backwards_locked(struct inodes *inodes, uint32_t id,
				   char buf[static PATH_MAX])
{
	char *start = buf + PATH_MAX - 1;

	*start = '\0';
	while (!is_beginning(inodes, id)) {
		const struct span name = name_of(inodes, id);

		if ((size_t)(start - buf) < name.size + 1)
			return NULL;
		if (*start)
			*--start = '/';
		start -= name.size;
		memcpy(start, name.data, name.size);
		id = inodes->entries[id].parent;
	}
	return start;
}

int inodes_path(struct inodes *inodes, uint64_t id, char *path)
{
	char buf[PATH_MAX];
	int r = -ESTALE;

	pthread_mutex_lock(&inodes->lock);

	const enum inode_kind kind = kind_of(inodes, id);

	if (kind != INODE_FREE) {
		const bool is_of_directory =
			kind == INODE_STATUS || kind == INODE_REPORT;
		const uint64_t of =
			is_of_directory ? inodes->entries[id].parent : id;
		const char *start =
			path_backwards_locked(inodes, (uint32_t)of, buf);

		r = start ? 0 : -ENAMETOOLONG;
		if (start)
			memcpy(path, start, strlen(start) + 1);
	}
	pthread_mutex_unlock(&inodes->lock);
	return r;
}

size_t inodes_named(struct inodes *inodes, uint64_t parent, struct span name,
		    uint64_t *ids, size_t room)
{
	size_t count = 0;

	pthread_mutex_lock(&inodes->lock);
	for (uint32_t id = *bucket_locked(inodes, parent, name);
	     id && count < room; id = inodes->next[id])
		if (inodes->entries[id].parent == parent &&
		    span_equal(name_of(inodes, id), name))
			ids[count++] = id;
	pthread_mutex_unlock(&inodes->lock);
	return count;
}

void inodes_supersede(struct inodes *inodes, uint64_t id)
{
	pthread_mutex_lock(&inodes->lock);
	if (id != INODE_ROOT && kind_of(inodes, id) != INODE_FREE)
		inodes->entries[id].is_superseded = true;
	pthread_mutex_unlock(&inodes->lock);
}

bool inodes_next(struct inodes *inodes, uint64_t after, struct inode *out)
{
	bool is_found = false;

	pthread_mutex_lock(&inodes->lock);
	for (uint64_t id = after + 1;
	     !is_found && id < inodes->header->entries_used; id++) {
		is_found = kind_of(inodes, id) == INODE_REAL;
		if (is_found)
			*out = describe(inodes, (uint32_t)id);
	}
	pthread_mutex_unlock(&inodes->lock);
	return is_found;
}

int inodes_name(struct inodes *inodes, uint64_t id, char *name)
{
	pthread_mutex_lock(&inodes->lock);

	const bool is_there = kind_of(inodes, id) != INODE_FREE;

	if (is_there) {
		const struct span from = name_of(inodes, (uint32_t)id);

		memcpy(name, from.data, from.size);
		name[from.size] = '\0';
	}
	pthread_mutex_unlock(&inodes->lock);
	return is_there ? 0 : -ESTALE;
}

size_t inodes_count(struct inodes *inodes)
{
	pthread_mutex_lock(&inodes->lock);

	const size_t count = inodes->count;

	pthread_mutex_unlock(&inodes->lock);
	return count;
}
