#include "cache/remote/wire_parts.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <time.h>

struct wire {
	int fd;
	struct tls_session *tls; /* NULL: in the clear */
};

uint64_t wire_clock_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000u + (uint64_t)now.tv_nsec / 1000;
}

/* What is left, to the microsecond: a deadline may be a few of them. */
static struct timespec time_left(const struct patience *patience)
{
	const uint64_t now = wire_clock_us();
	const uint64_t left =
		patience->until_us > now ? patience->until_us - now : 0;

	return (struct timespec){.tv_sec = (time_t)(left / 1000000u),
				 .tv_nsec = (long)(left % 1000000u) * 1000};
}

int wire_wait(int fd, short events, const struct patience *patience)
{
	struct pollfd wanted[] = {{.fd = fd, .events = events},
				  {.fd = patience->stop_fd, .events = POLLIN}};
	int r;

	do {
		const struct timespec left = time_left(patience);

		/* However much comes in: the time is over. */
		if (left.tv_sec == 0 && left.tv_nsec == 0)
			return -ETIMEDOUT;
		r = ppoll(wanted, array_size(wanted), &left, NULL);
	} while (r < 0 && errno == EINTR);
	if (r < 0)
		return -errno;
	if (wanted[0].revents)
		return 0;
	return r == 0 ? -ETIMEDOUT : -ECANCELED;
}

/* A connection that was begun: how it ended. */
static int await_connection(int fd, const struct patience *patience)
{
	int error = 0;
	socklen_t size = sizeof(error);
	const int r = wire_wait(fd, POLLOUT, patience);

	if (r)
		return r;
	if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size))
		return -errno;
	return -error;
}

static int connect_to(const struct wire_place *place,
		      const struct patience *patience)
{
	const int family = place->address.ss_family;
	const int on = 1;
	auto_close int fd =
		socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	int r = 0;

	if (fd < 0)
		return -errno;
	/* A question must not wait for the answer to the last one. */
	if (family != AF_UNIX)
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	if (connect(fd, (const struct sockaddr *)&place->address, place->size))
		r = errno == EINPROGRESS ? await_connection(fd, patience)
					 : -errno;
	return r ? r : steal_fd(&fd);
}

int wire_open(const struct wire_place *place, const struct wire_tls *tls,
	      const struct patience *patience, struct wire **out)
{
	struct wire *wire = calloc(1, sizeof(*wire));
	int r = 0;

	if (!wire)
		return -ENOMEM;
	wire->fd = connect_to(place, patience);
	if (wire->fd < 0)
		r = wire->fd;
	else if (tls)
		r = tls_session_open(tls, wire->fd, patience, &wire->tls);
	if (r) {
		wire_close(wire);
		return r;
	}
	*out = wire;
	return 0;
}

void wire_close(struct wire *wire)
{
	if (!wire)
		return;
	tls_session_close(wire->tls);
	base_close(&wire->fd);
	free(wire);
}

static int send_in_the_clear(struct wire *wire, struct span bytes,
			     const struct patience *patience)
{
	while (bytes.size) {
		const ssize_t sent =
			send(wire->fd, bytes.data, bytes.size, MSG_NOSIGNAL);

		if (sent < 0 && errno != EAGAIN && errno != EINTR)
			return -errno;
		if (sent > 0) {
			bytes.data += sent;
			bytes.size -= (size_t)sent;
			continue;
		}

		const int r = wire_wait(wire->fd, POLLOUT, patience);

		if (r)
			return r;
	}
	return 0;
}

int wire_send(struct wire *wire, struct span bytes,
	      const struct patience *patience)
{
	return wire->tls ? tls_session_send(wire->tls, bytes, patience)
			 : send_in_the_clear(wire, bytes, patience);
}

ssize_t wire_receive(struct wire *wire, char *to, size_t size,
		     const struct patience *patience)
{
	if (wire->tls)
		return tls_session_receive(wire->tls, to, size, patience);
	for (;;) {
		const int r = wire_wait(wire->fd, POLLIN, patience);

		if (r)
			return r;

		const ssize_t got = recv(wire->fd, to, size, 0);

		if (got >= 0)
			return got;
		if (errno != EAGAIN && errno != EINTR)
			return -errno;
	}
}

bool wire_is_quiet(struct wire *wire)
{
	struct pollfd look = {.fd = wire->fd, .events = POLLIN};

	return poll(&look, 1, 0) == 0;
}
