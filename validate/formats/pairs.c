#include "validate/formats/pairs.h"

#include "validate/formats/formats.h"
#include "validate/host.h"

#include <errno.h>

enum { CANCEL_EVERY = 4096 };

static char fold(char c)
{
	if (c >= 'A' && c <= 'Z')
		return (char)(c - 'A' + 'a');
	return c;
}

int pairs_name(struct pairs *pairs, struct span text, size_t folded,
	       struct pair_place place, struct pair_name *out)
{
	struct arena *arena = pairs->parse->doc->arena;
	struct pair_name name = {
		.text = text, .identity = text, .place = place};
	size_t at = 0;

	while (at < folded && fold(text.data[at]) == text.data[at])
		at++;
	if (at < folded) {
		char *copy = arena_text(arena, text);

		if (!copy)
			return arena->error;
		for (; at < folded; at++)
			copy[at] = fold(copy[at]);
		name.identity.data = copy;
	}
	name.hash = doc_hash(name.identity);
	*out = name;
	return 0;
}

/* A list with room for one more, twice as large if need be. */
static void *make_room(struct arena *arena, void *list, uint32_t count,
		       uint32_t *capacity, size_t size)
{
	if (count < *capacity)
		return list;

	const uint32_t larger = *capacity ? *capacity * 2 : 32;
	void *grown = arena_grow(arena, list, *capacity * size, larger * size);

	if (grown)
		*capacity = larger;
	return grown;
}

/* Would one more key and value be too many? Then say so, once. */
static bool is_full(struct pairs *pairs, struct pair_place place)
{
	const uint64_t nodes = 1 + 2 * ((uint64_t)pairs->section_count +
					pairs->entry_count + 1);
	const uint32_t limit = pairs->parse->limits->nodes;

	if (!pairs->is_full && nodes > limit) {
		pairs->is_full = true;
		findings_limit(pairs->parse->findings, "nodes",
			       place_at(0, place.offset, place.length), limit);
	}
	return pairs->is_full;
}

int pairs_add_section(struct pairs *pairs, struct pair_name name)
{
	struct arena *arena = pairs->parse->doc->arena;

	if (is_full(pairs, name.place))
		return 0;

	struct pair_section *sections =
		make_room(arena, pairs->sections, pairs->section_count,
			  &pairs->section_capacity, sizeof(*sections));

	if (!sections)
		return arena->error;
	pairs->sections = sections;
	sections[pairs->section_count] = (struct pair_section){
		.name = name,
		.first = pairs->section_count,
		.end = name.place.offset + name.place.length,
		.head = DOC_NONE,
		.tail = DOC_NONE,
		.node = DOC_NONE,
	};
	pairs->section_count++;
	return 0;
}

int pairs_add(struct pairs *pairs, const struct pair *entry)
{
	struct arena *arena = pairs->parse->doc->arena;

	if (is_full(pairs, entry->name.place))
		return 0;

	struct pair *entries =
		make_room(arena, pairs->entries, pairs->entry_count,
			  &pairs->entry_capacity, sizeof(*entries));

	if (!entries)
		return arena->error;
	pairs->entries = entries;
	entries[pairs->entry_count] = *entry;
	entries[pairs->entry_count].section =
		pairs->section_count ? pairs->section_count - 1 : DOC_NONE;
	entries[pairs->entry_count].first = pairs->entry_count;
	entries[pairs->entry_count].last = pairs->entry_count;
	entries[pairs->entry_count].next = DOC_NONE;
	entries[pairs->entry_count].node = DOC_NONE;
	pairs->entry_count++;
	return 0;
}

/*
 * Finding what is repeated: sort references by owner, hash, size, text, then
 * place. Hashes can be made to collide, so a table would not be safe.
 */
struct reference {
	const struct pair_name *name;
	uint32_t owner; /* section that holds the key */
	uint32_t index;
};

static int compare_number(uint64_t a, uint64_t b)
{
	return a < b ? -1 : a > b;
}

static int compare_names(const struct reference *a, const struct reference *b)
{
	const struct span left = a->name->identity;
	const struct span right = b->name->identity;
	int order = compare_number(a->owner, b->owner);

	if (!order)
		order = compare_number(a->name->hash, b->name->hash);
	if (!order)
		order = compare_number(left.size, right.size);
	if (!order && left.size)
		order = memcmp(left.data, right.data, left.size);
	return order;
}

static int compare_references(const void *left, const void *right)
{
	const struct reference *a = left;
	const struct reference *b = right;
	const int order = compare_names(a, b);

	return order ? order : compare_number(a->index, b->index);
}

static struct reference *new_references(struct pairs *pairs, uint32_t count)
{
	return arena_alloc(pairs->parse->doc->arena,
			   ((size_t)count + 1) * sizeof(struct reference));
}

