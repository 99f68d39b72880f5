#include "validate/verdict.h"

#include "validate/digest.h"
#include "validate/text.h"

#include <errno.h>
#include <stdio.h>

const char *state_name(enum state state)
{
	static const char *const names[STATE_COUNT] = {
		"unchecked", "valid", "warning", "invalid", "error", "skipped"};

	return names[state];
}

const struct tally *verdict_tallies(const struct verdict *verdict)
{
	return (const struct tally *)(const void *)&verdict
		->findings[verdict->finding_count];
}

uint32_t verdict_suppressed(const struct verdict *verdict)
{
	uint32_t sum = 0;

	for (int i = 0; i < SUPPRESSED_COUNT; i++)
		sum += verdict->suppressed[i];
	return sum;
}

const char *verdict_text(const struct verdict *verdict, uint32_t offset)
{
	return (const char *)(verdict_tallies(verdict) + verdict->tally_count) +
	       offset;
}

static struct verdict *new_verdict(uint32_t finding_count, uint32_t tally_count,
				   size_t text_size)
{
	const size_t size = sizeof(struct verdict) +
			    finding_count * sizeof(struct finding) +
			    tally_count * sizeof(struct tally) + text_size;

	if (size > UINT32_MAX)
		return NULL;

	struct verdict *verdict = calloc(1, size);

	if (!verdict)
		return NULL;
	verdict->size = (uint32_t)size;
	verdict->finding_count = finding_count;
	verdict->tally_count = tally_count;
	verdict->text_size = (uint32_t)text_size;
	return verdict;
}

int verdict_plain(enum state state, const char *reason, struct verdict **out)
{
	const size_t length = strlen(reason);
	struct verdict *verdict = new_verdict(0, 0, length + 2);

	if (!verdict)
		return -ENOMEM;
	verdict->state = state;
	verdict->reason = 1; /* the text block begins with the empty string */
	memcpy((char *)verdict->findings + 1, reason, length);
	*out = verdict;
	return 0;
}

/* What a finding will say, gathered before the block's size is known. */
struct entry {
	const struct raw_finding *raw;
	const char *pointer;
	struct position position;
	uint32_t width;
	uint64_t fingerprint;
};

static int compare_places(const void *left, const void *right)
{
	const struct raw_finding *a = left;
	const struct raw_finding *b = right;

	if (a->place.document != b->place.document)
		return a->place.document < b->place.document ? -1 : 1;
	if (a->place.offset != b->place.offset)
		return a->place.offset < b->place.offset ? -1 : 1;
	return a->order < b->order ? -1 : a->order > b->order;
}

static const char *pointer_of(const struct doc *doc, struct arena *arena,
			      struct place place)
{
	if (place.node == DOC_NONE || place.document >= doc->document_count)
		return "";

	const uint32_t root = doc->documents[place.document].root;

	if (root == DOC_NONE)
		return "";

	const char *pointer = doc_pointer(doc, arena, root, place.node);

	return pointer ? pointer : "";
}

static uint64_t fingerprint_of(const struct entry *entry, uint32_t occurrence)
{
	struct digest_builder builder;

	digest_begin(&builder);
	digest_add(&builder, span_of(entry->raw->rule));
	digest_add_number(&builder, entry->raw->place.document);
	digest_add(&builder, span_of(entry->pointer));
	digest_add_number(&builder, occurrence);

	const struct digest digest = digest_end(&builder);

	return get_le64(digest.bytes);
}

static bool same_but_place(const struct entry *a, const struct entry *b)
{
	return strcmp(a->raw->rule, b->raw->rule) == 0 &&
	       a->raw->place.document == b->raw->place.document &&
	       strcmp(a->pointer, b->pointer) == 0;
}

/* Counted among those kept: their number is bounded. */
static uint32_t occurrence_of(const struct entry *entries, uint32_t index)
{
	uint32_t occurrence = 0;

	for (uint32_t i = 0; i < index; i++)
		occurrence += same_but_place(&entries[i], &entries[index]);
	return occurrence;
}

static void fill_entries(const struct findings *findings, const struct doc *doc,
			 struct entry *entries)
{
	struct text_cursor cursor;

	text_cursor_init(&cursor, doc->source);
	for (uint32_t i = 0; i < findings->count; i++) {
		const struct raw_finding *raw = &findings->list[i];

		entries[i] = (struct entry){
			.raw = raw,
			.pointer = pointer_of(doc, findings->arena, raw->place),
			.position = text_position(&cursor, raw->place.offset),
			.width = text_width(doc->source, raw->place.offset,
					    raw->place.length),
		};
		entries[i].fingerprint =
			fingerprint_of(&entries[i], occurrence_of(entries, i));
	}
}

/* Appends terminated strings; the empty one is offset 0. */
struct text_block {
	char *start;
	uint32_t size;
};

static uint32_t put_text(struct text_block *block, const char *text)
{
	const size_t length = strlen(text);
	const uint32_t offset = block->size;

	if (length == 0)
		return 0;
	memcpy(block->start + offset, text, length);
	block->size += (uint32_t)length + 1;
	return offset;
}

static size_t entries_text_size(const struct entry *entries, uint32_t count)
{
	size_t size = 0;

	for (uint32_t i = 0; i < count; i++)
		size += strlen(entries[i].pointer) +
			strlen(entries[i].raw->rule) +
			strlen(entries[i].raw->message) +
			strlen(entries[i].raw->schema_location) + 4;
	return size;
}

/* Of all rules that a baseline was asked about. */
struct tallies {
	uint32_t count;
	size_t text_size;
};

static struct tallies measure_tallies(const struct suppressor *suppressor)
{
	struct tallies tallies = {0};

