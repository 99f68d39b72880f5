/* Patterns in gitignore syntax, by the rules that git documents. */
#include "tests/unit/unit.h"

#include "fs/config/glob.h"

#include <errno.h>

static const struct glob_place here = {"LABEL", 1};

/* An exactly sized copy without terminator. */
static char *copy(struct span text)
{
	char *bytes = malloc(text.size ? text.size : 1);

	for (size_t i = 0; i < text.size; i++)
		bytes[i] = text.data[i];
	return bytes;
}

/* Add a pattern from an exactly sized block, so that ASan sees overreads. */
static int add(struct glob_list *list, struct span pattern,
	       enum glob_fault *fault)
{
	char *bytes = copy(pattern);
	const int r = glob_list_add(list, (struct span){bytes, pattern.size},
				    here, fault);

	free(bytes);
	return r;
}

struct fixture {
	struct arena arena;
	struct glob_list list;
};

static void set_up(struct fixture *fixture, const char *lines)
{
	char *bytes = copy(span_of(lines));

	arena_init(&fixture->arena, (size_t)64 << 20);
	glob_list_init(&fixture->list, &fixture->arena);
	assert_int_equal(
		glob_list_add_lines(&fixture->list,
				    (struct span){bytes, strlen(lines)}, "L"),
		0);
	free(bytes);
}

static void tear_down(struct fixture *fixture)
{
	arena_release(&fixture->arena);
}

static const struct {
	const char *what;
	const char *pattern;
	const char *path;
	bool is_excluded;
} documented[] = {
	{"a name at any depth", "hello.txt", "x/y/hello.txt", true},
	{"a name is not a part of one", "hello", "hello.txt", false},
	{"everything below a name", "vendor", "a/vendor/b/c", true},
	{"slash at the start anchors", "/hello", "hello", true},
	{"... and not elsewhere", "/hello", "a/hello", false},
	{"slash in the middle anchors", "doc/f", "doc/f", true},
	{"... and not elsewhere (2)", "doc/f", "a/doc/f", false},
	{"slash at the end does not anchor", "f/", "a/f/b", true},
	{"slash at the end is for directories", "f/", "a/f", false},
	{"anchored directory", "a/b/", "a/b/c", true},
	{"anchored directory, file", "a/b/", "a/b", false},
	{"star", "*.tmp", "a/b.tmp", true},
	{"star takes nothing too", "a*b", "ab", true},
	{"star takes a dot at the start", "*rc", ".vimrc", true},
	{"star stops at slash", "foo/*", "foo/a", true},
	{"star stops at slash: directory matches", "foo/*", "foo/a/b", true},
	{"star stops at slash: name below", "foo/*.c", "foo/a/b.c", false},
	{"question mark", "a?c", "abc", true},
	{"question mark needs one", "a?c", "ac", false},
	{"question mark is no slash", "x/a?c", "x/a/c", false},
	{"range", "[a-c]x", "bx", true},
	{"range, outside", "[a-c]x", "dx", false},
	{"negated range", "[!a-c]x", "dx", true},
	{"negated with caret", "[^a-c]x", "ax", false},
	{"bracket first is a member", "[]x]", "]", true},
	{"hyphen last is a member", "[a-]", "-", true},
	{"class", "[[:digit:]]", "7", true},
	{"class, outside", "[[:digit:]]", "x", false},
	{"class and more", "[[:upper:]_]x", "_x", true},
	{"escape in a set", "[\\]]", "]", true},
	{"no class: bracket and colon", "[[:]", ":", true},
	{"reversed range keeps its start", "[z-a]", "z", true},
	{"reversed range, inside", "[z-a]", "m", false},
	{"bytes above ASCII", "[\xc3]\xa9", "\xc3\xa9", true},
	{"leading two stars", "**/foo", "a/b/foo", true},
	{"leading two stars, none", "**/foo", "foo", true},
	{"leading two stars, two names", "**/foo/bar", "x/foo/bar", true},
	{"leading two stars, apart", "**/foo/bar", "foo/x/bar", false},
	{"trailing two stars", "abc/**", "abc/d/e", true},
	{"trailing two stars, elsewhere", "abc/**", "x/abc/d", false},
	{"two stars in the middle", "a/**/b", "a/x/y/b", true},
	{"two stars in the middle, none", "a/**/b", "a/b", true},
	{"two stars in the middle, start", "a/**/b", "x/a/b", false},
	{"two stars beside others are one", "x/a**c", "x/a/c", false},
	{"two stars beside others match", "x/a**c", "x/abbc", true},
	{"two stars alone", "**", "a/b", true},
	{"backslash star", "a\\*", "a*", true},
	{"backslash star is no star", "a\\*", "ab", false},
	{"escaped slash", "a\\/b", "a/b", true},
	{"escaped hash", "\\#x", "#x", true},
	{"escaped exclamation mark", "\\!x", "!x", true},
	{"comment", "#x", "#x", false},
	{"spaces at the end", "x  ", "x", true},
	{"escaped space at the end", "x\\ ", "x ", true},
	{"escaped space, without", "x\\ ", "x", false},
	{"spaces inside", "a b", "a b", true},
	{"tab at the end counts", "x\t", "x", false},
	{"CR LF", "x\r\n", "x", true},
	{"byte order mark", "\xef\xbb\xbfx", "x", true},
	{"case counts", "README", "readme", false},
	{"slash alone", "/", "a", false},
	{"two slashes", "a//b", "a/b", false},
	{"two slashes at the end", "a//", "a/b", false},
	{"dot never matches", "./a", "a", false},
	{"open bracket never matches", "a[b", "a[b", false},
	{"unknown class never matches", "[[:x:]]", "x", false},
	{"backslash at the end never matches", "a\\", "a\\", false},
	{"negated alone", "!a", "a", false},
};

