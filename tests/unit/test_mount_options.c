#include "tests/unit/unit.h"

#include "fs/mount/ops/link.h"
#include "fs/mount/session/options.h"

#include <stdio.h>

static struct session_options parse(const char *list)
{
	struct session_options options = SESSION_DEFAULT;
	char *why;

	if (!mount_options_parse(list, &options, &why)) {
		print_error("%s: %s\n", list, why);
		fail();
	}
	return options;
}

static void options_set_what_they_say(void **state)
{
	struct session_options options = parse(
		"level=fast,,virtual=visible,max_size=2M,wait=3s,"
		"workers=7,allow_other,ro,cache=/a\\,b,x-systemd.automount");

	(void)state;
	assert_int_equal(options.service.settings.level, LEVEL_FAST);
	assert_true(options.virtual_visible);
	assert_int_equal(options.service.settings.max_size, 2 << 20);
	assert_int_equal(options.service.settings.wait_ms, 3000);
	assert_int_equal(options.service.settings.workers, 7);
	assert_true(options.allow_other);
	assert_string_equal(options.service.cache_directory, "/a,b");
	assert_null(options.libfuse_options);
	session_options_release(&options);
}

static void options_of_libfuse_are_passed_on(void **state)
{
	struct session_options options =
		parse("noexec,on_invalid=serve,max_read=4096,auto_unmount");

	(void)state;
	assert_string_equal(options.libfuse_options,
			    "noexec,max_read=4096,auto_unmount");
	session_options_release(&options);
}

static void policies_are_told_by_words(void **state)
{
	struct session_options options =
		parse("on_error=serve,on_invalid=lastgood,errno=eio,state=/x,"
		      "state_size=3M,never_valid=serve,trust-config");
	const struct policy_rules *rules = &options.service.settings.policy;

	(void)state;
	assert_int_equal(rules->on_invalid, POLICY_LAST_GOOD);
	assert_int_equal(rules->on_error, POLICY_SERVE);
	assert_int_equal(rules->never_valid, POLICY_SERVE);
	assert_true(rules->denies_with_eio);
	assert_true(options.service.settings.trust_config);
	assert_string_equal(options.state_directory, "/x");
	assert_int_equal(options.state_bytes, 3 << 20);
	session_options_release(&options);

	/* What cannot be decided counts as invalid. */
	options = parse("on_invalid=deny");
	assert_int_equal(rules->on_error, POLICY_DENY);
	assert_int_equal(rules->never_valid, POLICY_DENY);
	session_options_release(&options);
}

static void strict_and_rehash_trust_no_index(void **state)
{
	static const struct {
		const char *list;
		bool use_index;
	} cases[] = {
		{"ro", true},
		{"coherence=auto", true},
		{"coherence=fast", true},
		{"coherence=strict", false},
		{"coherence=rehash", false},
		{"coherence=strict,coherence=auto", true},
	};

	(void)state;
	for (size_t i = 0; i < array_size(cases); i++) {
		struct session_options options = parse(cases[i].list);

		assert_int_equal(options.service.settings.use_index,
				 cases[i].use_index);
		session_options_release(&options);
	}
}

static void numbers_have_units(void **state)
{
	static const struct {
		const char *list;
		uint64_t max_size;
		unsigned wait_ms;
	} cases[] = {
		{"max_size=1", 1, 50},		 {"max_size=10k", 10240, 50},
		{"max_size=1G", 1 << 30, 50},	 {"wait=0", 64 << 20, 0},
		{"wait=75ms", 64 << 20, 75},	 {"wait=75", 64 << 20, 75},
		{"wait=600s", 64 << 20, 600000},
	};

	(void)state;
	for (size_t i = 0; i < array_size(cases); i++) {
		struct session_options options = parse(cases[i].list);

		assert_int_equal(options.service.settings.max_size,
				 cases[i].max_size);
		assert_int_equal(options.service.settings.wait_ms,
				 cases[i].wait_ms);
		session_options_release(&options);
	}
}

