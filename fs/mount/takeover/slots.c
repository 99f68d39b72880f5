#include "fs/mount/takeover/slots.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/fuse.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>

enum {
	VERSION = 1,
	MOST_PAGES = 256,	  /* of a request, to libfuse 3.14 */
	HEADER_ROOM = 4096,	  /* of a request, before its pages */
	PATIENCE_NS = 1000 * 1000 /* between two looks for a free slot */
};
static const char magic[8] = "cfgslot";

/* Owners of a slot; all others are numbers of requests, which are larger. */
enum { FREE = 0, READING = 1 };

/* The shared memory: this, then the slots. */
struct header {
	char magic[8];
	uint32_t version;
	uint32_t reserved;
	uint64_t room; /* bytes of a slot */
	struct slots_greeting greeting;
	_Atomic uint64_t owner[SLOTS_COUNT];
	/* The request that has been interrupted, if it is still the owner. */
	_Atomic uint64_t interrupted[SLOTS_COUNT];
};

/* A request that was left, or (`is_interrupt`) that it was interrupted. */
struct left {
	unsigned slot;
	bool is_interrupt;
	uint64_t unique;
};

struct slots {
	int fd;
	size_t bytes;
	struct header *header;
	char *memory;
	atomic_uint top; /* no slot from here on was ever used */
	struct left *left;
	unsigned left_count;
	atomic_uint next_left;
};

static size_t page_size(void)
{
	return (size_t)sysconf(_SC_PAGESIZE);
}

static size_t header_bytes(void)
{
	const size_t page = page_size();

	return (sizeof(struct header) + page - 1) / page * page;
}

static struct fuse_in_header *request_in(const struct slots *slots,
					 unsigned slot)
{
	return (struct fuse_in_header *)(void *)slots_buffer(slots, slot);
}

static bool wants_answer(const struct fuse_in_header *request)
{
	switch (request->opcode) {
	case FUSE_FORGET:
	case FUSE_BATCH_FORGET:
	case FUSE_INTERRUPT:
	case FUSE_NOTIFY_REPLY:
	case FUSE_INIT: /* kept elsewhere */
		return false;
	default:
		return true;
	}
}

/* The slot of a request, or SLOTS_COUNT. */
static unsigned find(const struct slots *slots, uint64_t unique)
{
	const unsigned top = atomic_load(&slots->top);

	for (unsigned slot = 0; slot < top; slot++)
		if (atomic_load_explicit(&slots->header->owner[slot],
					 memory_order_relaxed) == unique)
			return slot;
	return SLOTS_COUNT;
}

static void keep_greeting(struct slots *slots,
			  const struct fuse_in_header *request)
{
	struct slots_greeting *greeting = &slots->header->greeting;

	if (request->len > sizeof(greeting->request))
		return;
	memcpy(greeting->request, request, request->len);
	atomic_signal_fence(memory_order_seq_cst);
	greeting->request_size = request->len;
}

/* Not kept in a slot of its own: it concerns another's request. */
static void keep_interrupt(struct slots *slots,
			   const struct fuse_in_header *request)
{
	const struct fuse_interrupt_in *what =
		(const struct fuse_interrupt_in *)(const void *)(request + 1);
	const unsigned slot = find(slots, what->unique);

	if (slot < SLOTS_COUNT)
		atomic_store(&slots->header->interrupted[slot], what->unique);
}

bool slots_note(struct slots *slots, unsigned slot)
{
	const struct fuse_in_header *request = request_in(slots, slot);

	if (request->opcode == FUSE_INIT)
		keep_greeting(slots, request);
	if (request->opcode == FUSE_INTERRUPT)
		keep_interrupt(slots, request);
	if (!wants_answer(request))
		return false;
	atomic_store(&slots->header->owner[slot], request->unique);
	return true;
}

