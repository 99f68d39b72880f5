/*
 * The address of the shared tier, as users write it:
 * redis://HOST[:PORT][/DATABASE], rediss:// likewise (TLS), and
 * unix:///PATH[?db=DATABASE]. An IPv6 address stands in brackets.
 */
#ifndef CACHE_REMOTE_URL_H
#define CACHE_REMOTE_URL_H

#include "validate/base.h"

enum { URL_HOST_SIZE = 256, URL_PORT_SIZE = 8, URL_PATH_SIZE = 108 };

struct url {
	bool is_tls;
	bool is_unix;
	char host[URL_HOST_SIZE]; /* "" with a socket */
	char port[URL_PORT_SIZE]; /* decimal */
	char path[URL_PATH_SIZE]; /* of the socket */
	unsigned database;
};

/*
 * Read an address. NULL and *out, or what is wrong with it, static. It holds
 * no password: the address is shown to users, and a password never is.
 */
must_check const char *url_parse(const char *text, struct url *out);

#endif
