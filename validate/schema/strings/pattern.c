#include "validate/schema/strings/pattern.h"

#include "validate/schema/strings/automaton/automaton.h"
#include "validate/schema/strings/ecma.h"

#include <errno.h>
#include <stdio.h>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

/* A match that needs more is called undecided: about 0.1 ms. */
enum { MATCH_LIMIT = 100000, DEPTH_LIMIT = 10000 };

/* Most patterns are so simple that no engine is needed. */
enum kind {
	KIND_ENGINE,
	KIND_AUTOMATON,
	KIND_ANYTHING,
	KIND_PREFIX,
	KIND_SUFFIX,
	KIND_EQUAL,
	KIND_INSIDE,
};

struct pattern {
	enum kind kind;
	pcre2_code *code;	     /* KIND_ENGINE */
	struct automaton *automaton; /* KIND_AUTOMATON */
	size_t size;
	char literal[];
};

struct pattern_memory {
	pcre2_match_data *data;
	pcre2_match_context *context;
};

static bool is_special(char c)
{
	return strchr("\\^$.*+?()[]{}|", c) != NULL;
}

/*
 * The literal in the middle of a simple pattern, escapes removed; false if
 * there is more than a literal.
 */
static bool read_literal(struct span text, struct pattern *pattern)
{
	for (size_t i = 0; i < text.size; i++) {
		char c = text.data[i];

		if (c == '\\' && i + 1 < text.size &&
		    (is_special(text.data[i + 1]) || text.data[i + 1] == '/' ||
		     text.data[i + 1] == '-'))
			c = text.data[++i];
		else if (!c || is_special(c))
			return false;
		pattern->literal[pattern->size++] = c;
	}
	return true;
}

/* Cut `end` off the text if it ends so, and no backslash is before it. */
static bool cut_end(struct span *text, const char *end)
{
	const size_t size = strlen(end);

	if (text->size < size ||
	    memcmp(text->data + text->size - size, end, size) != 0)
		return false;
	if (text->size > size && text->data[text->size - size - 1] == '\\')
		return false;
	text->size -= size;
	return true;
}

static bool is_simple(struct span text, struct pattern *pattern)
{
	const bool has_start = span_starts(text, "^");

	text.data += has_start;
	text.size -= has_start;

	const bool has_end = cut_end(&text, "$");

	if (!has_end)
		cut_end(&text, ".*");
	if (!read_literal(text, pattern))
		return false;
	if (has_start && has_end)
		pattern->kind = KIND_EQUAL;
	else if (pattern->size == 0)
		pattern->kind = KIND_ANYTHING;
	else if (has_start)
		pattern->kind = KIND_PREFIX;
	else
		pattern->kind = has_end ? KIND_SUFFIX : KIND_INSIDE;
	return true;
}

/* What ECMA-262 allows and PCRE2 10.42 cannot. */
static bool is_unsupported(int error)
{
	static const int errors[] = {
		PCRE2_ERROR_QUANTIFIER_TOO_BIG,
		PCRE2_ERROR_PARENTHESES_NEST_TOO_DEEP,
		PCRE2_ERROR_PATTERN_TOO_LARGE,
		PCRE2_ERROR_LOOKBEHIND_NOT_FIXED_LENGTH,
		PCRE2_ERROR_LOOKBEHIND_TOO_COMPLICATED,
		PCRE2_ERROR_LOOKBEHIND_TOO_LONG,
		PCRE2_ERROR_SUBPATTERN_NAME_TOO_LONG,
	};

	for (size_t i = 0; i < array_size(errors); i++)
		if (error == errors[i])
			return true;
	return false;
}

static int compile_code(const char *text, size_t size, pcre2_code **out,
			char why[static PATTERN_WHY_SIZE])
{
	pcre2_compile_context *context = pcre2_compile_context_create(NULL);
	int error = 0;
	PCRE2_SIZE offset = 0;

	if (!context)
		return -ENOMEM;
	pcre2_set_compile_extra_options(context, PCRE2_EXTRA_ALT_BSUX);
	*out = pcre2_compile((PCRE2_SPTR)text, size,
			     PCRE2_UTF | PCRE2_DOLLAR_ENDONLY |
				     PCRE2_ALLOW_EMPTY_CLASS |
				     PCRE2_MATCH_UNSET_BACKREF |
				     PCRE2_NEVER_BACKSLASH_C | PCRE2_ALT_BSUX,
			     &error, &offset, context);
	pcre2_compile_context_free(context);
	if (*out)
		return 0;
	/* PCRE2 says "memory" also for the pattern's own limits. */
	if (error == PCRE2_ERROR_NOMEMORY || error == PCRE2_ERROR_HEAP_FAILED)
		return -ENOMEM;
	if (error == PCRE2_ERROR_LOOKBEHIND_NOT_FIXED_LENGTH) {
		snprintf(why, PATTERN_WHY_SIZE,
			 "what a lookbehind (?<= or (?<! looks for can vary in "
			 "length: ECMA-262 allows it, but it is not supported");
		return -EOPNOTSUPP;
	}
	if (pcre2_get_error_message(error, (PCRE2_UCHAR *)why,
				    PATTERN_WHY_SIZE) == 0)
		snprintf(why, PATTERN_WHY_SIZE, "error %d", error);
	return is_unsupported(error) ? -EOPNOTSUPP : -EBADMSG;
}