	for (size_t i = 0; suppressor && i < rule_count(); i++) {
		if (!suppress_asked(suppressor, i))
			continue;
		tallies.count++;
		tallies.text_size += strlen(rule_name(i)) + 1;
	}
	return tallies;
}

static int compare_names(const void *left, const void *right)
{
	return strcmp(*(const char *const *)left, *(const char *const *)right);
}

/* What was suppressed, and how often each rule was asked about, by name. */
static void put_suppressions(const struct suppressor *suppressor,
			     struct verdict *verdict, struct text_block *block)
{
	struct tally *tally = (struct tally *)(void *)&verdict
				      ->findings[verdict->finding_count];
	const char *names[RULE_MAX];
	size_t count = 0;

	if (!suppressor)
		return;
	memcpy(verdict->suppressed, suppressor->counts,
	       sizeof(verdict->suppressed));
	for (size_t i = 0; i < rule_count(); i++)
		if (suppress_asked(suppressor, i))
			names[count++] = rule_name(i);
	if (count)
		qsort(names, count, sizeof(*names), compare_names);
	for (size_t i = 0; i < count; i++, tally++) {
		const int rule = rule_find(span_of(names[i]));

		tally->rule = put_text(block, names[i]);
		tally->count = suppress_asked(suppressor, (size_t)rule);
	}
}

static enum state state_of(const struct findings *findings)
{
	if (findings->is_undecided)
		return STATE_ERROR;
	if (findings->totals[SEVERITY_ERROR])
		return STATE_INVALID;
	if (findings->totals[SEVERITY_WARNING])
		return STATE_WARNING;
	return STATE_VALID;
}

static struct finding make_finding(const struct entry *entry,
				   struct text_block *block)
{
	return (struct finding){
		.severity = entry->raw->severity,
		.document = entry->raw->place.document,
		.line = entry->position.line,
		.column = entry->position.column,
		.length = entry->width,
		.pointer = put_text(block, entry->pointer),
		.rule = put_text(block, entry->raw->rule),
		.message = put_text(block, entry->raw->message),
		.schema_location = put_text(block, entry->raw->schema_location),
		.fingerprint = entry->fingerprint,
	};
}

/* Why it could not be decided, "" if it was. */
static const char *reason_of(const struct findings *findings)
{
	if (findings->is_undecided && findings->reason)
		return findings->reason;
	for (uint32_t i = 0; findings->is_undecided && i < findings->count; i++)
		if (findings->list[i].severity == SEVERITY_ERROR)
			return findings->list[i].message;
	return "";
}

int verdict_build(struct findings *findings, const struct doc *doc,
		  const char *schema, struct verdict **out)
{
	if (findings->arena->error)
		return findings->arena->error;
	if (findings->count)
		qsort(findings->list, findings->count, sizeof(*findings->list),
		      compare_places);

	struct entry *entries = arena_alloc(findings->arena,
					    findings->count * sizeof(*entries));

	if (!entries)
		return findings->arena->error;
	fill_entries(findings, doc, entries);
	if (findings->arena->error)
		return findings->arena->error;

	const char *reason = reason_of(findings);
	const struct tallies tallies = measure_tallies(findings->suppressor);
	struct verdict *verdict =
		new_verdict(findings->count, tallies.count,
			    entries_text_size(entries, findings->count) +
				    tallies.text_size + strlen(schema) +
				    strlen(reason) + 3);

	if (!verdict)
		return -ENOMEM;

	struct text_block block = {
		(char *)verdict + verdict->size - verdict->text_size, 1};

	verdict->state = state_of(findings);
	verdict->documents = doc->document_count;
	memcpy(verdict->totals, findings->totals, sizeof(verdict->totals));
	verdict->reason = put_text(&block, reason);
	verdict->schema = put_text(&block, schema);
	for (uint32_t i = 0; i < findings->count; i++)
		verdict->findings[i] = make_finding(&entries[i], &block);
	put_suppressions(findings->suppressor, verdict, &block);
	*out = verdict;
	return 0;
}

static bool is_text(const struct verdict *verdict, uint32_t offset)
{
	return offset < verdict->text_size;
}

static bool finding_is_sound(const struct verdict *verdict,
			     const struct finding *finding)
{
	return finding->severity < SEVERITY_COUNT && finding->line > 0 &&
	       finding->column > 0 && is_text(verdict, finding->pointer) &&
	       is_text(verdict, finding->rule) &&
	       is_text(verdict, finding->message) &&
	       is_text(verdict, finding->schema_location);
}

bool verdict_is_sound(const void *bytes, size_t size)
{
	const struct verdict *verdict = bytes;

	if (size < sizeof(*verdict) || verdict->size != size ||
	    verdict->state == STATE_UNCHECKED || verdict->state >= STATE_COUNT)
		return false;

	const uint64_t need =
		sizeof(*verdict) +
		(uint64_t)verdict->finding_count * sizeof(struct finding) +
		(uint64_t)verdict->tally_count * sizeof(struct tally) +
		verdict->text_size;

	if (need != size || verdict->text_size == 0)
		return false;
	/* Every string ends inside the block if its last byte is NUL. */
	if (((const char *)bytes)[size - 1] != '\0')
		return false;
	if (!is_text(verdict, verdict->reason) ||
	    !is_text(verdict, verdict->schema))
		return false;
	for (uint32_t i = 0; i < verdict->finding_count; i++)
		if (!finding_is_sound(verdict, &verdict->findings[i]))
			return false;
	for (uint32_t i = 0; i < verdict->tally_count; i++)
		if (!is_text(verdict, verdict_tallies(verdict)[i].rule))
			return false;
	return true;
}
