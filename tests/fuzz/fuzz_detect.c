/* Which format a file has: its path, the separator, its content. */
#include "tests/fuzz/fuzz.h"
#include "validate/format.h"

static bool is_known(const struct format *format)
{
	for (size_t i = 0; format_at(i); i++)
		if (format_at(i) == format)
			return true;
	return false;
}

static bool same_choice(struct format_choice a, struct format_choice b)
{
	return a.format == b.format && strcmp(a.dialect, b.dialect) == 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span rest = fuzz_span(data, size);
	const struct span path_part = fuzz_take_part(&rest);
	auto_free char *path = fuzz_copy_text(path_part);
	auto_free char *bytes = fuzz_copy(rest);
	const struct span content = {bytes, rest.size};
	const struct format_choice by_name =
		format_detect(path, (struct span){"", 0});
	const struct format_choice choice = format_detect(path, content);

	fuzz_require(!by_name.format || is_known(by_name.format),
		     "a format by name is one of those");
	fuzz_require(!choice.format || is_known(choice.format),
		     "a format is one of those");
	fuzz_require(choice.dialect && by_name.dialect,
		     "a dialect has a name, if only the empty one");
	fuzz_require(same_choice(choice, format_detect(path, content)),
		     "the same file has the same format");
	return 0;
}
