/* JSON, JSONC and NDJSON; the first byte says which. */
#include "tests/fuzz/check_doc.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/reader.h"

static const struct fuzz_reader dialects[] = {
	{.format = "json", .dialect = "", .promises = CHECK_DOC_NESTED},
	{.format = "jsonc", .dialect = "jsonc", .promises = CHECK_DOC_NESTED},
	{.format = "ndjson", .dialect = "ndjson", .promises = CHECK_DOC_NESTED},
};

/* What is JSON is the same as JSONC. */
static void compare_dialects(struct span text)
{
	struct fuzz_reading plain = {.limits = LIMITS_DEFAULT};
	struct fuzz_reading other = {.limits = LIMITS_DEFAULT};

	fuzz_reading_run(&plain, &dialects[0], text);
	fuzz_reading_run(&other, &dialects[1], text);
	if (fuzz_reading_is_good(&plain)) {
		fuzz_require(fuzz_reading_is_good(&other), "JSON is JSONC");
		fuzz_reading_compare(&plain, &other);
	}
	fuzz_reading_release(&plain);
	fuzz_reading_release(&other);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span text = fuzz_span(data, size);
	const size_t number = fuzz_take_byte(&text) % array_size(dialects);

	fuzz_read(&dialects[number], text);
	if (number == 0 && fuzz_number(text) % 4 == 1)
		compare_dialects(text);
	return 0;
}