/* Slots that the dead worker read into: a request, or nothing. */
static void settle(struct slots *slots, bool interrupts)
{
	for (unsigned slot = 0; slot < SLOTS_COUNT; slot++) {
		const struct fuse_in_header *request = request_in(slots, slot);

		if (slots->header->owner[slot] != READING)
			continue;
		if ((request->opcode == FUSE_INTERRUPT) != interrupts)
			continue;
		if (request->len == 0 || !slots_note(slots, slot))
			slots_release(slots, slot);
	}
}

static void add_left(struct slots *slots, unsigned slot, bool is_interrupt)
{
	slots->left[slots->left_count++] =
		(struct left){.slot = slot,
			      .is_interrupt = is_interrupt,
			      .unique = slots->header->owner[slot]};
}

/* Requests first: then those that are interrupted are known. */
static int collect_left(struct slots *slots)
{
	const struct header *header = slots->header;

	assert(header);
	slots->left = calloc((size_t)2 * SLOTS_COUNT, sizeof(*slots->left));
	if (!slots->left)
		return -ENOMEM;
	atomic_store(&slots->top, SLOTS_COUNT);
	settle(slots, false);
	settle(slots, true);

	unsigned top = 0;

	for (unsigned slot = 0; slot < SLOTS_COUNT; slot++) {
		if (header->owner[slot] == FREE)
			continue;
		add_left(slots, slot, false);
		top = slot + 1;
	}
	atomic_store(&slots->top, top);
	for (unsigned slot = 0; slot < top; slot++)
		if (header->owner[slot] != FREE &&
		    header->interrupted[slot] == header->owner[slot])
			add_left(slots, slot, true);
	return 0;
}

static bool header_is_sound(const struct header *header, size_t bytes)
{
	return memcmp(header->magic, magic, sizeof(magic)) == 0 &&
	       header->version == VERSION && header->room >= HEADER_ROOM &&
	       header->room * SLOTS_COUNT + header_bytes() == bytes;
}

static int map_memory(struct slots *slots, int fd)
{
	struct stat stat;
	void *memory;

	slots->fd = fcntl(fd, F_DUPFD_CLOEXEC, 0);
	if (slots->fd < 0 || fstat(slots->fd, &stat))
		return -errno;
	if ((size_t)stat.st_size < sizeof(struct header))
		return -EBADMSG;
	memory = mmap(NULL, (size_t)stat.st_size, PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_NORESERVE, slots->fd, 0);
	if (memory == MAP_FAILED)
		return -ENOMEM;
	slots->bytes = (size_t)stat.st_size;
	slots->header = memory;
	slots->memory = (char *)memory + header_bytes();
	return header_is_sound(slots->header, slots->bytes) ? 0 : -EBADMSG;
}

int slots_attach(int fd, struct slots **out)
{
	struct slots *slots = calloc(1, sizeof(*slots));
	int r;

	if (!slots)
		return -ENOMEM;
	r = map_memory(slots, fd);
	if (r == 0)
		r = collect_left(slots);
	if (r) {
		slots_free(slots);
		return r;
	}
	*out = slots;
	return 0;
}

/* Memory that costs nothing until it is touched. */
static int make_memory(int fd)
{
	struct header header = {
		.version = VERSION,
		.room = MOST_PAGES * page_size() + HEADER_ROOM,
	};

	memcpy(header.magic, magic, sizeof(magic));
	if (ftruncate(fd, (off_t)(header_bytes() + header.room * SLOTS_COUNT)))
		return -errno;
	if (pwrite(fd, &header, sizeof(header), 0) != sizeof(header))
		return -EIO;
	return 0;
}

int slots_new(struct slots **out)
{
	auto_close int fd = memfd_create("cfgfs-requests", MFD_CLOEXEC);
	const int r = fd < 0 ? -errno : make_memory(fd);

	return r ? r : slots_attach(fd, out);
}

int slots_fd(const struct slots *slots)
{
	return slots->fd;
}

void slots_free(struct slots *slots)
{
	if (!slots)
		return;
	if (slots->header)
		munmap(slots->header, slots->bytes);
	if (slots->fd >= 0)
		close(slots->fd);
	free(slots->left);
	free(slots);
}

