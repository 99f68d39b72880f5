#include "validate/formats/yaml/quick/quick.h"

#include "validate/formats/yaml/quick/reader.h"
#include "validate/host.h"

#include <errno.h>

enum { LINES_PER_POLL = 1024 }; /* between looks at the cancel flag */

static void skip_comment(struct quick *quick)
{
	quick->at = quick_find_break(quick->at, quick->end);
}

int quick_take_break(struct quick *quick)
{
	const char *at = quick->at;

	if (at == quick->end)
		return 0;
	at += *at == '\r';
	if (at == quick->end || *at != '\n')
		return QUICK_LEFT;
	quick->at = at + 1;
	quick->line = quick->at;
	return 0;
}

int quick_end_line(struct quick *quick)
{
	const char *from = quick->at;

	quick->at = quick_skip_blanks(quick, from);
	if (quick->at > from && quick->at < quick->end && *quick->at == '#')
		skip_comment(quick);
	return quick_take_break(quick);
}

int quick_find_content(struct quick *quick)
{
	int r = 0;

	while (!r) {
		while (quick->at < quick->end && *quick->at == ' ')
			quick->at++;
		if (quick->at == quick->end)
			break;
		if (*quick->at == '#')
			skip_comment(quick);
		else if (!quick_byte_is(*quick->at, BYTE_BREAK))
			return 0;
		r = quick_take_break(quick);
	}
	return r;
}

int quick_add_null(struct quick *quick, uint32_t offset)
{
	const struct yaml_placed value = {
		.start = offset,
		.end = offset,
		.text = {"", 0},
		.is_plain = true,
	};

	return yaml_tree_placed(&quick->tree, &value);
}

static void begin_document(struct quick *quick)
{
	yaml_tree_begin_document(&quick->tree, quick_offset(quick, quick->at));
	quick_begin_blocks(quick);
}

/* The next document or the end of the file is at `at`. */
static int end_document(struct quick *quick)
{
	const uint32_t offset = quick_offset(quick, quick->at);
	const int r = quick_end_blocks(quick, offset);

	return r ? r : yaml_tree_end_document(&quick->tree, offset);
}

bool quick_is_marker(const struct quick *quick)
{
	return quick->at == quick->line && quick->end - quick->at >= 3 &&
	       (memcmp(quick->at, "---", 3) == 0 ||
		memcmp(quick->at, "...", 3) == 0) &&
	       quick_is_gap(quick, quick->at + 3);
}

/* At `---`. */
static int change_document(struct quick *quick)
{
	const int r = quick->tree.is_open ? end_document(quick) : 0;

	if (r)
		return r;
	begin_document(quick);
	quick->at += 3;
	return quick_end_line(quick);
}

static int read_content(struct quick *quick)
{
	if (quick_is_marker(quick))
		return *quick->at == '-' ? change_document(quick) : QUICK_LEFT;
	if (!quick->tree.is_open)
		begin_document(quick);
	return quick_block(quick);
}

static int read_stream(struct quick *quick, const struct host *host)
{
	int r = quick_find_content(quick);

	for (unsigned n = 0; !r && quick->at < quick->end; n++) {
		if (n % LINES_PER_POLL == 0 && host_is_cancelled(host))
			return -ECANCELED;
		r = read_content(quick);
		if (!r)
			r = quick_find_content(quick);
	}
	if (!r && quick->tree.is_open)
		r = end_document(quick);
	return r ? r : yaml_tree_end_stream(&quick->tree);
}

int quick_read(struct parse *parse)
{
	const struct span source = parse->source;
	const struct arena mark = *parse->doc->arena;
	const struct findings findings = *parse->findings;
	const struct doc doc = *parse->doc;
	struct quick quick;
	int r;

	if (!quick_bytes_are_plain(source))
		return QUICK_LEFT;
	quick.at = quick.line = quick.begin = source.size ? source.data : "";
	quick.end = quick.begin + source.size;
	yaml_tree_init(&quick.tree, parse);
	r = read_stream(&quick, parse->host);
	if (r == 0)
		parse->skip = quick.tree.skip;
	if (r == 0 || r == -ECANCELED)
		return r;
	arena_rewind(doc.arena, &mark);
	findings_rewind(parse->findings, &findings);
	*parse->doc = doc;
	return QUICK_LEFT;
}
