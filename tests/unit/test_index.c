/* The stat index: its rows, the store they live in, and what it is used for. */
#include "tests/unit/stored.h"
#include "tests/unit/tree.h"

#include "cache/index_queue.h"
#include "fs/survey.h"

static struct index_row row_of(unsigned n)
{
	struct index_row row = {
		.stamp = {.dev = 7,
			  .ino = n,
			  .btime_ns = 1 + n,
			  .mtime_ns = 2 + n,
			  .ctime_ns = 3 + n,
			  .size = 4 + n,
			  .mode = 0100644},
		.facts = 0x0301,
		.facts_version = 0x1122334455667788,
		.has_digest = true,
	};

	memset(row.tag.bytes, (int)n, DIGEST_TAG_SIZE);
	memset(row.digest.bytes, (int)n + 1, DIGEST_SIZE);
	return row;
}

static bool same_row(const struct index_row *a, const struct index_row *b)
{
	return index_stamp_equal(&a->stamp, &b->stamp) &&
	       a->facts == b->facts && a->facts_version == b->facts_version &&
	       a->has_digest == b->has_digest &&
	       memcmp(&a->tag, &b->tag, sizeof(a->tag)) == 0 &&
	       digest_equal(&a->digest, &b->digest);
}

static void a_row_comes_back_as_it_was(void **state)
{
	const struct index_row row = row_of(9);
	struct index_row back = {.stamp = {.dev = 7, .ino = 9}};
	char *bytes = malloc(INDEX_ROW_SIZE);

	(void)state;
	index_encode(&row, (uint8_t *)bytes);
	assert_int_equal(
		index_decode((struct span){bytes, INDEX_ROW_SIZE}, &back), 0);
	assert_true(same_row(&row, &back));
	free(bytes);
}

static void a_damaged_row_is_refused(void **state)
{
	const struct index_row row = row_of(9);
	uint8_t bytes[INDEX_ROW_SIZE];

	(void)state;
	index_encode(&row, bytes);
	for (size_t size = 0; size < INDEX_ROW_SIZE; size++) {
		char *cut = malloc(size ? size : 1);
		struct index_row back = {.stamp = {.dev = 7, .ino = 9}};

		memcpy(cut, bytes, size);
		assert_int_equal(index_decode((struct span){cut, size}, &back),
				 -EBADMSG);
		assert_int_equal(back.stamp.size, 0);
		free(cut);
	}
	for (size_t i = 0; i < INDEX_ROW_SIZE; i++) {
		struct index_row back = {.stamp = {.dev = 7, .ino = 9}};

		bytes[i] ^= 1;
		if (index_decode((struct span){(char *)bytes, INDEX_ROW_SIZE},
				 &back) == 0)
			fail_msg("byte %zu does not count", i);
		bytes[i] ^= 1;
	}
}

static void a_row_is_good_for_its_own_file_alone(void **state)
{
	const struct index_row row = row_of(9);
	struct index_row other = {.stamp = {.dev = 7, .ino = 10}};
	uint8_t bytes[INDEX_ROW_SIZE];

	(void)state;
	index_encode(&row, bytes);
	assert_int_equal(
		index_decode((struct span){(char *)bytes, sizeof(bytes)},
			     &other),
		-EBADMSG);
}

static void stamps_differ_by_every_field(void **state)
{
	const struct index_stamp stamp = row_of(9).stamp;
	struct index_stamp other[7];

	(void)state;
	for (size_t i = 0; i < array_size(other); i++)
		other[i] = stamp;
	assert_true(index_stamp_equal(&stamp, &other[0]));
	other[0].dev++;
	other[1].ino++;
	other[2].btime_ns++;
	other[3].mtime_ns++;
	other[4].ctime_ns++;
	other[5].size++;
	other[6].mode++;
	for (size_t i = 0; i < array_size(other); i++)
		if (index_stamp_equal(&stamp, &other[i]))
			fail_msg("field %zu does not count", i);
}

static void of_two_rows_of_a_file_the_later_is_last(void **state)
{
	struct index_row early = row_of(3);
	struct index_row late = row_of(3);
	struct index_row other = row_of(1);
	struct index_queue queue;
	size_t count;

	(void)state;
	late.stamp.ctime_ns++;
	index_queue_init(&queue);
	index_queue_add(&queue, &late);
	index_queue_add(&queue, &other);
	index_queue_add(&queue, &early);

	struct index_row *rows = index_queue_take(&queue, &count);

	assert_int_equal(count, 3);
	assert_int_equal(index_queue_count(&queue), 0);
	assert_true(same_row(&rows[0], &other));
	assert_true(same_row(&rows[1], &early));
	assert_true(same_row(&rows[2], &late));
	free(rows);
	index_queue_release(&queue);
}

struct seen {
	struct index_row row;
	unsigned count;
};

static void see(void *ctx, size_t look, struct span value)
{
	struct seen *seen = ctx;

	(void)look;
	assert_int_equal(index_decode(value, &seen->row), 0);
	seen->count++;
}

