#include "validate/association/association_parts.h"
#include "validate/formats/formats.h"
#include "validate/path.h"

/* A reference from a file in that directory; NULL: it leaves the root. */
static char *resolve_path(struct arena *arena, const char *directory,
			  struct span reference)
{
	char *path = arena_printf(arena, "%s/%.*s",
				  span_starts(reference, "/") ? "" : directory,
				  (int)reference.size, reference.data);

	return path && path_tidy(path) ? path : NULL;
}

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
static int choose_url(struct association *run, struct span url,
		      struct choice *out)
{
	char shown[FORMATS_URL_SIZE];

	if (url.data[url.size - 1] == '#')
		url.size--;
	if (!is_url_text(url)) {
		formats_show_url(url, shown);
		findings_undecided(run->findings, "schema/unavailable",
				   out->place,
				   "the schema's name, %s, is no URL that can "
				   "be used",
				   shown);
		return 0;
	}
	out->path = arena_text(run->arena, url);
	return run->arena->error;
}

static int choose_named(struct association *run, struct span reference,
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
		findings_undecided(run->findings, "schema/unavailable", place,
				   "the schema's path leaves the tree; keep it "
				   "inside, or make a folder above both the "
				   "root");
	return run->arena->error;
}

/* What the file itself names. */
static int choose_own(struct association *run, struct span reference,
		      struct place place, struct choice *out)
{
	const int r = choose_named(run, reference, place, out);

	out->is_own = true;
	return r;
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
static void report_ambiguity(struct association *run, struct place place)
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
	findings_add(run->findings, SEVERITY_WARNING, "schema/ambiguous", place,
		     "the catalog has several schemas for a file of this name, "
		     "so none is applied; name one in .cfgfs.yaml or in the "
		     "file: %s%s",
		     list,
		     plan->candidate_count > PLAN_CANDIDATES_MAX ? ", ..."
								 : "");
}

/* By content, else by name. */
static void choose_configured(struct association *run, uint32_t root,
			      struct choice *out)
{
	const struct plan *plan = run->plan;

	out->is_own = plan->distrusts_configured;
	for (size_t i = 0; i < plan->when_count; i++) {
		if (plan_has_when(plan, i) &&
		    when_holds(run->doc, root, &plan->when[i])) {
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

int association_choose(struct association *run, uint32_t number,
		       struct choice *out)
{
	const struct plan *plan = run->plan;
	const struct document *document = &run->doc->documents[number];
	const uint32_t value = find_key(run->doc, document->root);

	*out = (struct choice){
		.place = place_of_node(run->doc, number, document->root),
		.dialect = DOC_NONE};
	out->place.length = 1;
	out->path = plan->forced_schema;
	if (out->path)
		return 0;
	if (plan->configured_first) {
		choose_configured(run, document->root, out);
		if (out->path || out->is_by_catalog)
			return 0;
	}
	if (document->schema.data) {
		const struct place place =
			place_at(number, document->schema_offset,
				 (uint32_t)document->schema.size);

		return choose_own(run, document->schema, place, out);
	}
	if (value != DOC_NONE &&
	    is_dialect(node_text(doc_node(run->doc, value))))
		out->dialect = value;
	else if (value != DOC_NONE)
		return choose_own(run, node_text(doc_node(run->doc, value)),
				  place_of_node(run->doc, number, value), out);
	if (!plan->configured_first)
		choose_configured(run, document->root, out);
	return 0;
}
