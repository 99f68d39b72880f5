/* The graph of checks: who needs whom. */
#include "fs/config/config_parts.h"

/* A check that needs another; those of one other form a chain. */
struct link {
	uint32_t check;
	const struct link *next;
};

struct check {
	struct span id;
	uint32_t id_node;
	uint32_t needs;		  /* array, DOC_NONE: none */
	uint32_t waiting;	  /* needs that are not done */
	const struct link *first; /* of the checks that need it */
};

struct graph {
	const struct doc *doc;
	struct findings *findings;
	struct arena *arena;
	struct check *checks; /* in the order of the file */
	uint32_t *sorted;     /* indices by id, then by order */
	uint32_t count;
};

static int compare_spans(struct span a, struct span b)
{
	const size_t size = a.size < b.size ? a.size : b.size;
	const int order = size ? memcmp(a.data, b.data, size) : 0;

	return order ? order : (a.size > b.size) - (a.size < b.size);
}

static int compare_checks(const void *left, const void *right, void *ctx)
{
	const struct check *checks = ctx;
	const uint32_t a = *(const uint32_t *)left;
	const uint32_t b = *(const uint32_t *)right;
	const int order = compare_spans(checks[a].id, checks[b].id);

	return order ? order : (a > b) - (a < b);
}

/* Index of the first check of that id, DOC_NONE if there is none. */
static uint32_t find_check(const struct graph *graph, struct span id)
{
	uint32_t low = 0;
	uint32_t high = graph->count;

	while (low < high) {
		const uint32_t middle = low + (high - low) / 2;
		const struct check *check =
			&graph->checks[graph->sorted[middle]];

		if (compare_spans(check->id, id) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == graph->count ||
	    !span_equal(graph->checks[graph->sorted[low]].id, id))
		return DOC_NONE;
	return graph->sorted[low];
}

/* Index of the check that an item of `needs` names, or DOC_NONE. */
static uint32_t find_needed(const struct graph *graph, uint32_t item)
{
	const struct node *node = doc_node(graph->doc, item);

	return node->type == NODE_STRING ? find_check(graph, node_text(node))
					 : DOC_NONE;
}

static void add_check(struct graph *graph, uint32_t object)
{
	const struct doc *doc = graph->doc;
	const uint32_t id = doc_find(doc, object, span_of("id"));
	const uint32_t needs = doc_find(doc, object, span_of("needs"));

	if (id == DOC_NONE || doc_node(doc, id)->type != NODE_STRING)
		return;
	graph->sorted[graph->count] = graph->count;
	graph->checks[graph->count++] = (struct check){
		.id = node_text(doc_node(doc, id)),
		.id_node = id,
		.needs = needs != DOC_NONE && doc_node(doc, needs)->type ==
						      NODE_ARRAY
				 ? doc_resolve(doc, needs)
				 : DOC_NONE,
	};
}

static int collect(struct graph *graph, uint32_t array)
{
	const struct node *nodes = graph->doc->nodes;
	const uint32_t most = nodes[array].size;

	graph->checks =
		arena_alloc(graph->arena, most * sizeof(*graph->checks));
	graph->sorted =
		arena_alloc(graph->arena, most * sizeof(*graph->sorted));
	if (!graph->checks || !graph->sorted)
		return graph->arena->error;
	for (uint32_t at = array + 1; at < nodes[array].next;
	     at = nodes[at].next)
		add_check(graph, at);
	qsort_r(graph->sorted, graph->count, sizeof(*graph->sorted),
		compare_checks, graph->checks);
	return 0;
}

static void report_repeats(struct graph *graph)
{
	for (uint32_t i = 1; i < graph->count; i++) {
		const struct check *first =
			&graph->checks[graph->sorted[i - 1]];
		const struct check *second = &graph->checks[graph->sorted[i]];

		if (span_equal(first->id, second->id))
			findings_add(
				graph->findings, SEVERITY_ERROR, "config/check",
				place_of_node(graph->doc, 0, second->id_node),
				"another check has this id already");
	}
}

static int add_link(struct graph *graph, uint32_t check, uint32_t needed)
{
	struct link *link = arena_alloc(graph->arena, sizeof(*link));

	if (!link)
		return graph->arena->error;
	*link = (struct link){check, graph->checks[needed].first};
	graph->checks[needed].first = link;
	graph->checks[check].waiting++;
	return 0;
}

static int link_check(struct graph *graph, uint32_t index)
{
	const struct doc *doc = graph->doc;
	const uint32_t array = graph->checks[index].needs;

	if (array == DOC_NONE)
		return 0;
	for (uint32_t at = array + 1; at < doc->nodes[array].next;
	     at = doc->nodes[at].next) {
		const uint32_t needed = find_needed(graph, at);

		if (needed == DOC_NONE) {
			findings_add(graph->findings, SEVERITY_ERROR,
				     "config/check", place_of_node(doc, 0, at),
				     "no check has this id");
			continue;
		}

		const int r = add_link(graph, index, needed);

		if (r)
			return r;
	}
	return 0;
}

/* Take away what waits for nothing, again and again; how many are left. */
static int resolve(struct graph *graph, uint32_t *left)
{
	uint32_t *ready =
		arena_alloc(graph->arena, graph->count * sizeof(*ready));
	uint32_t count = 0;

	if (!ready)
		return graph->arena->error;
	for (uint32_t i = 0; i < graph->count; i++)
		if (graph->checks[i].waiting == 0)
			ready[count++] = i;
	for (uint32_t done = 0; done < count; done++) {
		const struct check *check = &graph->checks[ready[done]];

		for (const struct link *link = check->first; link;
		     link = link->next)
			if (--graph->checks[link->check].waiting == 0)
				ready[count++] = link->check;
	}
	*left = graph->count - count;
	return 0;
}

/* The first need of a waiting check that waits itself. */
static uint32_t waiting_need(const struct graph *graph, uint32_t index)
{
	const struct node *nodes = graph->doc->nodes;
	const uint32_t array = graph->checks[index].needs;

	for (uint32_t at = array + 1; at < nodes[array].next;
	     at = nodes[at].next) {
		const uint32_t needed = find_needed(graph, at);

		if (needed != DOC_NONE && graph->checks[needed].waiting)
			return needed;
	}
	return index;
}

/*
 * What waits is in a circle or behind one. Going from need to need as often as
 * there are checks ends inside it.
 */
static int report_circle(struct graph *graph)
{
	uint32_t *next =
		arena_alloc(graph->arena, graph->count * sizeof(*next));
	uint32_t at = 0;

	if (!next)
		return graph->arena->error;
	for (uint32_t i = 0; i < graph->count; i++) {
		if (graph->checks[i].waiting == 0)
			continue;
		next[i] = waiting_need(graph, i);
		at = i;
	}
	for (uint32_t i = 0; i < graph->count; i++)
		at = next[at];
	findings_add(graph->findings, SEVERITY_ERROR, "config/check",
		     place_of_node(graph->doc, 0, graph->checks[at].needs),
		     "the check needs itself through others, so none of them "
		     "can run first; break the circle");
	return 0;
}

int config_check_needs(const struct doc *doc, uint32_t checks,
		       struct findings *findings)
{
	struct graph graph = {
		.doc = doc, .findings = findings, .arena = findings->arena};
	uint32_t left = 0;
	int r = collect(&graph, checks);

	if (r)
		return r;
	report_repeats(&graph);
	for (uint32_t i = 0; i < graph.count; i++) {
		r = link_check(&graph, i);
		if (r)
			return r;
	}
	r = resolve(&graph, &left);
	return r == 0 && left ? report_circle(&graph) : r;
}
