/* In place of connection.c where there is no hiredis to build with. */
#include "cache/remote/connection.h"

#include <errno.h>

bool connection_is_built(void)
{
	return false;
}

int connection_open(const struct wire_place *place, const struct wire_tls *tls,
		    const struct connection_login *login,
		    const struct patience *patience, struct connection **out,
		    char *why)
{
	(void)place;
	(void)tls;
	(void)login;
	(void)patience;
	(void)out;
	*why = '\0';
	return -EOPNOTSUPP;
}

void connection_close(struct connection *connection)
{
	(void)connection;
}

bool connection_is_sound(struct connection *connection)
{
	(void)connection;
	return false;
}

int connection_get(struct connection *connection, const char *const *names,
		   size_t count, const struct patience *patience,
		   struct connection_value *values, char *why)
{
	(void)connection;
	(void)names;
	(void)count;
	(void)patience;
	(void)values;
	*why = '\0';
	return -EOPNOTSUPP;
}

int connection_put(struct connection *connection,
		   const struct connection_entry *entries, size_t count,
		   const struct patience *patience, size_t *refused, char *why)
{
	(void)connection;
	(void)entries;
	(void)count;
	(void)patience;
	(void)refused;
	*why = '\0';
	return -EOPNOTSUPP;
}
