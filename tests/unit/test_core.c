/* The small modules at the bottom: arena, digest, doc, text, verdict. */
#include "tests/unit/unit.h"

#include "validate/digest.h"
#include "validate/path.h"
#include "validate/text.h"
#include "validate/verdict.h"

#include <errno.h>
#include <stdio.h>
#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/asan_interface.h>
#endif

static void an_arena_stops_at_its_limit(void **state)
{
	struct arena arena;

	(void)state;
	arena_init(&arena, 100);
	assert_non_null(arena_alloc(&arena, 60));
	assert_null(arena_alloc(&arena, 41));
	assert_int_equal(arena.error, -E2BIG);
	assert_non_null(arena_alloc(&arena, 40));
	arena_reset(&arena);
	assert_int_equal(arena.error, 0);
	assert_non_null(arena_alloc(&arena, 100));
	arena_release(&arena);
}

static void a_piece_of_no_bytes_is_no_failure(void **state)
{
	struct arena arena;

	(void)state;
	arena_init(&arena, 0);
	assert_non_null(arena_alloc(&arena, 0));
	assert_int_equal(arena.error, 0);
	arena_release(&arena);
}

static void growing_in_an_arena_keeps_what_was_there(void **state)
{
	struct arena arena;
	char *text;

	(void)state;
	arena_init(&arena, SIZE_MAX / 2);
	text = arena_text(&arena, span_of("hello"));
	for (size_t size = 6; size < 300000; size *= 2) {
		text = arena_grow(&arena, text, size, size * 2);
		assert_string_equal(text, "hello");
		if (size % 3 == 0)
			assert_non_null(arena_alloc(&arena, 1));
	}
	arena_release(&arena);
}

/* So that an overrun inside a block does not go unseen by ASan. */
static void pieces_of_an_arena_are_guarded_under_asan(void **state)
{
	(void)state;
#ifdef __SANITIZE_ADDRESS__
	struct arena arena;

	arena_init(&arena, SIZE_MAX / 2);

	char *first = arena_alloc(&arena, 5);
	char *second = arena_alloc(&arena, 16);

	assert_non_null(first);
	assert_false(__asan_address_is_poisoned(first + 4));
	assert_true(__asan_address_is_poisoned(first + 5));
	assert_false(__asan_address_is_poisoned(second + 15));
	assert_true(__asan_address_is_poisoned(second + 16));
	assert_ptr_equal(arena_grow(&arena, second, 16, 20), second);
	assert_false(__asan_address_is_poisoned(second + 19));
	assert_true(__asan_address_is_poisoned(second + 20));
	arena_reset(&arena);
	assert_true(__asan_address_is_poisoned(first));
	arena_release(&arena);
#else
	skip();
#endif
}

static void an_arena_goes_back_to_a_mark(void **state)
{
	struct arena arena;
	struct arena mark;
	char *kept;

	(void)state;
	arena_init(&arena, 1000000);
	kept = arena_text(&arena, span_of("kept"));
	mark = arena;
	for (int i = 0; i < 9; i++)
		assert_non_null(arena_alloc(&arena, 100000));
	assert_null(arena_alloc(&arena, 100000));
	assert_int_equal(arena.error, -E2BIG);
	arena_rewind(&arena, &mark);
	assert_int_equal(arena.error, 0);
	assert_int_equal(arena.used_bytes, 5);
	assert_non_null(arena_alloc(&arena, 900000));
	assert_string_equal(kept, "kept");
	arena_release(&arena);
}

static void an_arena_takes_back_the_end_of_a_block(void **state)
{
	struct arena arena;
	char *text;

	(void)state;
	arena_init(&arena, 1000);
	text = arena_alloc(&arena, 900);
	assert_non_null(text);
	memcpy(text, "text", 4);
	arena_trim(&arena, text, 900, 4);
	assert_int_equal(arena.used_bytes, 4);
	memset(arena_alloc(&arena, 900), 0, 900);
	assert_memory_equal(text, "text", 4);
	arena_release(&arena);
}

