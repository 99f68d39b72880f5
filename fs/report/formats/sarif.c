#include "fs/report/formats/formats.h"
#include "fs/report/quote.h"

#include <inttypes.h>

/* The rules that results name, in the order of their first use. */
struct rules {
	const char **names; /* owned array of borrowed names */
	size_t count;
	size_t capacity;
};

struct sarif {
	FILE *out;
	struct rules rules;
	bool has_written;
};

static size_t find_rule(const struct rules *rules, const char *name)
{
	size_t i = 0;

	while (i < rules->count && strcmp(rules->names[i], name) != 0)
		i++;
	return i;
}

static void note_rule(void *ctx, const struct output_item *item)
{
	struct rules *rules = &((struct sarif *)ctx)->rules;

	if (find_rule(rules, item->rule) < rules->count)
		return;
	if (rules->count == rules->capacity) {
		const size_t capacity =
			rules->capacity ? rules->capacity * 2 : 32;
		const char **names =
			realloc(rules->names, capacity * sizeof(*rules->names));

		if (!names)
			return; /* its results go without an index */
		rules->names = names;
		rules->capacity = capacity;
	}
	rules->names[rules->count++] = item->rule;
}

/* What rules of an area are about; `%s` is the rest of the name. */
static const struct {
	const char *area;
	const char *before;
	const char *after;
} areas[] = {
	{"schema/missing", "The schema that is named does not exist", ""},
	{"schema/broken", "The schema itself is broken", ""},
	{"schema/unavailable", "The schema cannot be had from the tree", ""},
	{"schema/unresolved", "A reference in the schema leads nowhere", ""},
	{"schema/required", "Something that is required is missing", ""},
	{"schema/", "The schema's '", "' does not hold"},
	{"syntax/", "The file is not well-formed (", ")"},
	{"encoding/", "The file is not valid text (", ")"},
	{"key/duplicate", "A key is there twice", ""},
	{"limit/", "Undecided: over the limit for ", ""},
	{"yaml/", "YAML that readers understand differently (", ")"},
	{"link/", "A symbolic link is of no use (", ")"},
	{"name/", "The name is not available (", ")"},
	{"config/", "The configuration of cfgfs cannot be used (", ")"},
	{"suppression/", "What suppresses findings is wrong or of no use (",
	 ")"},
	{"env/", "Environment files that readers understand differently (",
	 ")"},
	{"ini/", "INI that readers understand differently (", ")"},
	{"json/", "JSON that readers understand differently (", ")"},
	{"xml/", "XML that readers understand differently (", ")"},
	{"io/", "The file cannot be read (", ")"},
	{"check/", "The check could not be made (", ")"},
};

static void write_description(FILE *out, const char *rule)
{
	for (size_t i = 0; i < array_size(areas); i++) {
		const size_t size = strlen(areas[i].area);
		auto_free char *text = NULL;

		if (strncmp(rule, areas[i].area, size) != 0)
			continue;
		if (asprintf(&text, "%s%s%s.", areas[i].before, rule + size,
			     areas[i].after) < 0)
			text = NULL;
		quote_json(out, text ? text : rule);
		return;
	}
	quote_json(out, rule);
}

static void write_rules(const struct sarif *sarif)
{
	for (size_t i = 0; i < sarif->rules.count; i++) {
		fputs(i ? ",\n        {" : "\n        {", sarif->out);
		quote_json_member(sarif->out, "id", sarif->rules.names[i]);
		fputs(", \"shortDescription\": {\"text\": ", sarif->out);
		write_description(sarif->out, sarif->rules.names[i]);
		fputs("}}", sarif->out);
	}
}

static void write_location(FILE *out, const struct output_item *item)
{
	fputs(",\n       \"locations\": [{\"physicalLocation\": "
	      "{\"artifactLocation\": {\"uri\": \"",
	      out);
	quote_uri(out, item->path);
	fputs("\"}", out);
	if (item->line)
		fprintf(out,
			", \"region\": {\"startLine\": %u, \"startColumn\": "
			"%u, \"endColumn\": %u}",
			item->line, item->column, item->column + item->length);
	fputc('}', out);
	if (*item->pointer) {
		fputs(", \"logicalLocations\": [{", out);
		quote_json_member(out, "fullyQualifiedName", item->pointer);
		fputs("}]", out);
	}
	fputs("}]", out);
}

static void write_result(void *ctx, const struct output_item *item)
{
	static const char *const levels[SEVERITY_COUNT] = {"error", "warning",
							   "note"};
	struct sarif *sarif = ctx;
	FILE *out = sarif->out;
	const size_t rule = find_rule(&sarif->rules, item->rule);

	fputs(sarif->has_written ? ",\n      {" : "\n      {", out);
	sarif->has_written = true;
	quote_json_member(out, "ruleId", item->rule);
	if (rule < sarif->rules.count)
		fprintf(out, ", \"ruleIndex\": %zu", rule);
	fprintf(out, ", \"level\": \"%s\", \"message\": {",
		levels[item->severity]);
	quote_json_member(out, "text", item->message);
	fputc('}', out);
	write_location(out, item);
	if (item->line)
		fprintf(out,
			",\n       \"partialFingerprints\": {\"cfgfs/v1\": "
			"\"%016" PRIx64 "\"}",
			item->fingerprint);
	if (*item->schema_location) {
		fputs(",\n       \"properties\": {", out);
		quote_json_member(out, "schemaLocation", item->schema_location);
		fputc('}', out);
	}
	fputc('}', out);
}

void format_sarif(const struct output *output)
{
	struct sarif sarif = {.out = output->file};
	FILE *out = output->file;
	const bool is_complete = !output->had_trouble &&
				 !output_count(output).by_state[STATE_ERROR];

	output_visit(output, note_rule, &sarif);
	fputs("{\"$schema\": "
	      "\"https://json.schemastore.org/sarif-2.1.0.json\",\n"
	      " \"version\": \"2.1.0\",\n"
	      " \"runs\": [\n"
	      "   {\"tool\": {\"driver\": {\"name\": \"cfgfs\", ",
	      out);
	quote_json_member(out, "version", output->version);
	fputs(", \"rules\": [", out);
	write_rules(&sarif);
	fprintf(out,
		"]}},\n"
		"    \"columnKind\": \"unicodeCodePoints\",\n"
		"    \"invocations\": [{\"executionSuccessful\": %s}],\n"
		"    \"results\": [",
		is_complete ? "true" : "false");
	output_visit(output, write_result, &sarif);
	fputs("]}]}\n", out);
	free(sarif.rules.names);
}
