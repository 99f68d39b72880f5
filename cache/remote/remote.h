/*
 * The shared tier: verdicts on a Redis or Valkey server, for machines that
 * have one key file. It only ever saves time. While the server is down, slow or
 * talks nonsense nobody waits for it: a thread of its own tries to reach it
 * again, with longer and longer pauses.
 */
#ifndef CACHE_REMOTE_REMOTE_H
#define CACHE_REMOTE_REMOTE_H

#include "cache/item.h"

struct remote_options {
	const char *url;
	const char *key_file;  /* full path; NULL: the tier stays off */
	const char *auth_file; /* one line: the password; two: user, password;
				  NULL: neither */
	const char *ca_file;   /* authorities for rediss://, NULL: the system's
				*/
	const char *namespace; /* NULL: REMOTE_NAMESPACE */
	uint64_t ttl_s;	       /* 0: entries stay until the server drops them */
	bool read_only;
	unsigned connect_ms;
	unsigned answer_ms;
};

#define REMOTE_NAMESPACE "cfgfs"
#define REMOTE_OPTIONS_DEFAULT                                                 \
	((struct remote_options){.ttl_s = UINT64_C(30) * 86400,                \
				 .connect_ms = 50,                             \
				 .answer_ms = 50})

enum { REMOTE_DEADLINE_MAX_MS = 60 * 1000 };

struct remote; /* safe from any thread */

/*
 * Begin to reach the server, on a thread. 0; a negative errno: the options
 * cannot be, or this build cannot do it, and *why (owned) says why. The options
 * are copied. Not across fork.
 */
must_check int remote_open(const struct remote_options *options,
			   struct remote **out, char **why);

/* What is still queued is lost. NULL is allowed. */
void remote_close(struct remote *remote);

enum { REMOTE_BATCH = 64 };

/*
 * Look up to REMOTE_BATCH keys up in one exchange; blobs[] get the records
 * (blob_release()) or NULL. What is found carries the MAC of our key for this
 * very entry. Waits for a server that was not reached yet only once.
 */
void remote_get(struct remote *remote, const struct item_key *keys,
		size_t count, struct blob **blobs);

/* Queue an entry for the next remote_flush(). When too many wait the oldest
 * are left out. */
void remote_put(struct remote *remote, const struct item_key *key,
		struct blob *blob);

/* Send what is queued, if the server is there; else it waits on. */
void remote_flush(struct remote *remote);

/* How many entries could be sent now. */
size_t remote_pending(struct remote *remote);

/* Forget what is queued. */
void remote_drop(struct remote *remote);

enum remote_state {
	REMOTE_OFF,  /* not asked for, or not possible */
	REMOTE_ON,   /* it answers */
	REMOTE_OPEN, /* it does not: the circuit is open */
};

/* "off", "on", "open". */
const char *remote_state_name(enum remote_state state);

enum { REMOTE_REASON_SIZE = 192 };

struct remote_stats {
	enum remote_state state;
	char reason[REMOTE_REASON_SIZE]; /* why it is open, or what it refuses;
					    "" for nothing */
	uint64_t asked;			 /* names */
	uint64_t written;		 /* entries */
	uint64_t rejected; /* values whose seal was wrong, or that expired */
	uint64_t unserved; /* look-ups and flushes that it was not there for */
	uint64_t failures; /* how often the circuit was opened */
	uint64_t connections; /* made in all */
};
void remote_stats(struct remote *remote, struct remote_stats *out);

/* The same once it is known whether the server can be reached, or the deadline
 * of connecting has passed. */
void remote_await(struct remote *remote, struct remote_stats *out);

#endif