static void parts_of_a_digest_are_kept_apart(void **state)
{
	struct digest_builder builder;

	(void)state;
	digest_begin(&builder);
	digest_add(&builder, span_of("ab"));
	digest_add(&builder, span_of("c"));

	const struct digest first = digest_end(&builder);

	digest_begin(&builder);
	digest_add(&builder, span_of("a"));
	digest_add(&builder, span_of("bc"));

	const struct digest second = digest_end(&builder);

	assert_false(digest_equal(&first, &second));
}

static void utf8_is_checked_to_the_letter(void **state)
{
	static const struct {
		const char *what;
		const char *bytes;
		size_t size;
		size_t good;
	} cases[] = {
		{"ascii", "plain text of some length", 25, 25},
		{"two, three, four bytes",
		 "\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80", 9, 9},
		{"overlong slash", "ab\xc0\xaf", 4, 2},
		{"overlong in three", "\xe0\x80\xaf", 3, 0},
		{"surrogate", "a\xed\xa0\x80", 4, 1},
		{"above the last", "\xf4\x90\x80\x80", 4, 0},
		{"cut short", "abc\xe2\x82", 5, 3},
		{"lone continuation", "\x80", 1, 0},
		{"behind sixteen", "0123456789abcdef\xff", 17, 16},
	};

	(void)state;
	for (size_t i = 0; i < array_size(cases); i++) {
		const struct span text = {cases[i].bytes, cases[i].size};

		if (text_utf8_prefix(text) != cases[i].good)
			fail_msg("%s", cases[i].what);
	}
}

static void utf16_becomes_utf8(void **state)
{
	struct arena arena;
	struct span out;

	(void)state;
	arena_init(&arena, 1000);
	assert_int_equal(text_from_utf16((struct span){"\xff\xfe"
						       "a\0\x3d\xd8\x00\xde",
						       8},
					 &arena, &out),
			 1);
	assert_true(span_is(out, "a\xf0\x9f\x98\x80"));
	assert_int_equal(text_from_utf16((struct span){"\xfe\xff\xd8\x3d", 4},
					 &arena, &out),
			 -EILSEQ);
	assert_int_equal(text_from_utf16(span_of("plain"), &arena, &out), 0);
	arena_release(&arena);
}

static void positions_count_code_points_and_lines(void **state)
{
	struct text_cursor cursor;
	const struct span text = span_of("a\r\n\xc3\xa9x\n\nend");

	(void)state;
	text_cursor_init(&cursor, text);
	assert_int_equal(text_position(&cursor, 5).column, 2);
	assert_int_equal(text_position(&cursor, 5).line, 2);
	assert_int_equal(text_position(&cursor, 8).line, 4);
	assert_int_equal(text_position(&cursor, 0).line, 1);
	assert_int_equal(text_position(&cursor, 99).column, 4);
	assert_int_equal(text_width(text, 3, 5), 2);
	assert_int_equal(text_width(text, 0, 2), 1);
}

static void paths_are_tidied_and_stay_inside(void **state)
{
	static const struct {
		const char *path;
		const char *tidy; /* NULL: it leads out */
	} cases[] = {
		{"a/b.json", "a/b.json"},
		{"./a//b/./c/", "a/b/c"},
		{"a/../b", "b"},
		{"a/b/../../c", "c"},
		{"/a", "a"},
		{"", ""},
		{"a/..", ""},
		{"...", "..."},
		{"a/..b/c", "a/..b/c"},
		{"..", NULL},
		{"a/../..", NULL},
		{"a/../../b", NULL},
	};
	char path[32];

	(void)state;
	for (size_t i = 0; i < array_size(cases); i++) {
		strcpy(path, cases[i].path);

		const bool is_inside = path_tidy(path);

		if (is_inside != (cases[i].tidy != NULL) ||
		    (is_inside && strcmp(path, cases[i].tidy) != 0))
			fail_msg("%s: %s", cases[i].path, path);
	}
	assert_true(path_is_url(span_of("https://example.com/x")));
	assert_false(path_is_url(span_of("a/b:c//d")));
}

