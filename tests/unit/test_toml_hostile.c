/* The TOML reader against hostile files: limits, floods, damage. */
#include "tests/unit/unit.h"

#include "validate/host.h"

#include <errno.h>
#include <stdio.h>

static const struct {
	const char *what;
	const char *toml;
	uint32_t depth;
	uint32_t nodes;
	const char *rule; /* NULL: within the limits */
	uint32_t offset;
} limit_cases[] = {
	{"arrays at the limit", "a=[[]]", 3, 9, NULL, 0},
	{"arrays below it", "a=[[]]", 2, 9, "limit/depth", 3},
	{"inline tables", "a={b={}}", 2, 9, "limit/depth", 5},
	{"dots at the limit", "a.b=1", 2, 9, NULL, 0},
	{"dots", "a.b.c=1", 2, 9, "limit/depth", 2},
	{"dots give their depth back", "a.b=1\na.c=2", 2, 9, NULL, 0},
	{"value below dots", "a.b=[]", 2, 9, "limit/depth", 4},
	{"header at the limit", "[a]\nb=1\n[c]\nd=2", 2, 9, NULL, 0},
	{"header", "[a.b]", 2, 9, "limit/depth", 3},
	{"list", "[[a]]", 2, 9, "limit/depth", 2},
	{"table below a list", "[[a]]\n[a.b]", 3, 9, "limit/depth", 9},
	{"value below a header", "[a]\nb=[]", 2, 9, "limit/depth", 6},
	{"nodes at the limit", "a=[1]\nb=2", 9, 6, NULL, 0},
	{"nodes, a value", "a=[1]\nb=2", 9, 4, "limit/nodes", 8},
	{"nodes, its key", "a=[1]\nb=2", 9, 5, "limit/nodes", 8},
	{"nodes, an item", "a=[1,1]", 9, 4, "limit/nodes", 5},
	{"no node at all", "", 9, 0, "limit/nodes", 0},
};

static void expect_limit(size_t i, const struct reading *reading)
{
	const struct raw_finding *finding = &reading->findings.list[0];

	if (reading->findings.count != 1 || !reading->findings.is_undecided ||
	    strcmp(finding->rule, limit_cases[i].rule) != 0 ||
	    finding->place.offset != limit_cases[i].offset)
		fail_msg("%s", limit_cases[i].what);
	assert_int_equal(reading->doc.documents[0].root, DOC_NONE);
}

static void limits_stop_the_reader_and_are_named(void **state)
{
	(void)state;
	for (size_t i = 0; i < array_size(limit_cases); i++) {
		struct reading reading = {.limits = LIMITS_DEFAULT};

		reading.limits.depth = limit_cases[i].depth;
		reading.limits.nodes = limit_cases[i].nodes;
		reading_run(&reading, "toml", "", span_of(limit_cases[i].toml));
		assert_int_equal(reading.result, 0);
		if (limit_cases[i].rule)
			expect_limit(i, &reading);
		else if (reading.findings.count)
			fail_msg("%s", limit_cases[i].what);
		reading_release(&reading);
	}
}

/* A growing text. */
struct text {
	char *data;
	size_t size;
};

static void add_text(struct text *text, const char *more)
{
	const size_t size = strlen(more);

	memcpy(text->data + text->size, more, size + 1);
	text->size += size;
}

static void deep_nesting_cannot_overrun_the_stack(void **state)
{
	enum { DEEP = 200000 };
	static const char *const openings[] = {"[", "{a=", "{a.b="};
	auto_free char *data = calloc(DEEP, 6);

	(void)state;
	for (size_t i = 0; i < array_size(openings); i++) {
		struct text text = {data, 0};
		struct reading reading = {.limits = LIMITS_DEFAULT};

		reading.limits.depth = UINT32_MAX;
		add_text(&text, "a=");
		for (int n = 0; n < DEEP; n++)
			add_text(&text, openings[i]);
		reading_run(&reading, "toml", "",
			    (struct span){data, text.size});
		assert_int_equal(reading.result, 0);
		assert_string_equal(reading.findings.list[0].rule,
				    "limit/depth");
		reading_release(&reading);
	}
}

static void reading_can_be_cancelled(void **state)
{
	atomic_bool cancel = true;
	const struct host host = {.cancel = &cancel};
	auto_free char *data = calloc(20000, 3);
	struct text text = {data, 0};
	struct arena arena;
	struct doc doc;
	struct findings findings;
	const struct limits limits = LIMITS_DEFAULT;

	(void)state;
	add_text(&text, "a=[");
	for (int i = 0; i < 20000; i++)
		add_text(&text, "1,");
	add_text(&text, "]");
	arena_init(&arena, limits.arena_bytes);
	findings_init(&findings, &arena, limits.findings);

	const struct span source = {data, text.size};

	doc_init(&doc, &arena, source, limits.nodes);

	struct parse parse = {.source = source,
			      .limits = &limits,
			      .host = &host,
			      .dialect = "",
			      .doc = &doc,
			      .findings = &findings};

	assert_int_equal(format_find("toml")->read(&parse), -ECANCELED);
	assert_int_equal(findings.count, 0);
	arena_release(&arena);
}

