#include "validate/suppress/mutes.h"

#include "validate/suppress/directive.h"

#include <errno.h>

/* Reading under way. */
struct reading {
	const struct doc *doc;
	struct arena *arena;
	struct findings *remarks;
	struct line_finder finder;
	struct mutes mutes;
};

/* The document that a byte belongs to. */
static uint32_t document_at(const struct doc *doc, uint32_t offset)
{
	uint32_t low = 0;
	uint32_t high = doc->document_count;

	while (low + 1 < high) {
		const uint32_t middle = low + (high - low) / 2;

		if (doc->documents[middle].offset <= offset)
			low = middle;
		else
			high = middle;
	}
	return low;
}

static struct place place_in(const struct doc *doc, struct span where)
{
	const uint32_t offset = (uint32_t)(where.data - doc->source.data);

	return place_at(document_at(doc, offset), offset,
			where.size ? (uint32_t)where.size : 1);
}

static int append(struct reading *reading, const struct mute *mute)
{
	struct mutes *mutes = &reading->mutes;

	if (mutes->count == mutes->capacity) {
		const uint32_t capacity =
			mutes->capacity ? mutes->capacity * 2 : 8;
		struct mute *list = arena_grow(reading->arena, mutes->list,
					       mutes->capacity * sizeof(*list),
					       capacity * sizeof(*list));

		if (!list)
			return reading->arena->error;
		mutes->list = list;
		mutes->capacity = capacity;
	}
	mutes->list[mutes->count++] = *mute;
	return 0;
}

static void refuse_unknown(struct reading *reading, struct span rule)
{
	const struct place place = place_in(reading->doc, rule);
	struct span meant = {NULL, 0};

	if (findings_would_keep(reading->remarks, "suppression/unknown-rule",
				place.offset))
		meant = rule_suggest(rule);
	if (meant.data)
		findings_add(reading->remarks, SEVERITY_WARNING,
			     "suppression/unknown-rule", place,
			     "no rule of this name; did you mean '%.*s'?",
			     (int)meant.size, meant.data);
	else
		findings_add(reading->remarks, SEVERITY_WARNING,
			     "suppression/unknown-rule", place,
			     "no rule of this name; write one as findings "
			     "show it, such as schema/type, or a group such "
			     "as schema/*");
}

static int read_rule(struct reading *reading, struct span rule,
		     struct mute mute)
{
	switch (rule_select(rule, &mute.rules)) {
	case RULES_FREE:
		mute.place = (struct extent){
			(uint32_t)(rule.data - reading->doc->source.data),
			(uint32_t)rule.size};
		return append(reading, &mute);
	case RULES_FIXED:
		findings_add(reading->remarks, SEVERITY_WARNING,
			     "suppression/not-allowed",
			     place_in(reading->doc, rule),
			     "findings of this rule are never suppressed; mend "
			     "what they say and take the rule out here");
		return 0;
	case RULES_UNKNOWN:
		break;
	}
	refuse_unknown(reading, rule);
	return 0;
}

static struct mute mute_of(struct reading *reading,
			   const struct comment *comment,
			   enum directive_kind kind)
{
	struct mute mute = {.is_file = kind == DIRECTIVE_FILE};

	if (kind == DIRECTIVE_LINE)
		mute.line = comment->line;
	if (kind == DIRECTIVE_NEXT_LINE)
		mute.line = comment_next_line(&reading->finder, comment);
	return mute;
}

static int read_comment(struct reading *reading, const struct comment *comment)
{
	const struct span text = {reading->doc->source.data + comment->text,
				  comment->end - comment->text};
	struct directive directive;
	struct directive_fault fault;
	struct span rule;
	int r = 0;

	if (!directive_read(text, &directive, &fault)) {
		/* A missing word is behind the text: point at the comment. */
		const struct span mark = {reading->doc->source.data +
						  comment->mark,
					  comment->text - comment->mark};

		findings_add(
			reading->remarks, SEVERITY_WARNING,
			"suppression/syntax",
			place_in(reading->doc,
				 fault.where.size &&
						 fault.where.data <
							 text.data + text.size
					 ? fault.where
					 : mark),
			"%s", fault.message);
		return 0;
	}

	const struct mute mute = mute_of(reading, comment, directive.kind);

	while (r == 0 && directive_next_rule(&directive.rules, &rule))
		r = read_rule(reading, rule, mute);
	return r;
}

/* What stands in a comment behind its first word is no other comment. */
static int read_comments(struct reading *reading,
			 const struct comment_list *comments)
{
	uint32_t end = 0;

	for (uint32_t i = 0; i < comments->count; i++) {
		const struct comment *comment = &comments->list[i];

		if (comment->is_text || comment->mark < end)
			continue;

		const int r = read_comment(reading, comment);

		if (r)
			return r;
		end = comment->end;
	}
	return 0;
}

