/* In place of wire_tls.c where there is no OpenSSL to build with. */
#include "cache/remote/wire_parts.h"

#include <errno.h>

int wire_tls_new(const char *host, const char *ca_file, struct wire_tls **out)
{
	(void)host;
	(void)ca_file;
	(void)out;
	return -EOPNOTSUPP;
}

void wire_tls_free(struct wire_tls *tls)
{
	(void)tls;
}

int tls_session_open(const struct wire_tls *tls, int fd,
		     const struct patience *patience, struct tls_session **out)
{
	(void)tls;
	(void)fd;
	(void)patience;
	(void)out;
	return -EOPNOTSUPP;
}

void tls_session_close(struct tls_session *session)
{
	(void)session;
}

int tls_session_send(struct tls_session *session, struct span bytes,
		     const struct patience *patience)
{
	(void)session;
	(void)bytes;
	(void)patience;
	return -EOPNOTSUPP;
}

ssize_t tls_session_receive(struct tls_session *session, char *to, size_t size,
			    const struct patience *patience)
{
	(void)session;
	(void)to;
	(void)size;
	(void)patience;
	return -EOPNOTSUPP;
}
