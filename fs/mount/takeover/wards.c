#include "fs/mount/takeover/wards.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/socket.h>

/* One file. `serial` is never used twice; zero: free. */
struct entry {
	_Atomic uint64_t serial; /* written last, cleared first */
	uint64_t node;
	_Atomic uint32_t opens;
	uint32_t reserved;
};

struct table {
	_Atomic uint64_t serials; /* given so far */
	_Atomic uint32_t top;	  /* no entry from here on was ever used */
	struct entry entries[WARDS_COUNT];
};

struct wards {
	struct table *table;
	int control;
	atomic_bool is_frozen;
	pthread_mutex_t lock;
	uint32_t free_count;	   /* by lock */
	int32_t free[WARDS_COUNT]; /* by lock; a stack */
};

struct kept {
	uint64_t serial; /* zero: nothing is kept */
	int fd;
};

struct wards_keeper {
	struct table *table;
	uint32_t top; /* nothing is kept from here on */
	struct kept kept[WARDS_COUNT];
};

int wards_new(void)
{
	auto_close int fd = memfd_create("cfgfs-open", MFD_CLOEXEC);

	if (fd < 0 || ftruncate(fd, sizeof(struct table)))
		return -errno;
	return steal_fd(&fd);
}

/* Who is open, and kept, stays; all others below the top are free again. */
static void collect_free(struct wards *wards, const struct wards_keeper *keeper)
{
	const uint32_t top = wards->table->top;

	for (uint32_t ward = 0; ward < top; ward++) {
		if (keeper->kept[ward].serial)
			continue;
		atomic_store(&wards->table->entries[ward].serial, 0);
		wards->free[wards->free_count++] = (int32_t)ward;
	}
}

int wards_attach(const struct wards_keeper *keeper, int control,
		 struct wards **out)
{
	struct wards *wards = calloc(1, sizeof(*wards));

	if (!wards)
		return -ENOMEM;
	pthread_mutex_init(&wards->lock, NULL);
	wards->control = control;
	wards->table = keeper->table;
	collect_free(wards, keeper);
	*out = wards;
	return 0;
}

static struct table *map_table(int fd)
{
	void *memory = mmap(NULL, sizeof(struct table), PROT_READ | PROT_WRITE,
			    MAP_SHARED | MAP_NORESERVE, fd, 0);

	return memory == MAP_FAILED ? NULL : memory;
}

static void unmap_table(struct table *table)
{
	if (table)
		munmap(table, sizeof(*table));
}

void wards_free(struct wards *wards)
{
	if (!wards)
		return;
	pthread_mutex_destroy(&wards->lock);
	free(wards);
}

static int take_entry_locked(struct wards *wards)
{
	if (wards->free_count)
		return wards->free[--wards->free_count];
	if (wards->table->top == WARDS_COUNT)
		return WARDS_NONE;
	return (int)wards->table->top++;
}

int wards_enter(struct wards *wards, uint64_t node)
{
	pthread_mutex_lock(&wards->lock);

	const int ward = take_entry_locked(wards);

	pthread_mutex_unlock(&wards->lock);
	if (ward == WARDS_NONE)
		return WARDS_NONE;

	struct entry *entry = &wards->table->entries[ward];

	entry->node = node;
	atomic_store(&entry->opens, 1);
	atomic_store(&entry->serial,
		     atomic_fetch_add(&wards->table->serials, 1) + 1);
	return ward;
}

/* One message with a descriptor beside it. */
static void send_descriptor(int control, struct wards_message *message, int fd)
{
	union {
		struct cmsghdr header;
		char bytes[CMSG_SPACE(sizeof(int))];
	} ancillary = {.header = {.cmsg_len = CMSG_LEN(sizeof(int)),
				  .cmsg_level = SOL_SOCKET,
				  .cmsg_type = SCM_RIGHTS}};
	struct iovec bytes = {.iov_base = message, .iov_len = sizeof(*message)};
	const struct msghdr whole = {.msg_iov = &bytes,
				     .msg_iovlen = 1,
				     .msg_control = ancillary.bytes,
				     .msg_controllen = sizeof(ancillary.bytes)};
	ssize_t sent;

	memcpy(CMSG_DATA(&ancillary.header), &fd, sizeof(fd));
	do {
		sent = sendmsg(control, &whole, MSG_NOSIGNAL);
	} while (sent < 0 && errno == EINTR);
}

void wards_tell_ready(struct wards *wards)
{
	const struct wards_message message = {.ward = WARDS_NONE};
	ssize_t sent;

	do {
		sent = send(wards->control, &message, sizeof(message),
			    MSG_NOSIGNAL);
	} while (sent < 0 && errno == EINTR);
}

void wards_send(struct wards *wards, int ward, int fd)
{
	struct wards_message message = {
		.ward = ward, .serial = wards->table->entries[ward].serial};

	send_descriptor(wards->control, &message, fd);
}

void wards_count(struct wards *wards, int ward, unsigned opens)
{
	if (atomic_load(&wards->is_frozen))
		return;
	atomic_store(&wards->table->entries[ward].opens, opens);
}

void wards_leave(struct wards *wards, int ward)
{
	if (atomic_load(&wards->is_frozen))
		return;
	atomic_store(&wards->table->entries[ward].serial, 0);
	pthread_mutex_lock(&wards->lock);
	wards->free[wards->free_count++] = ward;
	pthread_mutex_unlock(&wards->lock);
}

