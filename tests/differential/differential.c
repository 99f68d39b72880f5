/*
 * A cache never changes an answer: thousands of files and mutations are judged
 * without a cache, with an empty one, from memory, from disk after it was
 * opened anew, through the stat index, and by a judge that lives on while
 * files, schemas and the configuration change. State, format, dialect, reason
 * and every byte of the verdict must be the same.
 *
 *   differential [CASES]
 */
#include "tests/unit/cached.h"
#include "tests/unit/tree.h"

#include "fs/survey.h"
#include "tests/differential/cases.h"

enum { CASES = 20000, REWRITTEN = 16 /* each so many-th, in each turn */ };

static unsigned case_count = CASES;

/* One way to get all answers. */
struct way {
	const char *name;
	bool has_cache;
	bool uses_index;
};

/* What was answered: a digest for each file. */
struct answers {
	char **paths; /* owned */
	struct digest *digests;
	size_t count;
	size_t by_tier[TIER_INDEX + 1]; /* of those that can be cached */
};

struct site {
	struct tree tree;
	struct source *source;
	struct cases *cases;
	char *folder; /* of the cache */
	struct cache *cache;
};

static void answers_release(struct answers *answers)
{
	for (size_t i = 0; i < answers->count; i++)
		free(answers->paths[i]);
	free(answers->paths);
	free(answers->digests);
	*answers = (struct answers){0};
}

static struct digest digest_entry(const struct survey_entry *entry)
{
	const struct judgement *judgement = entry->judgement;
	const struct verdict *verdict = judgement->verdict;
	struct digest_builder builder;

	digest_begin(&builder);
	digest_add(&builder, span_of(state_name(entry->state)));
	digest_add(&builder, span_of(judgement->format));
	digest_add(&builder, span_of(judgement->dialect));
	digest_add_number(&builder, judgement->level);
	digest_add_number(&builder, judgement->has_digest);
	if (judgement->has_digest)
		digest_add(&builder,
			   (struct span){(const char *)judgement->content.bytes,
					 DIGEST_SIZE});
	digest_add(&builder,
		   (struct span){(const char *)verdict, verdict->size});
	return digest_end(&builder);
}

static void note_answers(struct survey *survey, struct answers *out)
{
	*out = (struct answers){
		.count = survey->count,
		.paths = calloc(survey->count + 1, sizeof(char *)),
		.digests = calloc(survey->count + 1, sizeof(struct digest)),
	};
	for (size_t i = 0; i < survey->count; i++) {
		const struct survey_entry *entry = &survey->entries[i];

		out->paths[i] = strdup(entry->path);
		assert_non_null(entry->judgement);
		out->digests[i] = digest_entry(entry);
		if (entry->judgement->has_digest &&
		    strcmp(entry->path, ".cfgfs.yaml") != 0)
			out->by_tier[entry->tier]++;
	}
}

static void ask(struct judge *judge, const char *directory, struct answers *out)
{
	const struct survey_options how = {.depth = SURVEY_JUDGED};
	struct survey survey;

	judge_refresh(judge);
	assert_int_equal(survey_run(judge, directory, &how, &survey), 0);
	note_answers(&survey, out);
	survey_release(&survey);
}

static struct cache *open_cache(const char *folder)
{
	const struct cache_options options = {.directory = folder,
					      .max_memory_bytes = 512 << 20};
	struct cache *cache;
	char *why;

	assert_int_equal(cache_open(&options, &cache, &why), 0);
	if (why)
		fail_msg("%s", why);
	return cache;
}

static struct settings settings_of(const struct way *way)
{
	struct settings settings = SETTINGS_DEFAULT;

	settings.workers = 2;
	settings.use_index = way->uses_index;
	settings.watch_dependencies = false;
	return settings;
}

/* A judge that knows nothing by itself answers for all below a directory. */
static void look_over(struct site *site, const struct way *way,
		      const char *directory, struct answers *out)
{
	const struct settings settings = settings_of(way);
	struct judge *judge;

	assert_int_equal(judge_new(site->source,
				   way->has_cache ? site->cache : NULL, NULL,
				   &settings, &judge),
			 0);
	ask(judge, directory, out);
	judge_free(judge);
	judge_thread_ends();
}

static void reopen(struct site *site)
{
	cache_close(site->cache);
	site->cache = open_cache(site->folder);
}

/* Fail on the first file with two answers; the tree stays for a look. */
static void compare(const struct site *site, const char *turn, const char *way,
		    const struct answers *wanted, const struct answers *got)
{
	if (wanted->count != got->count)
		fail_msg("%s, %s: %zu files instead of %zu in %s", turn, way,
			 got->count, wanted->count, site->tree.path);
	for (size_t i = 0; i < wanted->count; i++)
		if (strcmp(wanted->paths[i], got->paths[i]) != 0 ||
		    !digest_equal(&wanted->digests[i], &got->digests[i]))
			fail_msg("%s, %s: another answer about %s in %s", turn,
				 way, wanted->paths[i], site->tree.path);
}

/* Ask one way and compare; where the answers came from goes to *by_tier. */
static void try_way(struct site *site, const struct way *way, const char *turn,
		    const char *directory, const struct answers *wanted,
		    size_t *by_tier)
{
	struct answers answers;

	look_over(site, way, directory, &answers);
	compare(site, turn, way->name, wanted, &answers);
	if (by_tier)
		memcpy(by_tier, answers.by_tier, sizeof(answers.by_tier));
	answers_release(&answers);
}

