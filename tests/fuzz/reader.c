#include "tests/fuzz/reader.h"

#include "tests/fuzz/check_doc.h"
#include "tests/fuzz/check_verdict.h"
#include "tests/fuzz/fuzz.h"
#include "validate/decode.h"
#include "validate/validate.h"

#include <errno.h>

/*
 * What a byte may cost: nodes of 40 bytes in a list that doubles, frames and
 * tables beside it; and what a file may cost anyway: a hundred findings.
 */
enum { ARENA_PER_BYTE = 600, ARENA_BASE = 256 * 1024 };

/* Basic blocks that a byte may take, and what a file may take anyway. */
enum { STEPS_PER_BYTE = 300, STEPS_BASE = 100 * 1000 };

void fuzz_reading_run(struct fuzz_reading *reading,
		      const struct fuzz_reader *reader, struct span text)
{
	const struct format *format = format_find(reader->format);

	reading->bytes = fuzz_copy(text);

	struct span source = {reading->bytes, text.size};

	arena_init(&reading->arena, reading->limits.arena_bytes);
	findings_init(&reading->findings, &reading->arena,
		      reading->limits.findings);
	reading->result = decode_content(format, &reading->arena,
					 &reading->findings, &source);
	reading->is_text = reading->result == 1;
	doc_init(&reading->doc, &reading->arena, source, reading->limits.nodes);
	if (!reading->is_text)
		return;

	struct parse parse = {.source = source,
			      .limits = &reading->limits,
			      .dialect = reader->dialect,
			      .doc = &reading->doc,
			      .findings = &reading->findings};

	const uint64_t before = fuzz_steps();

	reading->result =
		reader->read ? reader->read(&parse) : format->read(&parse);
	reading->steps = fuzz_steps() - before;
	reading->skip = parse.skip;
}

void fuzz_reading_release(struct fuzz_reading *reading)
{
	arena_release(&reading->arena);
	free(reading->bytes);
}

bool fuzz_reading_is_good(const struct fuzz_reading *reading)
{
	return reading->is_text && reading->result == 0 && !reading->skip &&
	       reading->findings.totals[SEVERITY_ERROR] == 0;
}

static bool same_node(const struct node *a, const struct node *b)
{
	return a->type == b->type && a->flags == b->flags &&
	       a->offset == b->offset && a->length == b->length &&
	       a->next == b->next && a->hash == b->hash && a->size == b->size &&
	       (node_is_container(a) || a->type == NODE_ALIAS ||
		span_equal(node_text(a), node_text(b)));
}

static bool same_document(const struct document *a, const struct document *b)
{
	return a->root == b->root && a->offset == b->offset &&
	       span_equal(a->schema, b->schema);
}

static bool same_finding(const struct raw_finding *a,
			 const struct raw_finding *b)
{
	return a->severity == b->severity && a->order == b->order &&
	       a->place.document == b->place.document &&
	       a->place.offset == b->place.offset &&
	       a->place.length == b->place.length &&
	       a->place.node == b->place.node &&
	       strcmp(a->rule, b->rule) == 0 &&
	       strcmp(a->message, b->message) == 0;
}

void fuzz_reading_compare(const struct fuzz_reading *a,
			  const struct fuzz_reading *b)
{
	fuzz_require(a->result == b->result && a->is_text == b->is_text &&
			     !a->skip == !b->skip,
		     "both readings end in the same way");
	fuzz_require(a->doc.count == b->doc.count &&
			     a->doc.document_count == b->doc.document_count &&
			     a->findings.count == b->findings.count,
		     "both readings find as much");
	for (uint32_t i = 0; i < a->doc.count; i++)
		fuzz_require(same_node(&a->doc.nodes[i], &b->doc.nodes[i]),
			     "both readings have the same nodes");
	for (uint32_t i = 0; i < a->doc.document_count; i++)
		fuzz_require(same_document(&a->doc.documents[i],
					   &b->doc.documents[i]),
			     "both readings have the same documents");
	for (uint32_t i = 0; i < a->findings.count; i++)
		fuzz_require(same_finding(&a->findings.list[i],
					  &b->findings.list[i]),
			     "both readings have the same findings");
}

