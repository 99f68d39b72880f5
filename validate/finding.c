#include "validate/finding.h"

#include "validate/suppress/suppress.h"
#include "validate/text.h"

#include <stdarg.h>
#include <stdio.h>

enum { MESSAGE_MAX = 512 };

const char *severity_name(enum severity severity)
{
	static const char *const names[] = {"error", "warning", "info"};

	return names[severity];
}

void findings_init(struct findings *findings, struct arena *arena,
		   uint32_t max_count)
{
	*findings = (struct findings){.arena = arena, .max_count = max_count};
}

static struct raw_finding *add_slot(struct findings *findings)
{
	if (findings->count == findings->max_count)
		return NULL;
	if (findings->count == findings->capacity) {
		const uint32_t capacity =
			findings->capacity ? findings->capacity * 2 : 8;
		struct raw_finding *list =
			arena_grow(findings->arena, findings->list,
				   findings->capacity * sizeof(*list),
				   capacity * sizeof(*list));

		if (!list)
			return NULL;
		findings->list = list;
		findings->capacity = capacity;
	}
	return &findings->list[findings->count];
}

printf_like(2, 0) static char *format_message(struct arena *arena,
					      const char *format,
					      va_list arguments)
{
	char buf[MESSAGE_MAX];
	const int size = vsnprintf(buf, sizeof(buf), format, arguments);

	if (size < 0)
		return NULL;
	if ((size_t)size >= sizeof(buf)) {
		/* Cut at a code point, and show that it was cut. */
		size_t end = sizeof(buf) - 4;

		while (end > 0 && ((unsigned char)buf[end] & 0xc0) == 0x80)
			end--;
		memcpy(buf + end, "...", 4);
	}
	text_make_plain(buf);
	return arena_text(arena, span_of(buf));
}

/*
 * Adds to `to` without a message, numbered among those of `all`; NULL when it
 * is only counted.
 */
static struct raw_finding *add(struct findings *all, struct findings *to,
			       enum severity severity, const char *rule,
			       struct place place)
{
	struct raw_finding *slot = add_slot(to);

	to->totals[severity]++;
	if (slot)
		*slot = (struct raw_finding){.severity = severity,
					     .place = place,
					     .order = all->added,
					     .rule = rule,
					     .schema_location = ""};
	all->added++;
	return slot;
}

/* Where a finding goes that is being added: NULL if it is suppressed. */
static struct findings *route(struct findings *findings, const char *rule,
			      uint32_t offset)
{
	return findings->suppressor ? suppress_take(findings->suppressor,
						    findings, rule, offset)
				    : findings;
}

bool findings_would_keep(const struct findings *findings, const char *rule,
			 uint32_t offset)
{
	const struct findings *to =
		findings->suppressor ? suppress_ask(findings->suppressor,
						    findings, rule, offset)
				     : findings;

	return to && to->count < to->max_count;
}

/* It stays only if its message fits into the arena. */
printf_like(3, 0) static void say(struct findings *findings,
				  struct raw_finding *slot, const char *format,
				  va_list arguments)
{
	slot->message = format_message(findings->arena, format, arguments);
	findings->count += slot->message != NULL;
}

void findings_add(struct findings *findings, enum severity severity,
		  const char *rule, struct place place, const char *format, ...)
{
	struct findings *to = route(findings, rule, place.offset);
	struct raw_finding *slot =
		to ? add(findings, to, severity, rule, place) : NULL;
	va_list arguments;

	if (!slot)
		return;
	va_start(arguments, format);
	say(to, slot, format, arguments);
	va_end(arguments);
}

void findings_add_schema(struct findings *findings, const char *rule,
			 struct place place, const char *schema_location,
			 const char *format, ...)
{
	struct findings *to = route(findings, rule, place.offset);
	struct raw_finding *slot =
		to ? add(findings, to, SEVERITY_ERROR, rule, place) : NULL;
	va_list arguments;

	if (!slot)
		return;
	slot->schema_location = schema_location;
	va_start(arguments, format);
	say(to, slot, format, arguments);
	va_end(arguments);
}

/* Nothing suppresses that a file cannot be decided. */
void findings_undecided(struct findings *findings, const char *rule,
			struct place place, const char *format, ...)
{
	struct raw_finding *slot =
		add(findings, findings, SEVERITY_ERROR, rule, place);
	va_list arguments;

	findings->is_undecided = true;
	/* The reason is kept even when the finding is only counted. */
	if (!slot && findings->reason)
		return;
	va_start(arguments, format);

	const char *message =
		format_message(findings->arena, format, arguments);

	va_end(arguments);
	if (!findings->reason)
		findings->reason = message;
	if (slot) {
		slot->message = message;
		findings->count += message != NULL;
	}
}

static void visit_list(struct findings *findings,
		       void (*visit)(void *ctx, struct raw_finding *finding),
		       void *ctx)
{
	for (uint32_t i = 0; i < findings->count; i++)
		visit(ctx, &findings->list[i]);
}

void findings_visit(struct findings *findings,
		    void (*visit)(void *ctx, struct raw_finding *finding),
		    void *ctx)
{
	struct findings *pile = NULL;

	visit_list(findings, visit, ctx);
	while (findings->suppressor &&
	       (pile = suppress_next_pile(findings->suppressor, pile)))
		visit_list(pile, visit, ctx);
}

void findings_rewind(struct findings *findings, const struct findings *mark)
{
	if (findings->suppressor)
		suppress_restart(findings->suppressor);
	*findings = *mark;
}

static int compare_orders(const void *left, const void *right)
{
	const struct raw_finding *a = left;
	const struct raw_finding *b = right;

	return a->order < b->order ? -1 : a->order > b->order;
}

void findings_join(struct findings *findings, const struct findings *more)
{
	const uint32_t count = findings->count + more->count;
	struct raw_finding *list;

	for (int i = 0; i < SEVERITY_COUNT; i++)
		findings->totals[i] += more->totals[i];
	if (more->count == 0)
		return;
	list = arena_alloc(findings->arena, count * sizeof(*list));
	if (!list)
		return;
	if (findings->count)
		memcpy(list, findings->list, findings->count * sizeof(*list));
	memcpy(list + findings->count, more->list, more->count * sizeof(*list));
	qsort(list, count, sizeof(*list), compare_orders);
	findings->list = list;
	findings->capacity = count;
	findings->count =
		count < findings->max_count ? count : findings->max_count;
}

void findings_limit(struct findings *findings, const char *name,
		    struct place place, uint64_t limit)
{
	const char *rule = arena_printf(findings->arena, "limit/%s", name);

	findings_undecided(findings, rule ? rule : "limit", place,
			   "cannot be decided: more than the limit of %llu for "
			   "%s",
			   (unsigned long long)limit, name);
}

struct place place_of_node(const struct doc *doc, uint32_t document,
			   uint32_t node)
{
	return (struct place){document, doc->nodes[node].offset,
			      doc->nodes[node].length, node};
}

struct place place_at(uint32_t document, uint32_t offset, uint32_t length)
{
	return (struct place){document, offset, length, DOC_NONE};
}