static void add_numbered(struct text *text, uint32_t number)
{
	char pair[32];

	(void)snprintf(pair, sizeof(pair), "k%05u = 1\n", number);
	add_text(text, pair);
}

/* Keys of a large table in some order, each of them twice. */
static void read_twice(const char *what, uint32_t count, uint32_t step)
{
	auto_free char *data = calloc(count, 64);
	struct text text = {data, 0};
	struct reading reading = {.limits = LIMITS_DEFAULT};

	reading.limits.findings = count * 2;
	for (uint32_t i = 0; i < count * 2; i++)
		add_numbered(&text, (uint32_t)((uint64_t)i * step % count));
	reading_run(&reading, "toml", "", (struct span){data, text.size});
	assert_int_equal(reading.result, 0);
	if (reading.findings.count != count ||
	    reading.doc.nodes[0].size != count)
		fail_msg("%s: %u", what, reading.findings.count);
	for (uint32_t i = 0; i < count; i++) {
		const struct raw_finding *finding = &reading.findings.list[i];
		char first[32];

		(void)snprintf(first, sizeof(first), "on line %u;", i + 1);
		assert_non_null(strstr(finding->message, first));
		assert_int_equal(finding->place.offset, (count + i) * 11);
	}
	reading_release(&reading);
}

static void every_key_of_a_large_table_is_found(void **state)
{
	(void)state;
	for (uint32_t count = 1; count < 40; count++)
		read_twice("few", count, 1);
	read_twice("rising", 5000, 1);
	read_twice("falling", 5000, 4999);
	read_twice("mixed", 5000, 1237);
}

/*
 * Keys of 16 bytes with one doc_hash(): its state after eight bytes, mixed
 * into the other eight, must come out the same.
 */
static uint64_t state_after(uint64_t word)
{
	uint64_t hash = 16 * 0x9e3779b97f4a7c15u;

	hash = (hash ^ word) * 0xff51afd7ed558ccdu;
	return hash ^ hash >> 32;
}

enum { COLLIDING = 100000, COLLIDING_SIZE = 16 };

static void make_colliding(char *key)
{
	for (uint64_t found = 0, tries = 0; found < COLLIDING; tries++) {
		const uint64_t words[2] = {tries, state_after(tries) ^
							  0x1234567890abcdefu};

		/* ASCII only. */
		if ((words[0] | words[1]) & 0x8080808080808080u)
			continue;
		memcpy(key, words, COLLIDING_SIZE);
		key += COLLIDING_SIZE;
		found++;
	}
}

static int compare_bytes(const void *left, const void *right)
{
	return memcmp(left, right, COLLIDING_SIZE);
}

static void add_escaped_pair(struct text *text, const char *key)
{
	char escape[8];

	add_text(text, "\"");
	for (size_t i = 0; i < COLLIDING_SIZE; i++) {
		(void)snprintf(escape, sizeof(escape), "\\x%02x",
			       (unsigned)(unsigned char)key[i]);
		add_text(text, escape);
	}
	add_text(text, "\"=1\n");
}

static void keys_that_collide_are_not_slow(void **state)
{
	auto_free char *keys = calloc(COLLIDING, COLLIDING_SIZE);
	auto_free char *data = calloc(COLLIDING, 80);
	struct text text = {data, 0};
	struct reading reading = {0};

	(void)state;
	make_colliding(keys);
	/* Rising keys are the worst for a tree that does not balance. */
	qsort(keys, COLLIDING, COLLIDING_SIZE, compare_bytes);
	for (size_t i = 0; i < COLLIDING; i++) {
		const char *key = keys + i * (size_t)COLLIDING_SIZE;

		assert_int_equal(doc_hash((struct span){key, COLLIDING_SIZE}),
				 doc_hash((struct span){keys, COLLIDING_SIZE}));
		add_escaped_pair(&text, key);
	}

	reading_run(&reading, "toml", "", (struct span){data, text.size});
	assert_int_equal(reading.findings.count, 0);
	assert_int_equal(reading.doc.nodes[0].size, COLLIDING);
	reading_release(&reading);
}

