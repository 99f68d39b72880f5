#include "validate/validate.h"

#include "validate/formats/formats.h"
#include "validate/path.h"
#include "validate/suppress/suppress.h"
#include "validate/text.h"

#include <errno.h>

/* One validation under way. */
struct validation {
	const struct plan *plan;
	const struct host *host;
	struct arena *arena;
	struct doc doc;
	struct findings findings;
	struct suppressor suppressor;
	const char **schemas; /* paths of those used so far; NULL: none */
	uint32_t schema_count;
	uint32_t examined_count; /* documents that are schemas themselves */
};

/* 1 if the content is text in UTF-8, else 0 with a finding. */
static int check_text(struct validation *run, struct span source)
{
	const size_t good = text_utf8_prefix(source);

	if (good < source.size) {
		findings_add(&run->findings, SEVERITY_ERROR, "encoding/utf-8",
			     place_at(0, (uint32_t)good, 1),
			     "not valid UTF-8 (byte 0x%02x); save the file as "
			     "UTF-8",
			     (unsigned)(unsigned char)source.data[good]);
		return 0;
	}

	const char *nul =
		source.size ? memchr(source.data, '\0', source.size) : NULL;

	if (nul) {
		findings_add(&run->findings, SEVERITY_ERROR, "encoding/nul",
			     place_at(0, (uint32_t)(nul - source.data), 1),
			     "a NUL byte; text files have none");
		return 0;
	}
	return 1;
}

/* 1 if it was UTF-16, 0 if not; -EILSEQ with a finding; the arena's error. */
static int decode_utf16(struct validation *run, struct span *source)
{
	const int r = text_from_utf16(*source, run->arena, source);

	if (r != -EILSEQ)
		return r;
	doc_init(&run->doc, run->arena, *source, 0);
	findings_add(&run->findings, SEVERITY_ERROR, "encoding/utf-16",
		     place_at(0, (uint32_t)source->size, 1),
		     "not valid UTF-16; save the file as UTF-8");
	return r;
}

/*
 * Bring the content to UTF-8 without byte order mark. Returns 1 to go on, 0
 * when a finding says that it cannot be read, or the arena's error.
 */
static int decode(struct validation *run, struct span *source)
{
	const struct format *format = run->plan->choice.format;
	struct decoding decoding = {.arena = run->arena,
				    .findings = &run->findings};
	int r = format->may_be_utf16 ? decode_utf16(run, source) : 0;

	if (r < 0)
		return r == -EILSEQ ? 0 : r;
	decoding.was_utf16 = r == 1;

	const size_t bom = text_bom_size(*source);

	decoding.had_bom = bom != 0;
	decoding.source = (struct span){source->data + bom, source->size - bom};
	r = format->decode ? format->decode(&decoding) : 1;
	*source = decoding.source;
	doc_init(&run->doc, run->arena, *source, run->plan->limits.nodes);
	return r > 0 ? check_text(run, *source) : r;
}

static int read_document(struct validation *run, struct span source,
			 const char **skip)
{
	const struct format *format = run->plan->choice.format;
	struct parse parse = {
		.source = source,
		.limits = &run->plan->limits,
		.host = run->host,
		.dialect = run->plan->choice.dialect,
		.doc = &run->doc,
		.findings = &run->findings,
	};

	host_phase(run->host, format->key, PHASE_BEGIN);

	const int r = format->read(&parse);

	host_phase(run->host, format->key, PHASE_END);
	*skip = parse.skip;
	return r;
}

static void use_suppressor(struct validation *run)
{
	if (suppress_is_active(&run->suppressor))
		run->findings.suppressor = &run->suppressor;
}

/* Has reading found anything, suppressed or not? */
static bool has_findings(const struct validation *run,
			 const struct findings *before)
{
	uint32_t any = run->findings.added - before->added;

	for (int i = 0; i < SUPPRESSED_COUNT; i++)
		any |= run->suppressor.counts[i];
	return any > 0;
}

/*
 * What the comments suppress is known when the file has been read. If reading
 * has found anything by then, it is read again, to find the rest of it.
 */
static int read_suppressed(struct validation *run, struct span source,
			   const char **skip)
{
	const struct findings before = run->findings;
	int r = read_document(run, source, skip);

	if (r || *skip || run->findings.is_undecided)
		return r;
	r = suppress_read(&run->suppressor, &run->doc, run->host);
	if (r || !run->suppressor.mutes.count)
		return r;
	if (!has_findings(run, &before)) {
		use_suppressor(run);
		return 0;
	}
	suppress_restart(&run->suppressor);
	run->findings = before;
	use_suppressor(run);
	doc_init(&run->doc, run->arena, source, run->plan->limits.nodes);
	return read_document(run, source, skip);
}

