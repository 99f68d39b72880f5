/* XML; the whole input is the text, in whatever encoding it claims. */
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/reader.h"

/* Entities are expanded to 8 MiB before proportion counts. */
enum { FREE_STEPS = 64 << 20 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct fuzz_reader reader = {
		.format = "xml", .dialect = "", .free_steps = FREE_STEPS};

	fuzz_read(&reader, fuzz_span(data, size));
	return 0;
}
