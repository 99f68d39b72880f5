/* A build without hiredis and OpenSSL says so, and does nothing else. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cache/remote/connection.h"

#include <errno.h>

static void there_is_no_client(void **state)
{
	static const struct connection_login login;
	const struct wire_place place = {.size = 0};
	const struct patience patience = {.stop_fd = -1};
	struct connection *connection = NULL;
	char why[CONNECTION_WHY_SIZE] = "?";
	(void)state;

	assert_false(connection_is_built());
	assert_int_equal(connection_open(&place, NULL, &login, &patience,
					 &connection, why),
			 -EOPNOTSUPP);
	assert_null(connection);
	assert_string_equal(why, "");
	assert_false(connection_is_sound(NULL));
	connection_close(NULL);
}

static void there_is_no_tls(void **state)
{
	struct wire_tls *tls = NULL;
	(void)state;

	assert_int_equal(wire_tls_new("host", NULL, &tls), -EOPNOTSUPP);
	assert_null(tls);
	wire_tls_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(there_is_no_client),
		cmocka_unit_test(there_is_no_tls),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