/* {"a": [1, {"x/y": 2}], "a": 3} built by hand. */
static void build(struct doc *doc)
{
	const struct node text = {.type = NODE_STRING, .flags = NODE_KEY};
	const struct node number = {
		.type = NODE_NUMBER, .text = "1", .size = 1};
	struct node key_a = text;
	struct node key_x = text;

	key_a.text = "a";
	key_a.size = 1;
	key_a.hash = doc_hash(span_of("a"));
	key_x.text = "x/y";
	key_x.size = 3;
	key_x.hash = doc_hash(span_of("x/y"));
	assert_int_equal(doc_push(doc, (struct node){.type = NODE_OBJECT}), 0);
	assert_int_equal(doc_push(doc, key_a), 1);
	assert_int_equal(doc_push(doc, (struct node){.type = NODE_ARRAY}), 2);
	assert_int_equal(doc_push(doc, number), 3);
	assert_int_equal(doc_push(doc, (struct node){.type = NODE_OBJECT}), 4);
	assert_int_equal(doc_push(doc, key_x), 5);
	assert_int_equal(doc_push(doc, number), 6);
	doc_close(doc, 4, 1, 1);
	doc_close(doc, 2, 2, 1);
	assert_int_equal(doc_push(doc, key_a), 7);
	assert_int_equal(doc_push(doc, number), 8);
	doc_close(doc, 0, 2, 1);
}

static void note_repeat(void *ctx, uint32_t first, uint32_t second)
{
	uint32_t *sum = ctx;

	*sum += first * 100 + second;
}

static void a_doc_finds_keys_pointers_and_repeats(void **state)
{
	struct arena arena;
	struct doc doc;
	uint32_t sum = 0;

	(void)state;
	arena_init(&arena, 100000);
	doc_init(&doc, &arena, span_of("x"), 1000);
	build(&doc);
	assert_int_equal(doc_find(&doc, 0, span_of("a")), 2);
	assert_int_equal(doc_find(&doc, 4, span_of("x/y")), 6);
	assert_int_equal(doc_find(&doc, 4, span_of("x")), DOC_NONE);
	assert_string_equal(doc_pointer(&doc, &arena, 0, 0), "");
	assert_string_equal(doc_pointer(&doc, &arena, 0, 3), "/a/0");
	assert_string_equal(doc_pointer(&doc, &arena, 0, 6), "/a/1/x~1y");
	assert_string_equal(doc_pointer(&doc, &arena, 0, 5), "/a/1/x~1y");
	assert_int_equal(doc_visit_duplicates(&doc, 0, note_repeat, &sum), 0);
	assert_int_equal(sum, 107);
	arena_release(&arena);
}

static void a_verdict_is_sorted_sound_and_safe_to_read(void **state)
{
	struct arena arena;
	struct doc doc;
	struct findings findings;
	struct verdict *verdict;

	(void)state;
	arena_init(&arena, 100000);
	doc_init(&doc, &arena, span_of("one\ntwo\n"), 10);
	findings_init(&findings, &arena, 10);
	findings_add(&findings, SEVERITY_WARNING, "b/later", place_at(0, 4, 3),
		     "second %d", 2);
	findings_add(&findings, SEVERITY_ERROR, "a/first", place_at(0, 1, 2),
		     "first");
	assert_int_equal(verdict_build(&findings, &doc, "s.json", &verdict), 0);
	assert_int_equal(verdict->state, STATE_INVALID);
	assert_int_equal(verdict->findings[0].line, 1);
	assert_int_equal(verdict->findings[0].column, 2);
	assert_int_equal(verdict->findings[1].line, 2);
	assert_string_equal(verdict_text(verdict, verdict->findings[1].message),
			    "second 2");
	assert_string_equal(verdict_text(verdict, verdict->schema), "s.json");
	assert_true(verdict_is_sound(verdict, verdict->size));
	for (uint32_t size = 0; size < verdict->size; size++) {
		void *copy = malloc(size ? size : 1);

		memcpy(copy, verdict, size);
		assert_false(verdict_is_sound(copy, size));
		free(copy);
	}
	verdict->findings[0].rule = verdict->text_size;
	assert_false(verdict_is_sound(verdict, verdict->size));
	free(verdict);
	arena_release(&arena);
}

