/* INI in all its dialects; the first byte says which. */
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/reader.h"

static const char *const dialects[] = {
	"",    "systemd", "desktop",  "gitconfig",    "mycnf",
	"cnf", "openssl", "setupcfg", "editorconfig", "npmrc",
	"php", "hg",	  "samba",
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span text = fuzz_span(data, size);
	const size_t number = fuzz_take_byte(&text) % array_size(dialects);
	const struct fuzz_reader reader = {.format = "ini",
					   .dialect = dialects[number]};

	fuzz_read(&reader, text);
	return 0;
}
