#include "fs/mount/takeover/channel.h"

#define FUSE_USE_VERSION 314

#include <errno.h>
#include <fcntl.h>
#include <fuse_lowlevel.h>
#include <linux/fuse.h>
#include <sys/uio.h>

static struct channel *channel_of(void *userdata)
{
	return *(struct channel **)userdata;
}

static const struct fuse_in_header *
greeting_request(const struct slots_greeting *greeting)
{
	return (const struct fuse_in_header *)(const void *)greeting->request;
}

/* The bytes are copied: libfuse's buffer is its own, ours is shared. */
static ssize_t take_over(struct slots *slots, unsigned slot, size_t got,
			 void *buf)
{
	const bool is_waited_for = slots_note(slots, slot);

	memcpy(buf, slots_buffer(slots, slot), got);
	if (!is_waited_for)
		slots_release(slots, slot);
	return (ssize_t)got;
}

/* The greeting that an earlier worker has had, then what was left. */
static size_t receive_known(struct channel *channel, void *buf, size_t size)
{
	const struct slots_greeting *greeting = slots_greeting(channel->slots);

	if (channel->is_greeted)
		return slots_next_left(channel->slots, buf, size);
	if (greeting->request_size > size)
		return 0;
	memcpy(buf, greeting->request, greeting->request_size);
	return greeting->request_size;
}

/* A thread that is cancelled here leaves its slot as it is: it will serve no
 * more, and whoever follows looks into it. */
static ssize_t receive(int fd, void *buf, size_t size, void *userdata)
{
	struct channel *channel = channel_of(userdata);
	struct slots *slots = channel->slots;
	const size_t known = receive_known(channel, buf, size);

	if (known)
		return (ssize_t)known;

	const size_t room = slots_room(slots);
	const unsigned slot = slots_claim(slots);
	const ssize_t got =
		read(fd, slots_buffer(slots, slot), size < room ? size : room);

	if (got >= (ssize_t)sizeof(struct fuse_in_header))
		return take_over(slots, slot, (size_t)got, buf);

	const int error = errno;

	slots_release(slots, slot);
	errno = error;
	return got;
}

static size_t total_size(const struct iovec *iov, int count)
{
	size_t size = 0;

	for (int i = 0; i < count; i++)
		size += iov[i].iov_len;
	return size;
}

static void gather(const struct iovec *iov, int count, char *to)
{
	for (int i = 0; i < count; i++) {
		memcpy(to, iov[i].iov_base, iov[i].iov_len);
		to += iov[i].iov_len;
	}
}

/* The answer to INIT counts once; who comes later must mean the same. */
static ssize_t send_greeting(struct channel *channel, int fd,
			     const struct iovec *iov, int count)
{
	const struct slots_greeting *greeting = slots_greeting(channel->slots);
	const size_t size = total_size(iov, count);
	char bytes[SLOTS_GREETING_MAX];

	if (size > sizeof(bytes)) {
		errno = EMSGSIZE;
		return -1;
	}
	gather(iov, count, bytes);
	if (greeting->answer_size == 0) {
		/* Who died before taking note may have answered. */
		if (write(fd, bytes, size) < 0 && errno != ENOENT)
			return -1;
		slots_note_greeted(channel->slots, (struct span){bytes, size});
	}
	if (greeting->answer_size != size ||
	    memcmp(greeting->answer, bytes, size) != 0) {
		errno = EPROTO;
		return -1;
	}
	channel->is_greeted = true;
	return (ssize_t)size;
}

static bool is_greeting(const struct slots *slots, uint64_t unique)
{
	const struct slots_greeting *greeting = slots_greeting(slots);

	return greeting->request_size &&
	       greeting_request(greeting)->unique == unique;
}

static ssize_t answer(int fd, struct iovec *iov, int count, void *userdata)
{
	struct channel *channel = channel_of(userdata);
	const struct fuse_out_header *header = iov[0].iov_base;
	const uint64_t unique = header->unique;

	if (is_greeting(channel->slots, unique))
		return send_greeting(channel, fd, iov, count);
	if (atomic_load(&channel->is_leaving))
		return (ssize_t)total_size(iov, count);

	const ssize_t sent = writev(fd, iov, count);
	const int error = errno;

	/* Notifications have no number. */
	if (unique)
		slots_answered(channel->slots, unique);
	errno = error;
	return sent;
}

int channel_connect(struct fuse_session *session, int device)
{
	static const struct fuse_custom_io io = {.read = receive,
						 .writev = answer};
	const int fd = fcntl(device, F_DUPFD_CLOEXEC, 0);

	return fd < 0 ? -errno : fuse_session_custom_io(session, &io, fd);
}

int channel_greet(struct channel *channel, struct fuse_session *session)
{
	struct fuse_buf request = {0};
	int r;

	do {
		r = fuse_session_receive_buf(session, &request);
	} while (r == -EINTR);
	if (r > 0)
		fuse_session_process_buf(session, &request);
	free(request.mem);
	if (r <= 0)
		return r ? r : -ENODEV;
	return channel->is_greeted ? 0 : -EPROTO;
}

void channel_leave(struct channel *channel)
{
	atomic_store(&channel->is_leaving, true);
}