static void the_reason_is_what_could_not_be_decided(void **state)
{
	struct arena arena;
	struct doc doc;
	struct findings findings;
	struct verdict *verdict;

	(void)state;
	for (uint32_t kept = 0; kept < 4; kept++) {
		arena_init(&arena, 100000);
		doc_init(&doc, &arena, span_of("one\ntwo\n"), 10);
		findings_init(&findings, &arena, kept);
		findings_add(&findings, SEVERITY_ERROR, "a/first",
			     place_at(0, 0, 1), "wrong");
		findings_limit(&findings, "steps", place_at(0, 4, 1), 5);
		findings_undecided(&findings, "a/third", place_at(0, 2, 1),
				   "another reason");
		assert_int_equal(verdict_build(&findings, &doc, "", &verdict),
				 0);
		assert_int_equal(verdict->state, STATE_ERROR);
		assert_string_equal(verdict_text(verdict, verdict->reason),
				    "cannot be decided: more than the limit of "
				    "5 for steps");
		assert_int_equal(verdict->finding_count, kept);
		free(verdict);
		arena_release(&arena);
	}
}

static void messages_hold_nothing_that_a_terminal_obeys(void **state)
{
	static const struct {
		const char *what;
		const char *text;
		const char *plain;
	} cases[] = {
		{"nothing", "", ""},
		{"plain", "it's ~fine", "it's ~fine"},
		{"controls", "a\x1b[31m\nb\x7f", "a?[31m?b?"},
		{"C1",
		 "a\xc2\x9b"
		 "b\xc2\xa1",
		 "a?b\xc2\xa1"},
		{"bidi",
		 "\xe2\x80\xae"
		 "a\xd8\x9c\xe2\x81\xa6",
		 "?a??"},
		{"invisible",
		 "a\xe2\x80\x8b"
		 "b\xef\xbb\xbf",
		 "a?b?"},
		{"beyond ASCII", "\xe2\x80\x94\xf0\x9f\x98\x80\xd8\xa7",
		 "\xe2\x80\x94\xf0\x9f\x98\x80\xd8\xa7"},
		{"no UTF-8", "\xff\xc3(\xe2\x82",
		 "?"
		 "?(?"},
		{"loose ends",
		 "\x80\x80\x80"
		 "a",
		 "?a"},
	};

	(void)state;
	for (size_t i = 0; i < array_size(cases); i++) {
		char *text = strdup(cases[i].text);
		struct arena arena;
		struct findings findings;

		text_make_plain(text);
		if (strcmp(text, cases[i].plain) != 0)
			fail_msg("%s: %s", cases[i].what, text);
		free(text);
		arena_init(&arena, 10000);
		findings_init(&findings, &arena, 1);
		findings_add(&findings, SEVERITY_ERROR, "a/b",
			     place_at(0, 0, 1), "%s", cases[i].text);
		assert_string_equal(findings.list[0].message, cases[i].plain);
		arena_release(&arena);
	}
}

/* In an exactly sized block: an overread is seen. */
static void check_find(const char *text, size_t size, const char *word,
		       size_t rare)
{
	char *block = malloc(size + !size);

	assert_non_null(block);
	memcpy(block, text, size);
	assert_ptr_equal(text_find((struct span){block, size}, word, rare),
			 memmem(block, size, word, strlen(word)));
	free(block);
}

static void a_word_is_found_where_it_begins(void **state)
{
	static const char *const words[] = {"a", "ab", "aab", "aba", "abab"};
	uint32_t seed = 1;

	(void)state;
	for (unsigned round = 0; round < 20000; round++) {
		const char *word = words[round % array_size(words)];
		char text[12];

		for (size_t i = 0; i < sizeof(text); i++) {
			seed = seed * 1664525 + 1013904223;
			text[i] = "abb"[(seed >> 16) % 3];
		}
		check_find(text, (seed >> 8) % (sizeof(text) + 1), word,
			   (seed >> 20) % strlen(word));
	}
}

