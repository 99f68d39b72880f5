/*
 * TLS over a wire: sole user of OpenSSL, which is loaded when it is needed. To
 * be linked with it would double the time that every start of the program
 * takes, for what few use.
 */
#include "cache/remote/wire_parts.h"

#include <arpa/inet.h>
#include <dlfcn.h>
#include <errno.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <pthread.h>

/* All that is called; some names of the manual are macros around these. */
#define OPENSSL_FUNCTIONS(X)                                                   \
	X(ERR_clear_error)                                                     \
	X(SSL_CTX_ctrl)                                                        \
	X(SSL_CTX_free)                                                        \
	X(SSL_CTX_load_verify_locations)                                       \
	X(SSL_CTX_new)                                                         \
	X(SSL_CTX_set_default_verify_paths)                                    \
	X(SSL_CTX_set_verify)                                                  \
	X(SSL_connect)                                                         \
	X(SSL_ctrl)                                                            \
	X(SSL_free)                                                            \
	X(SSL_get0_param)                                                      \
	X(SSL_get_error)                                                       \
	X(SSL_new)                                                             \
	X(SSL_read_ex)                                                         \
	X(SSL_set1_host)                                                       \
	X(SSL_set_fd)                                                          \
	X(SSL_write_ex)                                                        \
	X(TLS_client_method)                                                   \
	X(X509_VERIFY_PARAM_set1_ip_asc)

#define MEMBER(name) __typeof__(name) *(name);
#define NAME(name) #name,

/* Set once, before anything is called. */
static struct openssl {
	OPENSSL_FUNCTIONS(MEMBER)
} openssl;
static bool is_loaded;
static pthread_once_t loading = PTHREAD_ONCE_INIT;

/* It stays loaded until the program ends. */
static void load(void)
{
	static const char *const names[] = {OPENSSL_FUNCTIONS(NAME)};
	void *library = dlopen("libssl.so.3", RTLD_NOW | RTLD_LOCAL);
	void *functions[array_size(names)];

	_Static_assert(sizeof(functions) == sizeof(openssl),
		       "the members of the struct are the names, in order");
	for (size_t i = 0; i < array_size(names); i++) {
		functions[i] = library ? dlsym(library, names[i]) : NULL;
		if (!functions[i])
			return;
	}
	memcpy(&openssl, functions, sizeof(openssl));
	is_loaded = true;
}

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
	tls->context = openssl.SSL_CTX_new(openssl.TLS_client_method());
	if (!tls->context || !tls->host)
		return -ENOMEM;
	openssl.SSL_CTX_set_verify(tls->context, SSL_VERIFY_PEER, NULL);
	openssl.SSL_CTX_ctrl(tls->context, SSL_CTRL_MODE,
			     SSL_MODE_ENABLE_PARTIAL_WRITE |
				     SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER,
			     NULL);
	if (!openssl.SSL_CTX_ctrl(tls->context, SSL_CTRL_SET_MIN_PROTO_VERSION,
				  TLS1_2_VERSION, NULL))
		return -EINVAL;
	if (!openssl.SSL_CTX_set_default_verify_paths(tls->context))
		return -EINVAL;
	if (ca_file &&
	    !openssl.SSL_CTX_load_verify_locations(tls->context, ca_file, NULL))
		return -EINVAL;
	return 0;
}

int wire_tls_new(const char *host, const char *ca_file, struct wire_tls **out)
{
	struct wire_tls *tls;
	int r;

	pthread_once(&loading, load);
	if (!is_loaded)
		return -ELIBACC;
	tls = calloc(1, sizeof(*tls));
	if (!tls)
		return -ENOMEM;
	tls->host = strdup(host);
	tls->is_address = is_address(host);
	r = prepare(tls, ca_file);
	openssl.ERR_clear_error();
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
	openssl.SSL_CTX_free(tls->context);
	free(tls->host);
	free(tls);
}

/* A step of OpenSSL did not get through: wait for what it needs, or give up. */
static int go_on(struct tls_session *session, int result,
		 const struct patience *patience)
{
	const int error = openssl.SSL_get_error(session->ssl, result);

	openssl.ERR_clear_error();
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
	X509_VERIFY_PARAM *wanted = openssl.SSL_get0_param(session->ssl);

	if (tls->is_address)
		return openssl.X509_VERIFY_PARAM_set1_ip_asc(wanted, tls->host)
			       ? 0
			       : -ENOMEM;
	return openssl.SSL_set1_host(session->ssl, tls->host) &&
			       openssl.SSL_ctrl(session->ssl,
						SSL_CTRL_SET_TLSEXT_HOSTNAME,
						TLSEXT_NAMETYPE_host_name,
						tls->host)
		       ? 0
		       : -ENOMEM;
}

static int shake_hands(struct tls_session *session,
		       const struct patience *patience)
{
	int r = 0;

	while (r == 0) {
		const int result = openssl.SSL_connect(session->ssl);

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
	session->ssl = openssl.SSL_new(tls->context);
	r = session->ssl && openssl.SSL_set_fd(session->ssl, fd) ? 0 : -ENOMEM;
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
	openssl.SSL_free(session->ssl);
	free(session);
}

int tls_session_send(struct tls_session *session, struct span bytes,
		     const struct patience *patience)
{
	int r = 0;

	while (r == 0 && bytes.size) {
		size_t sent = 0;
		const int result = openssl.SSL_write_ex(
			session->ssl, bytes.data, bytes.size, &sent);

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
		const int result =
			openssl.SSL_read_ex(session->ssl, to, size, &got);
		int r;

		if (result == 1)
			return (ssize_t)got;
		r = go_on(session, result, patience);
		if (r)
			return r;
	}
}
