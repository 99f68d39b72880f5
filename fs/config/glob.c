#include "fs/config/glob.h"

#include "fs/config/glob_parse.h"
#include "validate/formats/formats.h"

#include <errno.h>

enum { COST_EACH = 16, MAX_PARTS = GLOB_PATH_SIZE / 2 };

void glob_list_init(struct glob_list *list, struct arena *arena)
{
	*list = (struct glob_list){.arena = arena};
}

static struct glob *add_slot(struct glob_list *list)
{
	if (list->count == list->capacity) {
		const size_t capacity = list->capacity ? list->capacity * 2 : 4;
		struct glob *globs = arena_grow(list->arena, list->globs,
						list->capacity * sizeof(*globs),
						capacity * sizeof(*globs));

		if (!globs)
			return NULL;
		list->globs = globs;
		list->capacity = capacity;
	}
	return &list->globs[list->count];
}

static const char *make_origin(struct arena *arena, struct span pattern,
			       struct glob_place place)
{
	char shown[FORMATS_NAME_SIZE];

	formats_show_name(pattern, shown);
	return arena_printf(arena, "%s:%u (%s)", place.label, place.line,
			    shown);
}

int glob_list_add(struct glob_list *list, struct span pattern,
		  struct glob_place place, enum glob_fault *fault)
{
	const size_t cost = pattern.size + COST_EACH;
	struct glob glob;

	if (cost > GLOB_LIST_MAX_COST - list->cost) {
		*fault = GLOB_TOO_MUCH;
		return 0;
	}
	list->cost += cost;

	const int r = glob_parse(pattern, list->arena, &glob, fault);

	if (r || *fault != GLOB_FINE)
		return r;
	glob.line = place.line;
	glob.origin = make_origin(list->arena, pattern, place);

	struct glob *slot = glob.origin ? add_slot(list) : NULL;

	if (!slot)
		return list->arena->error;
	*slot = glob;
	list->count++;
	return 0;
}

/* Spaces at the end do not count, unless a backslash stands before one. */
static struct span trim_line(struct span line)
{
	size_t end = 0;

	if (line.size && line.data[line.size - 1] == '\r')
		line.size--;
	for (size_t i = 0; i < line.size; i++) {
		if (line.data[i] == '\\')
			i++;
		else if (line.data[i] == ' ')
			continue;
		end = i + 1;
	}
	line.size = end < line.size ? end : line.size;
	return line;
}

int glob_list_add_lines(struct glob_list *list, struct span text,
			const char *label)
{
	const char *at = text.data;
	const char *end = text.data + text.size;

	if (span_starts(text, "\xef\xbb\xbf"))
		at += 3;
	for (uint32_t number = 1; at < end; number++) {
		const char *newline = memchr(at, '\n', (size_t)(end - at));
		const char *stop = newline ? newline : end;
		const struct span line =
			trim_line((struct span){at, (size_t)(stop - at)});
		enum glob_fault fault = GLOB_FINE;

		at = newline ? newline + 1 : end;
		if (line.size == 0 || line.data[0] == '#')
			continue;

		const int r = glob_list_add(
			list, line, (struct glob_place){label, number}, &fault);

		if (r)
			return r;
		if (fault == GLOB_TOO_MUCH)
			return -EFBIG;
	}
	return 0;
}

static bool token_fits(const struct glob_token *token, char c)
{
	const uint8_t byte = (uint8_t)c;

	switch (token->kind) {
	case GLOB_TOKEN_BYTE:
		return token->byte == byte;
	case GLOB_TOKEN_ANY:
		return true;
	case GLOB_TOKEN_SET:
		return glob_set_has(token->set, byte);
	case GLOB_TOKEN_STAR:
		break;
	}
	return false;
}

/*
 * Only the last `*` is ever tried again: what an earlier one took can stay as
 * it is, for a later one can take whatever an earlier one could give back.
 */
static bool segment_fits(const struct glob_segment *segment, struct span name)
{
	const struct glob_token *tokens = segment->tokens;
	const size_t count = segment->token_count;
	size_t token = 0;
	size_t at = 0;
	size_t retry_token = SIZE_MAX;
	size_t retry_at = 0;

	while (at < name.size) {
		if (token < count && tokens[token].kind == GLOB_TOKEN_STAR) {
			retry_token = ++token;
			retry_at = at;
		} else if (token < count &&
			   token_fits(&tokens[token], name.data[at])) {
			token++;
			at++;
		} else if (retry_token != SIZE_MAX) {
			token = retry_token;
			at = ++retry_at;
		} else {
			return false;
		}
	}
	while (token < count && tokens[token].kind == GLOB_TOKEN_STAR)
		token++;
	return token == count;
}