/* Give every section the first of its name. */
static int merge_sections(struct pairs *pairs)
{
	const uint32_t count = pairs->section_count;
	struct reference *list = new_references(pairs, count);

	if (!list)
		return pairs->parse->doc->arena->error;
	for (uint32_t i = 0; i < count; i++)
		list[i] = (struct reference){&pairs->sections[i].name, 0, i};
	qsort(list, count, sizeof(*list), compare_references);
	for (uint32_t i = 1; i < count; i++)
		if (compare_names(&list[i - 1], &list[i]) == 0)
			pairs->sections[list[i].index].first =
				pairs->sections[list[i - 1].index].first;
	return 0;
}

/* Give every key the first and the last of its name in its section. */
static int merge_entries(struct pairs *pairs)
{
	const uint32_t count = pairs->entry_count;
	struct reference *list = new_references(pairs, count);

	if (!list)
		return pairs->parse->doc->arena->error;
	for (uint32_t i = 0; i < count; i++) {
		struct pair *entry = &pairs->entries[i];

		if (entry->section != DOC_NONE)
			entry->section = pairs->sections[entry->section].first;
		list[i] = (struct reference){&entry->name, entry->section, i};
	}
	qsort(list, count, sizeof(*list), compare_references);
	for (uint32_t i = 1; i < count; i++)
		if (compare_names(&list[i - 1], &list[i]) == 0)
			pairs->entries[list[i].index].first =
				pairs->entries[list[i - 1].index].first;
	for (uint32_t i = count; i > 1; i--)
		if (compare_names(&list[i - 2], &list[i - 1]) == 0)
			pairs->entries[list[i - 2].index].last =
				pairs->entries[list[i - 1].index].last;
	return 0;
}

/*
 * A key before the first section that has the name of a section gives way:
 * members of the root have different names.
 */
static int drop_shadowed(struct pairs *pairs)
{
	uint32_t count = 0;
	uint32_t sections = pairs->section_count;

	while (count < pairs->entry_count &&
	       pairs->entries[count].section == DOC_NONE)
		count++;

	struct reference *list = new_references(pairs, count + sections);

	if (!list)
		return pairs->parse->doc->arena->error;
	for (uint32_t i = 0; i < sections; i++)
		list[i] = (struct reference){&pairs->sections[i].name, 0, 0};
	for (uint32_t i = 0; i < count; i++)
		list[sections + i] =
			(struct reference){&pairs->entries[i].name, 0, i + 1};
	count += sections;
	qsort(list, count, sizeof(*list), compare_references);
	for (uint32_t i = 1; i < count; i++) {
		if (list[i].index == 0 ||
		    compare_names(&list[i - 1], &list[i]) != 0)
			continue;
		if (list[i - 1].index != 0 &&
		    pairs->entries[list[i - 1].index - 1].last != DOC_NONE)
			continue;
		pairs->entries[list[i].index - 1].last = DOC_NONE;
	}
	return 0;
}

/* String the keys that count to their sections, in source order. */
static void link_entries(struct pairs *pairs)
{
	for (uint32_t i = 0; i < pairs->entry_count; i++) {
		struct pair *entry = &pairs->entries[i];

		if (entry->section == DOC_NONE || entry->last != i)
			continue;

		struct pair_section *section = &pairs->sections[entry->section];

		if (section->tail == DOC_NONE)
			section->head = i;
		else
			pairs->entries[section->tail].next = i;
		section->tail = i;
		section->count++;
		section->end =
			entry->value_place.offset + entry->value_place.length;
	}
}

static struct node key_node(const struct pair_name *name)
{
	return (struct node){
		.type = NODE_STRING,
		.flags = NODE_KEY,
		.offset = name->place.offset,
		.length = name->place.length,
		.size = (uint32_t)name->text.size,
		.hash = doc_hash(name->text),
		.text = name->text.data,
	};
}

static bool push_entry(struct doc *doc, struct pair *entry)
{
	const struct node value = {
		.type = NODE_STRING,
		.flags = entry->flags | NODE_UNTYPED,
		.offset = entry->value_place.offset,
		.length = entry->value_place.length,
		.size = (uint32_t)entry->value.size,
		.hash = doc_hash(entry->value),
		.text = entry->value.data,
	};

	entry->node = doc_push(doc, key_node(&entry->name));
	return entry->node != DOC_NONE && doc_push(doc, value) != DOC_NONE;
}

static bool push_section(struct pairs *pairs, struct pair_section *section)
{
	struct doc *doc = pairs->parse->doc;

	section->node = doc_push(doc, key_node(&section->name));
	if (section->node == DOC_NONE)
		return false;

	const uint32_t object = doc_push(
		doc, (struct node){.type = NODE_OBJECT,
				   .offset = section->name.place.offset});

	if (object == DOC_NONE)
		return false;
	for (uint32_t i = section->head; i != DOC_NONE;
	     i = pairs->entries[i].next)
		if (!push_entry(doc, &pairs->entries[i]))
			return false;
	doc_close(doc, object, section->count, section->end);
	return true;
}