/* Wait until the file that was written last can be in the index; false: none
 * ever is here. */
static bool settle(const struct site *site, const char *path)
{
	const char *doubt;

	do {
		struct stamp stamp;

		assert_int_equal(source_stat(site->source, path, &stamp, NULL),
				 0);
		doubt = source_doubt(site->source, &stamp);
	} while (doubt && strncmp(doubt, "racy", 4) == 0);
	return !doubt;
}

/* The configuration is written after all else. */
static bool write_rules(struct site *site, unsigned turn)
{
	assert_true(cases_write_rules(site->tree.path, turn));
	return settle(site, ".cfgfs.yaml");
}

static const struct way uncached = {"without a cache", false, false};
static const struct way hashed = {"read again", true, false};
static const struct way indexed = {"through the stat index", true, true};

static int open_site(void **state)
{
	const char *tests = getenv("CFGFS_TESTS");
	const char *suites = getenv("CFGFS_SUITES");
	struct site *site = calloc(1, sizeof(*site));

	tree_make(&site->tree);
	site->folder = scratch_make();
	site->cases = cases_open(tests ? tests : "tests",
				 suites && *suites ? suites : NULL);
	assert_non_null(site->cases);
	for (unsigned i = 0; i < case_count; i++)
		assert_true(cases_write(site->cases, site->tree.path, i, 0));
	assert_int_equal(source_open(site->tree.path, &site->source), 0);
	site->cache = open_cache(site->folder);
	*state = site;
	return 0;
}

/* After a failure this is not reached: the tree is there to be looked at. */
static void close_site(struct site *site)
{
	cache_close(site->cache);
	source_close(site->source);
	cases_close(site->cases);
	tree_remove(&site->tree);
	scratch_remove(site->folder);
	free(site);
}

static void every_way_says_the_same(struct site *site)
{
	size_t by_tier[TIER_INDEX + 1];
	const bool is_indexable = write_rules(site, 0);
	struct answers wanted;

	look_over(site, &uncached, "", &wanted);
	print_message("%zu files from %zu seeds, %zu with a verdict\n",
		      wanted.count, cases_seed_count(site->cases),
		      wanted.by_tier[TIER_MISS]);
	assert_true(wanted.count >= case_count);
	assert_true(wanted.by_tier[TIER_MISS] > case_count / 2);

	try_way(site, &hashed, "an empty cache", "", &wanted, by_tier);
	assert_true(by_tier[TIER_MISS] > case_count / 4);
	try_way(site, &hashed, "in memory", "", &wanted, by_tier);
	assert_int_equal(by_tier[TIER_MEMORY], wanted.by_tier[TIER_MISS]);
	reopen(site);
	try_way(site, &hashed, "on disk", "", &wanted, by_tier);
	assert_int_equal(by_tier[TIER_MISS], 0);
	assert_true(by_tier[TIER_DISK] > case_count / 4);
	reopen(site);
	try_way(site, &indexed, "after all", "", &wanted, by_tier);
	assert_int_equal(by_tier[TIER_MISS], 0);
	if (is_indexable)
		assert_int_equal(by_tier[TIER_INDEX],
				 wanted.by_tier[TIER_MISS]);
	answers_release(&wanted);
}

/* A few files change in place, some of them by the same number of bytes. */
static void rewrite_some(struct site *site, unsigned turn)
{
	for (unsigned i = turn * 5; i < case_count; i += 5 * REWRITTEN)
		assert_true(cases_write(site->cases, site->tree.path, i, turn));
}

static void one_turn(struct site *site, struct judge *living, unsigned turn)
{
	const char *name = cases_turn_name(turn);
	struct answers wanted;
	struct answers lived;

	rewrite_some(site, turn);
	write_rules(site, turn);
	look_over(site, &uncached, CASES_WITH_SCHEMA, &wanted);
	reopen(site);
	try_way(site, &indexed, name, CASES_WITH_SCHEMA, &wanted, NULL);
	reopen(site);
	try_way(site, &indexed, name, CASES_WITH_SCHEMA, &wanted, NULL);
	try_way(site, &hashed, name, CASES_WITH_SCHEMA, &wanted, NULL);
	ask(living, CASES_WITH_SCHEMA, &lived);
	compare(site, name, "by a judge that lives on", &wanted, &lived);
	answers_release(&lived);
	answers_release(&wanted);
}

/* As a mount: one judge sees every change, with a cache of its own. */
static void every_way_follows_what_changes(struct site *site)
{
	struct settings settings = settings_of(&indexed);
	char *folder = scratch_make();
	struct cache *cache = open_cache(folder);
	struct judge *living;

	settings.watch_dependencies = true;
	assert_int_equal(
		judge_new(site->source, cache, NULL, &settings, &living), 0);
	for (unsigned turn = 0; turn < CASES_TURNS; turn++)
		one_turn(site, living, turn);
	judge_free(living);
	judge_thread_ends();
	cache_close(cache);
	scratch_remove(folder);
}

static void a_cache_never_changes_an_answer(void **state)
{
	struct site *site = *state;

	every_way_says_the_same(site);
	every_way_follows_what_changes(site);
	close_site(site);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_cache_never_changes_an_answer),
	};

	if (argc > 1)
		case_count = (unsigned)strtoul(argv[1], NULL, 10);
	return cmocka_run_group_tests(tests, open_site, NULL);
}
