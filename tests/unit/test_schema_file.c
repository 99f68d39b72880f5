/* Files that are schemas themselves. */
#include "tests/unit/unit.h"

#include "validate/validate.h"

#include <errno.h>
#include <stdio.h>

#define D7 "http://json-schema.org/draft-07/schema#"

/* Files that references may find. */
static const struct {
	const char *path;
	const char *text;
	int error;
} files[] = {
	{"d/there.json", "{\"definitions\": {\"a\": {\"type\": 5}}}", 0},
	{"d/broken.json", "{\"a\": ", 0},
	{"d/folder", "", -EISDIR},
	{"d/unreadable.json", "", -EACCES},
};

static size_t reads;

static int read_file(void *ctx, const char *path, struct span *out)
{
	(void)ctx;
	reads++;
	for (size_t i = 0; i < array_size(files); i++) {
		if (strcmp(files[i].path, path) != 0)
			continue;
		*out = span_of(files[i].text);
		return files[i].error;
	}
	return -ENOENT;
}

static int give_schema(void *ctx, const char *path, const struct schema **out,
		       const char **why)
{
	(void)ctx, (void)path, (void)out, (void)why;
	return -ENOENT;
}

static struct plan plan_of(const char *path, const char *text)
{
	return (struct plan){
		.choice = format_detect(path, span_of(text)),
		.level = LEVEL_STANDARD,
		.directory = "d",
		.limits = LIMITS_DEFAULT,
	};
}

/* Judge from an exactly sized block. The caller frees it. */
static struct verdict *judge(const struct plan *plan, const char *text)
{
	const struct host host = {.read = read_file, .schema = give_schema};
	const size_t size = strlen(text);
	char *block = malloc(size ? size : 1);
	struct verdict *verdict = NULL;
	struct arena arena;

	memcpy(block, text, size);
	arena_init(&arena, SIZE_MAX);
	assert_int_equal(validate_bytes(plan, (struct span){block, size}, &host,
					&arena, &verdict),
			 0);
	arena_release(&arena);
	free(block);
	return verdict;
}

/* "valid", "invalid; 3:7+1 rule; 4:1+2 rule", ... */
static void describe(const struct verdict *verdict, char *buf, size_t size)
{
	size_t used = (size_t)snprintf(buf, size, "%s",
				       state_name((enum state)verdict->state));

	for (uint32_t i = 0; i < verdict->finding_count && used < size; i++) {
		const struct finding *finding = &verdict->findings[i];

		used += (size_t)snprintf(buf + used, size - used,
					 "; %u:%u+%u %s", finding->line,
					 finding->column, finding->length,
					 verdict_text(verdict, finding->rule));
	}
}

#define BAD(place) "invalid; " place " schema/invalid-schema"

