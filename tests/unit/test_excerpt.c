/* Lines that findings are about: keys are shown, values and comments never. */
#include "tests/unit/unit.h"

#include "validate/excerpt/excerpt.h"
#include "validate/excerpt/width.h"

#include <errno.h>
#include <stdio.h>

/* A text opened for excerpts; opened_release() it. */
struct opened {
	char *bytes; /* an exactly sized heap block */
	struct arena arena;
	struct excerpt_source source;
	int result;
};

static void opened_as(struct opened *opened, const char *format,
		      const char *dialect, struct span text, bool show_values)
{
	const struct limits limits = LIMITS_DEFAULT;
	struct excerpt_request request = {
		.choice = {format_find(format), dialect},
		.limits = &limits,
		.show_values = show_values,
	};

	opened->bytes = malloc(text.size ? text.size : 1);
	if (text.size)
		memcpy(opened->bytes, text.data, text.size);
	request.content = (struct span){opened->bytes, text.size};
	arena_init(&opened->arena, limits.arena_bytes);
	opened->result =
		excerpt_open(&request, &opened->arena, &opened->source);
}

static void opened_release(struct opened *opened)
{
	arena_release(&opened->arena);
	free(opened->bytes);
}

struct line_case {
	const char *what;
	const char *format;
	const char *dialect;
	const char *text;
	uint32_t line;
	uint32_t column;
	uint32_t length;
	const char *shown; /* NULL: nothing */
	uint32_t indent;
	uint32_t underline;
};

/* Tells what is wrong and goes on; the number of lines that are wrong. */
static int check_line(const struct line_case *test, bool show_values,
		      uint32_t max_columns)
{
	struct opened opened;
	const struct excerpt_place place = {test->line, test->column,
					    test->length, max_columns};
	struct excerpt excerpt = {"", 0, 0};

	opened_as(&opened, test->format, test->dialect, span_of(test->text),
		  show_values);
	assert_int_equal(opened.result, 0);

	const int r =
		excerpt_line(&opened.source, place, &opened.arena, &excerpt);

	const bool is_right =
		r == (test->shown != NULL) &&
		(!test->shown || (strcmp(excerpt.text, test->shown) == 0 &&
				  excerpt.indent == test->indent &&
				  excerpt.underline == test->underline));

	if (!is_right)
		print_error("%s: %d '%s' %u+%u\n", test->what, r, excerpt.text,
			    excerpt.indent, excerpt.underline);
	opened_release(&opened);
	return is_right ? 0 : 1;
}

