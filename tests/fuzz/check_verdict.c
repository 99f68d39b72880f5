#include "tests/fuzz/check_verdict.h"

#include "tests/fuzz/check_doc.h"
#include "tests/fuzz/fuzz.h"
#include "validate/text.h"

/* The code point at `at`, of text that is UTF-8. */
static uint32_t code_at(struct span text, size_t at, size_t *size)
{
	const unsigned char *bytes = (const unsigned char *)text.data + at;

	*size = bytes[0] < 0x80	  ? 1
		: bytes[0] < 0xe0 ? 2
		: bytes[0] < 0xf0 ? 3
				  : 4;
	if (*size == 1)
		return bytes[0];

	uint32_t code = bytes[0] & (0xffu >> (*size + 1));

	for (size_t i = 1; i < *size; i++)
		code = code << 6 | (bytes[i] & 0x3fu);
	return code;
}

static bool is_obeyed(uint32_t code)
{
	const bool is_control = code < 0x20 || (code >= 0x7f && code < 0xa0);
	const bool is_line = code == 0x2028 || code == 0x2029;
	const bool is_direction = code == 0x200e || code == 0x200f ||
				  code == 0x61c ||
				  (code >= 0x202a && code <= 0x202e) ||
				  (code >= 0x2066 && code <= 0x2069);

	return is_control || is_line || is_direction;
}

bool check_is_printable(struct span text)
{
	size_t size;

	if (text_utf8_prefix(text) != text.size)
		return false;
	for (size_t at = 0; at < text.size; at += size)
		if (is_obeyed(code_at(text, at, &size)))
			return false;
	return true;
}

static void check_rule(const char *rule)
{
	fuzz_require(*rule && strspn(rule, "abcdefghijklmnopqrstuvwxyz"
					   "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
					   "0123456789/-$") == strlen(rule),
		     "a rule is a name");
	fuzz_require(strchr(rule, '/'), "a rule has two parts");
}

static void check_message(const char *message)
{
	const struct span text = span_of(message);

	fuzz_require(text.size > 0 && text.size < 512,
		     "a message says something, in less than 512 bytes");
	fuzz_require(check_is_printable(text), "a message can be printed");
}

static void check_raw_place(struct place place, const struct doc *doc)
{
	const size_t size = doc->source.size;

	fuzz_require(place.document <= doc->document_count,
		     "a finding is about a document that there is");
	fuzz_require(place.offset <= size,
		     "a finding is about a place in the file");
	/* It may be "what is missing here"; text_width() cuts it. */
	fuzz_require(place.length <= size + 2,
		     "what is found is not longer than the file");
	fuzz_require(place.node == DOC_NONE || place.node < doc->count,
		     "a finding is about a node that there is");
}

/* Is it certain that the word occurs, and only in values? */
static bool has_secret_values(const struct doc *doc)
{
	const struct span secret = span_of(CHECK_SECRET);

	if (!fuzz_contains(doc->source, secret))
		return false;
	for (uint32_t i = 0; i < doc->document_count; i++)
		if (doc->documents[i].root == DOC_NONE ||
		    doc->documents[i].schema.data)
			return false;
	return doc->document_count > 0 && !check_doc_key_has(doc, secret);
}

void check_findings(const struct findings *findings, const struct doc *doc,
		    bool is_discreet)
{
	uint64_t total = 0;
	const bool is_secret =
		is_discreet && findings->count && has_secret_values(doc);

	for (int i = 0; i < SEVERITY_COUNT; i++)
		total += findings->totals[i];
	fuzz_require(findings->count <= findings->max_count,
		     "the findings kept are limited");
	fuzz_require(findings->count <= total, "all findings are counted");
	for (uint32_t i = 0; i < findings->count; i++) {
		const struct raw_finding *finding = &findings->list[i];

		fuzz_require(finding->severity <= SEVERITY_INFO,
			     "a severity is known");
		check_rule(finding->rule);
		check_message(finding->message);
		check_raw_place(finding->place, doc);
		fuzz_require(!is_secret ||
				     !fuzz_contains(span_of(finding->message),
						    span_of(CHECK_SECRET)),
			     "no message shows a value");
	}
}

/* The code points of a line (from 1), counted the simple way. */
static bool measure_line(struct span text, uint32_t line, uint32_t *points)
{
	uint32_t number = 1;

	*points = 0;
	for (size_t i = 0; i < text.size && number <= line; i++) {
		if (text.data[i] == '\n')
			number++;
		else if (number == line && (text.data[i] & 0xc0) != 0x80)
			++*points;
	}
	return number >= line;
}

static void check_position(const struct finding *finding, struct span text)
{
	uint32_t points;

	fuzz_require(measure_line(text, finding->line, &points),
		     "the line is in the file");
	fuzz_require(finding->column <= points + 1,
		     "the column is in the line");
	fuzz_require(finding->length >= 1, "something is marked");
	fuzz_require(finding->length == 1 ||
			     finding->column - 1 + finding->length <= points,
		     "what is marked ends in the line");
}

static void check_finding(const struct verdict *verdict,
			  const struct finding *finding, struct span text)
{
	const char *pointer = verdict_text(verdict, finding->pointer);

	check_rule(verdict_text(verdict, finding->rule));
	check_message(verdict_text(verdict, finding->message));
	fuzz_require(*pointer == '\0' || *pointer == '/',
		     "a pointer is empty or begins with a slash");
	fuzz_require(text_utf8_prefix(span_of(pointer)) == strlen(pointer),
		     "a pointer is UTF-8");
	check_position(finding, text);
}

/* Negative: a is before b. */
static int compare_findings(const struct finding *a, const struct finding *b)
{
	if (a->document != b->document)
		return a->document < b->document ? -1 : 1;
	if (a->line != b->line)
		return a->line < b->line ? -1 : 1;
	return a->column < b->column ? -1 : a->column > b->column;
}

static void check_state(const struct verdict *verdict)
{
	const bool has_errors = verdict->totals[SEVERITY_ERROR] > 0;
	const bool has_warnings = verdict->totals[SEVERITY_WARNING] > 0;
	const bool has_reason = *verdict_text(verdict, verdict->reason) != 0;
	const bool is_plain = verdict->state == STATE_ERROR ||
			      verdict->state == STATE_SKIPPED;

	fuzz_require(verdict->state != STATE_INVALID || has_errors,
		     "what is invalid has an error");
	fuzz_require(verdict->state != STATE_WARNING ||
			     (has_warnings && !has_errors),
		     "a warning has warnings only");
	fuzz_require(verdict->state != STATE_VALID ||
			     (!has_errors && !has_warnings),
		     "what is valid has neither");
	fuzz_require(has_reason == is_plain,
		     "a reason is given where nothing was decided");
	fuzz_require(check_is_printable(
			     span_of(verdict_text(verdict, verdict->reason))),
		     "a reason can be printed");
}

void check_verdict(const struct verdict *verdict, struct span text)
{
	fuzz_require(verdict_is_sound(verdict, verdict->size),
		     "a verdict is sound");
	check_state(verdict);
	for (uint32_t i = 0; i < verdict->finding_count; i++) {
		const struct finding *finding = &verdict->findings[i];

		check_finding(verdict, finding, text);
		fuzz_require(i == 0 || compare_findings(finding - 1, finding) <=
					       0,
			     "findings come in order");
	}
}