static void wrong_options_are_refused_with_a_reason(void **state)
{
	static const struct {
		const char *list;
		const char *part; /* of the message */
	} cases[] = {
		{"allow_othr", "did you mean 'allow_other'"},
		{"levl=fast", "did you mean 'level'"},
		{"qqqqqqqqqqqq", "unknown option 'qqqqqqqqqqqq'"},
		{"level=quick", "cannot be 'quick': use fast or standard"},
		{"level=thorough", "not available yet"},
		{"on_invalid=den", "'den': use serve, deny or lastgood"},
		{"never_valid=lastgood", "use serve or deny"},
		{"errno=ENOENT", "use EACCES or EIO"},
		{"config=/nowhere", "No such file"},
		{"state_size=0", "state_size"},
		{"on_invalid=no", "use serve"},
		{"coherence=no", "use auto, fast, strict or rehash"},
		{"level", "needs a value"},
		{"ro=yes", "takes no value"},
		{"suid", "not allowed"},
		{"max_size=", "max_size"},
		{"max_size=0", "max_size"},
		{"max_size=-1", "max_size"},
		{"max_size=2G", "max_size"},
		{"max_size=1KB", "max_size"},
		{"max_size=99999999999999999999999", "max_size"},
		{"wait=1h", "wait"},
		{"wait=601s", "wait"},
		{"workers=0", "workers"},
		{"workers=257", "workers"},
		{"workers=2x", "workers"},
		{"ro,virtual=no,level=fast", "'virtual' cannot be 'no'"},
	};

	(void)state;
	for (size_t i = 0; i < array_size(cases); i++) {
		struct session_options options = SESSION_DEFAULT;
		char *why = NULL;

		if (mount_options_parse(cases[i].list, &options, &why) ||
		    !why || !strstr(why, cases[i].part)) {
			print_error("%s: %s\n", cases[i].list,
				    why ? why : "accepted");
			fail();
		}
		free(why);
		session_options_release(&options);
	}
}

static void links_into_the_source_become_relative(void **state)
{
	static const struct {
		const char *what;
		const char *path;
		const char *target;
		const char *root;
		const char *wanted; /* NULL: as it is */
	} cases[] = {
		{"in the root", "l", "/s/a", "/s", "a"},
		{"in a folder", "d/l", "/s/a", "/s", "../a"},
		{"deep", "d/e/l", "/s/d/x", "/s", "../../d/x"},
		{"the root", "l", "/s", "/s", "."},
		{"the root with a slash", "l", "/s/", "/s", "."},
		{"the root from a folder", "d/l", "/s", "/s", ".."},
		{"the root from below", "d/e/l", "/s//", "/s", "../.."},
		{"slashes", "l", "/s//a//b", "/s", "a//b"},
		{"elsewhere", "l", "/t/a", "/s", NULL},
		{"a longer name", "l", "/sa/a", "/s", NULL},
		{"relative", "l", "s/a", "/s", NULL},
		{"empty", "l", "", "/s", NULL},
		{"out by dots", "l", "/s/../t", "/s", NULL},
		{"out at the end", "l", "/s/a/..", "/s", NULL},
		{"dots in a name", "l", "/s/..a/b..", "/s", "..a/b.."},
		{"all of the system", "l", "/etc/x", "/", NULL},
	};

	(void)state;
	for (size_t i = 0; i < array_size(cases); i++) {
		char *got = link_relative(cases[i].path, cases[i].target,
					  cases[i].root);

		if ((got != NULL) != (cases[i].wanted != NULL) ||
		    (got && strcmp(got, cases[i].wanted) != 0)) {
			print_error("%s: %s\n", cases[i].what,
				    got ? got : "NULL");
			fail();
		}
		free(got);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(options_set_what_they_say),
		cmocka_unit_test(options_of_libfuse_are_passed_on),
		cmocka_unit_test(policies_are_told_by_words),
		cmocka_unit_test(strict_and_rehash_trust_no_index),
		cmocka_unit_test(numbers_have_units),
		cmocka_unit_test(wrong_options_are_refused_with_a_reason),
		cmocka_unit_test(links_into_the_source_become_relative),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
