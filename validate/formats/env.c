/*
 * .env files: KEY=value lines as shells, systemd and the dotenv libraries have
 * them. Where these differ the reader takes what most of them take: blanks
 * around '=', `export`, values in quotes over several lines, and quoted and
 * unquoted parts side by side. In double quotes \n, \r, \t, \", \\, \$ and a
 * backslash at the end of a line are decoded; $NAME is never replaced.
 */
#include "validate/formats/formats.h"
#include "validate/formats/pairs.h"
#include "validate/host.h"

#include <errno.h>

enum { CANCEL_EVERY = 4096 };

struct env {
	struct parse *parse;
	struct pairs pairs;
	const char *data;
	size_t size;
	size_t at;
	uint32_t line; /* of `at`, from 1 */
	bool is_broken;
};

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\v' || c == '\f';
}

static void skip_blanks(struct env *env)
{
	while (env->at < env->size && is_blank(env->data[env->at]))
		env->at++;
}

/* Offset of the next newline, or of the end. */
static size_t line_end(const struct env *env, size_t at)
{
	const char *newline = memchr(env->data + at, '\n', env->size - at);

	return newline ? (size_t)(newline - env->data) : env->size;
}

/* Before white space at the end of a text. */
static size_t trim_end(const struct env *env, size_t begin, size_t end)
{
	while (end > begin && is_blank(env->data[end - 1]))
		end--;
	return end;
}

static void report(struct env *env, const char *rule, size_t begin, size_t end,
		   const char *message)
{
	env->is_broken |= strcmp(rule, "syntax/env") == 0;
	findings_add(env->parse->findings, SEVERITY_ERROR, rule,
		     place_at(0, (uint32_t)begin, (uint32_t)(end - begin)),
		     "%s", message);
}

/* A value while it is read; it is written only if it is not in the source. */
struct value {
	char *text;
	size_t room;
	size_t size;
	size_t begin; /* in the source */
	size_t end;
	bool is_quoted;
};

static void put(struct value *value, const char *bytes, size_t size)
{
	if (size)
		memcpy(value->text + value->size, bytes, size);
	value->size += size;
}

/* The closing quote of the one at `open`, or `size`. */
static size_t find_close(const struct env *env, size_t open)
{
	const char quote = env->data[open];
	size_t at = open + 1;

	if (quote == '\'') {
		const char *close =
			memchr(env->data + at, quote, env->size - at);

		return close ? (size_t)(close - env->data) : env->size;
	}
	while (at < env->size && env->data[at] != quote)
		at += env->data[at] == '\\' ? 2 : 1;
	return at < env->size ? at : env->size;
}

/* What is between double quotes, decoded. */
static void put_decoded(struct value *value, const char *text, size_t size)
{
	static const char names[] = "nrt\"\\$`";
	static const char values[] = "\n\r\t\"\\$`";

	for (size_t i = 0; i < size; i++) {
		/* The closing quote is behind the text: one may look at it. */
		const char next = text[i + 1];
		const char *name = next ? strchr(names, next) : NULL;

		if (text[i] != '\\' || (!name && next != '\n')) {
			put(value, text + i, 1);
			continue;
		}
		if (name)
			put(value, values + (name - names), 1);
		i++;
	}
}

/* Make room for `size` more bytes. */
static bool make_room(struct env *env, struct value *value, size_t size)
{
	const size_t room = (value->size + size) * 2 + 16;

	if (value->text && value->size + size <= value->room)
		return true;

	char *text = arena_grow(env->parse->doc->arena, value->text,
				value->room, room);

	if (!text)
		return false;
	value->text = text;
	value->room = room;
	return true;
}

/* Move on over text that may hold newlines. */
static void move_to(struct env *env, size_t at)
{
	for (size_t next = line_end(env, env->at); next < at;
	     next = line_end(env, next + 1))
		env->line++;
	env->at = at;
}

/* A part in quotes: 1 if it is closed, 0 if not (said), or negative errno. */
static int take_quoted(struct env *env, struct value *value)
{
	const size_t open = env->at;
	const size_t close = find_close(env, open);

	if (close == env->size) {
		report(env, "syntax/env", open, open + 1,
		       "the quote is not closed");
		return 0;
	}
	if (!make_room(env, value, close - open))
		return env->parse->doc->arena->error;
	if (env->data[open] == '"')
		put_decoded(value, env->data + open + 1, close - open - 1);
	else
		put(value, env->data + open + 1, close - open - 1);
	value->is_quoted = true;
	value->end = close + 1;
	move_to(env, close + 1);
	return 1;
}

/* Up to the line's end or a comment; a quote inside a word is just a byte. */
static int take_plain(struct env *env, struct value *value)
{
	const size_t begin = env->at;
	const size_t end = line_end(env, begin);
	size_t stop = begin;

	while (stop < end &&
	       !(env->data[stop] == '#' && is_blank(env->data[stop - 1])))
		stop++;
	stop = trim_end(env, begin, stop);
	if (!make_room(env, value, stop - begin))
		return env->parse->doc->arena->error;
	put(value, env->data + begin, stop - begin);
	if (stop > begin)
		value->end = stop;
	env->at = stop;
	return 1;
}

