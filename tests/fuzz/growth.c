/*
 * Hostile files four times as large must not take much more than four times
 * the memory, nor the time: that is counted in basic blocks, in builds that
 * count them (see steps.c), and not looked at in others.
 */
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/reader.h"

#include <stdio.h>

enum { PARTS = 3000, FACTOR = 4 };

/* In `part` an '@' stands for the number of the part. */
static const struct {
	const char *format;
	const char *dialect;
	const char *start;
	const char *part;
	const char *end;
} files[] = {
	{"json", "", "", "[", ""},
	{"json", "", "[", "[],", "1]"},
	{"json", "", "{", "\"k\":1,", "\"k\":1}"},
	{"json", "", "{", "\"k@\":1,", "\"k\":1}"},
	{"json", "", "[\"", "\\u0041\\ud83d", "\"]"},
	{"json", "", "[", "1", "]"},
	{"json", "", "[0.", "0", "e1]"},
	{"json", "", "", "\"", ""},
	{"json", "", "", "\n", "x"},
	{"jsonc", "jsonc", "[", "/*", ""},
	{"jsonc", "jsonc", "[", "//\n", "]"},
	{"jsonc", "jsonc", "", "/* */", "1"},
	{"ndjson", "ndjson", "", "{\"a\":}\n", ""},
	{"ndjson", "ndjson", "", "{\"a\":1,\"a\":2}\n", ""},
	{"yaml", "", "", "- @\n", ""},
	{"yaml", "", "", "k@: 1\n", ""},
	{"yaml", "", "", "k: 1\n", ""},
	{"yaml", "", "", "---\na: 1\n", ""},
	{"yaml", "", "", "# c\n", ""},
	{"yaml", "", "", "%TAG !a! b:\n", "--- x\n"},
	{"yaml", "", "", "- &a@ x\n- *a@\n", ""},
	{"yaml", "", "- &a {x: 1}\n", "- {<<: *a, y: 2}\n", ""},
	{"yaml", "", "- &a {x: 1}\n- <<: [", "*a, ", "]\n"},
	{"yaml", "", "a: |\n", "  x\n", "b: 1\n"},
	{"yaml", "", "a: |\n", "\n", "  x\nb: 1\n"},
	{"yaml", "", "a: >\n", "  x\n\n", ""},
	{"yaml", "", "a: \"", "\\x41", "\"\n"},
	{"yaml", "", "a: \"", "\n", "\"\n"},
	{"yaml", "", "a: '", "''", "'\n"},
	{"yaml", "", "a: x\n", "  y\n", ""},
	{"yaml", "", "{", "a@: b, ", "}"},
	{"yaml", "", "", "{", ""},
	{"yaml", "", "", "- ", ""},
	{"yaml", "", "", "? ", ""},
	{"yaml", "", "", "{{ x }}\n", ""},
	{"yaml", "", "", "a: yes # cfgfs:disable-line=none\n", ""},
	{"toml", "", "a = ", "[", ""},
	{"toml", "", "a = [", "1,", "]\n"},
	{"toml", "", "", "k@ = 1\n", ""},
	{"toml", "", "", "k = 1\n", ""},
	{"toml", "", "", "[t@]\n", ""},
	{"toml", "", "", "[[t]]\n", ""},
	{"toml", "", "", "[[t]]\n[[t.u]]\n", ""},
	{"toml", "", "", "a.k@ = 1\n", ""},
	{"toml", "", "", "[a.b.t@]\n", ""},
	{"toml", "", "a = {", "k@ = 1, ", "k = 1}\n"},
	{"toml", "", "a = \"\"\"", "\\\n", "\"\"\"\n"},
	{"toml", "", "a = \"", "\\u0041", "\"\n"},
	{"toml", "", "a = 1", "_1", "\n"},
	{"toml", "", "", "\"", ""},
	{"toml", "", "a", ".a", " = 1\n"},
	{"ini", "", "", "[s@]\nk = 1\n", ""},
	{"ini", "", "", "[s]\nk = 1\n", ""},
	{"ini", "", "[s]\n", "k@ = 1\n", ""},
	{"ini", "", "[s]\nk = 1\n", " more\n", ""},
	{"ini", "", "", "[", ""},
	{"ini", "", "", "x\n", ""},
	{"ini", "systemd", "[s]\nk = ", "x \\\n", "\n"},
	{"ini", "gitconfig", "[s \"", "\\\"", "\"]\n"},
	{"ini", "gitconfig", "[s]\nk = ", "\"a\" ", "\n"},
	{"ini", "setupcfg", "[s]\nk =\n", "  a\n\n", ""},
	{"ini", "npmrc", "", "k[] = 1\n", ""},
	{"env", "", "", "K@=1\n", ""},
	{"env", "", "", "K=1\n", ""},
	{"env", "", "K=\"", "\\\"", "\"\n"},
	{"env", "", "K=\"", "x\n", "\"\n"},
	{"env", "", "", "K=\"x\n", ""},
	{"env", "", "K=", "${", "\n"},
	{"env", "", "", "x\n", ""},
	{"properties", "properties", "", "k@=1\n", ""},
	{"properties", "properties", "", "k=1\n", ""},
	{"properties", "properties", "k=", "x\\\n", "\n"},
	{"properties", "properties", "k=", "\\u0041", "\n"},
	{"properties", "properties", "", "\\u1 = 2\n", ""},
	{"xml", "", "", "<a>", ""},
	{"xml", "", "<a>", "<b/>", "</a>"},
	{"xml", "", "<a ", "k@=\"1\" ", "/>"},
	{"xml", "", "<a>", "&lt;", "</a>"},
	{"xml", "", "<a>", "<!-- c -->", "</a>"},
	{"xml", "", "<a>", "x\n", "</b>"},
	{"xml", "", "<!DOCTYPE a [", "<!ENTITY e@ \"x\">", "]><a/>"},
};