static const struct line_case hidden_cases[] = {
	{"YAML value", "yaml", "", "port: 80 80 # x\n", 1, 7, 5, "port: ***", 6,
	 3},
	{"YAML key", "yaml", "", "a:\n  port: 8080\n", 2, 3, 4, "  port: ***",
	 2, 4},
	{"YAML list", "yaml", "", "a: [x, 'y z', {k: v}]\n", 1, 8, 5,
	 "a: [***, ***, {k: ***}]", 9, 3},
	{"YAML item", "yaml", "", "- - k: v\n", 1, 5, 1, "- - k: ***", 4, 1},
	{"YAML tag and anchor", "yaml", "", "a: !t &b v\nc: *b\n", 1, 10, 1,
	 "a: ***", 3, 3},
	{"YAML alias", "yaml", "", "a: &b v\nc: *b\n", 2, 4, 2, "c: ***", 3, 3},
	{"YAML merge", "yaml", "", "b: &b {k: 1}\nc:\n  <<: *b\n", 3, 3, 2,
	 "  <<: ***", 2, 2},
	{"YAML merged from", "yaml", "", "b: &b {k: {l: 1}}\nc:\n  <<: *b\n", 1,
	 8, 1, "b: *** {k: {l: ***}}", 8, 1},
	{"YAML block, its start", "yaml", "", "a: |\n  x: y\n", 1, 4, 1,
	 "a: ***", 3, 3},
	{"YAML block, within", "yaml", "", "a: |\n  x: [y\nb: 1\n", 2, 3, 1,
	 NULL, 0, 0},
	{"YAML text of many lines", "yaml", "", "a: \"x\n  - [y: z\"\nb: 1\n",
	 2, 3, 1, NULL, 0, 0},
	{"YAML comment alone", "yaml", "", "# a: [\nb: 1\n", 1, 1, 1, NULL, 0,
	 0},
	{"YAML complex key", "yaml", "", "? [x, y]\n: z\n", 1, 3, 6,
	 "? [***, ***]", 2, 10},
	{"YAML second document", "yaml", "", "a: 1\n---\nb: 2\n", 3, 4, 1,
	 "b: ***", 3, 3},
	{"YAML that is broken later", "yaml", "", "a: b\nc: [x, y\n", 2, 5, 1,
	 "c: [***, ***", 4, 3},
	{"YAML that is lost", "yaml", "", "a: b\nc: @x\nd: [, y\n", 3, 1, 1,
	 NULL, 0, 0},
	{"YAML that is wrong there", "yaml", "", "a: b\nc: ]x\n", 2, 4, 1,
	 "c: ***", 3, 3},
	{"YAML open text", "yaml", "", "a: 1\nb: \"x\n- [y\n", 3, 1, 1, NULL, 0,
	 0},
	{"JSON", "json", "", "{\"k\": \"v\", \"l\": [1, true]}", 1, 18, 1,
	 "{\"k\": ***, \"l\": [***, ***]}", 17, 3},
	{"JSON trailing comma", "json", "", "{\"k\": 1,}", 1, 8, 1,
	 "{\"k\": ***,***", 9, 1},
	{"JSON that is lost", "json", "", "{\"k\": ,[[x", 1, 7, 1,
	 "{\"k\": ,***", 6, 1},
	{"JSON no value", "json", "", "{\"k\": nope}", 1, 7, 1, "{\"k\": ***",
	 6, 3},
	{"JSON open text", "json", "", "{\"k\": \"x, [{\n}", 1, 7, 3,
	 "{\"k\": ***", 6, 3},
	{"JSON comments", "jsonc", "jsonc", "{/* { */ \"k\": 1, // [,\n}", 1,
	 10, 3, "{*** \"k\": ***, ***", 5, 3},
	{"JSON comment of many lines", "jsonc", "jsonc",
	 "{/*\n, [ */ \"k\": 1}", 2, 8, 3, "*** \"k\": ***}", 4, 3},
	{"JSON comment that seems to end", "jsonc", "jsonc",
	 "{/*/\n[ */ \"k\": 1}", 2, 6, 3, "*** \"k\": ***}", 4, 3},
	{"YAML braces for brackets", "yaml", "", "a: {x, 'y', b: c}\n", 1, 4, 1,
	 "a: {***, ***, b: ***}", 3, 1},
	{"YAML without a space", "yaml", "", "a: {b:x, c:'y'}\n", 1, 4, 1,
	 "a: {***, ***}", 3, 1},
	{"YAML key and colon apart", "yaml", "", "? b\n: x\n", 1, 3, 1, "? b",
	 2, 1},
	{"JSON braces for brackets", "json", "", "{\"k\": {\"x\", \"y\"}}", 1,
	 11, 1, "{\"k\": {***, ***", 10, 1},
	{"JSON braces around one", "json", "", "{\"k\": {\"x\"}}", 1, 11, 1,
	 "{\"k\": {***}***", 10, 1},
	{"JSON space in front of the colon", "json", "", "{\"k\" \t: 1}", 1, 9,
	 1, "{\"k\"     : ***}", 11, 3},
	{"env, what is no name", "env", "", "A=x\nab+c/d==\n", 2, 1, 1,
	 "***=***", 0, 3},
	{"NDJSON behind an error", "ndjson", "ndjson",
	 "{\"k\": x}\n{\"l\": 2}\n", 2, 2, 3, "{\"l\": ***}", 1, 3},
	{"TOML", "toml", "", "a.\"b\" = [1, {c = 2}] # x", 1, 9, 1,
	 "a.\"b\" = [***, {c = ***}] ***", 8, 1},
	{"TOML table", "toml", "", "[a.b]\nc = 1\n", 1, 4, 1, "[a.b]", 3, 1},
	{"TOML key that is there already", "toml", "", "a = 1\na = \"[x\"\n", 2,
	 1, 1, "a = ***", 0, 1},
	{"TOML text of many lines that is not kept", "toml", "",
	 "a = 1\na = \"\"\"\n[x\n\"\"\"\n", 3, 1, 1, NULL, 0, 0},
	{"TOML that is broken", "toml", "", "a = 1\nb = x\n", 1, 1, 1, NULL, 0,
	 3},
	{"INI", "ini", "", "[s]\na = x ; [y\n", 2, 5, 1, "a = ***", 4, 3},
	{"INI section", "ini", "", "[s]\na = x\n", 1, 2, 1, "[s]", 1, 1},
	{"INI value of many lines", "ini", "setupcfg",
	 "[s]\na = x\n  [=\nb = 1\n", 3, 3, 1, NULL, 0, 0},
	{"INI key alone", "ini", "gitconfig", "[s]\nbare\n", 2, 1, 4, "bare", 0,
	 4},
	{"env", "env", "", "export A=x # y\n", 1, 8, 1, "*** A=***", 4, 1},
	{"properties", "properties", "properties", "a: b\\\n  =:c\n", 1, 1, 1,
	 "a: ***", 0, 1},
	{"properties, within", "properties", "properties", "a: b\\\n  =:c\n", 2,
	 3, 1, NULL, 0, 0},
	{"not UTF-8", "yaml", "", "a: \xff\n", 1, 4, 1, NULL, 0, 0},
	{"not UTF-8 in another format", "ini", "", "a = \xff\n", 1, 1, 1, NULL,
	 0, 0},
	{"no such line", "yaml", "", "a: 1\n", 9, 1, 1, NULL, 0, 0},
	{"an empty line", "yaml", "", "a: 1\n\n", 2, 1, 1, NULL, 0, 0},
	{"no line", "yaml", "", "a: 1\n", 0, 0, 0, NULL, 0, 0},
	{"nothing", "yaml", "", "", 1, 1, 1, NULL, 0, 0},
};

