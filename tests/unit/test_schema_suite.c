/*
 * The official test suite of JSON Schema: every required case of five drafts,
 * by the letter (strict), and the optional ones as they are meant (compat).
 */
#include "tests/unit/both_forms.h"
#include "tests/unit/suite.h"

#include "validate/schema/schema.h"

#include <errno.h>

#define REMOTE "http://localhost:1234/"

enum { FILES_MAX = 512, NAME_SIZE = 512 };

/* Files that schemas referred to; they live until the end of the test. */
struct remotes {
	const char *root;
	struct span files[FILES_MAX];
	size_t count;
};

/* One folder of the suite being run. */
struct suite {
	const char *name; /* "draft7/optional" */
	struct schema_options options;
	struct host host;
	struct remotes remotes;
	struct known_list known;
	size_t passed;
	size_t failed;
};

static int read_remote(void *ctx, const char *path, struct span *out)
{
	struct remotes *remotes = ctx;
	char name[1024];

	if (strncmp(path, REMOTE, strlen(REMOTE)) != 0)
		return -ENOENT;
	snprintf(name, sizeof(name), "%s/json-schema/remotes/%s", remotes->root,
		 path + strlen(REMOTE));
	if (remotes->count == FILES_MAX || !suite_read(name, out))
		return -ENOENT;
	remotes->files[remotes->count++] = *out;
	return 0;
}

static struct span text_at(const struct doc *doc, uint32_t object,
			   const char *key)
{
	return node_text(doc_node(doc, doc_find(doc, object, span_of(key))));
}

/* Evaluate; 1 valid, 0 invalid, -1 not decided. */
static int evaluate(const struct schema *schema, const struct doc *doc,
		    uint32_t root)
{
	struct arena arena;
	struct findings findings;

	arena_init(&arena, LIMITS_DEFAULT.arena_bytes);
	findings_init(&findings, &arena, 100);

	const struct schema_run run = {
		.doc = doc,
		.root = root,
		.max_steps = 1000000,
		.arena = &arena,
		.findings = &findings,
	};
	const int r = both_forms_evaluate(schema, &run);
	const bool is_valid = findings.totals[SEVERITY_ERROR] == 0;
	const bool is_decided = r == 0 && !findings.is_undecided;

	arena_release(&arena);
	return is_decided ? is_valid : -1;
}

static void run_case(struct suite *suite, const struct schema *schema,
		     const struct doc *doc, uint32_t test, const char *group)
{
	const uint32_t data = doc_find(doc, test, span_of("data"));
	const bool wanted =
		doc_node(doc, doc_find(doc, test, span_of("valid")))->flags &
		NODE_TRUE;
	const struct span description = text_at(doc, test, "description");
	const int got = schema ? evaluate(schema, doc, data) : -1;
	char name[NAME_SIZE * 2];

	snprintf(name, sizeof(name), "%s: %.*s", group, (int)description.size,
		 description.data);
	if (got == wanted) {
		suite->passed++;
		return;
	}
	suite->failed++;
	known_fail(&suite->known, name, got < 0 ? "error" : "wrong answer");
}

static void run_cases(struct suite *suite, const char *file,
		      const struct doc *doc, uint32_t object)
{
	const struct node *text =
		&doc->nodes[doc_find(doc, object, span_of("schema"))];
	const struct span description = text_at(doc, object, "description");
	const uint32_t tests = doc_find(doc, object, span_of("tests"));
	struct schema *schema = NULL;
	char *why = NULL;
	char group[NAME_SIZE];

	snprintf(group, sizeof(group), "%s/%s: %.*s", suite->name, file,
		 (int)description.size, description.data);
	if (schema_compile((struct span){doc->source.data + text->offset,
					 text->length},
			   "test.json", &suite->options, &suite->host, &schema,
			   &why) != 0)
		print_message("%s: %s\n", group, why ? why : "no schema");
	for (uint32_t at = tests + 1; at < doc->nodes[tests].next;
	     at = doc->nodes[at].next)
		run_case(suite, schema, doc, at, group);
	schema_free(schema);
	free(why);
}

