/* XML; the whole input is the text, in whatever encoding it claims. */
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/reader.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct fuzz_reader reader = {"xml", "", 0, NULL};

	fuzz_read(&reader, fuzz_span(data, size));
	return 0;
}
