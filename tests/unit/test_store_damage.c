/*
 * Damaged files of the store: whatever was done to them, no crash, and what is
 * answered is right. CFGFS_DAMAGE_ROUNDS sets how many are tried.
 */
#include "tests/unit/stored.h"

#include "cache/image.h"

enum { ENTRIES = 400, MORE = 60, ROUNDS = 200 };

/* The same sequence on every run: a failure can be repeated. */
static uint64_t next_random(uint64_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 7;
	*seed ^= *seed << 17;
	return *seed;
}

static size_t random_below(uint64_t *seed, size_t limit)
{
	return (size_t)(next_random(seed) % limit);
}

/* A store with a history: replaced, dropped and large entries, free pages. */
static struct span make_image(const char *folder)
{
	struct store *store = stored_open_limited(folder, 200000, NULL);

	for (unsigned i = 0; i < 10; i++) {
		struct sample sample;
		uint64_t evicted;

		assert_int_equal(stored_put(store, 10000 + i * 100, 100), 0);
		sample_make_sized(&sample, 5000 + i, 9000);

		const struct item item = sample_item(&sample);
		const struct store_batch batch = {.items = &item, .count = 1};

		assert_int_equal(store_put(store, &batch, &evicted), 0);
		blob_release(item.blob);
		sample_release(&sample);
	}
	assert_int_equal(stored_put(store, 0, ENTRIES), 0);
	for (unsigned i = 0; i < 5; i++)
		assert_int_equal(stored_put(store, i * 50, 20), 0);
	assert_int_equal(stored_count(store, 0, ENTRIES), ENTRIES);
	store_close(store);
	return scratch_read(scratch_path(folder, "data.mdb"));
}

/* One of many ways to damage an image; its new size. */
static size_t damage(char *bytes, size_t size, uint64_t *seed)
{
	const size_t page = random_below(seed, size / 4096) * 4096;
	const size_t other = random_below(seed, size / 4096) * 4096;
	const size_t at = random_below(seed, size);

	switch (random_below(seed, 8)) {
	case 0: /* a bit anywhere */
		bytes[at] ^= (char)(1 << (at % 7));
		return size;
	case 1: /* a bit in the head of a page */
		bytes[page + at % 64] ^= (char)(1 << random_below(seed, 8));
		return size;
	case 2: /* a bit in the two pages that describe all others */
		bytes[at % 8192 % 160 + (at & 1) * 4096] ^=
			(char)(1 << random_below(seed, 8));
		return size;
	case 3: /* some garbage */
		for (size_t i = at; i < size && i < at + 40; i++)
			bytes[i] = (char)next_random(seed);
		return size;
	case 4: /* a page of zeros */
		memset(bytes + page, 0, 4096);
		return size;
	case 5: /* a page in the place of another one */
		memmove(bytes + page, bytes + other, 4096);
		return size;
	case 6: /* many bits */
		for (size_t i = 0; i < 200; i++)
			bytes[random_below(seed, size)] ^= 4;
		return size;
	default:
		return at;
	}
}

/* Put a damaged image in place, as if its writer had been killed. */
static void plant(const char *folder, const struct span *image, size_t round)
{
	uint64_t seed = (round + 1) * 0x9e3779b97f4a7c15U;
	char *copy = malloc(image->size);

	memcpy(copy, image->data, image->size);

	const size_t size = damage(copy, image->size, &seed);

	scratch_write(scratch_path(folder, "data.mdb"),
		      (struct span){copy, size});
	for (size_t i = 0; i < image->size; i++)
		copy[i] = (char)next_random(&seed);
	if (round % 4 == 0)
		scratch_write(scratch_path(folder, "lock.mdb"),
			      (struct span){copy, 8192});
	if (round % 4 == 1)
		scratch_write(scratch_path(folder, "clean"),
			      (struct span){copy, round % 40});
	free(copy);
}

/* Use it as one would; was it begun anew? */
static bool use_damaged(const char *folder)
{
	char *why;
	struct store *store = stored_open_limited(folder, 200000, &why);
	const bool was_begun_anew = why;
	const unsigned seen = stored_count(store, 0, ENTRIES);

	free(why);
	assert_true(!was_begun_anew || seen == 0);
	if (store_is_on(store)) {
		for (unsigned i = 0; i < 4; i++)
			assert_int_equal(
				stored_put(store, 20000 + i * MORE, MORE), 0);
		assert_int_equal(stored_count(store, 20000, 4 * MORE),
				 4 * MORE);
		assert_int_equal(stored_count(store, 0, ENTRIES) <= seen, 1);
	}
	store_close(store);

	/* What was written beside undetected damage is whole. */
	unlink(scratch_path(folder, "clean"));
	store = stored_open(folder);
	assert_true(stored_count(store, 20000, 4 * MORE) == 4 * MORE);
	store_close(store);
	return was_begun_anew;
}