static void
keys_and_structure_are_shown_values_and_comments_are_not(void **state)
{

	int wrong = 0;

	(void)state;
	for (size_t i = 0; i < array_size(hidden_cases); i++)
		wrong += check_line(&hidden_cases[i], false, 100);
	assert_int_equal(wrong, 0);
}

static const struct line_case shown_cases[] = {
	{"as it is", "yaml", "", "port: 80 # x\n", 1, 7, 2, "port: 80 # x", 6,
	 2},
	{"broken", "toml", "", "a = x y\n", 1, 5, 3, "a = x y", 4, 3},
	{"space at the end", "yaml", "", "a: b  \n", 1, 4, 1, "a: b", 3, 1},
	{"tabs", "ini", "", "[s]\n\ta\t= b\n", 2, 6, 1, "    a    = b", 11, 1},
	{"controls", "yaml", "", "a: \033[1m\n", 1, 4, 2, "a: \\033[1m", 3, 5},
	{"bidi", "yaml", "",
	 "a: \xe2\x80\xae"
	 "b\n",
	 1, 5, 1, "a: \\342\\200\\256b", 15, 1},
	{"not UTF-8", "yaml", "",
	 "a: \xff"
	 "b\n",
	 1, 4, 1, "a: \\377b", 3, 4},
	{"wide", "yaml", "", "\xe4\xbd\xa0: \xe5\xa5\xbd x\n", 1, 4, 1,
	 "\xe4\xbd\xa0: \xe5\xa5\xbd x", 4, 2},
	{"combining", "yaml", "", "e\xcc\x81: x\n", 1, 5, 1, "e\xcc\x81: x", 3,
	 1},
	{"only a combining mark", "yaml", "", "e\xcc\x81: x\n", 1, 2, 1,
	 "e\xcc\x81: x", 1, 1},
	{"behind the end", "json", "", "{\"a\": 1\r\n", 1, 8, 1, "{\"a\": 1", 7,
	 1},
	{"far behind the end", "json", "", "{\"a\": 1\n2", 1, 99, 9,
	 "{\"a\": 1", 7, 1},
	{"longer than the line", "yaml", "", "a: b\nc: d\n", 1, 4, 50, "a: b",
	 3, 1},
};

static void with_values_the_line_is_shown_but_does_no_harm(void **state)
{

	int wrong = 0;

	(void)state;
	for (size_t i = 0; i < array_size(shown_cases); i++)
		wrong += check_line(&shown_cases[i], true, 100);
	assert_int_equal(wrong, 0);
}