void wards_freeze(struct wards *wards)
{
	atomic_store(&wards->is_frozen, true);
}

int wards_keeper_new(int table, struct wards_keeper **out)
{
	struct wards_keeper *keeper = calloc(1, sizeof(*keeper));

	if (!keeper)
		return -ENOMEM;
	keeper->table = map_table(table);
	if (!keeper->table) {
		free(keeper);
		return -ENOMEM;
	}
	*out = keeper;
	return 0;
}

static void let_go(struct kept *kept)
{
	if (kept->serial)
		close(kept->fd);
	kept->serial = 0;
}

void wards_keeper_free(struct wards_keeper *keeper)
{
	if (!keeper)
		return;
	for (uint32_t ward = 0; ward < keeper->top; ward++)
		let_go(&keeper->kept[ward]);
	unmap_table(keeper->table);
	free(keeper);
}

int wards_receive(int from_worker, struct wards_message *out, int *fd)
{
	union {
		struct cmsghdr header;
		char bytes[CMSG_SPACE(sizeof(int))];
	} ancillary;
	struct iovec bytes = {.iov_base = out, .iov_len = sizeof(*out)};
	struct msghdr whole = {.msg_iov = &bytes,
			       .msg_iovlen = 1,
			       .msg_control = ancillary.bytes,
			       .msg_controllen = sizeof(ancillary.bytes)};
	const ssize_t got =
		recvmsg(from_worker, &whole, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
	const struct cmsghdr *with = got < 0 ? NULL : CMSG_FIRSTHDR(&whole);

	if (got != sizeof(*out))
		return got < 0 ? -errno : -EBADMSG;
	*fd = -1;
	if (with && with->cmsg_type == SCM_RIGHTS)
		memcpy(fd, CMSG_DATA(with), sizeof(*fd));
	return 0;
}

static bool is_open(const struct wards_keeper *keeper, uint32_t ward,
		    uint64_t serial)
{
	return serial && keeper->table->entries[ward].serial == serial;
}

/* Most are closed again before we come to look. */
void wards_keep(struct wards_keeper *keeper,
		const struct wards_message *message, int fd)
{
	const uint32_t ward = (uint32_t)message->ward;

	if (fd < 0)
		return;
	if (ward >= WARDS_COUNT || !is_open(keeper, ward, message->serial) ||
	    keeper->kept[ward].serial == message->serial) {
		close(fd);
		return;
	}
	let_go(&keeper->kept[ward]);
	keeper->kept[ward] = (struct kept){.serial = message->serial, .fd = fd};
	if (keeper->top <= ward)
		keeper->top = ward + 1;
}

void wards_tidy(struct wards_keeper *keeper)
{
	uint32_t top = 0;

	for (uint32_t ward = 0; ward < keeper->top; ward++) {
		struct kept *kept = &keeper->kept[ward];

		if (!is_open(keeper, ward, kept->serial))
			let_go(kept);
		if (kept->serial)
			top = ward + 1;
	}
	keeper->top = top;
}

/* A row of the file. */
struct row {
	uint64_t serial;
	uint32_t ward;
	int32_t fd;
};

uint32_t wards_kept_count(const struct wards_keeper *keeper)
{
	uint32_t count = 0;

	for (uint32_t ward = 0; ward < keeper->top; ward++)
		count += keeper->kept[ward].serial != 0;
	return count;
}

bool wards_write_kept(const struct wards_keeper *keeper, int file)
{
	for (uint32_t ward = 0; ward < keeper->top; ward++) {
		const struct kept *kept = &keeper->kept[ward];
		const struct row row = {
			.serial = kept->serial, .ward = ward, .fd = kept->fd};

		if (kept->serial &&
		    write(file, &row, sizeof(row)) != sizeof(row))
			return false;
	}
	return true;
}

int wards_read_kept(struct wards_keeper *keeper, uint32_t count,
		    struct span *rest)
{
	struct row row;

	if (count > rest->size / sizeof(row))
		return -EBADMSG;
	for (uint32_t i = 0; i < count; i++) {
		memcpy(&row, rest->data, sizeof(row));
		rest->data += sizeof(row);
		rest->size -= sizeof(row);
		if (row.ward >= WARDS_COUNT)
			return -EBADMSG;
		keeper->kept[row.ward] =
			(struct kept){.serial = row.serial, .fd = row.fd};
		keeper->top = row.ward + 1;
	}
	return 0;
}

void wards_let_inherit(const struct wards_keeper *keeper, int flags)
{
	for (uint32_t ward = 0; ward < keeper->top; ward++)
		if (keeper->kept[ward].serial)
			fcntl(keeper->kept[ward].fd, F_SETFD, flags);
}

bool wards_next_heir(struct wards_keeper *keeper, struct wards_heir *out)
{
	while (keeper->top) {
		const uint32_t ward = --keeper->top;
		const struct kept *kept = &keeper->kept[ward];
		const struct entry *entry = &keeper->table->entries[ward];

		if (kept->serial == 0)
			continue;
		*out = (struct wards_heir){.ward = (int)ward,
					   .node = entry->node,
					   .opens = entry->opens,
					   .fd = kept->fd};
		return true;
	}
	return false;
}
