/* Opening and closing the shared tier, and what is told of it. */
#include "cache/remote/remote_parts.h"

#include "cache/why.h"

#include <errno.h>
#include <stdio.h>
#include <sys/eventfd.h>

enum { QUEUE_MAX_BYTES = 16 << 20 };

const char *remote_state_name(enum remote_state state)
{
	static const char *const names[] = {"off", "on", "open"};

	return names[state];
}

/* "PASSWORD", or "USER" and "PASSWORD" on two lines. */
static int read_login(struct remote *remote, const char *path, char **why)
{
	char *text;
	char *second;
	int r;

	if (!path)
		return 0;
	r = key_file_read_secret(path, &remote->auth, why);
	if (r)
		return r;
	text = remote->auth;
	second = text + strcspn(text, "\r\n");
	if (*second == '\r')
		*second++ = '\0';
	if (*second == '\n')
		*second++ = '\0';
	second[strcspn(second, "\r\n")] = '\0';
	if (!*text)
		return why_say(why, -EINVAL,
			       "the password file '%s' has nothing in its "
			       "first line",
			       path);
	remote->login.user = *second ? text : NULL;
	remote->login.password = *second ? second : text;
	return 0;
}

static int read_key(struct remote *remote, const struct remote_options *options,
		    char **why)
{
	const char *namespace =
		options->namespace ? options->namespace : REMOTE_NAMESPACE;
	struct key_file key_file;
	int r;

	if (!seal_namespace_is_good(namespace))
		return why_say(why, -EINVAL,
			       "its namespace may have 1 to %d letters, "
			       "digits and ._:-",
			       SEAL_NAMESPACE_MAX);
	if (!options->key_file)
		return why_say(why, -ENOKEY,
			       "entries are signed, and no key file is named; "
			       "make one for all machines that share: (umask "
			       "077; head -c 32 /dev/urandom > cfgfs.key)");
	r = key_file_read(options->key_file, true, &key_file, why);
	if (r)
		return r;
	seal_init(&remote->seal, &key_file, namespace);
	key_file_release(&key_file);
	return 0;
}

static int prepare_tls(struct remote *remote, const char *ca_file, char **why)
{
	int r;

	if (!remote->url.is_tls)
		return 0;
	r = wire_tls_new(remote->url.host, ca_file, &remote->tls);
	if (r == -EOPNOTSUPP)
		return why_say(why, r,
			       "cfgfs was built without TLS, which rediss:// "
			       "needs");
	if (r == -ELIBACC)
		return why_say(why, r,
			       "rediss:// needs OpenSSL 3 (libssl.so.3), which "
			       "is not installed");
	if (r == -EINVAL)
		return why_say(why, r, "the authorities in '%s' cannot be used",
			       ca_file ? ca_file : "");
	return r;
}

static int read_options(struct remote *remote,
			const struct remote_options *options, char **why)
{
	const char *wrong = url_parse(options->url, &remote->url);
	int r;

	if (!connection_is_built())
		return why_say(why, -EOPNOTSUPP,
			       "cfgfs was built without hiredis, which it "
			       "needs");
	if (wrong)
		return why_say(why, -EINVAL, "its address is not one: %s",
			       wrong);
	remote->ttl_s = options->ttl_s;
	remote->read_only = options->read_only;
	remote->connect_us = (uint64_t)options->connect_ms * 1000;
	remote->answer_us = (uint64_t)options->answer_ms * 1000;
	remote->login.database = remote->url.database;
	breaker_init(&remote->breaker, remote->answer_us);
	r = read_key(remote, options, why);
	if (r == 0)
		r = read_login(remote, options->auth_file, why);
	return r ? r : prepare_tls(remote, options->ca_file, why);
}

static void init_locks(struct remote *remote)
{
	pthread_condattr_t clock;

	pthread_mutex_init(&remote->lock, NULL);
	pthread_mutex_init(&remote->flush_lock, NULL);
	pthread_condattr_init(&clock);
	pthread_condattr_setclock(&clock, CLOCK_MONOTONIC);
	pthread_cond_init(&remote->changed, &clock);
	pthread_condattr_destroy(&clock);
}

static int start(struct remote *remote)
{
	int r;

	remote->open_fd = eventfd(1, EFD_CLOEXEC | EFD_NONBLOCK);
	remote->ending_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (remote->open_fd < 0 || remote->ending_fd < 0)
		return -errno;
	r = memory_new(QUEUE_MAX_BYTES, &remote->queue);
	if (r)
		return r;
	remote->first_until = wire_clock_us() + remote->connect_us;
	snprintf(remote->reason, sizeof(remote->reason),
		 "it was not reached yet");
	return keeper_start(remote);
}

int remote_open(const struct remote_options *options, struct remote **out,
		char **why)
{
	struct remote *remote = calloc(1, sizeof(*remote));
	int r;

	*why = NULL;
	if (!remote)
		return -ENOMEM;
	remote->open_fd = remote->ending_fd = -1;
	init_locks(remote);
	r = read_options(remote, options, why);
	if (r == 0)
		r = start(remote);
	if (r) {
		remote_close(remote);
		return r;
	}
	*out = remote;
	return 0;
}

void remote_close(struct remote *remote)
{
	if (!remote)
		return;
	keeper_end(remote);
	remote_close_idle(remote);
	memory_free(remote->queue);
	base_close(&remote->open_fd);
	base_close(&remote->ending_fd);
	wire_tls_free(remote->tls);
	if (remote->auth)
		explicit_bzero(remote->auth, strlen(remote->auth));
	free(remote->auth);
	explicit_bzero(&remote->seal, sizeof(remote->seal));
	pthread_cond_destroy(&remote->changed);
	pthread_mutex_destroy(&remote->flush_lock);
	pthread_mutex_destroy(&remote->lock);
	free(remote);
}

void remote_stats(struct remote *remote, struct remote_stats *out)
{
	*out = (struct remote_stats){
		.asked = atomic_load(&remote->asked),
		.written = atomic_load(&remote->written),
		.rejected = atomic_load(&remote->rejected),
		.unserved = atomic_load(&remote->unserved),
		.failures = atomic_load(&remote->failures),
		.connections = atomic_load(&remote->connections),
	};
	pthread_mutex_lock(&remote->lock);
	out->state = remote->breaker.is_open ? REMOTE_OPEN : REMOTE_ON;
	memcpy(out->reason, remote->reason, sizeof(out->reason));
	pthread_mutex_unlock(&remote->lock);
}