static void long_lines_are_cut_around_the_caret(void **state)
{
	static const char text[] = "a: 0123456789 0123456789 0123456789\n";
	static const struct line_case cases[] = {
		{"cut on the right", "yaml", "", text, 1, 1, 1,
		 "a: 0123456789 ...", 0, 1},
		{"cut on the left", "yaml", "", text, 1, 35, 1,
		 "...789 0123456789", 16, 1},
		{"cut on both sides", "yaml", "", text, 1, 19, 2,
		 "...0123456789 012...", 7, 2},
	};
	int wrong = 0;

	(void)state;
	for (size_t i = 0; i < array_size(cases); i++)
		wrong += check_line(&cases[i], true, 20);
	assert_int_equal(wrong, 0);
}

static void utf16_and_byte_order_marks_are_understood(void **state)
{
	static const char wide[] = "\xff\xfe"
				   "a\0:\0 \0x\0\n\0b\0:\0 \0y\0";
	struct opened opened;
	struct excerpt excerpt;

	(void)state;
	opened_as(&opened, "yaml", "", (struct span){wide, sizeof(wide) - 1},
		  false);
	assert_int_equal(opened.result, 0);
	assert_int_equal(excerpt_line(&opened.source,
				      (struct excerpt_place){2, 4, 1, 100},
				      &opened.arena, &excerpt),
			 1);
	assert_string_equal(excerpt.text, "b: ***");
	assert_int_equal(excerpt.indent, 3);
	opened_release(&opened);

	static const struct line_case with_mark = {"byte order mark",
						   "json",
						   "",
						   "\xef\xbb\xbf{\"a\": 1}",
						   1,
						   7,
						   1,
						   "{\"a\": ***}",
						   6,
						   3};

	assert_int_equal(check_line(&with_mark, false, 100), 0);
}

static void encodings_are_those_that_the_format_knows(void **state)
{
	static const struct line_case latin = {
		"XML in Latin-1",
		"xml",
		"",
		"<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?>\n<a>\xe9 "
		"<b></a>",
		2,
		11,
		1,
		"<a>\xc3\xa9 <b></a>",
		10,
		1};

	(void)state;
	if (format_find("xml")->unavailable)
		skip();
	assert_int_equal(check_line(&latin, true, 100), 0);
}

/* Q, Z and W are in values and comments only. */
static const struct secret_text {
	const char *format;
	const char *dialect;
	const char *text;
} secrets[] = {
	{"yaml", "",
	 "# QZW, - [: {\n%YAML 1.2\n"
	 "---\n"
	 "a: QZW\nb: \"Q Z\\\"W\" # QZW\nc: 'QZ''W'\n"
	 "d: |2-\n   Q: Z\n  - W\ne: >+\n  Q\n\n  Z: W\n"
	 "f: [Q, {g: Z, \"h\": 'W'}, [Q, Z]]\n"
	 "i: !<tag:Q,Z> &Z W\nj: *Z\n"
	 "k: Q\n  Z\n  W\nl:\n- Q\n- - Z\n  - W\n"
	 "m: &Q {n: 12}\no:\n  <<: *Q\n  p: 'Q\n\n   Z'\n"
	 "? r\n: W\n...\n# Q\n--- # Z\n- W\n"},
	{"json", "",
	 "{\"a\": \"QZW\", \"b\": [\"Q\", {\"c\": \"Z, \\\"W\"}],\n"
	 " \"d\": {\"e\": [[\"Q\"], \"{Z}\"]}, \"f\": \"\\u0051\\nW\"}\n"},
	{"jsonc", "jsonc",
	 "// Q [\n{/* Z\n{ W */ \"a\": /*Q*/ \"Z\" /*W*/, // Q, {\n"
	 "\"b\": [\"Z\", /*/ W\n, Q */ \"Z\"],}\n"},
	{"ndjson", "ndjson",
	 "{\"a\": \"QZW\"}\n[\"Q\", \"Z\"]\n{\"b\": {\"c\": \"W, Q\"}}\n"},
	{"toml", "",
	 "# Q = [Z\na = \"QZW\" # Q\nb.c = 'Z\"W'\n"
	 "d = \"\"\"\nQ\nZ = [\n\"W\"\"\"\ne = [ \"Q\", # Z ]\n \"W\" ]\n"
	 "[f]\ng = {h = \"Q\", i = [\"Z\"]}\n[[j]]\nk = '''\n[Q]\nW'''\n"
	 "a = \"QZW\"\n"},
	{"ini", "",
	 "; Q = Z\n[s]\na = QZW\n# W\nb: Q [Z] = W\nc = \"Q\" ; Z\n"},
	{"ini", "setupcfg", "[s]\na = Q\n  [Z]\n\n  W = Q\nb: Z\n"},
	{"ini", "gitconfig",
	 "[s \"t\"]\n\ta = \"Q\\\n Z\" # W\n\tb = Q\\\n=Z\n"},
	{"ini", "systemd", "[S]\nA=Q \\\n  =Z\n# W\nB=W\n"},
	{"env", "",
	 "# Q=Z\nexport a=QZW # Q\nb=\"Q\nZ=W\n\"\nc='Z\nW'\nd=Q\\ Z\n"},
	{"properties", "properties",
	 "# Q\n! Z\na=QZW\nb: Q\\\n  Z=W\nc   Q Z\n"},
};

