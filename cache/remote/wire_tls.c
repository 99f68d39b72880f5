/* TLS over a wire: sole user of OpenSSL. */
#include "cache/remote/wire_parts.h"

#include <arpa/inet.h>
#include <errno.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <poll.h>

struct wire_tls {
	SSL_CTX *context;
	char *host; /* owned; that the certificate must be for */
	bool is_address;
};

struct tls_session {
	SSL *ssl;
	int fd;
};

static bool is_address(const char *host)
{
	struct in6_addr address;

	return inet_pton(AF_INET, host, &address) == 1 ||
	       inet_pton(AF_INET6, host, &address) == 1;
}

static int prepare(struct wire_tls *tls, const char *ca_file)
{
	tls->context = SSL_CTX_new(TLS_client_method());
	if (!tls->context || !tls->host)
		return -ENOMEM;
	SSL_CTX_set_verify(tls->context, SSL_VERIFY_PEER, NULL);
	SSL_CTX_set_mode(tls->context,
			 SSL_MODE_ENABLE_PARTIAL_WRITE |
				 SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
	if (!SSL_CTX_set_min_proto_version(tls->context, TLS1_2_VERSION))
		return -EINVAL;
	if (!SSL_CTX_set_default_verify_paths(tls->context))
		return -EINVAL;
	if (ca_file &&
	    !SSL_CTX_load_verify_locations(tls->context, ca_file, NULL))
		return -EINVAL;
	return 0;
}

int wire_tls_new(const char *host, const char *ca_file, struct wire_tls **out)
{
	struct wire_tls *tls = calloc(1, sizeof(*tls));
	int r;

	if (!tls)
		return -ENOMEM;
	tls->host = strdup(host);
	tls->is_address = is_address(host);
	r = prepare(tls, ca_file);
	ERR_clear_error();
	if (r) {
		wire_tls_free(tls);
		return r;
	}
	*out = tls;
	return 0;
}

void wire_tls_free(struct wire_tls *tls)
{
	if (!tls)
		return;
	SSL_CTX_free(tls->context);
	free(tls->host);
	free(tls);
}

/* A step of OpenSSL did not get through: wait for what it needs, or give up. */
static int go_on(struct tls_session *session, int result,
		 const struct patience *patience)
{
	const int error = SSL_get_error(session->ssl, result);

	ERR_clear_error();
	switch (error) {
	case SSL_ERROR_WANT_READ:
		return wire_wait(session->fd, POLLIN, patience);
	case SSL_ERROR_WANT_WRITE:
		return wire_wait(session->fd, POLLOUT, patience);
	case SSL_ERROR_ZERO_RETURN:
	case SSL_ERROR_SYSCALL:
		return -ECONNRESET;
	default:
		return -EPROTO;
	}
}

static int set_host(struct tls_session *session, const struct wire_tls *tls)
{
	X509_VERIFY_PARAM *wanted = SSL_get0_param(session->ssl);

	if (tls->is_address)
		return X509_VERIFY_PARAM_set1_ip_asc(wanted, tls->host)
			       ? 0
			       : -ENOMEM;
	return SSL_set1_host(session->ssl, tls->host) &&
			       SSL_set_tlsext_host_name(session->ssl, tls->host)
		       ? 0
		       : -ENOMEM;
}

static int shake_hands(struct tls_session *session,
		       const struct patience *patience)
{
	int r = 0;

	while (r == 0) {
		const int result = SSL_connect(session->ssl);

		if (result == 1)
			return 0;
		r = go_on(session, result, patience);
	}
	return r;
}

int tls_session_open(const struct wire_tls *tls, int fd,
		     const struct patience *patience, struct tls_session **out)
{
	struct tls_session *session = calloc(1, sizeof(*session));
	int r;

	if (!session)
		return -ENOMEM;
	session->fd = fd;
	session->ssl = SSL_new(tls->context);
	r = session->ssl && SSL_set_fd(session->ssl, fd) ? 0 : -ENOMEM;
	if (r == 0)
		r = set_host(session, tls);
	if (r == 0)
		r = shake_hands(session, patience);
	if (r) {
		tls_session_close(session);
		return r;
	}
	*out = session;
	return 0;
}

void tls_session_close(struct tls_session *session)
{
	if (!session)
		return;
	SSL_free(session->ssl);
	free(session);
}

int tls_session_send(struct tls_session *session, struct span bytes,
		     const struct patience *patience)
{
	int r = 0;

	while (r == 0 && bytes.size) {
		size_t sent = 0;
		const int result = SSL_write_ex(session->ssl, bytes.data,
						bytes.size, &sent);

		if (result == 1) {
			bytes.data += sent;
			bytes.size -= sent;
		} else {
			r = go_on(session, result, patience);
		}
	}
	return r;
}

ssize_t tls_session_receive(struct tls_session *session, char *to, size_t size,
			    const struct patience *patience)
{
	for (;;) {
		size_t got = 0;
		const int result = SSL_read_ex(session->ssl, to, size, &got);
		int r;

		if (result == 1)
			return (ssize_t)got;
		r = go_on(session, result, patience);
		if (r)
			return r;
	}
}
