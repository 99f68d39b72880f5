/*
 * The public TOML test suite: what is valid is read as the JSON beside it
 * says, what is invalid is refused.
 */
#include "tests/unit/unit.h"

#include "validate/text.h"
#include "validate/validate.h"

#include <math.h>
#include <stdio.h>

static char *read_file(const char *path, size_t *size)
{
	FILE *file = fopen(path, "rb");
	char *bytes = calloc(1, 1 << 20);

	if (!file)
		fail_msg("cannot open '%s'", path);
	*size = fread(bytes, 1, 1 << 20, file);
	(void)fclose(file);
	return bytes;
}

/* The folder of the suite, or the test is skipped. */
static const char *suite(void)
{
	static char path[2000];
	const char *suites = getenv("CFGFS_SUITES");

	(void)snprintf(path, sizeof(path), "%s/toml/tests",
		       suites ? suites : "");
	if (!suites || access(path, R_OK) != 0) {
		print_message("no TOML suite below CFGFS_SUITES\n");
		skip();
	}
	return path;
}

/* Call `visit` for each .toml below `folder` of a version's list. */
static uint32_t visit_list(const char *version, const char *folder,
			   void (*visit)(const char *path, const char *name))
{
	char path[2400];
	char name[200];
	uint32_t count = 0;

	(void)snprintf(path, sizeof(path), "%s/files-toml-%s", suite(),
		       version);

	FILE *list = fopen(path, "r");

	assert_non_null(list);
	while (fgets(name, sizeof(name), list)) {
		char *dot = strstr(name, ".toml");

		if (strncmp(name, folder, strlen(folder)) != 0 || !dot)
			continue;
		dot[5] = '\0';
		(void)snprintf(path, sizeof(path), "%s/%s", suite(), name);
		visit(path, name);
		count++;
	}
	(void)fclose(list);
	return count;
}

static enum state state_of(struct span content)
{
	const struct plan plan = {.choice = {format_find("toml"), ""},
				  .level = LEVEL_STANDARD,
				  .directory = "",
				  .limits = LIMITS_DEFAULT};
	struct arena arena;
	struct verdict *verdict;

	arena_init(&arena, plan.limits.arena_bytes);
	assert_int_equal(validate_bytes(&plan, content, NULL, &arena, &verdict),
			 0);

	const enum state state = (enum state)verdict->state;

	arena_release(&arena);
	free(verdict);
	return state;
}

/* ISO text of a date or time in the one form that the suite uses. */
static void normalise(struct span text, char out[64])
{
	char *to = out;

	assert_true(text.size < 50);
	memcpy(out, text.data, text.size);
	out[text.size] = '\0';
	if (text.size > 10 && strchr("t ", out[10]))
		out[10] = 'T';
	for (; *to; to++)
		if (*to == 'z')
			*to = 'Z';

	char *clock = out[2] == ':' ? out : out + 11;

	if (out[2] != ':' && text.size == 10)
		return;
	if (clock[5] != ':') {
		memmove(clock + 8, clock + 5, strlen(clock + 5) + 1);
		clock[5] = ':';
		clock[6] = clock[7] = '0';
	}
	/* Zeros at the end of a fraction say nothing. */
	if (clock[8] != '.')
		return;

	char *end = clock + 9 + strspn(clock + 9, "0123456789");
	char *cut = end;

	while (cut[-1] == '0')
		cut--;
	cut -= cut[-1] == '.';
	memmove(cut, end, strlen(end) + 1);
}

static const char *kind_of_time(const char *text)
{
	const size_t size = strlen(text);

	if (text[2] == ':')
		return "time-local";
	if (size == 10)
		return "date-local";
	return text[size - 1] == 'Z' || text[size - 6] == '+' ||
			       text[size - 6] == '-'
		       ? "datetime"
		       : "datetime-local";
}

static bool same_time(const struct node *node, struct span type,
		      struct span expected)
{
	char ours[64];
	char theirs[64];

	normalise(node_text(node), ours);
	normalise(expected, theirs);
	return span_is(type, kind_of_time(ours)) && strcmp(ours, theirs) == 0;
}

static bool same_float(const struct node *node, struct span expected)
{
	char ours[400];
	char theirs[400];

	(void)snprintf(ours, sizeof(ours), "%.*s", (int)node->size, node->text);
	(void)snprintf(theirs, sizeof(theirs), "%.*s", (int)expected.size,
		       expected.data);
	if (node->flags & NODE_NOT_FINITE)
		return strcmp(ours, theirs + (*theirs == '+')) == 0;

	const double a = strtod(ours, NULL);
	const double b = strtod(theirs, NULL);

	return a == b && signbit(a) == signbit(b);
}

static bool same_scalar(const struct node *node, struct span type,
			struct span expected)
{
	if (node->type == NODE_BOOL)
		return span_is(type, "bool") &&
		       span_is(expected,
			       node->flags & NODE_TRUE ? "true" : "false");
	if (node->type == NODE_NUMBER && node->flags & NODE_INTEGER)
		return span_is(type, "integer") &&
		       span_equal(node_text(node), expected);
	if (node->type == NODE_NUMBER)
		return span_is(type, "float") && same_float(node, expected);
	if (node->flags & NODE_DATETIME)
		return same_time(node, type, expected);
	return node->type == NODE_STRING && span_is(type, "string") &&
	       span_equal(node_text(node), expected);
}

/* The text of a member, or an empty span. */
static struct span member(const struct doc *doc, uint32_t object,
			  const char *key)
{
	const uint32_t value = doc_find(doc, object, span_of(key));

	if (value == DOC_NONE || doc->nodes[value].type != NODE_STRING)
		return span_of("");
	return node_text(&doc->nodes[value]);
}