static void one_pattern_excludes_as_git_documents(void **state)
{

	(void)state;
	for (size_t i = 0; i < array_size(documented); i++) {
		struct fixture fixture;

		set_up(&fixture, documented[i].pattern);
		if ((glob_list_exclude(&fixture.list, documented[i].path,
				       false) != NULL) !=
		    documented[i].is_excluded)
			fail_msg("%s", documented[i].what);
		tear_down(&fixture);
	}
}

static void the_last_match_wins_but_nothing_below_comes_back(void **state)
{
	static const struct {
		const char *what;
		const char *lines;
		const char *path;
		bool is_directory;
		uint32_t line; /* of the pattern that excludes; 0: none */
	} cases[] = {
		{"taken back", "*.x\n!a.x\n", "a.x", false, 0},
		{"others stay", "*.x\n!a.x\n", "b.x", false, 1},
		{"excluded again", "*.x\n!a.x\na.*\n", "a.x", false, 3},
		{"below an excluded directory", "d/\n!d/a\n", "d/a", false, 1},
		{"contents excluded, one back", "d/*\n!d/a\n", "d/a", false, 0},
		{"first directory decides", "a\nb\n", "a/b/c", false, 1},
		{"last pattern of a directory", "a\n/a\n", "a/b", false, 2},
		{"directory itself", "a/\n", "x/a", true, 1},
		{"all but one folder", "/*\n!/k\n/k/*\n!/k/b\n", "k/b/c", false,
		 0},
		{"all but one folder, other", "/*\n!/k\n/k/*\n!/k/b\n", "k/c",
		 false, 3},
		{"lines are counted through comments", "# c\n\nx\n", "x", false,
		 3},
	};

	(void)state;
	for (size_t i = 0; i < array_size(cases); i++) {
		struct fixture fixture;
		const struct glob *glob;

		set_up(&fixture, cases[i].lines);
		glob = glob_list_exclude(&fixture.list, cases[i].path,
					 cases[i].is_directory);
		if ((glob ? glob->line : 0) != cases[i].line)
			fail_msg("%s: line %u", cases[i].what,
				 glob ? glob->line : 0);
		tear_down(&fixture);
	}
}

