/* Java properties; the whole input is the text. */
#include "tests/fuzz/check_doc.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/reader.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct fuzz_reader reader = {.format = "properties",
						  .dialect = "properties",
						  .promises = CHECK_DOC_NESTED};

	fuzz_read(&reader, fuzz_span(data, size));
	return 0;
}