static void show_all_lines(const struct secret_text *secret, struct span text,
			   size_t *shown)
{
	struct opened opened;

	opened_as(&opened, secret->format, secret->dialect, text, false);
	assert_int_equal(opened.result, 0);
	for (uint32_t line = 1; line < 50; line++) {
		const struct excerpt_place place = {line, 1, 1, 1000};
		struct excerpt excerpt;

		if (excerpt_line(&opened.source, place, &opened.arena,
				 &excerpt) <= 0)
			continue;
		(*shown)++;
		if (excerpt.text[strcspn(excerpt.text, "QZW")])
			fail_msg("%s: '%s' of '%.*s'", secret->format,
				 excerpt.text, (int)text.size, text.data);
	}
	opened_release(&opened);
}

static void no_value_is_shown_however_the_text_is_cut(void **state)
{
	(void)state;
	for (size_t i = 0; i < array_size(secrets); i++) {
		const struct span all = span_of(secrets[i].text);
		size_t shown = 0;

		for (size_t size = 0; size <= all.size; size++)
			show_all_lines(&secrets[i],
				       (struct span){all.data, size}, &shown);
		assert_true(shown > all.size / 4);
	}
}

/* Put each breaker in the place of each byte that is no structure: an item of
 * a list may become a key, with every right. */
static void break_everywhere(const struct secret_text *secret, size_t *shown)
{
	static const char breakers[] = "\"'[}\n,\t\1";
	auto_free char *text = strdup(secret->text);
	const size_t size = strlen(text);

	for (size_t at = 0; at < size; at++) {
		const char byte = text[at];

		if (strchr("[]{},:", byte))
			continue;
		for (size_t i = 0; breakers[i]; i++) {
			text[at] = breakers[i];
			show_all_lines(secret, (struct span){text, size},
				       shown);
		}
		text[at] = byte;
	}
}

static void no_value_is_shown_whatever_breaks_the_text(void **state)
{
	(void)state;
	for (size_t i = 0; i < array_size(secrets); i++) {
		const char *format = secrets[i].format;
		size_t shown = 0;

		/* Elsewhere a broken line may well be a key. */
		if (strcmp(format, "json") != 0 &&
		    strcmp(format, "ndjson") != 0 &&
		    strcmp(format, "toml") != 0)
			continue;
		break_everywhere(&secrets[i], &shown);
		assert_true(shown > 0);
	}
}

static void a_long_line_costs_no_more_than_its_window(void **state)
{
	static const char unit[] = "{\"k\":1},";
	const size_t size = 1 << 20;
	auto_free char *text = malloc(size);
	struct opened opened;
	size_t shown = 0;

	(void)state;
	memset(text, ' ', size);
	for (size_t i = 8; i + 8 < size; i++)
		text[i] = unit[i % 8];
	text[0] = '[';
	opened_as(&opened, "json", "", (struct span){text, size}, false);
	assert_int_equal(opened.result, 0);
	for (uint32_t column = 1; column < size; column += size / 100) {
		const struct excerpt_place place = {1, column, 1000000, 100};
		const size_t before = opened.arena.used_bytes;
		struct excerpt excerpt;
		const int r = excerpt_line(&opened.source, place, &opened.arena,
					   &excerpt);

		assert_true(r >= 0);
		assert_true(opened.arena.used_bytes - before < 100000);
		if (r)
			assert_true(strlen(excerpt.text) <= 100);
		shown += r > 0;
	}
	assert_true(shown > 90);
	opened_release(&opened);
}