static bool is_at_quote(const struct env *env)
{
	return env->at < env->size &&
	       (env->data[env->at] == '"' || env->data[env->at] == '\'');
}

static bool is_at_end(const struct env *env)
{
	return env->at >= env->size || env->data[env->at] == '\n';
}

/* 1 if the value is good, 0 if it is not (said), or negative errno. */
static int read_value(struct env *env, struct value *value)
{
	const size_t before = env->at;
	int r = 1;

	skip_blanks(env);
	*value = (struct value){.begin = env->at, .end = env->at};
	if (is_at_end(env) || (env->data[env->at] == '#' && env->at > before)) {
		value->begin = before;
		value->end = before;
		return 1;
	}
	while (r == 1 && is_at_quote(env))
		r = take_quoted(env, value);
	if (r != 1 || (value->is_quoted &&
		       (is_at_end(env) || is_blank(env->data[env->at]))))
		return r;
	return take_plain(env, value);
}

/* Behind a quoted value only a comment may follow: a shell would run it. */
static void check_rest(struct env *env)
{
	skip_blanks(env);
	if (is_at_end(env) || env->data[env->at] == '#')
		return;

	const size_t end = line_end(env, env->at);

	report(env, "syntax/env", env->at, trim_end(env, env->at, end),
	       "only a comment may follow the value; put quotes around all of "
	       "it");
}

static bool is_name(const char *text, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		const char c = text[i];
		const bool is_letter = (c >= 'A' && c <= 'Z') ||
				       (c >= 'a' && c <= 'z') || c == '_';

		if (!is_letter && (i == 0 || c < '0' || c > '9'))
			return false;
	}
	return size > 0;
}

static void skip_export(struct env *env)
{
	const struct span rest = {env->data + env->at, env->size - env->at};

	if (span_starts(rest, "export") && rest.size > 6 &&
	    is_blank(rest.data[6])) {
		env->at += 6;
		skip_blanks(env);
	}
}

static int add_pair(struct env *env, size_t begin, size_t end, uint32_t line)
{
	const struct span name = {env->data + begin, end - begin};
	const struct pair_place place = {(uint32_t)begin,
					 (uint32_t)(end - begin), line};
	struct value value;
	struct pair pair = {0};
	int r = read_value(env, &value);

	if (r != 1)
		return r;
	if (value.is_quoted)
		check_rest(env);
	r = pairs_name(&env->pairs, name, 0, place, &pair.name);
	if (r)
		return r;
	pair.value = (struct span){value.text ? value.text : "", value.size};
	pair.value_place =
		(struct pair_place){(uint32_t)value.begin,
				    (uint32_t)(value.end - value.begin), line};
	pair.flags = value.is_quoted ? NODE_QUOTED : 0;
	return pairs_add(&env->pairs, &pair);
}

/* One key with its value; `at` is the first byte that is not blank. */
static int read_pair(struct env *env)
{
	const uint32_t line = env->line;

	skip_export(env);

	const size_t begin = env->at;
	const size_t line_stop = line_end(env, begin);
	const char *equals = memchr(env->data + begin, '=', line_stop - begin);

	if (!equals) {
		report(env, "syntax/env", begin,
		       trim_end(env, begin, line_stop), "expected 'KEY=value'");
		return 0;
	}

	const size_t end = trim_end(env, begin, (size_t)(equals - env->data));

	if (end == begin) {
		report(env, "syntax/env", begin, begin + 1,
		       "expected a name in front of the '='");
		return 0;
	}
	if (!is_name(env->data + begin, end - begin))
		report(env, "env/name", begin, end,
		       "the name of a variable has letters, digits and '_' "
		       "only, and does not begin with a digit");
	env->at = (size_t)(equals - env->data) + 1;
	return add_pair(env, begin, end, line);
}

static int read_pairs(struct env *env)
{
	for (uint32_t i = 1; env->at < env->size && !env->pairs.is_full; i++) {
		int r = 0;

		skip_blanks(env);
		if (!is_at_end(env) && env->data[env->at] != '#')
			r = read_pair(env);
		if (r == 0 && i % CANCEL_EVERY == 0 &&
		    host_is_cancelled(env->parse->host))
			r = -ECANCELED;
		if (r)
			return r;
		env->at = line_end(env, env->at);
		env->at += env->at < env->size;
		env->line++;
	}
	return 0;
}

int read_env(struct parse *parse)
{
	struct env env = {
		.parse = parse,
		.pairs = {.parse = parse,
			  .policy = {SEVERITY_WARNING, PAIRS_ALLOWED, NULL}},
		.data = parse->source.data,
		.size = parse->source.size,
		.line = 1,
	};
	const int r = read_pairs(&env);

	return r ? r : pairs_finish(&env.pairs, env.is_broken);
}
