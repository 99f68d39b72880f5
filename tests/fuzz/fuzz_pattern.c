/* Regular expressions: the pattern, the separator, the subject. */
#include "tests/fuzz/check_verdict.h"
#include "tests/fuzz/fuzz.h"
#include "validate/schema/strings/pattern.h"
#include "validate/text.h"

#include <errno.h>

/* NULL: refused. */
static struct pattern *compile(struct span text)
{
	struct pattern *pattern = NULL;
	char why[PATTERN_WHY_SIZE] = "";
	const int r = pattern_compile(text, &pattern, why);

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

/* In a group no short cut can be taken, and the answer is the same. */
static void check_grouped(struct span text, struct span subject, int answer)
{
	auto_free char *grouped = malloc(text.size + 5);

	fuzz_require(grouped, "memory for a copy");
	memcpy(grouped, "(?:", 3);
	memcpy(grouped + 3, text.data, text.size);
	grouped[text.size + 3] = ')';

	struct pattern *pattern =
		compile((struct span){grouped, text.size + 4});
	const int other = pattern ? match(pattern, subject) : -E2BIG;

	pattern_free(pattern);
	fuzz_require(answer < 0 || other < 0 || answer == other,
		     "a group around a pattern changes nothing");
}

/* Whatever short cut was taken, the engine says the same. */
static void check_engine(struct span text, struct span subject, int answer)
{
	struct pattern *pattern = NULL;
	char why[PATTERN_WHY_SIZE] = "";
	const int r = pattern_compile_engine(text, &pattern, why);
	const int other = r == 0 ? match(pattern, subject) : -E2BIG;

	pattern_free(pattern);
	fuzz_require(r == 0, "the engine takes what is taken");
	fuzz_require(answer < 0 || other < 0 || answer == other,
		     "the engine has the same answer");
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

	struct pattern *pattern = compile(text);

	if (!pattern)
		return 0;

	const int answer = match(pattern, rest);

	check_grouped(text, rest, answer);
	check_engine(text, rest, answer);
	pattern_free(pattern);
	return 0;
}
