#include "tests/fuzz/schema_case.h"

#include "tests/fuzz/check_program.h"
#include "tests/fuzz/check_verdict.h"
#include "tests/fuzz/fuzz.h"
#include "validate/schema/evaluate/evaluation.h"
#include "validate/text.h"

#include <errno.h>

void schema_case_options(struct schema_case *made, uint8_t byte)
{
	const unsigned number = (byte - '0') & 0xffu;

	made->options.mode = number % 2 ? SCHEMA_STRICT : SCHEMA_COMPAT;
	made->options.dialect = (enum schema_dialect)(number / 2 % 6);
	made->path = number / 12 % 2 ? "s.yaml" : "s.json";
}

static int read_part(void *ctx, const char *path, struct span *out)
{
	const struct schema_case *given = ctx;

	if (strcmp(path, given->path) == 0)
		*out = given->schema;
	else if (strcmp(path, "other.json") == 0)
		*out = given->other;
	else
		return -ENOENT;
	return 0;
}

/* "s.json:3:7: what is wrong", with a place that there is. */
static void check_why(const char *why)
{
	char *at = why ? strchr(why, ':') : NULL;

	fuzz_require(at, "a broken schema has a reason with a place");
	fuzz_require(check_is_printable(span_of(why)),
		     "the reason can be printed");
	fuzz_require(strtoul(at + 1, &at, 10) > 0 && *at == ':',
		     "the reason has a line");
	fuzz_require(strtoul(at + 1, &at, 10) > 0 && *at == ':',
		     "the reason has a column");
	fuzz_require(at[1] == ' ' && at[2], "the reason has a text");
}

struct schema *schema_case_compile(const struct schema_case *given)
{
	const struct host host = {.ctx = (void *)(uintptr_t)given,
				  .read = read_part};
	struct schema *schema = NULL;
	auto_free char *why = NULL;
	const int r = schema_compile(given->schema, given->path,
				     &given->options, &host, &schema, &why);

	if (r == -EBADMSG)
		check_why(why);
	else
		fuzz_require(r == 0, "a schema is compiled or broken");
	fuzz_require(!schema == !!r, "a schema is there when it is good");
	if (schema)
		check_program(schema);
	return schema;
}

/* Basic blocks that a counted step may take; the rest is for findings. */
enum { STEPS_BASE = 4000 * 1000, STEPS_PER_STEP = 40 };

typedef int evaluator(const struct schema *schema,
		      const struct schema_run *run);

/* The checked verdict, owned; NULL when the arena has reached its limit. */
static struct verdict *evaluate(evaluator *by, const struct schema *schema,
				struct fuzz_reading *reading, bool may_quote)
{
	struct findings findings;
	struct verdict *verdict = NULL;

	findings_init(&findings, &reading->arena, reading->limits.findings);

	const struct schema_run run = {
		.doc = &reading->doc,
		.root = reading->doc.documents[0].root,
		.max_steps = reading->limits.steps,
		.arena = &reading->arena,
		.findings = &findings,
		.show_values = may_quote,
	};
	const uint64_t before = fuzz_steps();
	const int r = by(schema, &run);

	fuzz_require(fuzz_steps() - before <=
			     STEPS_BASE + run.max_steps * STEPS_PER_STEP,
		     "time is bounded by the steps");
	if (r == -E2BIG && reading->arena.error == -E2BIG)
		return NULL;
	fuzz_require(r == 0, "an evaluation ends with an answer");
	check_findings(&findings, &reading->doc, !may_quote);
	fuzz_require(verdict_build(&findings, &reading->doc, "s.json",
				   &verdict) == 0,
		     "a verdict can be built");
	check_verdict(verdict, reading->doc.source);
	fuzz_require(!findings.is_undecided || verdict->state == STATE_ERROR,
		     "what is not decided is an error");
	return verdict;
}

static enum schema_case_answer answer_of(const struct verdict *verdict)
{
	if (!verdict || verdict->state == STATE_ERROR)
		return ANSWER_OPEN;
	return verdict->state == STATE_INVALID ? ANSWER_BAD : ANSWER_GOOD;
}

enum schema_case_answer schema_case_evaluate(const struct schema *schema,
					     struct fuzz_reading *reading,
					     bool may_quote)
{
	auto_free struct verdict *usual =
		evaluate(schema_evaluate, schema, reading, may_quote);
	auto_free struct verdict *slow =
		evaluate(schema_evaluate_fully, schema, reading, may_quote);

	/* The quick form may need fewer steps. */
	if (answer_of(usual) != ANSWER_OPEN && answer_of(slow) != ANSWER_OPEN)
		fuzz_require(usual->size == slow->size &&
				     memcmp(usual, slow, slow->size) == 0,
			     "the quick form says what the full one says");
	fuzz_require(answer_of(usual) != ANSWER_OPEN ||
			     answer_of(slow) == ANSWER_OPEN,
		     "the quick form decides what the full one does");
	return answer_of(usual);
}
