/*
 * Memory that fails: the allocator of the C library is replaced by one that
 * refuses the N-th request, for N = 1, 2, 3 ... until nothing is refused. All
 * that the engine and its libraries ask for is counted: reading every format,
 * compiling schemas, evaluating, making the verdict. Each refusal must end in
 * -ENOMEM, or in the verdict as if nothing had happened, and without a leak.
 */
#include "tests/unit/unit.h"

#include "validate/validate.h"

#include <errno.h>

#if defined(__GLIBC__) && !defined(__SANITIZE_ADDRESS__) &&                    \
	!defined(__SANITIZE_THREAD__)
enum { IS_POSSIBLE = 1 };
#else
enum { IS_POSSIBLE = 0 };
#endif

/* One thread only: plain counters do. */
static size_t live_blocks;
static size_t requests;
static size_t refused_request; /* 0: none */
static bool has_refused;

#if defined(__GLIBC__) && !defined(__SANITIZE_ADDRESS__) &&                    \
	!defined(__SANITIZE_THREAD__)
extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *old, size_t size);
extern void __libc_free(void *block);

static bool is_refused(void)
{
	if (++requests != refused_request)
		return false;
	has_refused = true;
	errno = ENOMEM;
	return true;
}

static void *counted(void *block)
{
	live_blocks += block != NULL;
	return block;
}

void *malloc(size_t size)
{
	return is_refused() ? NULL : counted(__libc_malloc(size));
}

void *calloc(size_t count, size_t size)
{
	return is_refused() ? NULL : counted(__libc_calloc(count, size));
}

void *realloc(void *old, size_t size)
{
	if (is_refused())
		return NULL;
	live_blocks -= old != NULL;
	return counted(__libc_realloc(old, size));
}

void free(void *block)
{
	live_blocks -= block != NULL;
	__libc_free(block);
}
#endif

/* Files that schemas refer to, and the schemas that a run has compiled. */
struct files {
	const char *schema;
	struct schema *compiled[4];
	size_t count;
	char *why;
};

static int read_file(void *ctx, const char *path, struct span *out)
{
	(void)ctx;
	if (strcmp(path, "other.json") != 0)
		return -ENOENT;
	*out = span_of("{\"$defs\": {\"port\": {\"type\": \"integer\", "
		       "\"maximum\": 65535}}}");
	return 0;
}

/* The schema as it comes out of its image. */
static int reopen(struct schema **schema)
{
	struct schema *copy = NULL;
	char *image = NULL;
	size_t size = 0;
	int r = schema_export(*schema, &image, &size);

	if (r == 0)
		r = schema_open((struct span){image, size}, &copy);
	free(image);
	if (r)
		return r;
	schema_free(*schema);
	*schema = copy;
	return 0;
}

static int find_schema(void *ctx, const char *path, const struct schema **out,
		       const char **why)
{
	struct files *files = ctx;
	const struct schema_options options = {0};
	const struct host host = {.ctx = ctx, .read = read_file};
	struct schema **compiled = &files->compiled[files->count];
	int r = schema_compile(span_of(files->schema), path, &options, &host,
			       compiled, &files->why);

	*why = files->why;
	if (r)
		return r;
	files->count++;
	r = reopen(compiled);
	if (r == 0)
		*out = *compiled;
	return r;
}

static const char big_schema[] =
	"{\"type\": \"object\", \"required\": [\"name\", \"port\"],"
	"\"properties\": {"
	"\"port\": {\"$ref\": \"other.json#/$defs/port\"},"
	"\"name\": {\"type\": \"string\", \"pattern\": \"^(?:a|b)+[^x]*$\","
	" \"format\": \"hostname\", \"minLength\": 2},"
	"\"list\": {\"type\": \"array\", \"uniqueItems\": true, \"items\":"
	" {\"oneOf\": [{\"type\": \"integer\"}, {\"const\": \"x\"},"
	" {\"enum\": [[1, 2], {\"a\": null}]}]}},"
	"\"tree\": {\"$ref\": \"#\"}},"
	"\"patternProperties\": {\"^x-\": {\"multipleOf\": 0.5}},"
	"\"dependentSchemas\": {\"a\": {\"minProperties\": 3}},"
	"\"if\": {\"required\": [\"a\"]}, \"then\": {\"maxProperties\": 9},"
	"\"unevaluatedProperties\": false}";

