/* A survey that is told piece by piece is the one that is told at once. */
#include "tests/unit/tree.h"

#include "fs/service.h"
#include "fs/survey.h"

#include <errno.h>

enum { MANY = 4500 };

struct fixture {
	struct tree tree;
	struct service service;
};

static void open_tree(struct fixture *fixture)
{
	struct service_options options = {.settings = SETTINGS_DEFAULT};

	options.root = fixture->tree.path;
	options.settings.workers = 2;
	assert_int_equal(service_open(&options, &fixture->service), 0);
}

/* Names on both sides of the slash in the order of bytes, in folders too. */
static void make_tree(struct fixture *fixture)
{
	static const char *const names[] = {"web",   "web-a",	"web.b",
					    "web/a", "web/b/c", "web0",
					    "we",    "web!/x",	"web\xc3\xa4/y",
					    "web/-", "vendor.", "vendor-"};
	char path[PATH_MAX];

	tree_make(&fixture->tree);
	tree_write(&fixture->tree, ".cfgfs.yaml", "ignore: [vendor/]\n");
	tree_write(&fixture->tree, "vendor/x.yaml", "a: 1\n");
	for (size_t i = 0; i < array_size(names); i++) {
		char name[64];

		snprintf(name, sizeof(name), "%s.yaml", names[i]);
		tree_write(&fixture->tree, name, i % 3 ? "a: 1\n" : "a: [\n");
	}
	assert_int_equal(
		symlink("none", tree_path(&fixture->tree, "web+", path)), 0);
	assert_int_equal(mkdir(tree_path(&fixture->tree, "web.d", path), 0777),
			 0);
}

/* What has been told so far, held against a survey. */
struct telling {
	const struct survey *wanted;
	size_t told;
	size_t pieces;
	size_t largest;
	struct survey_counts counts;
	int result;
};

static int compare_piece(void *ctx, const struct survey *piece)
{
	struct telling *telling = ctx;
	const struct survey_counts counts = survey_counts(piece);

	for (size_t i = 0; i < piece->count; i++) {
		const struct survey_entry *entry = &piece->entries[i];
		const struct survey_entry *wanted =
			&telling->wanted->entries[telling->told++];

		assert_string_equal(entry->path, wanted->path);
		assert_int_equal(entry->state, wanted->state);
	}
	telling->pieces++;
	if (piece->count > telling->largest)
		telling->largest = piece->count;
	survey_add_counts(&telling->counts, &counts);
	return telling->result;
}

static void compare(struct fixture *fixture, const char *path,
		    enum survey_depth depth, struct telling *telling)
{
	const struct survey_options options = {.depth = depth};
	struct judge *judge = fixture->service.judge;
	struct survey survey;

	*telling = (struct telling){.wanted = &survey};
	assert_int_equal(survey_run(judge, path, &options, &survey), 0);
	assert_int_equal(
		survey_stream(judge, path, &options, compare_piece, telling),
		0);

	const struct survey_counts counts = survey_counts(&survey);

	assert_int_equal(telling->told, survey.count);
	assert_memory_equal(&telling->counts, &counts, sizeof(counts));
	survey_release(&survey);
}

static void the_order_is_that_of_paths(void **state)
{
	static const char *const paths[] = {"",	       "web",  "web/b",
					    "we.yaml", "web+", "web.d"};
	struct fixture fixture;
	struct telling telling;

	(void)state;
	make_tree(&fixture);
	open_tree(&fixture);
	for (size_t i = 0; i < array_size(paths); i++) {
		compare(&fixture, paths[i], SURVEY_KNOWN, &telling);
		compare(&fixture, paths[i], SURVEY_JUDGED, &telling);
	}
	assert_int_equal(telling.told, 0); /* an empty folder */
	service_close(&fixture.service);
	tree_remove(&fixture.tree);
}

static void a_large_tree_comes_in_small_pieces(void **state)
{
	const struct survey_options options = {.depth = SURVEY_KNOWN};
	struct survey survey = {0};
	struct fixture fixture;
	struct telling telling;
	char name[64];

	(void)state;
	tree_make(&fixture.tree);
	for (int i = 0; i < MANY; i++) {
		sprintf(name, "%03d/%04d.txt", i / 900, i);
		tree_write(&fixture.tree, name, "");
	}
	open_tree(&fixture);
	compare(&fixture, "", SURVEY_JUDGED, &telling);
	assert_int_equal(telling.told, MANY);
	assert_true(telling.pieces > 1);
	assert_in_range(telling.largest, 1, 4096);

	/* Who has enough ends it. */
	telling = (struct telling){.wanted = &survey, .result = -EPIPE};
	assert_int_equal(
		survey_run(fixture.service.judge, "", &options, &survey), 0);
	assert_int_equal(survey_stream(fixture.service.judge, "", &options,
				       compare_piece, &telling),
			 -EPIPE);
	assert_int_equal(telling.pieces, 1);
	survey_release(&survey);
	service_close(&fixture.service);
	tree_remove(&fixture.tree);
}

static void what_is_not_there_is_an_error(void **state)
{
	const atomic_bool cancelled = true;
	struct survey_options options = {.depth = SURVEY_KNOWN};
	struct telling telling = {0};
	struct fixture fixture;

	(void)state;
	make_tree(&fixture);
	open_tree(&fixture);
	assert_int_equal(survey_stream(fixture.service.judge, "none", &options,
				       compare_piece, &telling),
			 -ENOENT);
	options.cancel = &cancelled;
	assert_int_equal(survey_stream(fixture.service.judge, "", &options,
				       compare_piece, &telling),
			 -ECANCELED);
	assert_int_equal(telling.pieces, 0);
	service_close(&fixture.service);
	tree_remove(&fixture.tree);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_order_is_that_of_paths),
		cmocka_unit_test(a_large_tree_comes_in_small_pieces),
		cmocka_unit_test(what_is_not_there_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
