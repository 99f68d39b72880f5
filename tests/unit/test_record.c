/* Entries as bytes: what goes in comes out, and nothing else ever does. */
#include "tests/unit/cached.h"

#include "validate/text.h"

#include <errno.h>

static char *encode(const struct cache_entry *entry, size_t *size)
{
	*size = record_size(entry);

	char *bytes = malloc(*size);

	assert_non_null(bytes);
	record_encode(entry, bytes, *size);
	return bytes;
}

static void renew_checksum(char *bytes, size_t size)
{
	put_le64((uint8_t *)bytes,
		 digest_checksum((struct span){bytes + 8, size - 8}));
}

/* Decode a copy in a block of its own, so that an overread is seen. */
static int decode_copy(const char *bytes, size_t size, struct cache_entry *out,
		       void **block)
{
	char *copy = malloc(size ? size : 1);

	memcpy(copy, bytes, size);

	const int r = record_decode((struct span){copy, size}, out, block);

	free(copy);
	return r;
}

/* With findings, pointers and a schema. */
static struct verdict *rich_verdict(void)
{
	struct arena arena;
	struct doc doc;
	struct findings findings;
	struct verdict *verdict;

	arena_init(&arena, 100000);
	doc_init(&doc, &arena, span_of("one\ntwo\n"), 10);
	findings_init(&findings, &arena, 10);
	for (uint32_t i = 0; i < 5; i++)
		findings_add(&findings, SEVERITY_WARNING, "a/rule",
			     place_at(0, i, 1), "number %u", i);
	assert_int_equal(verdict_build(&findings, &doc, "s.json", &verdict), 0);
	arena_release(&arena);
	return verdict;
}

static void an_entry_comes_back_as_it_was(void **state)
{
	(void)state;
	for (unsigned n = 0; n < 12; n++) {
		struct sample sample;
		struct cache_entry found;
		void *block;
		size_t size;

		sample_make(&sample, n);
		if (n >= 6) {
			free(sample.verdict);
			sample.verdict = rich_verdict();
			sample.entry.verdict = sample.verdict;
		}

		char *bytes = encode(&sample.entry, &size);

		assert_int_equal(decode_copy(bytes, size, &found, &block), 0);
		assert_true(entry_equal(&sample.entry, &found));
		assert_int_equal((uintptr_t)found.verdict % 8, 0);
		free(block);
		free(bytes);
		sample_release(&sample);
	}
}

static void each_truncation_and_each_flipped_bit_is_refused(void **state)
{
	struct sample sample;
	struct cache_entry found;
	struct cache_entry before;
	void *block = &sample;
	size_t size;

	(void)state;
	memset(&found, 7, sizeof(found));
	memset(&before, 7, sizeof(before));
	sample_make(&sample, 5);

	char *bytes = encode(&sample.entry, &size);

	for (size_t cut = 0; cut < size; cut++)
		assert_int_equal(decode_copy(bytes, cut, &found, &block),
				 -EBADMSG);
	for (size_t bit = 0; bit < size * 8; bit++) {
		bytes[bit / 8] ^= (char)(1 << (bit % 8));

		const bool is_version = bit / 64 == 1;

		assert_int_equal(decode_copy(bytes, size, &found, &block),
				 is_version ? -ESTALE : -EBADMSG);
		bytes[bit / 8] ^= (char)(1 << (bit % 8));
	}
	assert_memory_equal(&found, &before, sizeof(found));
	assert_ptr_equal(block, &sample);
	free(bytes);
	sample_release(&sample);
}

/* With the checksum made right again, as one would who forges a record. */
static void a_forged_record_is_refused_or_harmless(void **state)
{
	struct sample sample;
	size_t size;

	(void)state;
	sample_make(&sample, 5);

	char *bytes = encode(&sample.entry, &size);

	for (size_t cut = 72; cut < size; cut++) {
		struct cache_entry found;
		void *block;
		char *copy = malloc(cut);

		memcpy(copy, bytes, cut);
		put_le32((uint8_t *)copy + 16, (uint32_t)cut);
		renew_checksum(copy, cut);
		assert_int_equal(decode_copy(copy, cut, &found, &block),
				 -EBADMSG);
		free(copy);
	}
	for (size_t bit = 64; bit < size * 8; bit++) {
		struct cache_entry found;
		void *block;

		bytes[bit / 8] ^= (char)(1 << (bit % 8));
		renew_checksum(bytes, size);
		if (decode_copy(bytes, size, &found, &block) == 0) {
			for (uint32_t i = 0; i < found.dependency_count; i++)
				assert_true(strlen(found.dependencies[i].path) <
					    size);
			assert_true(verdict_is_sound(found.verdict,
						     found.verdict->size));
			free(block);
		}
		bytes[bit / 8] ^= (char)(1 << (bit % 8));
	}
	free(bytes);
	sample_release(&sample);
}