static bool same(const struct doc *toml, uint32_t ours, const struct doc *json,
		 uint32_t theirs);

static bool same_members(const struct doc *toml, uint32_t ours,
			 const struct doc *json, uint32_t theirs)
{
	for (uint32_t key = ours + 1; key < toml->nodes[ours].next;) {
		const uint32_t value = toml->nodes[key].next;
		const uint32_t other =
			doc_find(json, theirs, node_text(&toml->nodes[key]));

		if (other == DOC_NONE || !same(toml, value, json, other))
			return false;
		key = toml->nodes[value].next;
	}
	return true;
}

static bool same_items(const struct doc *toml, uint32_t ours,
		       const struct doc *json, uint32_t theirs)
{
	uint32_t other = theirs + 1;

	for (uint32_t item = ours + 1; item < toml->nodes[ours].next;) {
		if (!same(toml, item, json, other))
			return false;
		item = toml->nodes[item].next;
		other = json->nodes[other].next;
	}
	return true;
}

static bool same(const struct doc *toml, uint32_t ours, const struct doc *json,
		 uint32_t theirs)
{
	const struct node *node = &toml->nodes[ours];
	const struct node *other = &json->nodes[theirs];

	if (!node_is_container(node)) {
		const struct span type = member(json, theirs, "type");

		return type.size &&
		       same_scalar(node, type, member(json, theirs, "value"));
	}
	if (node->type != other->type || node->size != other->size)
		return false;
	return node->type == NODE_OBJECT
		       ? same_members(toml, ours, json, theirs)
		       : same_items(toml, ours, json, theirs);
}

static void expect_valid(const char *path, const char *name)
{
	size_t size;
	size_t json_size;
	char json_path[2400];
	auto_free char *bytes = read_file(path, &size);
	struct reading toml = {0};
	struct reading json = {0};

	(void)snprintf(json_path, sizeof(json_path), "%.*s.json",
		       (int)strlen(path) - 5, path);

	auto_free char *expected = read_file(json_path, &json_size);

	if (state_of((struct span){bytes, size}) != STATE_VALID)
		fail_msg("refused: %s", name);

	const size_t bom = text_bom_size((struct span){bytes, size});

	reading_run(&toml, "toml", "", (struct span){bytes + bom, size - bom});
	reading_run(&json, "json", "", (struct span){expected, json_size});
	assert_int_equal(toml.findings.count, 0);
	assert_int_not_equal(json.doc.documents[0].root, DOC_NONE);
	if (!same(&toml.doc, toml.doc.documents[0].root, &json.doc,
		  json.doc.documents[0].root))
		fail_msg("other values: %s", name);
	reading_release(&toml);
	reading_release(&json);
}

static void what_is_valid_has_the_values_of_its_json(void **state)
{
	(void)state;

	const uint32_t old = visit_list("1.0.0", "valid/", expect_valid);
	const uint32_t new = visit_list("1.1.0", "valid/", expect_valid);

	print_message("valid: %u of 1.0.0, %u of 1.1.0\n", old, new);
	assert_true(old >= 200 && new >= 200);
}

static void expect_invalid(const char *path, const char *name)
{
	size_t size;
	auto_free char *bytes = read_file(path, &size);

	if (state_of((struct span){bytes, size}) != STATE_INVALID)
		fail_msg("not refused: %s", name);
}

static void what_is_invalid_in_1_1_is_refused(void **state)
{
	(void)state;

	const uint32_t count = visit_list("1.1.0", "invalid/", expect_invalid);

	print_message("invalid: %u of 1.1.0\n", count);
	assert_true(count >= 400);
}

/* What 1.1 allowed, and where 1.0 has a test that it is invalid. */
static const struct {
	const char *rule;
	const char *name;
} allowed[] = {
	{"a time needs no seconds", "invalid/datetime/no-secs.toml"},
	{"a time needs no seconds", "invalid/local-datetime/no-secs.toml"},
	{"a time needs no seconds", "invalid/local-time/no-secs.toml"},
	{"\\xHH is an escape", "invalid/string/basic-byte-escapes.toml"},
	{"lines in inline tables", "invalid/inline-table/linebreak-01.toml"},
	{"lines in inline tables", "invalid/inline-table/linebreak-02.toml"},
	{"lines in inline tables", "invalid/inline-table/linebreak-03.toml"},
	{"lines in inline tables", "invalid/inline-table/linebreak-04.toml"},
	{"comma at the end", "invalid/inline-table/trailing-comma.toml"},
};

static void expect_invalid_unless_allowed(const char *path, const char *name)
{
	for (size_t i = 0; i < array_size(allowed); i++) {
		size_t size;

		if (strcmp(allowed[i].name, name) != 0)
			continue;

		auto_free char *bytes = read_file(path, &size);

		if (state_of((struct span){bytes, size}) != STATE_VALID)
			fail_msg("refused though %s: %s", allowed[i].rule,
				 name);
		return;
	}
	expect_invalid(path, name);
}

static void what_is_invalid_in_1_0_is_refused_unless_1_1_allows_it(void **state)
{
	(void)state;

	const uint32_t count =
		visit_list("1.0.0", "invalid/", expect_invalid_unless_allowed);

	print_message("invalid: %u of 1.0.0, %zu of them allowed by 1.1\n",
		      count, array_size(allowed));
	assert_true(count >= 400);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_valid_has_the_values_of_its_json),
		cmocka_unit_test(what_is_invalid_in_1_1_is_refused),
		cmocka_unit_test(
			what_is_invalid_in_1_0_is_refused_unless_1_1_allows_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