static int open_and_show(size_t limit_bytes)
{
	static const char text[] = "a: {b: [1, 2]}\nc: &x d\ne: *x\n";
	const struct limits limits = LIMITS_DEFAULT;
	const struct excerpt_request request = {
		.choice = {format_find("yaml"), ""},
		.content = span_of(text),
		.limits = &limits,
	};
	struct arena arena;
	struct excerpt_source source;
	struct excerpt excerpt;

	arena_init(&arena, limit_bytes);

	int r = excerpt_open(&request, &arena, &source);

	if (r == 0)
		r = excerpt_line(&source, (struct excerpt_place){1, 1, 1, 100},
				 &arena, &excerpt);
	arena_release(&arena);
	return r;
}

static void an_arena_that_ends_is_an_error(void **state)
{
	size_t limit = 0;
	int r;

	(void)state;
	while ((r = open_and_show(limit)) != 1) {
		assert_int_equal(r, -E2BIG);
		limit += limit < 256 ? 1 : 16;
		assert_true(limit < 1 << 20);
	}
	assert_true(limit > 0);
}

static void lines_may_be_asked_for_in_any_order(void **state)
{
	static const struct {
		struct excerpt_place place;
		const char *shown;
		uint32_t indent;
	} cases[] = {
		{{3, 4, 1, 100}, "c: ***", 3}, {{1, 1, 1, 100}, "a: ***", 0},
		{{2, 4, 1, 100}, "b: ***", 3}, {{2, 1, 1, 100}, "b: ***", 0},
		{{3, 1, 1, 100}, "c: ***", 0},
	};
	struct opened opened;

	(void)state;
	opened_as(&opened, "yaml", "", span_of("a: 1\nb: 2\nc: 3\n"), false);
	for (size_t i = 0; i < array_size(cases); i++) {
		struct excerpt excerpt;

		assert_int_equal(excerpt_line(&opened.source, cases[i].place,
					      &opened.arena, &excerpt),
				 1);
		assert_string_equal(excerpt.text, cases[i].shown);
		assert_int_equal(excerpt.indent, cases[i].indent);
	}
	opened_release(&opened);
}

static void widths_are_those_of_terminals(void **state)
{
	static const struct {
		const char *what;
		uint32_t code;
		uint32_t width;
	} cases[] = {
		{"letter", 'a', 1},
		{"umlaut", 0xe4, 1},
		{"combining acute", 0x301, 0},
		{"Hangul", 0xd55c, 2},
		{"Han", 0x4f60, 2},
		{"fullwidth A", 0xff21, 2},
		{"halfwidth kana", 0xff71, 1},
		{"joiner", 0x200d, 0},
		{"variation selector", 0xfe0f, 0},
		{"emoji", 0x1f600, 2},
		{"Han of plane 2", 0x20000, 2},
		{"last of Unicode", 0x10ffff, 1},
	};

	(void)state;
	for (size_t i = 0; i < array_size(cases); i++)
		if (width_of(cases[i].code) != cases[i].width)
			fail_msg("%s", cases[i].what);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			keys_and_structure_are_shown_values_and_comments_are_not),
		cmocka_unit_test(
			with_values_the_line_is_shown_but_does_no_harm),
		cmocka_unit_test(long_lines_are_cut_around_the_caret),
		cmocka_unit_test(utf16_and_byte_order_marks_are_understood),
		cmocka_unit_test(encodings_are_those_that_the_format_knows),
		cmocka_unit_test(no_value_is_shown_however_the_text_is_cut),
		cmocka_unit_test(no_value_is_shown_whatever_breaks_the_text),
		cmocka_unit_test(a_long_line_costs_no_more_than_its_window),
		cmocka_unit_test(an_arena_that_ends_is_an_error),
		cmocka_unit_test(lines_may_be_asked_for_in_any_order),
		cmocka_unit_test(widths_are_those_of_terminals),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