static void a_choice_can_take_a_part_out_again(void **state)
{
	static const struct {
		const char *what;
		const char *lines;
		const char *path;
		bool is_selected;
	} cases[] = {
		{"everything below", "nginx/", "nginx/a/b", true},
		{"a file is no directory", "nginx/", "nginx", false},
		{"out again", "nginx/\n!nginx/README\n", "nginx/README", false},
		{"others stay", "nginx/\n!nginx/README\n", "nginx/a", true},
		{"and in again", "n/\n!n/r\n*/r\n", "n/r", true},
		{"a folder out", "**/*.c\n!old/\n", "x/old/a.c", false},
		{"none", "a\nb\n", "c", false},
		{"no path", "**", "", false},
	};

	(void)state;
	for (size_t i = 0; i < array_size(cases); i++) {
		struct fixture fixture;

		set_up(&fixture, cases[i].lines);
		if ((glob_list_select(&fixture.list, cases[i].path) != NULL) !=
		    cases[i].is_selected)
			fail_msg("%s", cases[i].what);
		tear_down(&fixture);
	}
}

static void what_can_never_match_says_why_and_is_left_out(void **state)
{
	static const struct {
		const char *pattern;
		enum glob_fault fault;
	} cases[] = {
		{"a*[b-c]?", GLOB_FINE},
		{"", GLOB_EMPTY},
		{"!", GLOB_EMPTY},
		{"/", GLOB_EMPTY},
		{"//", GLOB_EMPTY},
		{"a//b", GLOB_EMPTY},
		{"a//", GLOB_EMPTY},
		{"[", GLOB_OPEN_BRACKET},
		{"[]", GLOB_OPEN_BRACKET},
		{"[!]", GLOB_OPEN_BRACKET},
		{"[a-", GLOB_OPEN_BRACKET},
		{"[a-\\", GLOB_OPEN_BRACKET},
		{"[\\", GLOB_OPEN_BRACKET},
		{"[[:", GLOB_OPEN_BRACKET},
		{"[[:alpha:", GLOB_OPEN_BRACKET},
		{"[a\\]", GLOB_OPEN_BRACKET},
		{"[[:word:]]", GLOB_UNKNOWN_CLASS},
		{"[[::]]", GLOB_UNKNOWN_CLASS},
		{"a\\", GLOB_LONE_BACKSLASH},
		{"a\\/", GLOB_LONE_BACKSLASH},
		{"./a", GLOB_RELATIVE_STEP},
		{"a/../b", GLOB_RELATIVE_STEP},
		{".", GLOB_RELATIVE_STEP},
		{".x/..y", GLOB_FINE},
	};
	struct fixture fixture;

	(void)state;
	set_up(&fixture, "");
	for (size_t i = 0; i < array_size(cases); i++) {
		enum glob_fault fault = GLOB_TOO_MUCH;
		const size_t count = fixture.list.count;

		assert_int_equal(
			add(&fixture.list, span_of(cases[i].pattern), &fault),
			0);
		if (fault != cases[i].fault ||
		    (fixture.list.count > count) != (fault == GLOB_FINE))
			fail_msg("%s: %d", cases[i].pattern, fault);
		assert_int_equal(*glob_fault_text(fault) == '\0',
				 fault == GLOB_FINE);
	}
	tear_down(&fixture);
}

static void an_origin_names_label_line_and_pattern(void **state)
{
	struct fixture fixture;

	(void)state;
	set_up(&fixture, "# first\n*.tmp\nred\x1b[31m\n");
	assert_string_equal(
		glob_list_exclude(&fixture.list, "a/b.tmp", false)->origin,
		"L:2 (*.tmp)");
	tear_down(&fixture);
	set_up(&fixture, "\nbad\x1bname\n");
	assert_string_equal(
		glob_list_exclude(&fixture.list, "bad\x1bname", false)->origin,
		"L:2 (bad?name)");
	tear_down(&fixture);
}

/* `part` repeated into a new string. */
static char *repeat(const char *part, size_t count, const char *end)
{
	const size_t size = strlen(part);
	char *text = malloc(size * count + strlen(end) + 1);
	char *at = text;

	for (size_t i = 0; i < count; i++)
		at = stpcpy(at, part);
	stpcpy(at, end);
	return text;
}