static struct plan plan_of(const struct fuzz_reader *reader,
			   const struct limits *limits)
{
	return (struct plan){
		.choice = {format_find(reader->format), reader->dialect},
		.level = LEVEL_FAST,
		.directory = "",
		.limits = *limits,
	};
}

/* The verdict by the front door; NULL: memory failed, which must not be. */
static struct verdict *judge(const struct fuzz_reader *reader,
			     const struct limits *limits, struct span text)
{
	const struct plan plan = plan_of(reader, limits);
	struct verdict *verdict = NULL;
	struct arena arena;

	arena_init(&arena, 0);
	fuzz_require(validate_bytes(&plan, text, NULL, &arena, &verdict) == 0,
		     "every text gets a verdict");
	arena_release(&arena);
	return verdict;
}

/* The doc and its findings, and the same verdict as by the front door. */
static void check_reading(struct fuzz_reading *reading,
			  const struct fuzz_reader *reader, struct span text)
{
	auto_free struct verdict *judged =
		judge(reader, &reading->limits, text);
	struct verdict *built = NULL;

	check_doc(&reading->doc, reader->promises, reading->limits.depth);
	check_findings(&reading->findings, &reading->doc, true);
	check_verdict(judged, reading->doc.source);
	if (reading->skip) {
		fuzz_require(judged->state == STATE_SKIPPED,
			     "what the reader skips is skipped");
		return;
	}
	/* Comments that suppress are a matter of the target "suppress". */
	if (fuzz_contains(reading->doc.source, span_of("cfgfs:")))
		return;
	fuzz_require(verdict_build(&reading->findings, &reading->doc, "",
				   &built) == 0,
		     "a verdict can be built");
	fuzz_require(built->size == judged->size &&
			     memcmp(built, judged, built->size) == 0,
		     "the same text gets the same verdict, byte for byte");
	free(built);
}

/* What cannot be read as text gets a verdict all the same. */
static void check_unreadable(const struct fuzz_reader *reader,
			     const struct limits *limits, struct span text)
{
	auto_free struct verdict *verdict = judge(reader, limits, text);

	fuzz_require(verdict->state == STATE_INVALID ||
			     verdict->state == STATE_ERROR,
		     "what is no text is not valid");
	fuzz_require(verdict_is_sound(verdict, verdict->size),
		     "a verdict is sound");
}

/* Every budget small: an answer or a finding about it, never more. */
static void check_budgets(const struct fuzz_reader *reader, struct span text,
			  size_t used, uint32_t number)
{
	struct fuzz_reading reading = {
		.limits = {.depth = 1 + number % 7,
			   .nodes = 1 + number / 7 % 40,
			   .aliases = number / 280 % 4,
			   .directives = number / 1120 % 3,
			   .findings = number / 3360 % 4,
			   .schemas = 1,
			   .steps = 100,
			   .arena_bytes = number % 3 ? used : used / 2}};
	/* INI has sections and keys, whatever the limit is. */
	const uint32_t depth =
		reading.limits.depth < 2 ? 2 : reading.limits.depth;

	fuzz_reading_run(&reading, reader, text);
	if (reading.result == 0 && !reading.arena.error)
		check_doc(&reading.doc, reader->promises, depth);
	fuzz_require(reading.arena.used_bytes <= reading.limits.arena_bytes,
		     "memory is limited");
	fuzz_require(reading.result == 0 || reading.result == -E2BIG,
		     "only the arena's limit is an error");
	fuzz_reading_release(&reading);
}

void fuzz_read(const struct fuzz_reader *reader, struct span text)
{
	struct fuzz_reading reading = {.limits = LIMITS_DEFAULT};
	const uint32_t number = fuzz_number(text);

	fuzz_reading_run(&reading, reader, text);

	const size_t used = reading.arena.used_bytes;

	fuzz_require(used <= ARENA_BASE + text.size * ARENA_PER_BYTE,
		     "memory is linear");
	fuzz_require(reading.steps <= STEPS_BASE + reader->free_steps +
					      text.size * STEPS_PER_BYTE,
		     "time is linear");
	fuzz_require(!reading.is_text || reading.result == 0, "a text is read");
	if (reading.is_text)
		check_reading(&reading, reader, text);
	else
		check_unreadable(reader, &reading.limits, text);
	fuzz_reading_release(&reading);
	if (number % 4 == 0)
		check_budgets(reader, text, used, number / 4);
}
