/*
 * A server that speaks just enough Redis, on threads of the test, and can be
 * told to misbehave.
 */
#ifndef TESTS_UNIT_REDIS_SERVER_H
#define TESTS_UNIT_REDIS_SERVER_H

#include "tests/unit/cached.h"

#include <pthread.h>
#include <stdatomic.h>
#include <sys/socket.h>
#include <sys/un.h>

enum server_mode { SERVER_GOOD, SERVER_HUNG, SERVER_GARBAGE, SERVER_CLOSING };

enum { SERVER_CLIENTS = 256, SERVER_ENTRIES = 512, SERVER_WORD = 4096 };

struct server_word {
	char bytes[SERVER_WORD];
	size_t size;
};

struct server {
	char *folder;
	char path[128];
	char key[128];
	int listener;
	atomic_int mode;
	atomic_uint gets;
	atomic_uint connections;
	pthread_t acceptor;
	pthread_t threads[SERVER_CLIENTS];
	int fds[SERVER_CLIENTS];
	unsigned client_count;
	pthread_mutex_t lock;
	struct server_word names[SERVER_ENTRIES]; /* by lock, as below */
	struct server_word values[SERVER_ENTRIES];
	unsigned entry_count;
};

struct server_client {
	struct server *server;
	int fd;
};

static inline bool server_read_number(FILE *in, char mark, size_t *out)
{
	char line[64];
	char *end;

	if (!fgets(line, sizeof(line), in) || line[0] != mark)
		return false;
	*out = strtoul(line + 1, &end, 10);
	return *end == '\r';
}

static inline bool server_read_word(FILE *in, struct server_word *word)
{
	return server_read_number(in, '$', &word->size) &&
	       word->size + 2 <= SERVER_WORD &&
	       fread(word->bytes, 1, word->size + 2, in) == word->size + 2;
}

static inline bool server_is(const struct server_word *word, const char *text)
{
	return span_is((struct span){word->bytes, word->size}, text);
}

/* The entry of a name, or the first that is free. */
static inline unsigned server_find_locked(struct server *server,
					  const struct server_word *name)
{
	unsigned at = 0;

	while (at < server->entry_count &&
	       (server->names[at].size != name->size ||
		memcmp(server->names[at].bytes, name->bytes, name->size) != 0))
		at++;
	return at;
}

static inline size_t server_get(struct server *server,
				const struct server_word *name, char *to)
{
	size_t size = 5;

	atomic_fetch_add(&server->gets, 1);
	memcpy(to, "$-1\r\n", 5);
	pthread_mutex_lock(&server->lock);

	const unsigned at = server_find_locked(server, name);

	if (at < server->entry_count) {
		const struct server_word *value = &server->values[at];

		size = (size_t)sprintf(to, "$%zu\r\n", value->size);
		memcpy(to + size, value->bytes, value->size);
		memcpy(to + size + value->size, "\r\n", 2);
		size += value->size + 2;
	}
	pthread_mutex_unlock(&server->lock);
	return size;
}

static inline void server_set(struct server *server,
			      const struct server_word *name,
			      const struct server_word *value)
{
	pthread_mutex_lock(&server->lock);

	const unsigned at = server_find_locked(server, name);

	if (at < SERVER_ENTRIES) {
		server->names[at] = *name;
		server->values[at] = *value;
		server->entry_count += at == server->entry_count;
	}
	pthread_mutex_unlock(&server->lock);
}

/* False: the connection ends. */
static inline bool server_answer(struct server_client *client,
				 const struct server_word *words)
{
	struct server *server = client->server;
	char reply[SERVER_WORD + 64] = "+OK\r\n";
	size_t size = 5;

	switch (atomic_load(&server->mode)) {
	case SERVER_HUNG:
		return true;
	case SERVER_GARBAGE:
		memcpy(reply, "?!\r\n\r", 6);
		break;
	case SERVER_CLOSING:
		return false;
	default:
		if (server_is(&words[0], "GET"))
			size = server_get(server, &words[1], reply);
		else if (server_is(&words[0], "SET"))
			server_set(server, &words[1], &words[2]);
	}
	return send(client->fd, reply, size, MSG_NOSIGNAL) == (ssize_t)size;
}

static inline void *server_serve(void *ctx)
{
	struct server_client *client = ctx;
	FILE *in = fdopen(dup(client->fd), "r");
	struct server_word *words = calloc(5, sizeof(*words));
	size_t count;
	bool goes_on = true;

	while (goes_on && server_read_number(in, '*', &count) && count <= 5) {
		for (size_t i = 0; goes_on && i < count; i++)
			goes_on = server_read_word(in, &words[i]);
		goes_on = goes_on && server_answer(client, words);
	}
	shutdown(client->fd, SHUT_RDWR);
	fclose(in);
	free(words);
	free(client);
	return NULL;
}

static inline void *server_accept(void *ctx)
{
	struct server *server = ctx;
	int fd;

	while ((fd = accept(server->listener, NULL, NULL)) >= 0) {
		struct server_client *client = malloc(sizeof(*client));
		const unsigned at = server->client_count++;

		assert_true(at < SERVER_CLIENTS);
		atomic_fetch_add(&server->connections, 1);
		*client = (struct server_client){server, fd};
		server->fds[at] = fd;
		assert_int_equal(pthread_create(&server->threads[at], NULL,
						server_serve, client),
				 0);
	}
	return NULL;
}

static inline struct server *server_start(void)
{
	struct server *server = calloc(1, sizeof(*server));
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	static const char secret[] = "0123456789abcdef0123456789abcdef";

	assert_non_null(server);
	server->folder = scratch_make();
	snprintf(server->path, sizeof(server->path), "%s/s", server->folder);
	snprintf(server->key, sizeof(server->key), "%s/key", server->folder);
	scratch_write(server->key, span_of(secret));
	pthread_mutex_init(&server->lock, NULL);
	server->listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_true(strlen(server->path) < sizeof(address.sun_path));
	memcpy(address.sun_path, server->path, strlen(server->path));
	assert_int_equal(bind(server->listener,
			      (const struct sockaddr *)&address,
			      sizeof(address)),
			 0);
	assert_int_equal(listen(server->listener, SERVER_CLIENTS), 0);
	assert_int_equal(
		pthread_create(&server->acceptor, NULL, server_accept, server),
		0);
	return server;
}

static inline void server_stop(struct server *server)
{
	shutdown(server->listener, SHUT_RDWR);
	pthread_join(server->acceptor, NULL);
	close(server->listener);
	for (unsigned i = 0; i < server->client_count; i++) {
		shutdown(server->fds[i], SHUT_RDWR);
		pthread_join(server->threads[i], NULL);
		close(server->fds[i]);
	}
	pthread_mutex_destroy(&server->lock);
	scratch_remove(server->folder);
	free(server);
}

#endif