/* The text with that many parts; the caller's, terminated. */
static char *make_text(size_t file, uint32_t parts)
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	fuzz_require(out, "memory for a text");
	fputs(files[file].start, out);
	for (uint32_t i = 0; i < parts; i++)
		for (const char *c = files[file].part; *c; c++)
			if (*c == '@')
				fprintf(out, "%u", i);
			else
				fputc(*c, out);
	fputs(files[file].end, out);
	fclose(out);
	return text;
}

struct cost {
	size_t bytes;
	uint64_t steps;
};

static struct cost cost_of(size_t file, uint32_t parts)
{
	const struct fuzz_reader reader = {.format = files[file].format,
					   .dialect = files[file].dialect};
	struct fuzz_reading reading = {.limits = LIMITS_DEFAULT};
	auto_free char *text = make_text(file, parts);

	fuzz_reading_run(&reading, &reader, span_of(text));
	fuzz_require(reading.result == 0, "a hostile text is read");

	const struct cost cost = {reading.arena.used_bytes, reading.steps};

	fuzz_reading_release(&reading);
	return cost;
}

/* Lists double, so memory comes in steps; tables too. */
static bool is_linear(uint64_t small, uint64_t large, uint64_t base)
{
	return large <= small * FACTOR * 3 / 2 + base;
}

static bool grows_well(size_t file)
{
	const struct cost small = cost_of(file, PARTS);
	const struct cost large = cost_of(file, PARTS * FACTOR);

	if (is_linear(small.steps, large.steps, 100000) &&
	    is_linear(small.bytes, large.bytes, 400000))
		return true;
	printf("%s %s\"%s\"...: %llu, then %llu steps; %zu, then %zu bytes\n",
	       files[file].format, files[file].start, files[file].part,
	       (unsigned long long)small.steps, (unsigned long long)large.steps,
	       small.bytes, large.bytes);
	return false;
}

int main(void)
{
	int failed = 0;

	for (size_t i = 0; i < array_size(files); i++)
		if (!format_find(files[i].format)->unavailable)
			failed += !grows_well(i);
	printf("%d of %zu files grow out of proportion; steps were %s\n",
	       failed, array_size(files),
	       fuzz_steps() ? "counted" : "not counted");
	return failed != 0;
}
