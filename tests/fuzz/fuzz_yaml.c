/* YAML; the whole input is the text, also UTF-16. */
#include "tests/fuzz/check_doc.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/reader.h"
#include "validate/formats/yaml/yaml.h"

enum { PROMISES = CHECK_DOC_NESTED | CHECK_DOC_SHARED };

/* The quick reader and the library's say the same. */
static void compare_readers(struct span text)
{
	static const struct fuzz_reader usual = {
		.format = "yaml", .dialect = "", .promises = PROMISES};
	static const struct fuzz_reader slow = {.format = "yaml",
						.dialect = "",
						.promises = PROMISES,
						.read = yaml_read_by_library};
	struct fuzz_reading a = {.limits = LIMITS_DEFAULT};
	struct fuzz_reading b = {.limits = LIMITS_DEFAULT};

	fuzz_reading_run(&a, &usual, text);
	fuzz_reading_run(&b, &slow, text);
	fuzz_reading_compare(&a, &b);
	fuzz_reading_release(&a);
	fuzz_reading_release(&b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct fuzz_reader reader = {
		.format = "yaml", .dialect = "", .promises = PROMISES};

	fuzz_read(&reader, fuzz_span(data, size));
	compare_readers(fuzz_span(data, size));
	return 0;
}
