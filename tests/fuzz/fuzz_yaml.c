/* YAML; the whole input is the text, also UTF-16. */
#include "tests/fuzz/check_doc.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/reader.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct fuzz_reader reader = {
		"yaml", "", CHECK_DOC_NESTED | CHECK_DOC_SHARED};

	fuzz_read(&reader, fuzz_span(data, size));
	return 0;
}