static void hostile_patterns_take_no_more_than_their_product(void **state)
{
	static const struct {
		const char *pattern, *pattern_end, *path, *path_end;
		size_t pattern_count, path_count;
		bool is_excluded;
	} cases[] = {
		{"*a", "*b", "a", "", 1500, 4000, false},
		{"**/", "b", "a/", "c", 1500, 2000, false},
		{"**/a/", "b", "a/", "c", 700, 2000, false},
		{"**/*a*a/", "b", "a/", "aac", 500, 2000, false},
		{"**/", "b", "a/", "b", 1500, 2000, true},
		{"*?", "", "a", "", 2000, 4000, true},
		{"[a-z]*", "9", "a", "", 1000, 4000, false},
	};

	(void)state;
	for (size_t i = 0; i < array_size(cases); i++) {
		char *pattern = repeat(cases[i].pattern, cases[i].pattern_count,
				       cases[i].pattern_end);
		char *path = repeat(cases[i].path, cases[i].path_count,
				    cases[i].path_end);
		struct fixture fixture;

		set_up(&fixture, pattern);
		if ((glob_list_exclude(&fixture.list, path, false) != NULL) !=
			    cases[i].is_excluded ||
		    (glob_list_select(&fixture.list, path) != NULL) !=
			    cases[i].is_excluded)
			fail_msg("case %zu", i);
		tear_down(&fixture);
		free(pattern);
		free(path);
	}
}

static void a_path_that_is_too_long_matches_nothing(void **state)
{
	char *fits = repeat("a", GLOB_PATH_SIZE - 1, "");
	char *too_long = repeat("a", GLOB_PATH_SIZE, "");
	char *slashes = repeat("/", GLOB_PATH_SIZE - 1, "");
	struct fixture fixture;

	(void)state;
	set_up(&fixture, "*\n");
	assert_non_null(glob_list_exclude(&fixture.list, fits, false));
	assert_null(glob_list_exclude(&fixture.list, too_long, false));
	assert_null(glob_list_select(&fixture.list, too_long));
	assert_null(glob_list_exclude(&fixture.list, slashes, true));
	tear_down(&fixture);
	free(fits);
	free(too_long);
	free(slashes);
}

static void a_list_takes_a_bounded_amount(void **state)
{
	char *lines = repeat("ab\n", GLOB_LIST_MAX_COST / 18, "");
	struct fixture fixture;
	enum glob_fault fault;

	(void)state;
	set_up(&fixture, lines);
	assert_int_equal(fixture.list.count, GLOB_LIST_MAX_COST / 18);
	assert_int_equal(add(&fixture.list, span_of("ab"), &fault), 0);
	assert_int_equal(fault, GLOB_TOO_MUCH);
	assert_int_equal(
		glob_list_add_lines(&fixture.list, span_of("ab\n"), "L"),
		-EFBIG);
	tear_down(&fixture);
	free(lines);
}

static void running_out_of_the_arena_is_an_answer(void **state)
{
	int r = -E2BIG;

	(void)state;
	for (size_t limit = 0; r; limit++) {
		struct arena arena;
		struct glob_list list;

		arena_init(&arena, limit);
		glob_list_init(&list, &arena);
		r = glob_list_add_lines(
			&list, span_of("a/[b]/**\n!c\nd\ne\nf\n"), "L");
		if (r)
			assert_int_equal(r, -E2BIG);
		else
			assert_int_equal(list.count, 5);
		arena_release(&arena);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_pattern_excludes_as_git_documents),
		cmocka_unit_test(
			the_last_match_wins_but_nothing_below_comes_back),
		cmocka_unit_test(a_choice_can_take_a_part_out_again),
		cmocka_unit_test(what_can_never_match_says_why_and_is_left_out),
		cmocka_unit_test(an_origin_names_label_line_and_pattern),
		cmocka_unit_test(
			hostile_patterns_take_no_more_than_their_product),
		cmocka_unit_test(a_path_that_is_too_long_matches_nothing),
		cmocka_unit_test(a_list_takes_a_bounded_amount),
		cmocka_unit_test(running_out_of_the_arena_is_an_answer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
