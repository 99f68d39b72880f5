/* All names of `format`; the whole input is the text. */
#include "tests/fuzz/check_verdict.h"
#include "tests/fuzz/fuzz.h"
#include "validate/schema/strings/format_check.h"
#include "validate/text.h"

static bool has(const char *name, struct span text)
{
	const uint32_t format = format_check_find(span_of(name));

	fuzz_require(format != UINT32_MAX, "a format is known");
	return format_check(format, text);
}

/* What has the first format has the second. */
static const struct {
	const char *narrow;
	const char *wide;
} inclusions[] = {
	{"uri", "iri"},		  {"uri", "uri-reference"},
	{"iri", "iri-reference"}, {"uri-reference", "iri-reference"},
	{"email", "idn-email"},	  {"hostname", "idn-hostname"},
	{"ipv4", "ip-address"},
};

static void check_date_time(struct span text)
{
	if (!has("date-time", text))
		return;
	fuzz_require(text.size > 11, "a date and time has both");
	fuzz_require(has("date", (struct span){text.data, 10}),
		     "a date and time begins with a date");
	fuzz_require(has("time", (struct span){text.data + 11, text.size - 11}),
		     "a date and time ends with a time");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const others[] = {"duration",
					     "ipv6",
					     "uri-template",
					     "json-pointer",
					     "relative-json-pointer",
					     "uuid",
					     "regex"};
	struct span text = fuzz_span(data, size);
	auto_free char *bytes = fuzz_copy(text);

	if (text_utf8_prefix(text) < text.size)
		return 0;
	text.data = bytes;
	for (size_t i = 0; i < array_size(inclusions); i++)
		fuzz_require(!has(inclusions[i].narrow, text) ||
				     has(inclusions[i].wide, text),
			     "the wider format has what the narrow one has");
	for (size_t i = 0; i < array_size(others); i++)
		(void)has(others[i], text);
	check_date_time(text);
	return 0;
}