struct judgement {
	const char *what;
	const char *format;
	const char *dialect;
	const char *text;
	const char *schema; /* NULL: none */
};

static const struct judgement cases[] = {
	{"JSON", "json", "", "{\"a\": [1, \"\\u00e9\", {\"b\": null}]}", NULL},
	{"broken JSON", "json", "", "{\"a\": [1, \"x\", {\"b\" null}]}", NULL},
	{"JSON and a schema", "json", "",
	 "{\"name\": \"ab\", \"port\": 1, \"list\": [1, \"x\", [1, 2]]}",
	 big_schema},
	{"JSON that breaks a schema", "json", "",
	 "{\"nam\": \"c\", \"port\": \"x\", \"list\": [1, 1, {}], \"tree\":"
	 " {\"name\": 1}, \"x-a\": 0.3, \"a\": 1, \"b\": [[[]]]}",
	 big_schema},
	{"a broken schema", "json", "", "{}", "{\"pattern\": \"(\"}"},
	{"a schema that is no JSON", "json", "", "{}", "{\"type\": "},
	{"JSON with comments", "jsonc", "jsonc", "// a\n{\"a\": 1,}", NULL},
	{"JSON lines", "ndjson", "ndjson", "1\n{\"a\": []}\n\"x\"\n", NULL},
	{"YAML", "yaml", "",
	 "# yaml-language-server: $schema=s.json\n"
	 "a: &x {b: 1, c: [d, 'e', \"f\\n\"]}\ng: *x\nh:\n  <<: *x\n  c: |\n"
	 "   text\n--- \n- 1e3\n- yes\n- ? [k]\n  : v\n",
	 "{\"type\": \"object\"}"},
	{"broken YAML", "yaml", "", "a: [b, {c: d]\n", NULL},
	{"YAML in UTF-16", "yaml", "",
	 "\xff\xfe"
	 "a\0:\0 \0b",
	 NULL},
	{"TOML", "toml", "",
	 "a.b = 1\n[t.u]\nc = [1, 'x', {d = 1979-05-27}]\n[[v]]\ne = "
	 "\"\"\"f\\u00e9\"\"\"\n[[v]]\n",
	 "{\"properties\": {\"v\": {\"maxItems\": 1}}}"},
	{"broken TOML", "toml", "", "a = 1\na = 2\n[b\n", NULL},
	{"INI", "ini", "", "k=v\n[s]\na = b ;c\n  more\na=c\n[s]\nd\n", NULL},
	{"INI of systemd", "ini", "systemd", "[S]\na=b \\\n c\\\n d\n", NULL},
	{"INI of git", "ini", "gitconfig", "[a   \"b\"]\nc = \"d\" e\\\nf\n",
	 NULL},
	{"INI of Python", "ini", "setupcfg", "[a]\nB = c\n\n  d\nb = e\n",
	 NULL},
	{"env", "env", "", "export A=\"b\\nc\"\nA=d\nE='f'\n1=2\n", NULL},
	{"properties", "properties", "properties",
	 "a = b\\u00e9\\\n  c\na: d\n! e\n", NULL},
	{"XML", "xml", "",
	 "<!DOCTYPE a [<!ENTITY e '<b/>'><!ATTLIST a c CDATA 'd'>]>"
	 "<a xmlns:f='g' f:h='i'>&e;<![CDATA[x]]></a>",
	 NULL},
	{"broken XML", "xml", "", "<x:a>\n<b>&nbsp;</b></x:a>", NULL},
	{"XML in ISO-8859-1", "xml", "",
	 "<?xml version='1.0' encoding='ISO-8859-1'?><a>\xe9</a>", NULL},
};

/* The text of a case; the one in UTF-16 has NUL in it. */
static struct span text_of(const struct judgement *given)
{
	const struct span text = span_of(given->text);

	return span_starts(text, "\xff\xfe") ? (struct span){text.data, 10}
					     : text;
}