static const struct {
	const char *what;
	const char *path;
	const char *text;
	const char *wanted;
} cases[] = {
	{"a good one", "s.json",
	 "{\"$schema\": \"" D7 "\", \"type\": \"object\"}", "valid"},
	{"type of a keyword", "s.json",
	 "{\"$schema\": \"" D7 "\",\n \"minLength\": \"a\"}", BAD("2:15+3")},
	{"name of a type", "s.json",
	 "{\"$schema\": \"" D7 "\",\n \"type\": \"strng\"}", BAD("2:10+7")},
	{"name of a type in a list", "s.json",
	 "{\"$schema\": \"" D7 "\",\n \"type\": [\"null\", \"strng\"]}",
	 BAD("2:19+7")},
	{"no type at all", "s.json",
	 "{\"$schema\": \"" D7 "\",\n \"type\": []}", BAD("2:10+2")},
	{"pattern", "s.json",
	 "{\"$schema\": \"" D7 "\",\n \"pattern\": \"a(b\"}", BAD("2:13+5")},
	{"pattern of a key", "s.json",
	 "{\"$schema\": \"" D7 "\",\n \"patternProperties\": {\"a(\": {}}}",
	 BAD("2:24+4")},
	{"no schema", "s.json",
	 "{\"$schema\": \"" D7 "\",\n \"properties\": {\"a\": 5}}",
	 BAD("2:22+1")},
	{"dangling reference", "s.json",
	 "{\"$schema\": \"" D7 "\",\n \"$ref\": \"#/definitions/a\"}",
	 BAD("2:10+17")},
	{"dangling anchor", "s.json",
	 "{\"$schema\": \"" D7 "\",\n \"$ref\": \"#a\"}", BAD("2:10+4")},
	{"what nothing refers to", "s.json",
	 "{\"$schema\": \"" D7 "\",\n \"definitions\": {\"a\": {\"type\": 5}}}",
	 BAD("2:32+1")},
	{"a definition that is no schema", "s.json",
	 "{\"$schema\": \"" D7 "\",\n \"$defs\": {\"a\": [], \"b\": true}}",
	 BAD("2:17+2")},
	{"a definition that is no schema and is referred to", "s.json",
	 "{\"$schema\": \"" D7
	 "\",\n \"$defs\": {\"a\": 5}, \"$ref\": \"#/$defs/a\"}",
	 BAD("2:17+1") "; 2:29+11 schema/invalid-schema"},
	{"several", "s.json",
	 "{\"$schema\": \"" D7 "\",\n \"properties\": {\"a\": {\"type\": 1},\n"
	 " \"b\": {\"enum\": 2}, \"c\": {\"pattern\": \"[\"}}}",
	 BAD("2:31+1") "; 3:16+1 schema/invalid-schema; 3:37+3 "
		       "schema/invalid-schema"},
	{"in YAML", "s.yaml",
	 "$schema: https://json-schema.org/draft/2020-12/schema\n"
	 "properties:\n  a: {type: strng}\n",
	 BAD("3:13+5")},
	{"the second document", "s.yaml",
	 "a: 1\n---\n$schema: " D7 "\ntype: 5\n", BAD("4:7+1")},
	{"an alias that is used twice", "s.yaml",
	 "$schema: " D7 "\nproperties:\n  a: &a {type: 5}\n  b: *a\n",
	 BAD("3:16+1")},
	{"draft 4", "s.json",
	 "{\"$schema\": \"http://json-schema.org/draft-04/schema\",\n"
	 " \"minimum\": \"1\"}",
	 BAD("2:13+3")},
	{"draft 6 by https", "s.json",
	 "{\"$schema\": \"https://json-schema.org/draft-06/schema#\",\n"
	 " \"minimum\": \"1\"}",
	 BAD("2:13+3")},
	{"2019-09", "s.json",
	 "{\"$schema\": \"https://json-schema.org/draft/2019-09/schema\",\n"
	 " \"minimum\": \"1\"}",
	 BAD("2:13+3")},
	{"an unknown dialect", "s.json",
	 "{\"type\": 5,\n"
	 " \"$schema\": \"http://json-schema.org/draft-03/schema#\"}",
	 "warning; 2:13+41 schema/unknown-dialect"},
	{"another unknown one", "s.json",
	 "{\"$schema\": \"https://json-schema.org/draft/next/schema\"}",
	 "warning; 1:13+43 schema/unknown-dialect"},
	{"not even a URL of a metaschema", "s.json",
	 "{\"$schema\": \"http://json-schema.org/draft-07/schema#x\"}",
	 "warning; 1:13+42 schema/unknown-dialect"},
	{"another file", "s.json",
	 "{\"$schema\": \"" D7 "\",\n \"$ref\": \"there.json#/definitions/a\"}",
	 "valid"},
	{"nothing at that place of another file", "s.json",
	 "{\"$schema\": \"" D7 "\",\n \"$ref\": \"there.json#/definitions/b\"}",
	 BAD("2:10+27")},
	{"another file that is broken", "s.json",
	 "{\"$schema\": \"" D7 "\",\n \"$ref\": \"broken.json\"}",
	 BAD("2:10+13")},
	{"another file that is missing", "s.json",
	 "{\"$schema\": \"" D7 "\",\n \"$ref\": \"none.json\"}",
	 BAD("2:10+11")},
	{"a folder", "s.json",
	 "{\"$schema\": \"" D7 "\",\n \"$ref\": \"folder\"}", BAD("2:10+8")},
	{"a URL", "s.json",
	 "{\"$schema\": \"" D7 "\",\n \"$ref\": \"https://x/y.json\"}",
	 "warning; 2:10+18 schema/not-followed"},
	{"a metaschema", "s.json",
	 "{\"$schema\": \"" D7 "\",\n \"$ref\": \"" D7 "\"}", "valid"},
	{"the same file by its own identifier", "s.json",
	 "{\"$schema\": \"" D7 "\", \"$id\": \"https://x/s.json\",\n"
	 " \"not\": {\"$ref\": \"s.json#/definitions/a\"},\n"
	 " \"definitions\": {\"a\": {}}}",
	 "valid"},
	{"no schema: a string of another site", "s.json",
	 "{\"$schema\": \"https://x/y.json\", \"type\": 5}",
	 "error; 1:13+18 schema/missing"},
	{"not a string", "s.json", "{\"$schema\": 5, \"type\": 5}", "valid"},
};

static void schemas_are_judged_by_what_compiling_them_says(void **state)
{
	(void)state;
	for (size_t i = 0; i < array_size(cases); i++) {
		const struct plan plan = plan_of(cases[i].path, cases[i].text);
		auto_free struct verdict *verdict = judge(&plan, cases[i].text);
		char found[1024];

		describe(verdict, found, sizeof(found));
		if (strcmp(found, cases[i].wanted) != 0)
			fail_msg("%s: %s, not %s", cases[i].what, found,
				 cases[i].wanted);
	}
}

