#include "validate/association/association.h"

#include "validate/association/association_parts.h"
#include "validate/formats/formats.h"
#include "validate/path.h"

#include <errno.h>

/* 1: noted; 0: there are too many, and a finding says so; the arena's error. */
static int note_schema(struct association *run, const struct choice *choice)
{
	const uint32_t limit = run->plan->limits.schemas;

	for (uint32_t i = 0; i < run->schema_count; i++)
		if (strcmp(run->schemas[i], choice->path) == 0)
			return 1;
	if (run->schema_count == limit) {
		findings_limit(run->findings, "schemas", choice->place, limit);
		return 0;
	}
	if (!run->schemas)
		run->schemas =
			arena_alloc(run->arena, limit * sizeof(*run->schemas));
	if (!run->schemas)
		return run->arena->error;
	run->schemas[run->schema_count++] = choice->path;
	return 1;
}

const char *association_names(struct association *run)
{
	size_t size = 1;
	char *text;
	char *end;

	for (uint32_t i = 0; i < run->schema_count; i++)
		size += strlen(run->schemas[i]) + 2;
	text = end = arena_alloc(run->arena, size);
	if (!text)
		return NULL;
	*end = '\0';
	for (uint32_t i = 0; i < run->schema_count; i++)
		end = stpcpy(stpcpy(end, i ? ", " : ""), run->schemas[i]);
	return text;
}

static int evaluate(struct association *run, uint32_t number,
		    const struct schema *schema)
{
	const struct schema_run job = {
		.doc = run->doc,
		.document = number,
		.root = run->doc->documents[number].root,
		.max_steps = run->plan->limits.steps,
		.host = run->host,
		.arena = run->arena,
		.findings = run->findings,
		.show_values = run->plan->show_values,
		/* Or the author could take a value out of the schema. */
		.holds_tagged =
			run->plan->schema_options.mode == SCHEMA_STRICT ||
			run->plan->distrusts_content,
	};

	host_phase(run->host, "schema", PHASE_BEGIN);

	const int r = schema_evaluate(schema, &job);

	host_phase(run->host, "schema", PHASE_END);
	return r;
}

/* Nothing was found under the schema's name: why, and what to do. */
static void report_absence(struct association *run, const struct choice *choice,
			   int error)
{
	static const struct {
		int error;
		const char *rule;
		const char *text;
	} ways[] = {
		{-ENOENT, "schema/missing", "does not exist"},
		{-EISDIR, "schema/missing", "is a folder; name a file"},
		{-EINVAL, "schema/missing", "is no regular file"},
		{-ELOOP, "schema/missing",
		 "is a symbolic link that leads in a circle"},
		{-EXDEV, "schema/missing",
		 "leads out of its folder; nothing outside is read"},
		{-EREMOTE, "schema/unavailable",
		 "is named by a URL and nothing is fetched; say with --map or "
		 "--catalog where a copy lies, or keep one in the tree and "
		 "name its path"},
	};
	char shown[FORMATS_URL_SIZE];
	size_t i = 0;

	while (i + 1 < array_size(ways) && ways[i].error != error)
		i++;
	formats_show_url(span_of(choice->path), shown);
	if (error == -ENOENT && path_is_url(span_of(choice->path)))
		findings_undecided(run->findings, ways[i].rule, choice->place,
				   "the schema '%s' is not in the folder that "
				   "its URL is mapped to, or not in the "
				   "catalog's",
				   shown);
	else
		findings_undecided(run->findings, ways[i].rule, choice->place,
				   "the schema '%s' %s", shown, ways[i].text);
}

/* A catalog names more schemas than are kept beside it: no fault of the file,
 * but it was not checked. */
static void report_not_kept(struct association *run,
			    const struct choice *choice)
{
	char shown[FORMATS_URL_SIZE];

	formats_show_url(span_of(choice->path), shown);
	findings_add(run->findings,
		     run->plan->require_schema ? SEVERITY_ERROR : SEVERITY_INFO,
		     run->plan->require_schema ? "schema/required"
					       : "schema/not-kept",
		     choice->place,
		     "not held against %s, which the catalog names: its folder "
		     "has no such file",
		     shown);
}