/* A reference from a file in that directory; NULL: it leaves the root. */
static char *resolve_path(struct arena *arena, const char *directory,
			  struct span reference)
{
	char *path = arena_printf(arena, "%s/%.*s",
				  span_starts(reference, "/") ? "" : directory,
				  (int)reference.size, reference.data);

	return path && path_tidy(path) ? path : NULL;
}

/* Which schema a document is held against. */
struct choice {
	const char *path;   /* from the root, or a URL; NULL: none */
	struct place place; /* of the name, if the file itself names it */
	uint32_t dialect;   /* node that says it is a schema; DOC_NONE: it is
			       none */
	bool is_by_catalog;
};

/* A URL that is longer, or has other than printable ASCII, is none. */
enum { URL_MAX = 2048 };

static bool is_url_text(struct span text)
{
	for (size_t i = 0; i < text.size; i++)
		if (text.data[i] <= ' ' || text.data[i] > '~')
			return false;
	return text.size <= URL_MAX;
}

/* An empty fragment means the whole file. */
static int choose_url(struct validation *run, struct span url,
		      struct choice *out)
{
	char shown[FORMATS_URL_SIZE];

	if (url.data[url.size - 1] == '#')
		url.size--;
	if (!is_url_text(url)) {
		formats_show_url(url, shown);
		findings_undecided(&run->findings, "schema/unavailable",
				   out->place,
				   "the schema's name, %s, is no URL that can "
				   "be used",
				   shown);
		return 0;
	}
	out->path = arena_text(run->arena, url);
	return run->arena->error;
}

static int choose_named(struct validation *run, struct span reference,
			struct place place, struct choice *out)
{
	const size_t scheme = span_starts(reference, "file://") ? 7 : 0;
	const struct span rest = {reference.data + scheme,
				  reference.size - scheme};

	*out = (struct choice){.place = place, .dialect = DOC_NONE};
	if (span_is(reference, "none"))
		return 0;
	if (path_is_url(rest))
		return choose_url(run, rest, out);
	out->path = resolve_path(run->arena, run->plan->directory, rest);
	if (!out->path && !run->arena->error)
		findings_undecided(&run->findings, "schema/unavailable", place,
				   "the schema's path leaves the tree");
	return run->arena->error;
}

/*
 * A root key `$schema` whose value is a dialect of JSON Schema says that the
 * file is a schema, not which schema it has.
 */
static bool is_dialect(struct span reference)
{
	return memmem(reference.data, reference.size, "//json-schema.org/",
		      18) != NULL;
}

/* The node of a root key `$schema` that is a string, or DOC_NONE. */
static uint32_t find_key(const struct doc *doc, uint32_t root)
{
	const uint32_t value = doc_find(doc, root, span_of("$schema"));

	return value != DOC_NONE && doc_node(doc, value)->type == NODE_STRING
		       ? value
		       : DOC_NONE;
}

static bool when_holds(const struct doc *doc, uint32_t root,
		       const struct when_rule *rule)
{
	for (size_t i = 0; i < rule->pair_count; i++) {
		const uint32_t value = doc_find(
			doc, root, span_of(rule->pairs[i].pointer_key));

		if (value == DOC_NONE)
			return false;

		const struct node *node = doc_node(doc, value);

		if (node_is_container(node) ||
		    !span_is(node_text(node), rule->pairs[i].value))
			return false;
	}
	return true;
}

/* The catalog has more than one: which, and what to do. */
static void report_ambiguity(struct validation *run, struct place place)
{
	const struct plan *plan = run->plan;
	char list[PLAN_CANDIDATES_MAX * (FORMATS_URL_SIZE + 2)] = "";
	char *end = list;

	for (size_t i = 0; i < plan->candidate_count && i < PLAN_CANDIDATES_MAX;
	     i++) {
		end = stpcpy(end, i ? ", " : "");
		formats_show_url(span_of(plan->candidates[i]), end);
		end += strlen(end);
	}
	findings_add(
		&run->findings, SEVERITY_WARNING, "schema/ambiguous", place,
		"the catalog has several schemas for a file of this name, "
		"so none is applied; name one in .cfgfs.yaml or in the "
		"file: %s%s",
		list,
		plan->candidate_count > PLAN_CANDIDATES_MAX ? ", ..." : "");
}

