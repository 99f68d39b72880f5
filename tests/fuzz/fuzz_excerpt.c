/*
 * Lines as people may see them: a byte for the format ('a' is YAML, then JSON,
 * JSONC, ...), the content. What no key holds is never shown.
 */
#include "tests/fuzz/check_doc.h"
#include "tests/fuzz/check_verdict.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/reader.h"
#include "validate/excerpt/excerpt.h"

static const struct fuzz_reader readers[] = {
	{.format = "yaml", .dialect = ""},
	{.format = "json", .dialect = ""},
	{.format = "jsonc", .dialect = "jsonc"},
	{.format = "toml", .dialect = ""},
	{.format = "ini", .dialect = ""},
	{.format = "ini", .dialect = "gitconfig"},
	{.format = "ini", .dialect = "setupcfg"},
	{.format = "env", .dialect = ""},
	{.format = "properties", .dialect = "properties"},
};

/* The name of an alias that is a key is shown; its value is not. */
static bool is_written_in_key(const struct doc *doc, struct span part)
{
	for (uint32_t i = 0; i < doc->count; i++) {
		const struct node *node = &doc->nodes[i];
		const struct span written = {doc->source.data + node->offset,
					     node->length};

		if (node->flags & NODE_KEY && !node_is_container(node) &&
		    fuzz_contains(written, part))
			return true;
	}
	return false;
}

/* Does any key of it hold the secret, so that it may be shown? */
static bool has_secret_key(const struct fuzz_reader *reader, struct span text)
{
	const struct span secret = span_of(CHECK_SECRET);
	struct fuzz_reading reading = {.limits = LIMITS_DEFAULT};

	fuzz_reading_run(&reading, reader, text);

	const bool has = check_doc_key_has(&reading.doc, secret) ||
			 is_written_in_key(&reading.doc, secret);

	fuzz_reading_release(&reading);
	return has;
}

static void check_line(struct excerpt_source *source, struct arena *arena,
		       struct excerpt_place place, bool is_secret)
{
	struct excerpt shown;
	const int r = excerpt_line(source, place, arena, &shown);

	fuzz_require(r == 0 || r == 1, "a line is shown or not");
	if (r == 0)
		return;
	fuzz_require(check_is_printable(span_of(shown.text)),
		     "what is shown can be printed");
	fuzz_require(shown.underline >= 1, "something is underlined");
	fuzz_require(!is_secret || !fuzz_contains(span_of(shown.text),
						  span_of(CHECK_SECRET)),
		     "no line shows a value");
}

static void check_lines(const struct excerpt_request *request, uint32_t number,
			bool is_secret)
{
	struct arena arena;
	struct excerpt_source source;

	arena_init(&arena, 16 << 20);
	fuzz_require(excerpt_open(request, &arena, &source) == 0,
		     "every text can be shown");
	for (uint32_t line = 1; line <= 40; line++) {
		const struct excerpt_place place = {
			.line = number % 7 ? line : 1 + number % 50,
			.column = 1 + number % 60,
			.length = 1 + number / 60 % 40,
			.max_columns = 20 + number / 2400 % 100,
		};

		check_line(&source, &arena, place, is_secret);
		number = number * 1664525u + 1013904223u;
	}
	arena_release(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct limits limits = LIMITS_DEFAULT;
	struct span rest = fuzz_span(data, size);
	const struct fuzz_reader *reader =
		&readers[(fuzz_take_byte(&rest) + 2u) % array_size(readers)];
	auto_free char *bytes = fuzz_copy(rest);
	const struct excerpt_request request = {
		.choice = {format_find(reader->format), reader->dialect},
		.content = {bytes, rest.size},
		.limits = &limits,
	};

	check_lines(&request, fuzz_number(rest), !has_secret_key(reader, rest));
	return 0;
}
