/*
 * Comments that suppress findings: a byte for the format ('a' is YAML, then
 * JSON, JSONC, ...), the content. They take findings away and add remarks about
 * themselves; nothing else.
 */
#include "tests/fuzz/check_verdict.h"
#include "tests/fuzz/fuzz.h"
#include "validate/decode.h"
#include "validate/validate.h"

static const struct {
	const char *format;
	const char *dialect;
} formats[] = {
	{"yaml", ""},	    {"json", ""},
	{"jsonc", "jsonc"}, {"toml", ""},
	{"ini", ""},	    {"ini", "gitconfig"},
	{"env", ""},	    {"properties", "properties"},
	{"xml", ""},
};

/*
 * So that comments say nothing any more, at the same places. Keys of that name
 * are renamed alike: what repeats goes on to do so.
 */
static void silence(char *text, size_t size)
{
	for (size_t at = 0; at + 5 <= size; at++)
		if (memcmp(text + at, "cfgfs", 5) == 0)
			text[at + 4] = 'z';
}

static struct verdict *judge(struct format_choice choice, struct span text)
{
	const struct plan plan = {.choice = choice,
				  .level = LEVEL_FAST,
				  .directory = "",
				  .limits = LIMITS_DEFAULT};
	struct verdict *verdict = NULL;
	struct arena arena;

	arena_init(&arena, 0);
	fuzz_require(validate_bytes(&plan, text, NULL, &arena, &verdict) == 0,
		     "every text gets a verdict");
	arena_release(&arena);
	return verdict;
}

static bool is_remark(const struct verdict *verdict, const struct finding *one)
{
	return span_starts(span_of(verdict_text(verdict, one->rule)),
			   "suppression/");
}

static bool has_finding(const struct verdict *verdict,
			const struct verdict *other, const struct finding *one)
{
	for (uint32_t i = 0; i < verdict->finding_count; i++) {
		const struct finding *mine = &verdict->findings[i];

		if (mine->line == one->line && mine->column == one->column &&
		    mine->document == one->document &&
		    mine->severity == one->severity &&
		    strcmp(verdict_text(verdict, mine->rule),
			   verdict_text(other, one->rule)) == 0)
			return true;
	}
	return false;
}

/* `all` is what is found when comments are not heard. */
static void compare(const struct verdict *heard, const struct verdict *all)
{
	/* Findings that were not kept cannot be compared. */
	if (all->finding_count == LIMITS_DEFAULT.findings)
		return;
	fuzz_require(heard->totals[SEVERITY_ERROR] <=
			     all->totals[SEVERITY_ERROR],
		     "comments add no errors");
	fuzz_require(all->state != STATE_ERROR || heard->state == STATE_ERROR,
		     "what cannot be decided is not suppressed");
	for (uint32_t i = 0; i < heard->finding_count; i++)
		fuzz_require(
			is_remark(heard, &heard->findings[i]) ||
				has_finding(all, heard, &heard->findings[i]),
			"comments add no findings but remarks");
}

static void check_text(struct format_choice choice, struct span text)
{
	auto_free struct verdict *verdict = judge(choice, text);
	struct arena arena;
	struct findings findings;

	arena_init(&arena, SIZE_MAX / 2);
	findings_init(&findings, &arena, 0);
	if (decode_content(choice.format, &arena, &findings, &text) == 1)
		check_verdict(verdict, text);
	arena_release(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span text = fuzz_span(data, size);
	const size_t number =
		(fuzz_take_byte(&text) + 2u) % array_size(formats);
	auto_free char *bytes = fuzz_copy(text);
	const struct format_choice choice = {
		format_find(formats[number].format), formats[number].dialect};

	text.data = bytes;
	if (choice.format->unavailable || fuzz_contains(text, span_of("cfgfz")))
		return 0;
	check_text(choice, text);

	auto_free struct verdict *heard = judge(choice, text);

	silence(bytes, text.size);

	auto_free struct verdict *all = judge(choice, text);

	compare(heard, all);
	return 0;
}