static void modelines_are_on_the_first_and_last_lines(void **state)
{
	static const char middle[] = "1\n2\n3\n4\n5\n";
	static const struct {
		const char *text;
		const char *format; /* of the modeline, or "" */
	} cases[] = {
		{"# vim: ft=toml\n", "toml"},
		{"# vim: ft=toml", "toml"},
		{"# vim: ft=toml\n1\n2\n3\n4\n", "toml"},
		{"# vim: ft=toml\n1\n2\n3\n4", "toml"},
		{"# vim: ft=toml\n1\n2\n3\n4\n5\n", ""},
		{"# vim: ft=toml\n1\n2\n3\n4\n5", ""},
	};

	(void)state;
	for (size_t i = 0; i < array_size(cases); i++) {
		char text[128];
		const int size = snprintf(text, sizeof(text), "%s%s", middle,
					  cases[i].text);
		const struct content_facts facts =
			content_facts_of((struct span){text, (size_t)size});
		const struct format_choice choice =
			content_facts_modeline(&facts);

		assert_string_equal(choice.format ? choice.format->name : "",
				    cases[i].format);
	}
}

static void formats_are_known_by_modeline_name_and_extension(void **state)
{
	static const struct {
		const char *path;
		const char *content;
		const char *format;
		const char *dialect;
	} cases[] = {
		{"a/b.yaml", "", "yaml", ""},
		{"a/B.YML", "", "yaml", ""},
		{"tsconfig.json", "", "jsonc", "jsonc"},
		{"tsconfig.build.json", "", "jsonc", "jsonc"},
		{".vscode/settings.json", "", "jsonc", "jsonc"},
		{"x/.vscode/a.json", "", "jsonc", "jsonc"},
		{"settings.json", "", "json", ""},
		{".env", "", "env", ""},
		{".env.local", "", "env", ""},
		{".envrc", "", NULL, ""},
		{"app.service", "", "ini", "systemd"},
		{"README", "", NULL, ""},
		{"README", "# vim: set ft=yaml :\na: 1\n", "yaml", ""},
		{"README", "# -*- mode: toml -*-\n", "toml", ""},
		{"README", "a\nb\nc\nd\ne\nf\ng\n# vim:ft=yaml\n", "yaml", ""},
		{"a.json", "// vim: ft=jsonc\n{}", "jsonc", "jsonc"},
	};

	(void)state;
	for (size_t i = 0; i < array_size(cases); i++) {
		const struct format_choice choice =
			format_detect(cases[i].path, span_of(cases[i].content));
		const char *name = choice.format ? choice.format->name : NULL;

		if (!name != !cases[i].format ||
		    (name && strcmp(name, cases[i].format) != 0) ||
		    strcmp(choice.dialect, cases[i].dialect) != 0)
			fail_msg("%s", cases[i].path);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_arena_stops_at_its_limit),
		cmocka_unit_test(a_piece_of_no_bytes_is_no_failure),
		cmocka_unit_test(growing_in_an_arena_keeps_what_was_there),
		cmocka_unit_test(pieces_of_an_arena_are_guarded_under_asan),
		cmocka_unit_test(an_arena_goes_back_to_a_mark),
		cmocka_unit_test(an_arena_takes_back_the_end_of_a_block),
		cmocka_unit_test(parts_of_a_digest_are_kept_apart),
		cmocka_unit_test(utf8_is_checked_to_the_letter),
		cmocka_unit_test(utf16_becomes_utf8),
		cmocka_unit_test(positions_count_code_points_and_lines),
		cmocka_unit_test(paths_are_tidied_and_stay_inside),
		cmocka_unit_test(a_doc_finds_keys_pointers_and_repeats),
		cmocka_unit_test(a_verdict_is_sorted_sound_and_safe_to_read),
		cmocka_unit_test(the_reason_is_what_could_not_be_decided),
		cmocka_unit_test(messages_hold_nothing_that_a_terminal_obeys),
		cmocka_unit_test(a_word_is_found_where_it_begins),
		cmocka_unit_test(modelines_are_on_the_first_and_last_lines),
		cmocka_unit_test(
			formats_are_known_by_modeline_name_and_extension),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
