/*
 * Schemas as they are published, in compat mode: files that must pass, files
 * that must fail, and a list of known exceptions that is held exactly.
 */
#include "tests/unit/both_forms.h"
#include "tests/unit/suite.h"

#include "validate/schema/schema.h"

#include <errno.h>

enum { FILES_MAX = 4096, NAME_SIZE = 512, PATH_SIZE = 2048 };

/* All that the test run needs at hand. */
struct store {
	const char *root;
	struct span files[FILES_MAX]; /* read for references */
	size_t count;
	struct known_list known;
	size_t schemas;
	size_t passed;
	size_t failed;
};

/* A URL stands for the file of the same last part. */
static int read_schema(void *ctx, const char *path, struct span *out)
{
	struct store *store = ctx;
	const char *slash = strrchr(path, '/');
	const char *name = slash ? slash + 1 : path;
	const size_t size = strlen(name);
	const bool has_end = size > 5 && strcmp(name + size - 5, ".json") == 0;
	char file[PATH_SIZE * 2];

	snprintf(file, sizeof(file), "%s/schemastore/schema/%s%s", store->root,
		 name, has_end ? "" : ".json");
	if (!*name || store->count == FILES_MAX || !suite_read(file, out))
		return -ENOENT;
	store->files[store->count++] = *out;
	return 0;
}

static void forget_files(struct store *store)
{
	for (size_t i = 0; i < store->count; i++)
		free((void *)(uintptr_t)store->files[i].data);
	store->count = 0;
}

/* Judge a document; 1 valid, 0 invalid, -1 not decided. */
static int judge(const struct schema *schema, struct reading *reading)
{
	struct findings *findings = &reading->findings;
	int r = 0;

	for (uint32_t i = 0; i < reading->doc.document_count; i++) {
		const struct schema_run run = {
			.doc = &reading->doc,
			.document = i,
			.root = reading->doc.documents[i].root,
			.max_steps = LIMITS_DEFAULT.steps,
			.arena = &reading->arena,
			.findings = findings,
		};

		if (run.root != DOC_NONE && r == 0)
			r = both_forms_evaluate(schema, &run);
	}
	if (r || findings->is_undecided)
		return -1;
	return findings->totals[SEVERITY_ERROR] == 0;
}

static void run_file(struct store *store, const struct schema *schema,
		     const char *name, bool is_valid)
{
	struct reading reading = {0};
	struct span text;
	char path[PATH_SIZE * 2];
	char why[NAME_SIZE] = "accepted";
	struct format_choice choice;

	snprintf(path, sizeof(path), "%s/schemastore/%s", store->root, name);
	assert_true(suite_read(path, &text));
	choice = format_detect(name, text);
	reading_run(&reading, choice.format ? choice.format->name : "json",
		    choice.format ? choice.dialect : "", text);
	if (reading.result == 0 &&
	    judge(schema, &reading) == (is_valid ? 1 : 0)) {
		store->passed++;
	} else {
		const struct findings *findings = &reading.findings;

		if (findings->count)
			snprintf(why, sizeof(why), "%s at byte %u: %s (%s)",
				 findings->list[0].rule,
				 findings->list[0].place.offset,
				 findings->list[0].message,
				 findings->list[0].schema_location);
		store->failed++;
		known_fail(&store->known, name, why);
	}
	reading_release(&reading);
	free((void *)(uintptr_t)text.data);
}

static int is_visible(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

static void run_folder(struct store *store, const struct schema *schema,
		       const char *folder, bool is_valid)
{
	struct dirent **entries = NULL;
	char path[PATH_SIZE * 2];

	snprintf(path, sizeof(path), "%s/schemastore/%s", store->root, folder);

	const int count = scandir(path, &entries, is_visible, alphasort);

	for (int i = 0; i < count; i++) {
		char name[PATH_SIZE];

		snprintf(name, sizeof(name), "%s/%s", folder,
			 entries[i]->d_name);
		if (entries[i]->d_type == DT_DIR)
			run_folder(store, schema, name, is_valid);
		else
			run_file(store, schema, name, is_valid);
		free(entries[i]);
	}
	if (count >= 0)
		free(entries);
}

static void run_schema(struct store *store, const char *file)
{
	const struct schema_options options = {SCHEMA_COMPAT,
					       SCHEMA_BY_CONTENT};
	const struct host host = {.ctx = store, .read = read_schema};
	struct schema *schema = NULL;
	struct span text = {NULL, 0};
	char *why = NULL;
	char path[PATH_SIZE * 2];
	char name[PATH_SIZE];

	snprintf(path, sizeof(path), "schema/%s", file);
	assert_int_equal(read_schema(store, path, &text), 0);
	if (schema_compile(text, path, &options, &host, &schema, &why) == 0) {
		store->schemas++;
		snprintf(name, sizeof(name), "test/%.*s",
			 (int)(strlen(file) - 5), file);
		run_folder(store, schema, name, true);
		snprintf(name, sizeof(name), "negative_test/%.*s",
			 (int)(strlen(file) - 5), file);
		run_folder(store, schema, name, false);
	} else {
		known_fail(&store->known, path, why ? why : "no memory");
	}
	schema_free(schema);
	free(why);
	forget_files(store);
}

static void published_schemas_judge_as_their_authors_say(void **state)
{
	static struct store store;
	struct dirent **entries = NULL;
	char path[PATH_SIZE * 2];

	(void)state;
	store.root = suite_root();
	if (!store.root)
		skip();
	known_load(&store.known, "schemastore-known.txt");
	snprintf(path, sizeof(path), "%s/schemastore/schema", store.root);

	const int count = scandir(path, &entries, is_visible, alphasort);

	assert_true(count > 0);
	for (int i = 0; i < count; i++) {
		run_schema(&store, entries[i]->d_name);
		free(entries[i]);
	}
	free(entries);
	print_message("schemastore: %zu of %d schemas, %zu passed, %zu "
		      "failed\n",
		      store.schemas, count, store.passed, store.failed);

	const size_t left = known_left(&store.known, "");

	free(store.known.text);
	if (store.known.unexpected || left)
		fail_msg("%zu new, %zu gone", store.known.unexpected, left);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(published_schemas_judge_as_their_authors_say),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
