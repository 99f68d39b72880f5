/*
 * Bytes to and from a server, with a deadline over all of them and a way to be
 * woken: no call here ever waits longer than the patience it is given.
 */
#ifndef CACHE_REMOTE_WIRE_H
#define CACHE_REMOTE_WIRE_H

#include "validate/base.h"

#include <sys/socket.h>

/* How long somebody waits. */
struct patience {
	uint64_t until_us; /* by wire_clock_us() */
	int stop_fd;	   /* readable: wait no longer; -1: none */
};

/* CLOCK_MONOTONIC. */
uint64_t wire_clock_us(void);

/* Where a server is. */
struct wire_place {
	struct sockaddr_storage address;
	socklen_t size;
};

/* How TLS is set up; immutable once made, for any thread. */
struct wire_tls;

/*
 * Prepare TLS that accepts a server only with a certificate for `host`, signed
 * by one of the system's authorities or those of `ca_file` (NULL: none more).
 * 0; -EOPNOTSUPP: built without TLS; -ELIBACC: OpenSSL is not installed;
 * -EINVAL: the file cannot be used; -ENOMEM.
 */
must_check int wire_tls_new(const char *host, const char *ca_file,
			    struct wire_tls **out);
void wire_tls_free(struct wire_tls *tls);

struct wire; /* one connection, for one thread at a time */

/*
 * Connect, and with `tls` (may be NULL) shake hands. 0 or a negative errno:
 * -ETIMEDOUT, -ECANCELED (stopped), -EPROTO (TLS failed, or a certificate that
 * does not count), or of connecting.
 */
must_check int wire_open(const struct wire_place *place,
			 const struct wire_tls *tls,
			 const struct patience *patience, struct wire **out);
void wire_close(struct wire *wire);

/* Send all of it. 0 or a negative errno as above. */
must_check int wire_send(struct wire *wire, struct span bytes,
			 const struct patience *patience);

/* Receive some. The number of bytes; 0: the other end has closed; else a
 * negative errno as above. */
must_check ssize_t wire_receive(struct wire *wire, char *to, size_t size,
				const struct patience *patience);

/* Does nothing wait to be read? If something does, though nothing was asked,
 * the other end has closed or talks nonsense. */
bool wire_is_quiet(struct wire *wire);

#endif