/* By content, else by name. */
static void choose_configured(struct validation *run, uint32_t root,
			      struct choice *out)
{
	const struct plan *plan = run->plan;

	for (size_t i = 0; i < plan->when_count; i++) {
		if (plan_has_when(plan, i) &&
		    when_holds(&run->doc, root, &plan->when[i])) {
			out->path = plan->when[i].schema;
			return;
		}
	}
	/* What is published for a name is not for schemas of that name. */
	if (plan->is_by_catalog && out->dialect != DOC_NONE)
		return;
	out->path = plan->schema;
	out->is_by_catalog = plan->is_by_catalog;
	if (plan->candidate_count && out->dialect == DOC_NONE)
		report_ambiguity(run, out->place);
}

/* Command line, then the file itself, then configuration. */
static int choose_schema(struct validation *run, uint32_t number,
			 struct choice *out)
{
	const struct plan *plan = run->plan;
	const struct document *document = &run->doc.documents[number];
	const uint32_t value = find_key(&run->doc, document->root);

	*out = (struct choice){
		.place = place_of_node(&run->doc, number, document->root),
		.dialect = DOC_NONE};
	out->place.length = 1;
	out->path = plan->forced_schema;
	if (out->path)
		return 0;
	if (document->schema.data) {
		const struct place place =
			place_at(number, document->schema_offset,
				 (uint32_t)document->schema.size);

		return choose_named(run, document->schema, place, out);
	}
	if (value != DOC_NONE &&
	    is_dialect(node_text(doc_node(&run->doc, value))))
		out->dialect = value;
	else if (value != DOC_NONE)
		return choose_named(run, node_text(doc_node(&run->doc, value)),
				    place_of_node(&run->doc, number, value),
				    out);
	choose_configured(run, document->root, out);
	return 0;
}