size_t slots_room(const struct slots *slots)
{
	return slots->header->room;
}

char *slots_buffer(const struct slots *slots, unsigned slot)
{
	return slots->memory + slot * slots->header->room;
}

static void raise_top(struct slots *slots, unsigned slot)
{
	unsigned top = atomic_load(&slots->top);

	while (top <= slot &&
	       !atomic_compare_exchange_weak(&slots->top, &top, slot + 1))
		;
}

/*
 * Have the page in memory. If the kernel had to bring it in while this process
 * is being killed, it would give up, and whoever asked would get EIO.
 */
static void touch(const struct slots *slots, unsigned slot)
{
	*(volatile uint32_t *)&request_in(slots, slot)->len = 0;
}

/* The lowest is taken, so that few are in use and they are soon found. */
static bool try_claim(struct slots *slots, unsigned *out)
{
	for (unsigned slot = 0; slot < SLOTS_COUNT; slot++) {
		_Atomic uint64_t *owner = &slots->header->owner[slot];
		uint64_t is_free = FREE;

		if (atomic_load_explicit(owner, memory_order_relaxed) != FREE)
			continue;
		/* Before anybody can look for what is in it. */
		raise_top(slots, slot);
		if (!atomic_compare_exchange_strong(owner, &is_free, READING))
			continue;
		touch(slots, slot);
		*out = slot;
		return true;
	}
	return false;
}

unsigned slots_claim(struct slots *slots)
{
	static const struct timespec pause = {.tv_nsec = PATIENCE_NS};
	unsigned slot;

	while (!try_claim(slots, &slot))
		nanosleep(&pause, NULL);
	return slot;
}

/* A free slot has no length: see slots.h. */
void slots_release(struct slots *slots, unsigned slot)
{
	request_in(slots, slot)->len = 0;
	atomic_store(&slots->header->owner[slot], FREE);
}

void slots_answered(struct slots *slots, uint64_t unique)
{
	const unsigned slot = find(slots, unique);

	if (slot < SLOTS_COUNT)
		slots_release(slots, slot);
}

static size_t copy_request(const struct slots *slots, unsigned slot, char *buf,
			   size_t size)
{
	const struct fuse_in_header *request = request_in(slots, slot);

	if (request->len > size || request->len > slots_room(slots))
		return 0;
	memcpy(buf, request, request->len);
	return request->len;
}

/* As the kernel says it. */
static size_t make_interrupt(uint64_t unique, char *buf, size_t size)
{
	const struct {
		struct fuse_in_header header;
		struct fuse_interrupt_in what;
	} request = {
		.header = {.len = sizeof(request),
			   .opcode = FUSE_INTERRUPT,
			   .unique = unique | 1},
		.what = {.unique = unique},
	};

	if (sizeof(request) > size)
		return 0;
	memcpy(buf, &request, sizeof(request));
	return sizeof(request);
}

size_t slots_next_left(struct slots *slots, char *buf, size_t size)
{
	size_t got = 0;

	while (got == 0 && atomic_load(&slots->next_left) < slots->left_count) {
		const unsigned i = atomic_fetch_add(&slots->next_left, 1);

		if (i >= slots->left_count)
			break;

		const struct left *left = &slots->left[i];

		got = left->is_interrupt
			      ? make_interrupt(left->unique, buf, size)
			      : copy_request(slots, left->slot, buf, size);
	}
	return got;
}

const struct slots_greeting *slots_greeting(const struct slots *slots)
{
	return &slots->header->greeting;
}

void slots_note_greeted(struct slots *slots, struct span answer)
{
	struct slots_greeting *greeting = &slots->header->greeting;

	if (answer.size > sizeof(greeting->answer))
		return;
	memcpy(greeting->answer, answer.data, answer.size);
	atomic_signal_fence(memory_order_seq_cst);
	greeting->answer_size = answer.size;
}
