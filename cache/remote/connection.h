/*
 * A kept connection to a Redis or Valkey server, and the few commands that are
 * sent over it. Sole user of hiredis, which writes the commands and reads the
 * answers; the waiting is our own (wire.h), so that a deadline holds over a
 * whole exchange however slowly it drips in.
 */
#ifndef CACHE_REMOTE_CONNECTION_H
#define CACHE_REMOTE_CONNECTION_H

#include "cache/remote/wire.h"

enum { CONNECTION_WHY_SIZE = 128, CONNECTION_BATCH = 64 };

/* What a server needs to know of us. */
struct connection_login {
	const char *user;     /* NULL: the default one */
	const char *password; /* NULL: none */
	unsigned database;
};

struct connection; /* for one thread at a time */

/* Is there a client in this build? */
bool connection_is_built(void);

/*
 * Connect, log in and make sure that it is a server that answers. 0 and *out;
 * as wire_open(); -EACCES: it refuses us; -EBADMSG: it does not speak the
 * protocol. Then `why` (CONNECTION_WHY_SIZE) says more, or is "".
 */
must_check int connection_open(const struct wire_place *place,
			       const struct wire_tls *tls,
			       const struct connection_login *login,
			       const struct patience *patience,
			       struct connection **out, char *why);
void connection_close(struct connection *connection);

/* Is it as it was left, so that it can be used again? */
bool connection_is_sound(struct connection *connection);

/* A value that the server has; its bytes are owned (free()). */
struct connection_value {
	char *bytes; /* NULL: there is none */
	size_t size;
};

/*
 * Ask for up to CONNECTION_BATCH names in one exchange. 0 and `values`, or an
 * error as above: then there are no values, and the connection is of no use.
 */
must_check int connection_get(struct connection *connection,
			      const char *const *names, size_t count,
			      const struct patience *patience,
			      struct connection_value *values, char *why);

struct connection_entry {
	const char *name;
	struct span value;
	uint64_t ttl; /* seconds; 0: for ever */
};

/*
 * Store up to CONNECTION_BATCH entries in one exchange. 0, with *refused how
 * many the server would not take (and `why`, if any); else as above.
 */
must_check int connection_put(struct connection *connection,
			      const struct connection_entry *entries,
			      size_t count, const struct patience *patience,
			      size_t *refused, char *why);

#endif