/* What the text of a string holds is asserted in compat only, as formats. */
static const struct {
	const char *folder;
	const char *file;
} in_compat[] = {{"draft7/optional", "content.json"}};

static void choose_mode(struct suite *suite, const char *file)
{
	for (size_t i = 0; i < array_size(in_compat); i++)
		if (strcmp(suite->name, in_compat[i].folder) == 0 &&
		    strcmp(file, in_compat[i].file) == 0)
			suite->options.mode = SCHEMA_COMPAT;
}

static void run_file(struct suite *suite, const char *folder, const char *file)
{
	const enum schema_mode mode = suite->options.mode;
	struct reading reading = {0};
	struct span text;
	char path[2048];

	snprintf(path, sizeof(path), "%s/%s", folder, file);
	choose_mode(suite, file);
	assert_true(suite_read(path, &text));
	reading_run(&reading, "json", "", text);
	assert_int_equal(reading.result, 0);
	assert_int_equal(reading.findings.totals[SEVERITY_ERROR], 0);

	const struct doc *doc = &reading.doc;
	const uint32_t root = doc->documents[0].root;

	for (uint32_t at = root + 1; at < doc->nodes[root].next;
	     at = doc->nodes[at].next)
		run_cases(suite, file, doc, at);
	suite->options.mode = mode;
	reading_release(&reading);
	free((void *)(uintptr_t)text.data);
}

static int is_json(const struct dirent *entry)
{
	const size_t size = strlen(entry->d_name);

	return size > 5 && strcmp(entry->d_name + size - 5, ".json") == 0;
}

static void run_folder(struct suite *suite)
{
	struct dirent **entries = NULL;
	char folder[1024];

	snprintf(folder, sizeof(folder), "%s/json-schema/tests/%s",
		 suite->remotes.root, suite->name);
	known_load(&suite->known, "schema-suite-known.txt");

	const int count = scandir(folder, &entries, is_json, alphasort);

	assert_true(count > 0);
	for (int i = 0; i < count; i++) {
		run_file(suite, folder, entries[i]->d_name);
		free(entries[i]);
	}
	free(entries);
	print_message("%s: %zu passed, %zu failed\n", suite->name,
		      suite->passed, suite->failed);
	for (size_t i = 0; i < suite->remotes.count; i++)
		free((void *)(uintptr_t)suite->remotes.files[i].data);
}

static void run_suite(const char *name, enum schema_mode mode,
		      enum schema_dialect dialect)
{
	struct suite suite = {.name = name, .options = {mode, dialect}};

	suite.remotes.root = suite_root();
	if (!suite.remotes.root)
		skip();
	suite.host.read = read_remote;
	suite.host.ctx = &suite.remotes;
	run_folder(&suite);

	const size_t left = known_left(&suite.known, name);

	free(suite.known.text);
	if (suite.known.unexpected || left)
		fail_msg("%s", name);
}

/* The drafts and the folders of the suite. */
static const struct {
	const char *name;
	enum schema_dialect dialect;
} drafts[] = {
	{"draft4", SCHEMA_DRAFT4},	  {"draft6", SCHEMA_DRAFT6},
	{"draft7", SCHEMA_DRAFT7},	  {"draft2019-09", SCHEMA_2019_09},
	{"draft2020-12", SCHEMA_2020_12},
};

static void run_drafts(const char *folder, enum schema_mode mode)
{
	for (size_t i = 0; i < array_size(drafts); i++) {
		char name[NAME_SIZE / 2];

		snprintf(name, sizeof(name), "%s%s", drafts[i].name, folder);
		run_suite(name, mode, drafts[i].dialect);
	}
}

static void every_draft_is_met_to_the_letter(void **state)
{
	(void)state;
	run_drafts("", SCHEMA_STRICT);
}

static void what_is_optional_is_met_but_for_a_known_list(void **state)
{
	(void)state;
	run_drafts("/optional", SCHEMA_STRICT);
}

static void formats_are_asserted_in_compat(void **state)
{
	(void)state;
	run_drafts("/optional/format", SCHEMA_COMPAT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_draft_is_met_to_the_letter),
		cmocka_unit_test(what_is_optional_is_met_but_for_a_known_list),
		cmocka_unit_test(formats_are_asserted_in_compat),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