/* Which of some rows are in a store. */
static unsigned rows_there(struct store *store, unsigned first, unsigned count)
{
	unsigned there = 0;

	for (unsigned n = first; n < first + count; n++) {
		const struct index_row row = row_of(n);
		const struct index_key key = index_key_of(&row.stamp);
		const struct store_look look = {DB_INDEX, key.bytes};
		struct seen seen = {.row = {.stamp = row.stamp}};

		store_get_many(store, &look, 1, see, &seen);
		if (seen.count)
			assert_true(same_row(&seen.row, &row));
		there += seen.count;
	}
	return there;
}

static void put_rows(struct store *store, unsigned first, unsigned count)
{
	struct index_row *rows = calloc(count, sizeof(*rows));
	uint64_t evicted;

	for (unsigned i = 0; i < count; i++)
		rows[i] = row_of(first + i);

	const struct store_batch batch = {.rows = rows, .row_count = count};

	assert_int_equal(store_put(store, &batch, &evicted), 0);
	free(rows);
}

static void rows_live_in_the_store_and_count_in_its_bytes(void **state)
{
	char *folder = scratch_make();
	struct store *store = stored_open(folder);

	(void)state;
	put_rows(store, 0, 100);

	const struct store_totals first = store_totals(store);

	assert_int_equal(first.entries, 0);
	assert_true(first.bytes >= 100 * INDEX_ROW_SIZE);
	put_rows(store, 50, 50); /* in place of what was there */
	assert_int_equal(store_totals(store).bytes, first.bytes);
	store_close(store);
	store = stored_open(folder);
	assert_int_equal(rows_there(store, 0, 200), 100);
	assert_int_equal(store_clear(store), 0);
	assert_int_equal(rows_there(store, 0, 200), 0);
	assert_int_equal(store_totals(store).bytes, 0);
	store_close(store);
	scratch_remove(folder);
}

static void the_oldest_go_first_whatever_they_are(void **state)
{
	char *folder = scratch_make();
	struct store *store = stored_open_limited(folder, 64 << 10, NULL);

	(void)state;
	assert_int_equal(stored_put(store, 0, 20), 0);
	put_rows(store, 0, 1000);
	assert_int_equal(stored_count(store, 0, 20), 0);
	assert_true(store_totals(store).bytes <= 64 << 10);
	assert_int_equal(rows_there(store, 990, 10), 10);
	assert_int_equal(rows_there(store, 0, 10), 0);
	/* Verdicts drive out rows as well. */
	assert_int_equal(stored_put(store, 100, 300), 0);
	assert_int_equal(rows_there(store, 0, 1000), 0);
	assert_true(stored_count(store, 100, 300) > 0);
	store_close(store);
	scratch_remove(folder);
}

/* A tree, judged again and again with a store that outlives each judge. */
struct site {
	struct tree tree;
	char *folder;
	struct settings settings;
	struct source *source;
};

static struct survey look_over(struct site *site)
{
	const struct cache_options options = {.directory = site->folder,
					      .max_memory_bytes = 1 << 20};
	const struct survey_options how = {.depth = SURVEY_JUDGED};
	struct survey survey;
	struct cache *cache;
	struct judge *judge;
	char *why = NULL;

	assert_int_equal(cache_open(&options, &cache, &why), 0);
	free(why);
	assert_int_equal(
		judge_new(site->source, cache, NULL, &site->settings, &judge),
		0);
	assert_int_equal(survey_run(judge, "", &how, &survey), 0);
	judge_free(judge);
	cache_close(cache);
	judge_thread_ends();
	return survey;
}

/* "a.yaml index valid; b disk skipped": free() it. */
static char *shown(struct site *site)
{
	struct survey survey = look_over(site);
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	for (size_t i = 0; i < survey.count; i++)
		fprintf(out, "%s%s %s %s", i ? "; " : "",
			survey.entries[i].path,
			cache_tier_name(survey.entries[i].tier),
			state_name(survey.entries[i].state));
	fclose(out);
	survey_release(&survey);
	return text;
}

static void expect(struct site *site, const char *wanted)
{
	char *text = shown(site);

	assert_string_equal(text, wanted);
	free(text);
}

/* Wait until the stamp of a file can be relied upon; false: it never can. */
static bool settle(struct site *site, const char *path)
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

static void site_open(struct site *site)
{
	*site = (struct site){.settings = SETTINGS_DEFAULT,
			      .folder = scratch_make()};
	site->settings.workers = 2;
	site->settings.watch_dependencies = false;
	tree_make(&site->tree);
	tree_write(&site->tree, "a.yaml", "x: 1\n");
	tree_write(&site->tree, "b", "hello\n");
	assert_int_equal(source_open(site->tree.path, &site->source), 0);
}

static void site_close(struct site *site)
{
	source_close(site->source);
	tree_remove(&site->tree);
	scratch_remove(site->folder);
}

