/*
 * What the two files of a wire share: waiting on its socket, and TLS as
 * functions, so that a build without it has another file in its place.
 */
#ifndef CACHE_REMOTE_WIRE_PARTS_H
#define CACHE_REMOTE_WIRE_PARTS_H

#include "cache/remote/wire.h"

/* Wait until the socket can be read (POLLIN) or written (POLLOUT). 0,
 * -ETIMEDOUT, -ECANCELED or another negative errno. */
must_check int wire_wait(int fd, short events, const struct patience *patience);

struct tls_session;

must_check int tls_session_open(const struct wire_tls *tls, int fd,
				const struct patience *patience,
				struct tls_session **out);
void tls_session_close(struct tls_session *session);
must_check int tls_session_send(struct tls_session *session, struct span bytes,
				const struct patience *patience);
must_check ssize_t tls_session_receive(struct tls_session *session, char *to,
				       size_t size,
				       const struct patience *patience);

#endif