static void a_field_that_lies_is_refused(void **state)
{
	static const struct {
		const char *what;
		size_t offset;
		uint32_t value;
	} cases[] = {
		{"a size that is not its own", 16, 100},
		{"more dependencies than there can be", 64, 1000000},
		{"one dependency more than there are", 64, 3},
		{"one dependency less, so that bytes are left over", 64, 1},
		{"a dependency count that overflows", 64, UINT32_MAX},
		{"a verdict before the header's end", 68, 64},
		{"a verdict that is not aligned", 68, 76},
		{"a verdict behind the end", 68, 1U << 20},
		{"a verdict at the very end", 68, 0xfffffff8U},
		{"a path longer than the record", 72, 100000},
		{"a path whose length overflows", 72, UINT32_MAX},
		{"a path that is cut by its length", 72, 3},
		{"a path that goes on behind its NUL", 72, 14},
		{"an existence that is neither", 76, 2},
	};

	(void)state;
	for (size_t i = 0; i < array_size(cases); i++) {
		struct sample sample;
		struct cache_entry found;
		void *block;
		size_t size;

		sample_make(&sample, 5);

		char *bytes = encode(&sample.entry, &size);

		put_le32((uint8_t *)bytes + cases[i].offset, cases[i].value);
		renew_checksum(bytes, size);
		if (decode_copy(bytes, size, &found, &block) != -EBADMSG)
			fail_msg("%s", cases[i].what);
		free(bytes);
		sample_release(&sample);
	}
}

/* Its NUL is gone, and the next one is inside the verdict. */
static void a_path_that_runs_into_the_verdict_is_refused(void **state)
{
	struct sample sample;
	struct cache_entry found;
	void *block;
	size_t size;

	(void)state;
	sample_make(&sample, 1);
	sample.dependencies[0].path = "1234567"; /* no padding behind it */

	char *bytes = encode(&sample.entry, &size);
	const size_t verdict = get_le32((const uint8_t *)bytes + 68);
	const char *end = memchr(bytes + verdict, '\0', size - verdict);

	assert_int_equal(verdict, 72 + 40 + 8);
	bytes[verdict - 1] = '8';
	put_le32((uint8_t *)bytes + 72, (uint32_t)(end - (bytes + 72 + 40)));
	renew_checksum(bytes, size);
	assert_int_equal(decode_copy(bytes, size, &found, &block), -EBADMSG);
	free(bytes);
	sample_release(&sample);
}

static void more_padding_than_needed_is_refused(void **state)
{
	struct sample sample;
	struct cache_entry found;
	void *block;
	size_t size;

	(void)state;
	sample_make(&sample, 5);

	char *bytes = encode(&sample.entry, &size);
	char *longer = calloc(1, size + 8);
	const size_t verdict = get_le32((const uint8_t *)bytes + 68);

	memcpy(longer, bytes, verdict);
	memcpy(longer + verdict + 8, bytes + verdict, size - verdict);
	put_le32((uint8_t *)longer + 16, (uint32_t)size + 8);
	put_le32((uint8_t *)longer + 68, (uint32_t)verdict + 8);
	renew_checksum(longer, size + 8);
	assert_int_equal(decode_copy(longer, size + 8, &found, &block),
			 -EBADMSG);
	free(longer);
	free(bytes);
	sample_release(&sample);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_entry_comes_back_as_it_was),
		cmocka_unit_test(
			each_truncation_and_each_flipped_bit_is_refused),
		cmocka_unit_test(a_forged_record_is_refused_or_harmless),
		cmocka_unit_test(a_field_that_lies_is_refused),
		cmocka_unit_test(a_path_that_runs_into_the_verdict_is_refused),
		cmocka_unit_test(more_padding_than_needed_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
