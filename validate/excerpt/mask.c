#include "validate/excerpt/mask.h"

/* What a byte belongs to. */
enum mark {
	MARK_GAP,   /* no scalar */
	MARK_ERROR, /* the same, and a finding is about it */
	MARK_KEY,
	MARK_VALUE,
};

/* What stands between the scalars of a format. */
struct structure {
	const char *format;
	const char *characters; /* that say nothing of scalars */
	const char *marks;	/* that begin a word: anchors, tags */
	bool is_json;		/* comments are those of C */
	bool is_by_line;	/* an error ends with its line */
};

static const struct structure *structure_of(const char *format)
{
	static const struct structure all[] = {
		{"yaml", "{}[],:-?<", "&*!", false, false},
		{"json", "{}[],:", "", true, false},
		{"jsonc", "{}[],:", "", true, false},
		{"ndjson", "{}[],:", "", true, true},
		{"toml", "{}[]=,.", "", false, false},
		{"ini", "[]=:", "", false, false},
		{"env", "=", "", false, false},
		{"properties", "=:", "", false, false},
	};
	static const struct structure none = {"", "", "", false, false};

	for (size_t i = 0; i < array_size(all); i++)
		if (strcmp(all[i].format, format) == 0)
			return &all[i];
	return &none;
}

static void mark(uint8_t *marks, struct span text, const struct node *node,
		 enum mark what)
{
	if (node->offset >= text.size)
		return;

	const size_t left = text.size - node->offset;

	memset(marks + node->offset, what,
	       node->length < left ? node->length : left);
}

static bool is_scalar_key(const struct node *node)
{
	return node->flags & NODE_KEY && !(node->flags & NODE_MERGED) &&
	       !node_is_container(node);
}

/* A key without a value (git, YAML) may have one that stands where it does. */
static bool is_implied(const struct node *node, const struct node *before)
{
	return before->flags & NODE_KEY && before->offset == node->offset &&
	       before->length == node->length;
}

/* What came in through `<<` is marked where it is written. */
static bool is_value(const struct doc *doc, uint32_t index)
{
	const struct node *node = &doc->nodes[index];

	if (node_is_container(node) || node->flags & NODE_KEY)
		return false;
	if (index == 0)
		return true;

	const struct node *before = &doc->nodes[index - 1];

	return !is_implied(node, before) && !(before->flags & NODE_MERGED);
}

/* A text in a mapping that no ':' follows may be a value: braces where brackets
 * are meant, or `{k:v}` in YAML. Behind comments it is not looked for. */
static bool is_followed(struct span text, const struct node *key)
{
	size_t at = (size_t)key->offset + key->length;

	while (at < text.size && text.data[at] &&
	       strchr(" \t\r\n", text.data[at]))
		at++;
	return at < text.size && text.data[at] == ':';
}

/* Names of variables. Lines of a text whose quotes are missing look like other
 * names: Base64 often ends with '='. */
static bool is_variable(struct span text, const struct node *key)
{
	for (size_t i = 0; i < key->length && key->offset + i < text.size;
	     i++) {
		const char byte = text.data[key->offset + i];

		if (byte != '_' && !(byte >= '0' && byte <= '9') &&
		    !((byte | 0x20) >= 'a' && (byte | 0x20) <= 'z'))
			return false;
	}
	return true;
}

static bool is_surely_key(const struct structure *structure, struct span text,
			  const struct node *key)
{
	if (structure->is_json || strcmp(structure->format, "yaml") == 0)
		return is_followed(text, key);
	return strcmp(structure->format, "env") != 0 || is_variable(text, key);
}

/* Values after keys: where both claim a byte, it is hidden. */
static void mark_scalars(const struct doc *doc,
			 const struct structure *structure, uint8_t *marks)
{
	for (uint32_t i = 0; i < doc->count; i++) {
		const struct node *node = &doc->nodes[i];

		if (is_scalar_key(node))
			mark(marks, doc->source, node,
			     is_surely_key(structure, doc->source, node)
				     ? MARK_KEY
				     : MARK_VALUE);
	}
	for (uint32_t i = 0; i < doc->count; i++)
		if (is_value(doc, i))
			mark(marks, doc->source, &doc->nodes[i], MARK_VALUE);
}

/* A key that is there already may have no node; where other errors begin,
 * nothing is sure. Returns where the first one is. */
static size_t mark_errors(const struct findings *findings, uint8_t *marks,
			  struct span text)
{
	size_t first = text.size;