/* All nodes; false when the arena failed (there are not too many nodes). */
static bool push_tree(struct pairs *pairs)
{
	struct doc *doc = pairs->parse->doc;
	const uint32_t root = doc_push(doc, (struct node){.type = NODE_OBJECT});
	uint32_t members = 0;

	if (root == DOC_NONE)
		return false;
	for (uint32_t i = 0;
	     i < pairs->entry_count && pairs->entries[i].section == DOC_NONE;
	     i++) {
		if (pairs->entries[i].last != i)
			continue;
		if (!push_entry(doc, &pairs->entries[i]))
			return false;
		members++;
	}
	for (uint32_t i = 0; i < pairs->section_count; i++) {
		if (pairs->sections[i].first != i)
			continue;
		if (!push_section(pairs, &pairs->sections[i]))
			return false;
		members++;
	}
	doc_close(doc, root, members, (uint32_t)doc->source.size);
	return true;
}

/* A finding about a name that is there again. */
static void report(struct pairs *pairs, int severity, const char *rule,
		   const struct pair_name *name, const struct pair_name *first,
		   uint32_t node)
{
	struct findings *findings = pairs->parse->findings;
	char shown[FORMATS_NAME_SIZE] = "";
	const bool is_key = strcmp(rule, "key/duplicate") == 0;

	/* Findings that are only counted need no text. */
	if (findings_would_keep(findings, rule, name->place.offset))
		formats_show_name(name->text, shown);
	findings_add(
		findings, (enum severity)severity, rule,
		(struct place){0, name->place.offset, name->place.length, node},
		is_key ? "the key '%s' is already on line %u; remove one "
			 "of them"
		       : "the section '%s' is already on line %u; join "
			 "them",
		shown, first->place.line);
}

/* "name[]" appends to a list in the dialects that know it. */
static bool is_list(struct span name)
{
	return name.size > 2 && name.data[name.size - 2] == '[' &&
	       name.data[name.size - 1] == ']';
}

static void report_entries(struct pairs *pairs)
{
	const int severity = pairs->policy.repeated_key;

	for (uint32_t i = 0; severity >= 0 && i < pairs->entry_count; i++) {
		const struct pair *entry = &pairs->entries[i];

		if (entry->first == i || is_list(entry->name.text))
			continue;
		report(pairs, severity, "key/duplicate", &entry->name,
		       &pairs->entries[entry->first].name,
		       entry->last == DOC_NONE
			       ? DOC_NONE
			       : pairs->entries[entry->last].node);
	}
}

static void report_sections(struct pairs *pairs)
{
	const struct pairs_policy *policy = &pairs->policy;

	if (policy->repeated_section < 0)
		return;
	for (uint32_t i = 0; i < pairs->section_count; i++) {
		const struct pair_section *section = &pairs->sections[i];

		if (section->first == i ||
		    (policy->open_section &&
		     span_is(section->name.text, policy->open_section)))
			continue;
		report(pairs, policy->repeated_section, "ini/section-repeated",
		       &section->name, &pairs->sections[section->first].name,
		       pairs->sections[section->first].node);
	}
}

/* Keys that gave way to a section are lost to most readers. */
static void report_shadowed(struct pairs *pairs)
{
	struct findings *findings = pairs->parse->findings;

	for (uint32_t i = 0; i < pairs->entry_count; i++) {
		const struct pair *entry = &pairs->entries[i];
		char shown[FORMATS_NAME_SIZE] = "";

		if (entry->last != DOC_NONE)
			continue;
		if (findings_would_keep(findings, "key/duplicate",
					entry->name.place.offset))
			formats_show_name(entry->name.text, shown);
		findings_add(findings, SEVERITY_WARNING, "key/duplicate",
			     place_at(0, entry->name.place.offset,
				      entry->name.place.length),
			     "the key '%s' has the name of a section; the "
			     "section takes its place",
			     shown);
	}
}

static int drop(struct pairs *pairs, const struct pair_place *place)
{
	return doc_drop(pairs->parse->doc, place->offset, place->length);
}

/* What stands in the file more than once has one node alone. */
static int drop_repeated(struct pairs *pairs)
{
	int r = 0;

	for (uint32_t i = 0; r == 0 && i < pairs->section_count; i++)
		if (pairs->sections[i].first != i)
			r = drop(pairs, &pairs->sections[i].name.place);
	for (uint32_t i = 0; r == 0 && i < pairs->entry_count; i++) {
		const struct pair *entry = &pairs->entries[i];

		if (entry->last == i)
			continue;
		r = drop(pairs, &entry->name.place);
		if (r == 0)
			r = drop(pairs, &entry->value_place);
	}
	return r;
}

int pairs_finish(struct pairs *pairs, bool is_broken)
{
	struct doc *doc = pairs->parse->doc;
	int r;

	if (is_broken || pairs->is_full)
		return doc_add_document(doc,
					(struct document){.root = DOC_NONE});
	r = merge_sections(pairs);
	if (r == 0)
		r = merge_entries(pairs);
	if (r == 0)
		r = drop_shadowed(pairs);
	if (r == 0)
		r = drop_repeated(pairs);
	if (r)
		return r;
	link_entries(pairs);
	if (host_is_cancelled(pairs->parse->host))
		return -ECANCELED;
	if (!push_tree(pairs))
		return doc->arena->error;
	report_sections(pairs);
	report_entries(pairs);
	report_shadowed(pairs);
	return doc_add_document(doc, (struct document){.root = 0});
}