static int compile_engine(struct span text, struct pattern *pattern,
			  char why[static PATTERN_WHY_SIZE])
{
	auto_free char *rewritten = NULL;
	const char *reason = "";
	size_t size = 0;
	int r = ecma_rewrite(text, &rewritten, &size, &reason);

	if (r == -EBADMSG)
		snprintf(why, PATTERN_WHY_SIZE, "%s", reason);
	if (r == 0)
		r = compile_code(rewritten, size, &pattern->code, why);
	return r;
}

/* Without the engine; -ENOTSUP if it takes one. */
static int compile_simple(struct span text, struct pattern *pattern)
{
	if (is_simple(text, pattern))
		return 0;
	pattern->kind = KIND_AUTOMATON;
	return automaton_compile(text, &pattern->automaton);
}

static int compile(struct span text, bool may_be_simple, struct pattern **out,
		   char why[static PATTERN_WHY_SIZE])
{
	struct pattern *pattern = calloc(1, sizeof(*pattern) + text.size + 1);
	int r = -ENOTSUP;

	if (!pattern)
		return -ENOMEM;
	if (may_be_simple)
		r = compile_simple(text, pattern);
	if (r == -ENOTSUP) {
		pattern->kind = KIND_ENGINE;
		r = compile_engine(text, pattern, why);
	}
	if (r) {
		pattern_free(pattern);
		return r;
	}
	*out = pattern;
	return 0;
}

/* For those who want to match it is all the same why they cannot. */
static int cannot_match(int r)
{
	return r == -EOPNOTSUPP ? -EBADMSG : r;
}

int pattern_compile(struct span text, struct pattern **out,
		    char why[static PATTERN_WHY_SIZE])
{
	return cannot_match(compile(text, true, out, why));
}

int pattern_compile_engine(struct span text, struct pattern **out,
			   char why[static PATTERN_WHY_SIZE])
{
	return cannot_match(compile(text, false, out, why));
}

bool pattern_is_wrong(struct span text)
{
	struct pattern *pattern = NULL;
	char why[PATTERN_WHY_SIZE];
	const int r = compile(text, true, &pattern, why);

	pattern_free(pattern);
	return r == -EBADMSG;
}

bool pattern_needs_engine(const struct pattern *pattern)
{
	return pattern->kind == KIND_ENGINE;
}

void pattern_free(struct pattern *pattern)
{
	if (!pattern)
		return;
	free(pattern->automaton);
	pcre2_code_free(pattern->code);
	free(pattern);
}

static struct pattern_memory *new_memory(void)
{
	struct pattern_memory *memory = calloc(1, sizeof(*memory));

	if (!memory)
		return NULL;
	memory->data = pcre2_match_data_create(1, NULL);
	memory->context = pcre2_match_context_create(NULL);
	if (!memory->data || !memory->context) {
		pattern_memory_free(memory);
		return NULL;
	}
	pcre2_set_match_limit(memory->context, MATCH_LIMIT);
	pcre2_set_depth_limit(memory->context, DEPTH_LIMIT);
	return memory;
}

static int match_engine(const struct pattern *pattern, struct span subject,
			struct pattern_memory **memory)
{
	if (!*memory)
		*memory = new_memory();
	if (!*memory)
		return -ENOMEM;

	const int r = pcre2_match(pattern->code, (PCRE2_SPTR)subject.data,
				  subject.size, 0, 0, (*memory)->data,
				  (*memory)->context);

	if (r >= 0)
		return 1;
	if (r == PCRE2_ERROR_NOMATCH)
		return 0;
	return r == PCRE2_ERROR_NOMEMORY ? -ENOMEM : -E2BIG;
}

int pattern_match(const struct pattern *pattern, struct span subject,
		  struct pattern_memory **memory)
{
	const size_t size = pattern->size;
	const size_t tail = subject.size - size;

	switch (pattern->kind) {
	case KIND_ANYTHING:
		return 1;
	case KIND_PREFIX:
		return subject.size >= size &&
		       memcmp(subject.data, pattern->literal, size) == 0;
	case KIND_SUFFIX:
		return subject.size >= size &&
		       memcmp(subject.data + tail, pattern->literal, size) == 0;
	case KIND_EQUAL:
		return span_equal(subject,
				  (struct span){pattern->literal, size});
	case KIND_INSIDE:
		return memmem(subject.data, subject.size, pattern->literal,
			      size) != NULL;
	case KIND_AUTOMATON:
		return automaton_match(pattern->automaton, subject);
	case KIND_ENGINE:
		break;
	}
	return match_engine(pattern, subject, memory);
}

void pattern_memory_free(struct pattern_memory *memory)
{
	if (!memory)
		return;
	pcre2_match_data_free(memory->data);
	pcre2_match_context_free(memory->context);
	free(memory);
}

/* A text that PCRE2 tells of itself; "?" if it is longer than it ever was. */
static void get_config(uint32_t what, char text[static PATTERN_ENGINE_SIZE / 2])
{
	const int size = pcre2_config(what, NULL);

	if (size < 1 || size > PATTERN_ENGINE_SIZE / 2)
		memcpy(text, "?", 2);
	else
		(void)pcre2_config(what, text);
}

void pattern_describe_engine(char text[static PATTERN_ENGINE_SIZE])
{
	char version[PATTERN_ENGINE_SIZE / 2];
	char unicode[PATTERN_ENGINE_SIZE / 2];

	get_config(PCRE2_CONFIG_VERSION, version);
	get_config(PCRE2_CONFIG_UNICODE_VERSION, unicode);
	snprintf(text, PATTERN_ENGINE_SIZE, "pcre2 %.39s unicode %.15s",
		 version, unicode);
}
