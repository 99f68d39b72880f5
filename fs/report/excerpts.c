#include "fs/report/excerpts.h"

enum { LINE_COLUMNS = 100 };

void excerpts_init(struct excerpts *excerpts)
{
	*excerpts = (struct excerpts){0};
	arena_init(&excerpts->arena, SIZE_MAX);
}

void excerpts_release(struct excerpts *excerpts)
{
	snapshot_release(&excerpts->snapshot);
	arena_release(&excerpts->arena);
}

/* The bytes that the entry's judgement is about; false: not to be had. */
static bool read_again(struct excerpts *excerpts,
		       const struct output_item *item)
{
	struct judge *judge = item->part->judge;
	auto_close int fd =
		source_open_file(judge_source(judge), item->entry->path);

	return fd >= 0 && snapshot_read(fd, judge_settings(judge)->max_size,
					&excerpts->snapshot) == 0;
}

static bool is_what_was_judged(const struct judgement *judgement,
			       struct span content)
{
	const struct digest digest = digest_of(content);

	return digest_equal(&digest, &judgement->content);
}

static bool open_entry(struct excerpts *excerpts,
		       const struct output_item *item)
{
	const struct judgement *judgement = item->entry->judgement;

	if (!judgement->has_digest)
		return false;

	const struct settings *settings = judge_settings(item->part->judge);
	struct excerpt_request request = {
		.choice = {format_find(judgement->format), judgement->dialect},
		.content = item->part->input,
		.limits = &settings->limits,
		.show_values = settings->show_values,
	};

	if (!request.content.data) {
		if (!read_again(excerpts, item))
			return false;
		request.content = (struct span){excerpts->snapshot.bytes,
						excerpts->snapshot.size};
	}
	excerpts->arena.limit_bytes = settings->limits.arena_bytes;
	return is_what_was_judged(judgement, request.content) &&
	       excerpt_open(&request, &excerpts->arena, &excerpts->source) == 0;
}

static void turn_to(struct excerpts *excerpts, const struct output_item *item)
{
	if (excerpts->entry == item->entry)
		return;
	snapshot_release(&excerpts->snapshot);
	excerpts->snapshot = (struct snapshot){0};
	arena_reset(&excerpts->arena);
	excerpts->entry = item->entry;
	excerpts->is_open = open_entry(excerpts, item);
}

bool excerpts_find(struct excerpts *excerpts, const struct output_item *item,
		   struct excerpt *out)
{
	const struct excerpt_place place = {item->line, item->column,
					    item->length, LINE_COLUMNS};

	turn_to(excerpts, item);
	return excerpts->is_open && excerpt_line(&excerpts->source, place,
						 &excerpts->arena, out) > 0;
}