static void a_message_shows_no_value_and_not_all_of_a_key(void **state)
{
	struct reading reading = {0};
	char toml[500];
	char key[200];
	struct text text = {toml, 0};

	(void)state;
	memset(key, 'k', sizeof(key) - 1);
	key[sizeof(key) - 1] = '\0';
	add_text(&text, "\"\\e[31m");
	add_text(&text, key);
	add_text(&text, "\"='x'\n\"\\e[31m");
	add_text(&text, key);
	add_text(&text, "\"='secret'\n");
	reading_run(&reading, "toml", "", span_of(toml));

	const char *message = reading.findings.list[0].message;

	assert_int_equal(reading.findings.count, 1);
	assert_null(strstr(message, "secret"));
	assert_null(strchr(message, '\x1b'));
	assert_true(strlen(message) < 140);
	reading_release(&reading);
}

static void a_small_arena_is_an_answer(void **state)
{
	static const char many[] =
		"a=0\nb=0\nc=0\nd=0\ne=0\nf=0\ng=0\nh=0\ni=0\nj=0\n"
		"k=0\nl=0\nm=0\nn=0\no=0\np=0\nq=0\nr=0\n";
	static const char *const texts[] = {
		"a.b = \"x\\ny\"\n[t]\nk=[1_0, 0xff, {c=1}]\n[[l]]\n[l.m]\n",
		"a=1\na=2\n[t]\n[t]\n",
		"a=1\na.b=2",
		many,
		"a = [",
	};

	(void)state;
	for (size_t i = 0; i < array_size(texts); i++) {
		size_t limit = 0;
		bool is_done = false;

		for (; !is_done && limit < 100000; limit++) {
			struct reading reading = {.limits = LIMITS_DEFAULT};

			reading.limits.arena_bytes = limit;
			reading_run(&reading, "toml", "", span_of(texts[i]));
			is_done = reading.result == 0;
			if (!is_done)
				assert_int_equal(reading.result, -E2BIG);
			reading_release(&reading);
		}
		assert_true(is_done);
		assert_true(limit > 100);
	}
}

static void expect_sound(const struct reading *reading)
{
	const uint32_t root = reading->doc.documents[0].root;

	assert_int_equal(reading->result, 0);
	assert_int_equal(reading->doc.document_count, 1);
	assert_true(root == DOC_NONE || root < reading->doc.count);
	for (uint32_t i = 0; i < reading->findings.count; i++) {
		const struct place place = reading->findings.list[i].place;

		assert_true(place.offset <= reading->doc.source.size);
		assert_true(
			place.node == DOC_NONE ||
			(root != DOC_NONE && place.node < reading->doc.count));
	}
}

static void a_repeat_in_what_is_dropped_has_no_node(void **state)
{
	static const char *const texts[] = {
		"a = 1\na = {b = 1, b = 2}",
		"a = 1\n[a]\nb = 1\nb = 2",
		"a = 1\na = 2\nb",
	};

	(void)state;
	for (size_t i = 0; i < array_size(texts); i++) {
		struct reading reading = {0};

		reading_run(&reading, "toml", "", span_of(texts[i]));
		assert_int_equal(reading.findings.count, 2);
		expect_sound(&reading);
		reading_release(&reading);
	}
}

/* Every prefix, and every text with a byte changed, is read without harm. */
static void damaged_text_is_read_without_harm(void **state)
{
	static const char whole[] =
		"#:schema s\n[a.'b'] # c\r\nk.\"\\u0041\" = \"\"\"x\\\n  "
		"y\"\"\"\n"
		"[[l]]\nd = [1979-05-27 07:32:00.5-07:00, 0x1_f, -1.5e+1_0, "
		"{x = 'y', }]\ne = '''z'''''\nf = \"\\U0001F600\\x41\"\n";
	static const char bytes[] = "\0\"'\\\n\r[]{}=.#,0_-+:eTx\x80\xff";

	(void)state;
	for (size_t size = 0; size < sizeof(whole); size++) {
		struct reading reading = {0};

		reading_run(&reading, "toml", "", (struct span){whole, size});
		expect_sound(&reading);
		reading_release(&reading);
	}
	for (size_t i = 0; i < (sizeof(whole) - 1) * sizeof(bytes); i++) {
		struct reading reading = {0};
		char text[sizeof(whole)];

		memcpy(text, whole, sizeof(whole));
		text[i / sizeof(bytes)] = bytes[i % sizeof(bytes)];
		reading_run(&reading, "toml", "",
			    (struct span){text, sizeof(whole) - 1});
		expect_sound(&reading);
		reading_release(&reading);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(limits_stop_the_reader_and_are_named),
		cmocka_unit_test(deep_nesting_cannot_overrun_the_stack),
		cmocka_unit_test(reading_can_be_cancelled),
		cmocka_unit_test(every_key_of_a_large_table_is_found),
		cmocka_unit_test(keys_that_collide_are_not_slow),
		cmocka_unit_test(a_message_shows_no_value_and_not_all_of_a_key),
		cmocka_unit_test(a_small_arena_is_an_answer),
		cmocka_unit_test(a_repeat_in_what_is_dropped_has_no_node),
		cmocka_unit_test(damaged_text_is_read_without_harm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