static void a_damaged_store_answers_right_or_not_at_all(void **state)
{
	const char *wanted = getenv("CFGFS_DAMAGE_ROUNDS");
	const size_t rounds =
		wanted ? (size_t)strtoul(wanted, NULL, 10) : ROUNDS;
	char *folder = scratch_make();
	const struct span image = make_image(folder);
	size_t begun_anew = 0;

	(void)state;
	for (size_t round = 0; round < rounds; round++) {
		plant(folder, &image, round);
		begun_anew += use_damaged(folder);
	}
	print_message("%zu of %zu begun anew\n", begun_anew, rounds);
	assert_true(begun_anew > rounds / 4 && begun_anew < rounds);
	free((void *)(uintptr_t)image.data);
	scratch_remove(folder);
}

static void only_one_damaged_store_is_kept_aside(void **state)
{
	char *folder = scratch_make();
	const struct span image = make_image(folder);
	const struct span half = {image.data, image.size / 2};

	(void)state;
	for (int i = 0; i < 3; i++) {
		char *why;

		scratch_write(scratch_path(folder, "data.mdb"), half);
		store_close(stored_open_limited(folder, 0, &why));
		assert_non_null(why);
		assert_non_null(strstr(why, "damaged"));
		free(why);

		const struct span aside =
			scratch_read(scratch_path(folder, "damaged-data.mdb"));

		assert_true(span_equal(aside, half));
		free((void *)(uintptr_t)aside.data);
	}
	free((void *)(uintptr_t)image.data);
	scratch_remove(folder);
}

static void reading_only_refuses_damage_and_leaves_it(void **state)
{
	char *folder = scratch_make();
	const struct span image = make_image(folder);
	const struct span half = {image.data, image.size / 2};
	const struct store_options options = {.folder = folder,
					      .read_only = true};
	struct store *store = NULL;
	char *why = NULL;

	(void)state;
	scratch_write(scratch_path(folder, "data.mdb"), half);
	assert_true(store_open(&options, &store, &why) < 0);
	assert_null(store);
	assert_non_null(strstr(why, "damaged"));

	const struct span after =
		scratch_read(scratch_path(folder, "data.mdb"));

	assert_true(span_equal(after, half));
	free((void *)(uintptr_t)after.data);
	free((void *)(uintptr_t)image.data);
	free(why);
	scratch_remove(folder);
}

static void the_examination_survives_every_image(void **state)
{
	char *folder = scratch_make();
	const struct span image = make_image(folder);
	unsigned refused = 0;
	uint64_t seed = 1;

	(void)state;
	assert_int_equal(image_check(image), 0);
	for (unsigned round = 0; round < 2000; round++) {
		char *copy = malloc(image.size);

		memcpy(copy, image.data, image.size);

		const size_t size = damage(copy, image.size, &seed);
		char *exact = malloc(size ? size : 1);

		memcpy(exact, copy, size);
		refused += image_check((struct span){exact, size}) != 0;
		free(exact);
		free(copy);
	}
	print_message("%u of 2000 refused\n", refused);
	assert_true(refused > 500);
	free((void *)(uintptr_t)image.data);
	scratch_remove(folder);
}

/* The free list is what no reader notices, and a writer goes by. */
static void a_free_list_that_names_a_page_in_use_is_refused(void **state)
{
	char *folder = scratch_make();
	const struct span image = make_image(folder);
	char *bytes = (char *)(uintptr_t)image.data;
	const size_t pages = image.size / 4096;
	unsigned refused = 0;
	unsigned tried = 0;

	(void)state;
	/* Wherever a word could be a page in such a list: another page. */
	for (size_t at = 8192; at + 16 <= image.size; at += 8) {
		uint64_t words[2];

		memcpy(words, bytes + at, sizeof(words));
		if (words[0] <= words[1] || words[1] < 3 || words[0] >= pages)
			continue;
		words[1]--;
		memcpy(bytes + at + 8, &words[1], 8);
		refused += image_check(image) != 0;
		tried++;
		words[1]++;
		memcpy(bytes + at + 8, &words[1], 8);
	}
	print_message("%u of %u refused\n", refused, tried);
	assert_true(refused > 0);
	assert_int_equal(image_check(image), 0);
	free(bytes);
	scratch_remove(folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_damaged_store_answers_right_or_not_at_all),
		cmocka_unit_test(only_one_damaged_store_is_kept_aside),
		cmocka_unit_test(reading_only_refuses_damage_and_leaves_it),
		cmocka_unit_test(the_examination_survives_every_image),
		cmocka_unit_test(
			a_free_list_that_names_a_page_in_use_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