/* The document is a schema: can it be used? */
static int examine(struct association *run, uint32_t number,
		   const struct choice *choice)
{
	const struct span uri = node_text(doc_node(run->doc, choice->dialect));
	const struct schema_examination job = {
		.doc = run->doc,
		.document = number,
		.root = run->doc->documents[number].root,
		.directory = run->plan->directory,
		.options = &run->plan->schema_options,
		.host = run->host,
		.findings = run->findings,
	};
	const uint32_t limit = run->plan->limits.schemas;

	if (!schema_is_known_dialect(uri)) {
		findings_add(run->findings, SEVERITY_WARNING,
			     "schema/unknown-dialect",
			     place_of_node(run->doc, number, choice->dialect),
			     "a dialect of JSON Schema that is not known, so "
			     "this schema is not checked; known are drafts 4, "
			     "6, 7, 2019-09 and 2020-12");
		return 0;
	}

	const struct choice dialect = {.path = arena_text(run->arena, uri),
				       .place = choice->place};
	const int noted =
		dialect.path ? note_schema(run, &dialect) : run->arena->error;

	if (noted <= 0)
		return noted;
	/* Each costs as much as the whole file. */
	if (run->examined_count == limit)
		findings_limit(run->findings, "schemas", choice->place, limit);
	if (run->examined_count++ >= limit)
		return 0;
	host_phase(run->host, "schema", PHASE_BEGIN);

	const int r = schema_examine(&job);

	host_phase(run->host, "schema", PHASE_END);
	return r;
}

static void report_required(struct association *run,
			    const struct choice *choice)
{
	if (run->plan->require_schema && !run->findings->is_undecided)
		findings_add(run->findings, SEVERITY_ERROR, "schema/required",
			     choice->place,
			     "no schema is associated with this file");
}

/* Hold one document against its schema. */
static int hold_against(struct association *run, uint32_t number,
			const struct choice *choice)
{
	const uint32_t noted = run->schema_count;
	const struct schema *schema;
	const char *why = NULL;
	int r;

	if (!run->host || !run->host->schema)
		return -ENOSYS;
	r = note_schema(run, choice);
	if (r <= 0)
		return r;
	r = run->host->schema(run->host->ctx, choice->path, &schema, &why);
	if (r == 0)
		return evaluate(run, number, schema);
	if (host_is_answer(r) && choice->is_by_catalog) {
		run->schema_count = noted;
		report_not_kept(run, choice);
		return 0;
	}
	if (host_is_answer(r))
		report_absence(run, choice, r);
	else if (r == -EBADMSG)
		findings_undecided(run->findings, "schema/broken",
				   choice->place, "the schema is broken: %s",
				   why);
	else
		return r;
	return 0;
}

/* What was asked for and is not done must be seen. */
static int leave_schemas(struct association *run)
{
	const struct plan *plan = run->plan;
	const struct place place = place_at(0, 0, 1);

	if (plan->require_schema)
		findings_add(run->findings, SEVERITY_ERROR, "schema/required",
			     place, "no schema can be applied to this format");
	else if (plan->forced_schema || (plan->schema && !plan->is_by_catalog))
		findings_add(run->findings, SEVERITY_INFO, "schema/not-applied",
			     place,
			     "only the syntax was checked: no schema can be "
			     "applied to this format");
	return 0;
}

/* A schema that the author of the file or tree chose may be no check at all. */
static bool is_lacking(const struct plan *plan, const struct choice *choice)
{
	const bool has_any = choice->path || choice->dialect != DOC_NONE;
	const bool is_authors = choice->is_own || !choice->path;

	return !has_any || (plan->distrusts_content && is_authors);
}

static int apply_schema(struct association *run, uint32_t number)
{
	struct choice choice;
	int r = association_choose(run, number, &choice);

	if (r == 0 && choice.dialect != DOC_NONE)
		r = examine(run, number, &choice);
	if (r)
		return r;
	if (is_lacking(run->plan, &choice))
		report_required(run, &choice);
	return choice.path ? hold_against(run, number, &choice) : 0;
}

int association_apply(struct association *run)
{
	if (run->plan->level == LEVEL_FAST)
		return 0;
	if (run->plan->choice.format->is_syntax_only)
		return leave_schemas(run);
	for (uint32_t i = 0; i < run->doc->document_count; i++) {
		if (run->doc->documents[i].root == DOC_NONE)
			continue;

		const int r = apply_schema(run, i);

		if (r)
			return r;
	}
	return 0;
}
