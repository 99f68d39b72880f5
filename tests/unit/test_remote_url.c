/* Addresses of the shared tier, as users write them. */
#include "tests/unit/unit.h"

#include "cache/remote/url.h"

static void addresses_are_read(void **state)
{
	static const struct {
		const char *text;
		struct url url;
	} cases[] = {
		{"redis://cache", {.host = "cache", .port = "6379"}},
		{"redis://cache/", {.host = "cache", .port = "6379"}},
		{"redis://10.0.0.1:7000/3",
		 {.host = "10.0.0.1", .port = "7000", .database = 3}},
		{"redis://[::1]/2",
		 {.host = "::1", .port = "6379", .database = 2}},
		{"redis://[fe80::1%eth0]:65535",
		 {.host = "fe80::1%eth0", .port = "65535"}},
		{"rediss://cache.example:1",
		 {.host = "cache.example", .port = "1", .is_tls = true}},
		{"unix:///run/redis.sock",
		 {.path = "/run/redis.sock", .is_unix = true}},
		{"unix:///run/redis.sock?db=15",
		 {.path = "/run/redis.sock", .is_unix = true, .database = 15}},
	};
	(void)state;

	for (size_t i = 0; i < array_size(cases); i++) {
		const struct url *wanted = &cases[i].url;
		struct url url;

		assert_null(url_parse(cases[i].text, &url));
		assert_string_equal(url.host, wanted->host);
		assert_string_equal(url.port, wanted->port);
		assert_string_equal(url.path, wanted->path);
		assert_int_equal(url.database, wanted->database);
		assert_int_equal(url.is_tls, wanted->is_tls);
		assert_int_equal(url.is_unix, wanted->is_unix);
	}
}

static void what_is_no_address_is_refused(void **state)
{
	static const struct {
		const char *text;
		const char *why;
	} cases[] = {
		{"", "begins with"},
		{"cache:6379", "begins with"},
		{"http://cache", "begins with"},
		{"redis:cache", "begins with"},
		{"redis://", "host"},
		{"redis:///1", "host"},
		{"redis://:6379", "host"},
		{"redis://a b", "host"},
		{"redis://cache:", "port"},
		{"redis://cache:0", "port"},
		{"redis://cache:65536", "port"},
		{"redis://cache:x", "port"},
		{"redis://cache: 1", "port"},
		{"redis://cache:00000001", "port"},
		{"redis://::1", "brackets"},
		{"redis://[::1", "bracket"},
		{"redis://[::1]6379", "bracket"},
		{"redis://[]", "host"},
		{"redis://cache/one", "database"},
		{"redis://cache/-1", "database"},
		{"redis://cache/99999999999", "database"},
		{"redis://:secret@cache", "password"},
		{"redis://me:secret@cache", "password"},
		{"unix://run/redis.sock", "full"},
		{"unix://", "full"},
		{"unix:///run/redis.sock?db=x", "database"},
		{"unix:///run/redis.sock?timeout=1", "?db="},
	};
	(void)state;

	for (size_t i = 0; i < array_size(cases); i++) {
		struct url url = {.database = 7};
		const char *why = url_parse(cases[i].text, &url);

		assert_non_null(why);
		if (!strstr(why, cases[i].why))
			fail_msg("'%s': %s", cases[i].text, why);
		assert_int_equal(url.database, 7);
	}
}

static void what_is_too_long_is_refused(void **state)
{
	char text[512] = "redis://";
	struct url url;
	(void)state;

	memset(text + 8, 'a', URL_HOST_SIZE - 1);
	assert_null(url_parse(text, &url));
	text[8 + URL_HOST_SIZE - 1] = 'a';
	assert_non_null(url_parse(text, &url));

	memset(text, 0, sizeof(text));
	memcpy(text, "unix:///", 8);
	memset(text + 8, 'a', URL_PATH_SIZE - 2);
	assert_null(url_parse(text, &url));
	text[8 + URL_PATH_SIZE - 2] = 'a';
	assert_non_null(url_parse(text, &url));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(addresses_are_read),
		cmocka_unit_test(what_is_no_address_is_refused),
		cmocka_unit_test(what_is_too_long_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