/* Depth `n` of a path means the first n of its names. */
bool glob_path_split(struct glob_path *parts, const char *path)
{
	const size_t size = strlen(path);

	if (size == 0 || size >= GLOB_PATH_SIZE)
		return false;
	parts->path = path;
	parts->count = 0;
	parts->starts[parts->count++] = 0;
	for (size_t i = 0; i < size; i++) {
		if (path[i] != '/')
			continue;
		if (parts->count == MAX_PARTS)
			return false;
		parts->starts[parts->count++] = (uint16_t)(i + 1);
	}
	parts->starts[parts->count] = (uint16_t)(size + 1);
	return true;
}

static struct span part_at(const struct glob_path *parts, size_t index)
{
	return (struct span){
		parts->path + parts->starts[index],
		(size_t)(parts->starts[index + 1] - parts->starts[index] - 1)};
}

/* Depths that a pattern has reached: each once, in ascending order. */
struct reach {
	size_t count;
	uint16_t depths[MAX_PARTS + 1];
};

/* `**` takes any number of names; at the end of a pattern at least one. */
static void reach_any(struct reach *reach, size_t parts, bool is_last)
{
	const size_t first = reach->depths[0] + (is_last ? 1u : 0u);

	reach->count = 0;
	for (size_t depth = first; depth <= parts; depth++)
		reach->depths[reach->count++] = (uint16_t)depth;
}

/* Every depth at which the part behind it fits goes one further. */
static void reach_next(struct reach *reach, const struct glob_segment *segment,
		       const struct glob_path *parts)
{
	size_t kept = 0;

	for (size_t i = 0; i < reach->count; i++) {
		const uint16_t depth = reach->depths[i];

		if (depth < parts->count &&
		    segment_fits(segment, part_at(parts, depth)))
			reach->depths[kept++] = (uint16_t)(depth + 1);
	}
	reach->count = kept;
}

/*
 * All depths at which the pattern matches the path down to there. They are
 * carried along together, so every segment meets every name at most once.
 */
static void match(const struct glob *glob, const struct glob_path *parts,
		  struct reach *reach)
{
	reach->count = 1;
	reach->depths[0] = 0;
	if (!glob->is_anchored)
		reach_any(reach, parts->count, false);
	for (uint32_t i = 0; i < glob->segment_count && reach->count; i++) {
		const struct glob_segment *segment = &glob->segments[i];

		if (segment->takes_any_depth)
			reach_any(reach, parts->count,
				  i + 1 == glob->segment_count);
		else
			reach_next(reach, segment, parts);
	}
}

const struct glob *glob_list_exclude(const struct glob_list *list,
				     const char *path, bool is_directory)
{
	struct glob_path parts;
	struct reach reach;
	/* For each depth the last pattern that matches, plus one. */
	uint32_t last[MAX_PARTS + 1];

	if (list->count == 0 || !glob_path_split(&parts, path))
		return NULL;
	memset(last, 0, (parts.count + 1) * sizeof(*last));
	for (size_t i = 0; i < list->count; i++) {
		match(&list->globs[i], &parts, &reach);
		for (size_t j = 0; j < reach.count; j++)
			if (reach.depths[j] < parts.count || is_directory ||
			    !list->globs[i].directory_only)
				last[reach.depths[j]] = (uint32_t)i + 1;
	}
	for (size_t depth = 1; depth <= parts.count; depth++)
		if (last[depth] && !list->globs[last[depth] - 1].is_negated)
			return &list->globs[last[depth] - 1];
	return NULL;
}

const struct glob *glob_list_select(const struct glob_list *list,
				    const char *path)
{
	struct glob_path parts;
	struct reach reach;

	if (list->count == 0 || !glob_path_split(&parts, path))
		return NULL;
	for (size_t i = list->count; i-- > 0;) {
		const struct glob *glob = &list->globs[i];

		match(glob, &parts, &reach);
		/* The whole path is a file: "name/" is for those above it. */
		if (reach.count &&
		    (reach.depths[0] < parts.count || !glob->directory_only))
			return glob->is_negated ? NULL : glob;
	}
	return NULL;
}

bool glob_fits(const struct glob *glob, const struct glob_path *path)
{
	struct reach reach;

	if (glob->directory_only)
		return false;
	match(glob, path, &reach);
	return reach.count && reach.depths[reach.count - 1] == path->count;
}