static void the_command_line_and_a_modeline_win_over_it(void **state)
{
	static const char json[] = "{\"$schema\": \"" D7 "\", \"type\": 5}";
	static const char yaml[] = "# yaml-language-server: $schema=none\n"
				   "$schema: " D7 "\ntype: 5\n";
	struct plan plan = plan_of("s.json", json);
	char found[256];

	(void)state;
	plan.forced_schema = "none.json";

	auto_free struct verdict *forced = judge(&plan, json);

	describe(forced, found, sizeof(found));
	assert_string_equal(found, "error; 1:1+1 schema/missing");
	plan = plan_of("s.yaml", yaml);

	auto_free struct verdict *modeline = judge(&plan, yaml);

	assert_int_equal(modeline->state, STATE_VALID);
}

static void a_configured_schema_counts_too_but_not_the_catalogs(void **state)
{
	static const char json[] = "{\"$schema\": \"" D7 "\",\n\"type\": 5}";
	struct plan plan = plan_of("s.json", json);
	char found[256];

	(void)state;
	plan.schema = "none.json";

	auto_free struct verdict *both = judge(&plan, json);

	describe(both, found, sizeof(found));
	assert_string_equal(found, "error; 1:1+1 schema/missing; 2:9+1 "
				   "schema/invalid-schema");
	plan.is_by_catalog = true;

	auto_free struct verdict *one = judge(&plan, json);

	describe(one, found, sizeof(found));
	assert_string_equal(found, BAD("2:9+1"));
	plan.schema = NULL;
	plan.candidate_count = 2;
	plan.candidates[0] = plan.candidates[1] = "https://x/";

	auto_free struct verdict *several = judge(&plan, json);

	describe(several, found, sizeof(found));
	assert_string_equal(found, BAD("2:9+1"));
}

static void a_schema_has_the_schema_that_is_required(void **state)
{
	static const char json[] = "{\"$schema\": \"" D7 "\"}";
	struct plan plan = plan_of("s.json", json);

	(void)state;
	plan.require_schema = true;

	auto_free struct verdict *verdict = judge(&plan, json);

	assert_int_equal(verdict->state, STATE_VALID);
	assert_string_equal(verdict_text(verdict, verdict->schema), D7);
	plan.level = LEVEL_FAST;

	auto_free struct verdict *fast =
		judge(&plan, "{\"$schema\": \"" D7 "\", \"type\": 5}");

	assert_int_equal(fast->state, STATE_VALID);
}

static void many_schemas_in_one_file_are_bounded(void **state)
{
	static const char one[] = "---\n$schema: " D7 "\ntype: 5\n";
	char text[sizeof(one) * 8] = "";
	struct plan plan = plan_of("s.yaml", one);

	(void)state;
	for (int i = 0; i < 8; i++)
		strcat(text, one);
	plan.limits.schemas = 3;

	auto_free struct verdict *verdict = judge(&plan, text);

	assert_int_equal(verdict->state, STATE_ERROR);
	assert_int_equal(verdict->finding_count, 4);
	assert_string_equal(verdict_text(verdict, verdict->findings[3].rule),
			    "limit/schemas");
	assert_int_equal(verdict->findings[3].document, 3);
}

static void what_is_absent_is_asked_for_once(void **state)
{
	static const char json[] =
		"{\"$schema\": \"" D7 "\", \"allOf\": [\n"
		"{\"$ref\": \"none.json\"}, {\"$ref\": \"none.json#/a\"},\n"
		"{\"$ref\": \"https://x/\"}, {\"$ref\": \"https://x/#a\"}]}";
	const struct plan plan = plan_of("s.json", json);

	(void)state;
	reads = 0;

	auto_free struct verdict *verdict = judge(&plan, json);

	assert_int_equal(reads, 2);
	assert_int_equal(verdict->finding_count, 4);
}

static void a_schema_may_ask_for_so_many_files(void **state)
{
	enum { COUNT = 5000 };
	char *text = malloc(COUNT * 32 + 128);
	char *end = stpcpy(text, "{\"$schema\": \"" D7 "\", \"allOf\": [{}");
	struct plan plan = plan_of("s.json", "");

	(void)state;
	for (int i = 0; i < COUNT; i++)
		end += sprintf(end, ",\n{\"$ref\": \"https://x/%d\"}", i);
	strcpy(end, "]}");
	plan.limits.findings = COUNT;
	reads = 0;

	auto_free struct verdict *verdict = judge(&plan, text);
	uint32_t last = verdict->finding_count - 1;

	assert_int_equal(reads, 4095);
	assert_int_equal(verdict->finding_count, COUNT);
	assert_non_null(
		strstr(verdict_text(verdict, verdict->findings[last].message),
		       "more than 4,096 files"));
	free(text);
}