/* Everything of one judgement, but for the verdict, which the caller frees. */
static int judge(const struct judgement *given, struct verdict **out)
{
	const struct plan plan = {
		.choice = {format_find(given->format), given->dialect},
		.level = LEVEL_STANDARD,
		.forced_schema = given->schema ? "s.json" : NULL,
		.directory = "",
		.limits = LIMITS_DEFAULT,
	};
	struct files files = {.schema = given->schema};
	const struct host host = {
		.ctx = &files, .read = read_file, .schema = find_schema};
	struct arena arena;

	arena_init(&arena, SIZE_MAX);

	const int r = validate_bytes(&plan, text_of(given), &host, &arena, out);

	for (size_t i = 0; i < files.count; i++)
		schema_free(files.compiled[i]);
	free(files.why);
	arena_release(&arena);
	return r;
}

static bool is_same(const struct verdict *a, const struct verdict *b)
{
	return a->size == b->size && memcmp(a, b, a->size) == 0;
}

/* Refuse request `n` of a judgement; false if it did not ask so often. */
static bool refuse(const struct judgement *given, size_t n,
		   const struct verdict *expected)
{
	struct verdict *verdict = NULL;
	const size_t before = live_blocks;

	requests = 0;
	has_refused = false;
	refused_request = n;

	const int r = judge(given, &verdict);

	refused_request = 0;
	if (r != 0 && r != -ENOMEM)
		fail_msg("%s, request %zu: %d", given->what, n, r);
	if (r != 0 && (verdict || !has_refused))
		fail_msg("%s, request %zu: failed by itself", given->what, n);
	/* Sorting and compiling to machine code can do without. */
	if (r == 0 && !is_same(verdict, expected))
		fail_msg("%s, request %zu: another verdict", given->what, n);
	free(verdict);
	if (live_blocks != before)
		fail_msg("%s, request %zu: %zd blocks are left", given->what, n,
			 (ssize_t)(live_blocks - before));
	return has_refused;
}

static void refuse_all(const struct judgement *given)
{
	struct verdict *expected = NULL;
	size_t n = 1;

	if (format_find(given->format)->unavailable)
		return;
	/* Twice: libraries may keep what they make at first. */
	assert_int_equal(judge(given, &expected), 0);
	free(expected);
	assert_int_equal(judge(given, &expected), 0);
	while (refuse(given, n, expected))
		n++;
	print_message("%s: %zu requests\n", given->what, n - 1);
	assert_true(n > 1);
	free(expected);
}

static void every_refusal_is_told_and_nothing_leaks(void **state)
{
	(void)state;
	for (size_t i = 0; i < array_size(cases); i++)
		refuse_all(&cases[i]);
}

/* Enough for many blocks of the arena, and growth of every list. */
static void refusals_in_large_files_are_told_too(void **state)
{
	static const struct {
		const char *format;
		const char *begin;
		const char *unit;
		const char *end;
	} large[] = {
		{"json", "[", "{\"a\":1,\"b\":[\"x\"]},", "1]"},
		{"toml", "", "[[a.b]]\nc = \"d\"\n", ""},
		{"ini", "", "[s]\na=b\nc=\n", ""},
		{"env", "", "A=\"b\"\n", ""},
		{"properties", "", "a=b\n", ""},
		{"xml", "<a>", "<b c='d'>e</b>", "</a>"},
	};
	enum { UNITS = 20000 };

	(void)state;
	for (size_t i = 0; i < array_size(large); i++) {
		char *text = malloc(UNITS * strlen(large[i].unit) + 16);
		char *at = stpcpy(text, large[i].begin);

		for (int k = 0; k < UNITS; k++)
			at = stpcpy(at, large[i].unit);
		stpcpy(at, large[i].end);
		refuse_all(&(struct judgement){.what = large[i].format,
					       .format = large[i].format,
					       .dialect = "",
					       .text = text});
		free(text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_refusal_is_told_and_nothing_leaks),
		cmocka_unit_test(refusals_in_large_files_are_told_too),
	};

	return IS_POSSIBLE ? cmocka_run_group_tests(tests, NULL, NULL) : 77;
}