static void an_unchanged_file_is_not_read_again(void **state)
{
	struct site site;
	char path[PATH_MAX];

	(void)state;
	site_open(&site);
	if (!settle(&site, "a.yaml") || !settle(&site, "b")) {
		site_close(&site);
		skip();
	}
	expect(&site, "a.yaml miss valid; b miss skipped");
	expect(&site, "a.yaml index valid; b miss skipped");
	site.settings.use_index = false;
	expect(&site, "a.yaml disk valid; b miss skipped");
	site.settings.use_index = true;

	/* Another name is the same inode, but another plan. */
	tree_path(&site.tree, "c.json", path);
	assert_int_equal(
		link(tree_path(&site.tree, "a.yaml", (char[PATH_MAX]){0}),
		     path),
		0);
	expect(&site, "a.yaml disk valid; b miss skipped; c.json miss invalid");
	site_close(&site);
}

static void what_a_stamp_cannot_tell_is_asked_of_the_bytes(void **state)
{
	const struct timespec future[] = {{.tv_sec = 4000000000, .tv_nsec = 5},
					  {.tv_sec = 4000000000, .tv_nsec = 5}};
	struct site site;
	struct stamp stamp = {0};
	char path[PATH_MAX];

	(void)state;
	site_open(&site);
	if (!settle(&site, "a.yaml")) {
		site_close(&site);
		skip();
	}
	tree_path(&site.tree, "a.yaml", path);
	assert_int_equal(utimensat(AT_FDCWD, path, future, 0), 0);
	expect(&site, "a.yaml miss valid; b miss skipped");
	expect(&site, "a.yaml disk valid; b miss skipped");

	/* By hand, as no filesystem gives such stamps at will. */
	assert_int_equal(source_stat(site.source, "b", &stamp, NULL), 0);
	stamp.ctime_ns = stamp.mtime_ns = 5000000000000000001;
	stamp.taken_ns = stamp.ctime_ns + 20 * 1000 * 1000;
	assert_null(source_doubt(site.source, &stamp));
	stamp.taken_ns--;
	assert_non_null(source_doubt(site.source, &stamp));
	stamp.taken_ns++;
	stamp.ctime_ns--; /* whole seconds */
	assert_non_null(source_doubt(site.source, &stamp));
	stamp.ctime_ns++;
	stamp.dev++;
	assert_non_null(source_doubt(site.source, &stamp));
	site_close(&site);
}

static void facts_survive_being_numbers(void **state)
{
	static const char *const contents[] = {
		"",
		"a: 1\n",
		"[x]\n",
		"<?xml ?>",
		"<a/>",
		"a\\b",
		"$schema",
		"# vim: ft=toml\n",
		"# -*- xml -*-\n",
	};
	struct content_facts back;

	(void)state;
	for (size_t i = 0; i < array_size(contents); i++) {
		const struct content_facts facts =
			content_facts_of(span_of(contents[i]));
		const uint32_t number = content_facts_pack(&facts);

		assert_true(content_facts_unpack(number, &back));
		assert_int_equal(content_facts_pack(&back), number);
		assert_ptr_equal(format_choose("x.cfg", &facts).format,
				 format_choose("x.cfg", &back).format);
	}
	assert_false(content_facts_unpack(1u << 7, &back));
	assert_false(content_facts_unpack(0xff00, &back));
	assert_false(content_facts_unpack(1u << 31, &back));
}

static void a_memo_gives_each_plan_its_own_digest(void **state)
{
	const struct content_facts plain = content_facts_of(span_of("a: 1\n"));
	const struct content_facts refers =
		content_facts_of(span_of("$schema"));
	struct plan_memo *memo = calloc(1, sizeof(*memo));
	struct plan plans[9];

	(void)state;
	memset(plans, 0, sizeof(plans));
	for (size_t i = 0; i < array_size(plans); i++)
		plans[i].directory = "a";
	plans[1].directory = "b";
	plans[2].level = LEVEL_STANDARD;
	plans[3].schema = "s.json";
	plans[4].limits.depth = 1;
	plans[5].choice.dialect = "x";
	plans[6].show_values = true;
	plans[7].when_count = 1;
	plans[7].when_left_out[0] = 1;
	plans[8].ignore_suppressions = true;
	for (size_t i = 0; i < 4 * array_size(plans); i++) {
		const struct plan *plan = &plans[i / 2 % array_size(plans)];
		const struct content_facts *facts = i % 2 ? &refers : &plain;
		const struct digest memorized =
			plan_memo_digest(memo, plan, facts);
		const struct digest digest = plan_digest(plan, facts);

		assert_true(digest_equal(&memorized, &digest));
	}
	free(memo);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_row_comes_back_as_it_was),
		cmocka_unit_test(a_damaged_row_is_refused),
		cmocka_unit_test(a_row_is_good_for_its_own_file_alone),
		cmocka_unit_test(stamps_differ_by_every_field),
		cmocka_unit_test(of_two_rows_of_a_file_the_later_is_last),
		cmocka_unit_test(rows_live_in_the_store_and_count_in_its_bytes),
		cmocka_unit_test(the_oldest_go_first_whatever_they_are),
		cmocka_unit_test(an_unchanged_file_is_not_read_again),
		cmocka_unit_test(
			what_a_stamp_cannot_tell_is_asked_of_the_bytes),
		cmocka_unit_test(facts_survive_being_numbers),
		cmocka_unit_test(a_memo_gives_each_plan_its_own_digest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