/* Large containers are searched in another way than small ones. */
static void references_find_members_of_large_containers(void **state)
{
	static const struct {
		const char *what;
		const char *pointer;
		bool is_there;
	} pointers[] = {
		{"a member", "#/$defs/d17", true},
		{"below a member", "#/$defs/d3/a", true},
		{"no member", "#/$defs/d30", false},
		{"an escaped name", "#/$defs/~1~0", true},
		{"an item", "#/allOf/18", true},
		{"the first item", "#/allOf/0", true},
		{"no item", "#/allOf/20", false},
		{"a leading zero", "#/allOf/017", false},
		{"a sign", "#/allOf/-1", false},
		{"nothing", "#/allOf/", false},
		{"below an item", "#/allOf/1/not", true},
	};

	(void)state;
	for (size_t i = 0; i < array_size(pointers); i++) {
		char text[2048];
		char *end = text;

		end += sprintf(end,
			       "{\"$schema\": \"" D7 "\", \"not\": "
			       "{\"$ref\": \"%s\"}, \"$defs\": "
			       "{\"/~\": {}, \"d3\": {\"a\": {}}",
			       pointers[i].pointer);
		for (int j = 4; j < 24; j++)
			end += sprintf(end, ", \"d%d\": {}", j);
		end = stpcpy(end, "}, \"allOf\": [{}");
		for (int j = 1; j < 20; j++)
			end = stpcpy(end, ", {\"not\": {}}");
		strcpy(end, "]}");

		const struct plan plan = plan_of("s.json", text);
		auto_free struct verdict *verdict = judge(&plan, text);

		if (verdict->state !=
		    (pointers[i].is_there ? STATE_VALID : STATE_INVALID))
			fail_msg("%s: %s", pointers[i].what,
				 state_name((enum state)verdict->state));
	}
}

static void what_cannot_be_read_is_no_fault_of_the_schema(void **state)
{
	static const char json[] =
		"{\"$schema\": \"" D7 "\", \"$ref\": \"unreadable.json\"}";
	const struct host host = {.read = read_file, .schema = give_schema};
	const struct plan plan = plan_of("s.json", json);
	struct verdict *verdict = NULL;
	struct arena arena;

	(void)state;
	arena_init(&arena, SIZE_MAX);
	assert_int_equal(
		validate_bytes(&plan, span_of(json), &host, &arena, &verdict),
		-EACCES);
	assert_null(verdict);
	arena_release(&arena);
}

static void any_arena_limit_gives_an_answer(void **state)
{
	static const char json[] = "{\"$schema\": \"" D7
				   "\", \"properties\": {\"a\": {\"type\": 1},"
				   " \"b\": {\"$ref\": \"none.json\"}}}";
	struct plan plan = plan_of("s.json", json);
	bool was_enough = false;

	(void)state;
	for (size_t limit = 0; !was_enough; limit += 16) {
		plan.limits.arena_bytes = limit;

		auto_free struct verdict *verdict = judge(&plan, json);

		was_enough = verdict->state == STATE_INVALID;
		if (!was_enough)
			assert_string_equal(
				verdict_text(verdict, verdict->reason),
				"needs more memory than the limit");
		else
			assert_int_equal(verdict->finding_count, 2);
		assert_true(limit < 1 << 20);
	}
}

static void schemas_cut_anywhere_do_no_harm(void **state)
{
	(void)state;
	for (size_t i = 0; i < array_size(cases); i++) {
		for (size_t size = 0; size <= strlen(cases[i].text); size++) {
			auto_free char *text = strndup(cases[i].text, size);
			const struct plan plan = plan_of(cases[i].path, text);

			free(judge(&plan, text));
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			schemas_are_judged_by_what_compiling_them_says),
		cmocka_unit_test(the_command_line_and_a_modeline_win_over_it),
		cmocka_unit_test(
			a_configured_schema_counts_too_but_not_the_catalogs),
		cmocka_unit_test(a_schema_has_the_schema_that_is_required),
		cmocka_unit_test(many_schemas_in_one_file_are_bounded),
		cmocka_unit_test(what_is_absent_is_asked_for_once),
		cmocka_unit_test(a_schema_may_ask_for_so_many_files),
		cmocka_unit_test(references_find_members_of_large_containers),
		cmocka_unit_test(what_cannot_be_read_is_no_fault_of_the_schema),
		cmocka_unit_test(any_arena_limit_gives_an_answer),
		cmocka_unit_test(schemas_cut_anywhere_do_no_harm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