	for (uint32_t i = 0; i < findings->count; i++) {
		const struct raw_finding *raw = &findings->list[i];
		const struct node key = {.offset = raw->place.offset,
					 .length = raw->place.length};

		if (raw->severity != SEVERITY_ERROR || key.offset >= text.size)
			continue;
		if (key.offset < first)
			first = key.offset;
		if (strcmp(raw->rule, "key/duplicate") == 0)
			mark(marks, text, &key, MARK_KEY);
		else
			marks[key.offset] = MARK_ERROR;
	}
	return first;
}

static size_t end_of_scalars(const uint8_t *marks, size_t size)
{
	while (size > 0 && marks[size - 1] < MARK_KEY)
		size--;
	return size;
}

/* How far what is hidden goes. */
enum hiding {
	HIDE_NOTHING,
	HIDE_WORD,  /* to white space */
	HIDE_LINE,  /* to the end of the line or the next scalar: a comment */
	HIDE_BLOCK, /* to the end of a comment in slashes and stars */
	HIDE_REST,  /* to the next scalar: the reader was lost */
};

/* A pass over the text. */
struct masking {
	const struct structure *structure;
	struct span text;
	const uint8_t *marks;
	size_t known_end; /* behind it nothing was understood */
	enum hiding hiding;
	size_t since; /* where HIDE_BLOCK began */
};

static bool is_at(const struct masking *masking, size_t at, const char *two)
{
	return masking->text.size - at >= 2 &&
	       memcmp(masking->text.data + at, two, 2) == 0;
}

static bool is_among(const char *characters, char byte)
{
	return byte && strchr(characters, byte);
}

/* Where the reader was lost. */
static enum hiding rest_of(const struct structure *structure)
{
	return structure->is_by_line ? HIDE_LINE : HIDE_REST;
}

static void hide_from(struct masking *masking, size_t at)
{
	const struct structure *structure = masking->structure;

	masking->since = at;
	if (at >= masking->known_end)
		masking->hiding = rest_of(structure);
	else if (structure->is_json && is_at(masking, at, "/*"))
		masking->hiding = HIDE_BLOCK;
	else if (is_among(structure->marks, masking->text.data[at]))
		masking->hiding = HIDE_WORD;
	else
		masking->hiding = HIDE_LINE;
}

/* What ends at this byte of a gap. */
static void end_hiding(struct masking *masking, size_t at)
{
	const char byte = masking->text.data[at];
	const bool is_end = masking->hiding == HIDE_LINE ? byte == '\n'
			    : masking->hiding == HIDE_WORD
				    ? is_among(" \t\r\n", byte)
			    : masking->hiding == HIDE_BLOCK
				    ? at > masking->since + 3 &&
					      is_at(masking, at - 2, "*/")
				    : false;

	if (is_end)
		masking->hiding = HIDE_NOTHING;
}

/* A byte outside of scalars: may it be shown? */
static bool show_gap(struct masking *masking, size_t at)
{
	const char byte = masking->text.data[at];
	const bool is_structure =
		is_among(masking->structure->characters, byte);

	end_hiding(masking, at);
	if (masking->hiding != HIDE_NOTHING || is_among(" \t\r\n", byte))
		return false;
	if (masking->marks[at] == MARK_ERROR) {
		masking->hiding = rest_of(masking->structure);
		/* Only there is the wrong character known for one of these. */
		return masking->structure->is_json && is_structure;
	}
	if (!is_structure)
		hide_from(masking, at);
	return is_structure;
}

uint8_t *mask_make(const struct doc *doc, const struct findings *findings,
		   const char *format, struct arena *arena)
{
	const struct span text = doc->source;
	uint8_t *marks = arena_alloc(arena, text.size + 1);
	struct masking masking = {.structure = structure_of(format),
				  .text = text,
				  .marks = marks,
				  .known_end = text.size};

	if (!marks)
		return NULL;
	memset(marks, MARK_GAP, text.size);
	masking.known_end = mark_errors(findings, marks, text);
	mark_scalars(doc, masking.structure, marks);
	if (findings->totals[SEVERITY_ERROR]) {
		const size_t end = end_of_scalars(marks, text.size);

		if (end < masking.known_end)
			masking.known_end = end;
	}
	for (size_t i = 0; i < text.size; i++) {
		if (marks[i] >= MARK_KEY)
			masking.hiding = HIDE_NOTHING;
		/* Each mark is read before its place is written. */
		marks[i] = marks[i] >= MARK_KEY ? marks[i] == MARK_KEY
						: show_gap(&masking, i);
	}
	return marks;
}
