/* The table of virtual files, and the texts of short and long ones. */
#include "tests/unit/unit.h"

#include "fs/mount/virtual/kinds.h"
#include "fs/mount/virtual/text.h"
#include "fs/report/output.h"

#include <errno.h>

static void each_kind_can_be_found_where_it_is(void **state)
{
	(void)state;
	for (int i = 0; i < INODE_KIND_COUNT; i++) {
		const enum inode_kind kind = (enum inode_kind)i;
		const struct virtual_kind *found = virtual_kind_of(kind);

		if (kind == INODE_FREE || kind == INODE_REAL) {
			assert_null(found);
			continue;
		}
		assert_non_null(found);
		assert_int_not_equal(found->place, VIRTUAL_NOWHERE);
		assert_int_equal(virtual_kind_find(found->place, found->name),
				 kind);
		/* A folder keeps its node, a file never does. */
		assert_int_equal(inode_is_lasting(kind), !found->make);
		if (found->format)
			assert_non_null(output_find(found->format));
		if (virtual_is_mirror(kind))
			assert_non_null(virtual_kind_of(found->of_file)->make);
	}
	assert_null(virtual_kind_of(INODE_KIND_COUNT));
}

static void a_name_counts_only_in_its_place(void **state)
{
	(void)state;
	assert_int_equal(virtual_kind_find(VIRTUAL_IN_FOLDER, ".status"),
			 INODE_STATUS);
	assert_int_equal(virtual_kind_find(VIRTUAL_BESIDE_FILE, ".status"),
			 INODE_FILE_STATUS);
	assert_int_equal(virtual_kind_find(VIRTUAL_IN_ROOT, ".status"),
			 INODE_FREE);
	assert_int_equal(virtual_kind_find(VIRTUAL_IN_BASE, "report.json"),
			 INODE_REPORT_JSON);
	assert_int_equal(virtual_kind_find(VIRTUAL_IN_FOLDER, "report.json"),
			 INODE_FREE);
	assert_int_equal(virtual_kind_find(VIRTUAL_IN_BASE, ""), INODE_FREE);
}

/* A text of so many lines of ten bytes. */
struct lines {
	unsigned count;
	int result;
};

static int write_lines(void *ctx, FILE *out)
{
	const struct lines *lines = ctx;

	for (unsigned i = 0; i < lines->count; i++)
		fprintf(out, "%09u\n", i);
	return lines->result;
}

static void read_line(const struct virtual_text *text, unsigned line,
		      char bytes[static 11])
{
	const size_t at = (size_t)line * 10;

	bytes[10] = '\0';
	if (text->fd < 0)
		memcpy(bytes, text->bytes + at, 10);
	else
		assert_int_equal(pread(text->fd, bytes, 10, (off_t)at), 10);
}

static void texts_are_the_same_in_memory_and_in_a_file(void **state)
{
	static const struct {
		unsigned count;
		bool is_long;
	} cases[] = {{0, false},
		     {1, false},
		     {VIRTUAL_TEXT_MEMORY_BYTES / 10, false},
		     {VIRTUAL_TEXT_MEMORY_BYTES / 10 + 1, true},
		     {VIRTUAL_TEXT_MEMORY_BYTES, true}};

	(void)state;
	for (size_t i = 0; i < array_size(cases); i++) {
		struct lines lines = {.count = cases[i].count};
		struct virtual_text *text;

		assert_int_equal(virtual_text_make(write_lines, &lines, &text),
				 0);
		assert_int_equal(text->size, (size_t)lines.count * 10);
		assert_int_equal(text->fd >= 0, cases[i].is_long);
		assert_true(!cases[i].is_long || !text->bytes);
		for (unsigned j = 0; j < lines.count; j += 1 + j / 7) {
			char got[11];
			char wanted[16];

			snprintf(wanted, sizeof(wanted), "%09u\n", j);
			read_line(text, j, got);
			assert_string_equal(got, wanted);
		}
		virtual_text_release(text);
	}
}

static void a_text_that_fails_is_not_made(void **state)
{
	struct lines lines = {.count = 100000, .result = -ECANCELED};
	struct virtual_text *text = NULL;

	(void)state;
	assert_int_equal(virtual_text_make(write_lines, &lines, &text),
			 -ECANCELED);
	assert_null(text);
}

static void a_text_lives_as_long_as_somebody_has_it(void **state)
{
	struct lines lines = {.count = 3};
	struct virtual_text *text;

	(void)state;
	assert_int_equal(virtual_text_make(write_lines, &lines, &text), 0);
	assert_ptr_equal(virtual_text_share(text), text);
	virtual_text_release(text);
	assert_memory_equal(text->bytes + 10, "000000001\n", 10);
	virtual_text_release(text);
	virtual_text_release(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_kind_can_be_found_where_it_is),
		cmocka_unit_test(a_name_counts_only_in_its_place),
		cmocka_unit_test(texts_are_the_same_in_memory_and_in_a_file),
		cmocka_unit_test(a_text_that_fails_is_not_made),
		cmocka_unit_test(a_text_lives_as_long_as_somebody_has_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