/* 1: noted; 0: there are too many, and a finding says so; the arena's error. */
static int note_schema(struct validation *run, const struct choice *choice)
{
	const uint32_t limit = run->plan->limits.schemas;

	for (uint32_t i = 0; i < run->schema_count; i++)
		if (strcmp(run->schemas[i], choice->path) == 0)
			return 1;
	if (run->schema_count == limit) {
		findings_limit(&run->findings, "schemas", choice->place, limit);
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

/* ", " between; NULL: the arena failed. */
static const char *join_schemas(struct validation *run)
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

static int evaluate(struct validation *run, uint32_t number,
		    const struct schema *schema)
{
	const struct schema_run job = {
		.doc = &run->doc,
		.document = number,
		.root = run->doc.documents[number].root,
		.max_steps = run->plan->limits.steps,
		.host = run->host,
		.arena = run->arena,
		.findings = &run->findings,
		.show_values = run->plan->show_values,
	};

	host_phase(run->host, "schema", PHASE_BEGIN);

	const int r = schema_evaluate(schema, &job);

	host_phase(run->host, "schema", PHASE_END);
	return r;
}

/* Nothing was found under the schema's name: why, and what to do. */
static void report_absence(struct validation *run, const struct choice *choice,
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
		findings_undecided(&run->findings, ways[i].rule, choice->place,
				   "the schema '%s' is not in the folder that "
				   "its URL is mapped to, or not in the "
				   "catalog's",
				   shown);
	else
		findings_undecided(&run->findings, ways[i].rule, choice->place,
				   "the schema '%s' %s", shown, ways[i].text);
}

/* A catalog names more schemas than are kept beside it: no fault of the file,
 * but it was not checked. */
static void report_not_kept(struct validation *run, const struct choice *choice)
{
	char shown[FORMATS_URL_SIZE];

	formats_show_url(span_of(choice->path), shown);
	findings_add(&run->findings,
		     run->plan->require_schema ? SEVERITY_ERROR : SEVERITY_INFO,
		     run->plan->require_schema ? "schema/required"
					       : "schema/not-kept",
		     choice->place,
		     "not held against %s, which the catalog names: its folder "
		     "has no such file",
		     shown);
}

/* The document is a schema: can it be used? */
static int examine(struct validation *run, uint32_t number,
		   const struct choice *choice)
{
	const struct span uri = node_text(doc_node(&run->doc, choice->dialect));
	const struct schema_examination job = {
		.doc = &run->doc,
		.document = number,
		.root = run->doc.documents[number].root,
		.directory = run->plan->directory,
		.options = &run->plan->schema_options,
		.host = run->host,
		.findings = &run->findings,
	};
	const uint32_t limit = run->plan->limits.schemas;

	if (!schema_is_known_dialect(uri)) {
		findings_add(&run->findings, SEVERITY_WARNING,
			     "schema/unknown-dialect",
			     place_of_node(&run->doc, number, choice->dialect),
			     "a dialect of JSON Schema that is not known, so "
			     "this schema is not checked; known are drafts 4, "
			     "6, 7, 2019-09 and 2020-12");
		return 0;
	}
	/* Each costs as much as the whole file. */
	if (run->examined_count == limit)
		findings_limit(&run->findings, "schemas", choice->place, limit);
	if (run->examined_count++ >= limit)
		return 0;
	host_phase(run->host, "schema", PHASE_BEGIN);

	const int r = schema_examine(&job);

	host_phase(run->host, "schema", PHASE_END);
	return r;
}

static void report_required(struct validation *run, const struct choice *choice)
{
	if (run->plan->require_schema && !run->findings.is_undecided)
		findings_add(&run->findings, SEVERITY_ERROR, "schema/required",
			     choice->place,
			     "no schema is associated with this file");
}

/* Hold one document against its schema. */
static int hold_against(struct validation *run, uint32_t number,
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
		findings_undecided(&run->findings, "schema/broken",
				   choice->place, "the schema is broken: %s",
				   why);
	else
		return r;
	return 0;
}

/* What was asked for and is not done must be seen. */
static int leave_schemas(struct validation *run)
{
	const struct plan *plan = run->plan;
	const struct place place = place_at(0, 0, 1);

	if (plan->require_schema)
		findings_add(&run->findings, SEVERITY_ERROR, "schema/required",
			     place, "no schema can be applied to this format");
	else if (plan->forced_schema || (plan->schema && !plan->is_by_catalog))
		findings_add(&run->findings, SEVERITY_INFO,
			     "schema/not-applied", place,
			     "only the syntax was checked: no schema can be "
			     "applied to this format");
	return 0;
}

static int apply_schema(struct validation *run, uint32_t number)
{
	struct choice choice;
	int r = choose_schema(run, number, &choice);

	if (r == 0 && choice.dialect != DOC_NONE)
		r = examine(run, number, &choice);
	if (r)
		return r;
	if (choice.path)
		return hold_against(run, number, &choice);
	if (choice.dialect == DOC_NONE)
		report_required(run, &choice);
	return 0;
}

static int apply_schemas(struct validation *run)
{
	if (run->plan->level == LEVEL_FAST)
		return 0;
	if (run->plan->choice.format->is_syntax_only)
		return leave_schemas(run);
	for (uint32_t i = 0; i < run->doc.document_count; i++) {
		if (run->doc.documents[i].root == DOC_NONE)
			continue;

		const int r = apply_schema(run, i);

		if (r)
			return r;
	}
	return 0;
}

static int judge(struct validation *run, struct span content,
		 struct verdict **out)
{
	const char *skip = NULL;
	int r = decode(run, &content);

	if (r > 0)
		r = read_suppressed(run, content, &skip);
	if (r == 0 && skip && !run->arena->error)
		return verdict_plain(STATE_SKIPPED, skip, out);
	if (r == 0 && !run->findings.is_undecided)
		r = apply_schemas(run);
	if (r)
		return r;
	suppress_settle(&run->suppressor, &run->findings, &run->doc);

	const char *schemas = join_schemas(run);

	return schemas ? verdict_build(&run->findings, &run->doc, schemas, out)
		       : run->arena->error;
}

int validate_bytes(const struct plan *plan, struct span content,
		   const struct host *host, struct arena *arena,
		   struct verdict **out)
{
	struct validation run = {.plan = plan, .host = host, .arena = arena};

	if (plan->skip || !plan->choice.format)
		return verdict_plain(
			STATE_SKIPPED,
			plan->skip ? plan->skip : "no known format", out);
	if (plan->choice.format->unavailable)
		return verdict_plain(STATE_SKIPPED,
				     plan->choice.format->unavailable, out);
	if (content.size > UINT32_MAX / 2)
		return verdict_plain(STATE_ERROR, "larger than 2 GiB", out);
	arena->limit_bytes = plan->limits.arena_bytes;
	arena_reset(arena);
	findings_init(&run.findings, arena, plan->limits.findings);

	int r = suppress_init(&run.suppressor, plan, arena);

	use_suppressor(&run);
	if (r == 0)
		r = judge(&run, content, out);

	/* The arena's limit is a property of the content, memory is not. */
	if (r == -E2BIG)
		return verdict_plain(STATE_ERROR,
				     "needs more memory than the limit", out);
	return r;
}
