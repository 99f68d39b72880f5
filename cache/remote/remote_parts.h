/*
 * What the files of the shared tier share.
 */
#ifndef CACHE_REMOTE_REMOTE_PARTS_H
#define CACHE_REMOTE_REMOTE_PARTS_H

#include "cache/memory/memory.h"
#include "cache/remote/absent.h"
#include "cache/remote/breaker.h"
#include "cache/remote/connection.h"
#include "cache/remote/remote.h"
#include "cache/remote/resolve.h"
#include "cache/remote/seal.h"

#include <pthread.h>

enum { REMOTE_POOL = 32 };

struct remote {
	/* Set once, when it is opened. */
	struct url url;
	struct seal seal;
	struct wire_tls *tls; /* NULL: in the clear */
	char *auth;	      /* owned; `login` points into it */
	struct connection_login login;
	uint64_t ttl_s;
	uint64_t connect_us;
	uint64_t answer_us;
	uint64_t first_until; /* nobody waits longer for the first contact */
	bool read_only;
	int open_fd;   /* eventfd, readable while the circuit is open */
	int ending_fd; /* eventfd, readable when the keeper is to end */

	struct memory *queue;
	pthread_mutex_t flush_lock; /* one sends at a time */
	struct absent absent;

	pthread_mutex_t lock;
	pthread_cond_t changed;
	struct breaker breaker;	 /* by lock, as all below */
	bool is_settled;	 /* it was tried once */
	bool is_ending;		 /* the keeper is to end */
	struct wire_place place; /* that has answered last */
	struct connection *idle[REMOTE_POOL];
	size_t idle_count;
	uint64_t refusing_until; /* the server takes no entries */
	char reason[REMOTE_REASON_SIZE];
	pthread_t keeper;
	bool has_keeper;

	atomic_uint_fast64_t asked;
	atomic_uint_fast64_t written;
	atomic_uint_fast64_t rejected;
	atomic_uint_fast64_t unserved;
	atomic_uint_fast64_t failures;
	atomic_uint_fast64_t connections;
};

/* Set the sentence for people. `why` may be "". */
void remote_say_locked(struct remote *remote, int r, const char *why);

/* The circuit is open or closed: wake who waits, or let them wait again. */
void remote_signal_locked(struct remote *remote);

/* Put a connection among the idle ones, or close it if there are enough. */
void remote_give(struct remote *remote, struct connection *connection);

/* Take an idle one that is sound, else make one to where the last one led.
 * 0 or a negative errno, and `why` as connection_open(). */
must_check int remote_take(struct remote *remote,
			   const struct patience *patience,
			   struct connection **out, char *why);

/* Close those that are idle. */
void remote_close_idle(struct remote *remote);

/* The thread that reaches the server. */
must_check int keeper_start(struct remote *remote);
void keeper_end(struct remote *remote);

#endif
