/* Regular expressions: the pattern, the separator, the subject. */
#include "tests/fuzz/check_verdict.h"
#include "tests/fuzz/fuzz.h"
#include "validate/schema/strings/pattern.h"
#include "validate/text.h"

#include <errno.h>

/* NULL: refused. */
static struct pattern *compile(struct span text, bool by_engine)
{
	struct pattern *pattern = NULL;
	char why[PATTERN_WHY_SIZE] = "";
	const int r = by_engine ? pattern_compile_engine(text, &pattern, why)
				: pattern_compile(text, &pattern, why);

	fuzz_require(r == 0 || r == -EBADMSG, "a pattern is good or refused");
	fuzz_require(!pattern == !!r, "a pattern is there when it is good");
	fuzz_require(r == 0 || (*why && check_is_printable(span_of(why))),
		     "a refused pattern has a reason");
	return pattern;
}

/* 1, 0, or negative for undecided; the same when asked again. */
static int match(const struct pattern *pattern, struct span subject)
{
	struct pattern_memory *memory = NULL;
	const int first = pattern_match(pattern, subject, &memory);
	const int second = pattern_match(pattern, subject, &memory);

	pattern_memory_free(memory);
	fuzz_require(first == 0 || first == 1 || first == -E2BIG,
		     "a match ends with an answer");
	fuzz_require(first == second, "the same match has the same answer");
	return first;
}

/* PCRE2 takes the same patterns, and its answer is the same. */
static void check_engine(struct span text, struct span subject,
			 const struct pattern *ours)
{
	struct pattern *pattern = compile(text, true);

	fuzz_require(!pattern == !ours, "PCRE2 takes what we take");
	if (!pattern)
		return;

	const int wanted = match(pattern, subject);
	const int found = match(ours, subject);

	pattern_free(pattern);
	/* PCRE2 10.42 heeds an anchor in what is repeated no times. */
	if (memmem(text.data, text.size, "{0", 2))
		return;
	fuzz_require(wanted < 0 || found < 0 || wanted == found,
		     "PCRE2 answers as we do");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span rest = fuzz_span(data, size);
	struct span text = fuzz_take_part(&rest);
	auto_free char *text_bytes = fuzz_copy(text);
	auto_free char *subject_bytes = fuzz_copy(rest);

	/* Both come out of documents: they are UTF-8. */
	if (text_utf8_prefix(text) < text.size ||
	    text_utf8_prefix(rest) < rest.size)
		return 0;
	text.data = text_bytes;
	rest.data = subject_bytes;

	struct pattern *pattern = compile(text, false);

	check_engine(text, rest, pattern);
	pattern_free(pattern);
	return 0;
}
