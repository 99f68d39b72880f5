#include "cache/remote/resolve.h"

#include "cache/remote/wire_parts.h"

#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/eventfd.h>
#include <sys/un.h>

/* Shared by who asks and the thread that finds out; the last frees it. */
struct inquiry {
	atomic_uint users;
	int done_fd; /* readable: `result` and `error` are there */
	char host[URL_HOST_SIZE];
	char port[URL_PORT_SIZE];
	struct resolved result;
	int error;
};

static void leave(struct inquiry *inquiry)
{
	if (atomic_fetch_sub(&inquiry->users, 1) > 1)
		return;
	base_close(&inquiry->done_fd);
	free(inquiry);
}

static void take(const struct addrinfo *list, struct resolved *out)
{
	out->count = 0;
	for (; list && out->count < RESOLVE_PLACES; list = list->ai_next) {
		struct wire_place *place = &out->places[out->count];

		if (list->ai_addrlen > sizeof(place->address))
			continue;
		memcpy(&place->address, list->ai_addr, list->ai_addrlen);
		place->size = list->ai_addrlen;
		out->count++;
	}
}

static int look_up(const char *host, const char *port, int flags,
		   struct resolved *out)
{
	const struct addrinfo hints = {.ai_family = AF_UNSPEC,
				       .ai_socktype = SOCK_STREAM,
				       .ai_flags = flags};
	struct addrinfo *list = NULL;
	const int r = getaddrinfo(host, port, &hints, &list);

	if (r)
		return r == EAI_MEMORY ? -ENOMEM : -ENOENT;
	take(list, out);
	freeaddrinfo(list);
	return out->count ? 0 : -ENOENT;
}

static void *find_out(void *ctx)
{
	const uint64_t one = 1;
	struct inquiry *inquiry = ctx;

	inquiry->error = look_up(inquiry->host, inquiry->port, AI_ADDRCONFIG,
				 &inquiry->result);
	/* It cannot fail: the counter is far from full. */
	if (write(inquiry->done_fd, &one, sizeof(one)) < 0)
		inquiry->error = -EIO;
	leave(inquiry);
	return NULL;
}

static struct inquiry *inquiry_new(const struct url *url)
{
	struct inquiry *inquiry = calloc(1, sizeof(*inquiry));

	if (!inquiry)
		return NULL;
	atomic_init(&inquiry->users, 2);
	memcpy(inquiry->host, url->host, sizeof(url->host));
	memcpy(inquiry->port, url->port, sizeof(url->port));
	inquiry->done_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (inquiry->done_fd < 0) {
		free(inquiry);
		return NULL;
	}
	return inquiry;
}

static int start(struct inquiry *inquiry)
{
	pthread_attr_t attributes;
	pthread_t thread;
	sigset_t all;
	sigset_t old;

	pthread_attr_init(&attributes);
	pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);

	const int r = pthread_create(&thread, &attributes, find_out, inquiry);

	pthread_sigmask(SIG_SETMASK, &old, NULL);
	pthread_attr_destroy(&attributes);
	return -r;
}

static int read_result(struct inquiry *inquiry, struct resolved *out)
{
	uint64_t ignored;

	if (read(inquiry->done_fd, &ignored, sizeof(ignored)) < 0)
		return -errno;
	if (inquiry->error == 0)
		*out = inquiry->result;
	return inquiry->error;
}

static int resolve_name(const struct url *url, const struct patience *patience,
			struct resolved *out)
{
	struct inquiry *inquiry = inquiry_new(url);
	int r = inquiry ? start(inquiry) : -ENOMEM;

	if (!inquiry)
		return r;
	if (r) {
		leave(inquiry); /* for the thread that there is not */
		leave(inquiry);
		return r;
	}
	r = wire_wait(inquiry->done_fd, POLLIN, patience);
	if (r == 0)
		r = read_result(inquiry, out);
	leave(inquiry);
	return r;
}

static void resolve_socket(const struct url *url, struct resolved *out)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};

	memcpy(address.sun_path, url->path, sizeof(address.sun_path));
	out->count = 1;
	out->places[0] = (struct wire_place){.size = sizeof(address)};
	memcpy(&out->places[0].address, &address, sizeof(address));
}

int resolve(const struct url *url, const struct patience *patience,
	    struct resolved *out)
{
	_Static_assert(URL_PATH_SIZE ==
			       sizeof(((struct sockaddr_un *)0)->sun_path),
		       "a path that fits the address fits the socket");

	if (url->is_unix) {
		resolve_socket(url, out);
		return 0;
	}
	/* A number needs no resolver, and no thread. */
	if (look_up(url->host, url->port, AI_NUMERICHOST, out) == 0)
		return 0;
	return resolve_name(url, patience, out);
}