static int compare_numbers(uint32_t a, uint32_t b)
{
	return a < b ? -1 : a > b;
}

/* By what they suppress. */
static int compare_meanings(const struct mute *a, const struct mute *b)
{
	int order = (int)b->is_file - (int)a->is_file;

	if (!order)
		order = compare_numbers(a->line.first, b->line.first);
	if (!order)
		order = compare_numbers(a->line.last, b->line.last);
	if (!order)
		order = memcmp(&a->rules, &b->rules, sizeof(a->rules));
	return order;
}

static int compare_mutes(const void *left, const void *right)
{
	const struct mute *a = left;
	const struct mute *b = right;
	const int order = compare_meanings(a, b);

	return order ? order
		     : compare_numbers(a->place.offset, b->place.offset);
}

/* Sort, the repeated ones to the end: they will suppress nothing. */
static int arrange(struct mutes *mutes, struct arena *arena)
{
	struct mute *sorted =
		arena_alloc(arena, mutes->count * sizeof(*sorted));
	uint32_t kept = 0;
	uint32_t repeated = mutes->count;

	if (!sorted)
		return arena->error;
	qsort(mutes->list, mutes->count, sizeof(*mutes->list), compare_mutes);
	for (uint32_t i = 0; i < mutes->count; i++) {
		const struct mute *mute = &mutes->list[i];

		if (i > 0 && compare_meanings(mute - 1, mute) == 0) {
			sorted[--repeated] = *mute;
			continue;
		}
		mutes->file_count += mute->is_file;
		mutes->line_count += !mute->is_file;
		sorted[kept++] = *mute;
	}
	mutes->list = sorted;
	return 0;
}

int mutes_read(const struct comment_syntax *syntax, const struct doc *doc,
	       const struct host *host, struct findings *remarks,
	       struct mutes *out)
{
	struct reading reading = {
		.doc = doc,
		.arena = remarks->arena,
		.remarks = remarks,
		.finder = {.syntax = syntax, .source = doc->source},
	};
	struct comment_list comments;
	int r = comments_find(syntax, doc->source, remarks->arena, &comments);

	if (r == 0 && comments.count)
		r = comments_prove(syntax, doc, host, &comments);
	if (r == 0)
		r = read_comments(&reading, &comments);
	if (r == 0 && reading.mutes.count)
		r = arrange(&reading.mutes, reading.arena);
	if (r == 0)
		*out = reading.mutes;
	return r;
}

static bool hit(struct mute *mute, size_t rule, bool marks)
{
	if (!rule_set_has(&mute->rules, rule))
		return false;
	if (marks)
		mute->is_used = true;
	return true;
}

/* How many of those for lines begin at or before that offset. */
static uint32_t count_until(const struct mutes *mutes, uint32_t offset)
{
	const struct mute *list = mutes->list + mutes->file_count;
	uint32_t low = 0;
	uint32_t high = mutes->line_count;

	while (low < high) {
		const uint32_t middle = low + (high - low) / 2;

		if (list[middle].line.first <= offset)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static bool hit_line(const struct mutes *mutes, size_t rule, uint32_t offset,
		     bool marks)
{
	struct mute *list = mutes->list + mutes->file_count;
	bool is_hit = false;

	/* Lines do not overlap, so only those of the last one can hold it. */
	for (uint32_t i = count_until(mutes, offset); i-- > 0;) {
		if (list[i].line.last < offset)
			break;
		is_hit |= hit(&list[i], rule, marks);
	}
	return is_hit;
}

bool mutes_hit(const struct mutes *mutes, size_t rule, uint32_t offset,
	       bool marks)
{
	bool is_hit = false;

	for (uint32_t i = 0; i < mutes->file_count; i++)
		is_hit |= hit(&mutes->list[i], rule, marks);
	if (mutes->line_count)
		is_hit |= hit_line(mutes, rule, offset, marks);
	return is_hit;
}

void mutes_report_unused(const struct mutes *mutes, const struct doc *doc,
			 bool has_schemas, struct findings *remarks)
{
	for (uint32_t i = 0; i < mutes->count; i++) {
		const struct mute *mute = &mutes->list[i];
		const struct span name = {doc->source.data + mute->place.offset,
					  mute->place.length};

		if (mute->is_used ||
		    (!has_schemas &&
		     rule_set_has_group(&mute->rules, "schema")))
			continue;
		findings_add(remarks, SEVERITY_WARNING, "suppression/unused",
			     place_in(doc, name),
			     "there is no finding of this rule to suppress; "
			     "take it out");
	}
}
