/*
 * The public YAML test suite: what is marked as an error is refused, the rest
 * is read, and as the JSON beside it says. What libyaml gets wrong is listed in
 * tests/data/yaml-suite-known.txt; the list must be exact.
 */
#include "tests/unit/suite.h"

#include <errno.h>

static bool same_number(struct span a, struct span b)
{
	char texts[2][64];

	if (span_equal(a, b))
		return true;
	(void)snprintf(texts[0], 64, "%.*s", (int)a.size, a.data);
	(void)snprintf(texts[1], 64, "%.*s", (int)b.size, b.data);

	const double left = strtod(texts[0], NULL);
	const double right = strtod(texts[1], NULL);

	return left <= right && left >= right;
}

static bool same_scalar(const struct node *a, const struct node *b)
{
	if (a->type != b->type)
		return false;
	switch ((enum node_type)a->type) {
	case NODE_NULL:
		return true;
	case NODE_BOOL:
		return ((a->flags ^ b->flags) & NODE_TRUE) == 0;
	case NODE_NUMBER:
		return same_number(node_text(a), node_text(b));
	case NODE_STRING:
		return span_equal(node_text(a), node_text(b));
	case NODE_ARRAY:
	case NODE_OBJECT:
	case NODE_ALIAS:
		break;
	}
	return false;
}

/* Members in any order; keys by their text, as JSON has only that. */
static bool same_value(const struct doc *yaml, uint32_t a,
		       const struct doc *json, uint32_t b)
{
	a = doc_resolve(yaml, a);

	const struct node *left = &yaml->nodes[a];
	const struct node *right = &json->nodes[b];

	if (!node_is_container(left))
		return same_scalar(left, right);
	if (left->type != right->type || left->size != right->size)
		return false;

	uint32_t at = a + 1;
	uint32_t to = b + 1;

	while (at < left->next) {
		uint32_t item = at;
		uint32_t expected = to;

		if (left->type == NODE_OBJECT) {
			item = yaml->nodes[at].next;
			expected = doc_find(json, b,
					    node_text(doc_node(yaml, at)));
			if (expected == DOC_NONE)
				return false;
		}
		if (!same_value(yaml, item, json, expected))
			return false;
		at = yaml->nodes[item].next;
		to = json->nodes[to].next;
	}
	return true;
}

/* Bytes of the first JSON value of a text, white space before it included. */
static size_t json_size(struct span text)
{
	bool is_quoted = false;
	bool has_begun = false;
	int depth = 0;

	for (size_t i = 0; i < text.size; i++) {
		const char c = text.data[i];

		if (is_quoted && c == '\\')
			i++;
		else if (c == '"')
			is_quoted = !is_quoted;
		else if (!is_quoted && (c == '{' || c == '['))
			depth++;
		else if (!is_quoted && (c == '}' || c == ']'))
			depth--;
		if (!is_quoted && depth == 0 && has_begun &&
		    (i + 1 == text.size || strchr(" \n", text.data[i + 1])))
			return i + 1;
		has_begun |= !strchr(" \n", c);
	}
	return text.size;
}

/* No document at all, which we read as one null. */
static bool is_empty_stream(const struct doc *doc)
{
	return doc->document_count == 1 && doc->count == 1 &&
	       doc->nodes[0].type == NODE_NULL && doc->nodes[0].length == 0;
}

/* Is every document as the values of `json`, one after the other, say? */
static bool agrees(const struct doc *yaml, struct span json)
{
	if (json_size(json) == 0)
		return is_empty_stream(yaml);
	for (uint32_t i = 0; i < yaml->document_count; i++) {
		const size_t size = json_size(json);
		struct reading reading = {0};

		reading_run(&reading, "json", "",
			    (struct span){json.data, size});

		const bool is_same =
			reading.doc.document_count == 1 &&
			reading.doc.documents[0].root != DOC_NONE &&
			same_value(yaml, yaml->documents[i].root, &reading.doc,
				   reading.doc.documents[0].root);

		reading_release(&reading);
		if (!is_same)
			return false;
		json.data += size;
		json.size -= size;
	}
	while (json.size && strchr(" \n", json.data[0])) {
		json.data++;
		json.size--;
	}
	return json.size == 0;
}

static bool read_of(const char *folder, const char *name, struct span *out)
{
	char path[PATH_MAX];

	assert_true(snprintf(path, sizeof(path), "%s/%s", folder, name) <
		    PATH_MAX);
	return suite_read(path, out);
}

static void drop(struct span text)
{
	free((void *)(uintptr_t)text.data);
}

/* Does the file that says what a case means agree with what was read? */
static bool is_as_json_says(const char *folder, const struct doc *doc)
{
	struct span json;

	if (!read_of(folder, "in.json", &json))
		return true;

	const bool is_same = agrees(doc, json);

	drop(json);
	return is_same;
}

static bool is_marked_bad(const char *folder)
{
	struct span mark;

	if (!read_of(folder, "error", &mark))
		return false;
	drop(mark);
	return true;
}

/* What is wrong with our reading of a case, or NULL. */
static const char *fault_of(const char *folder)
{
	struct reading reading = {0};
	struct span text;
	const char *fault = NULL;

	assert_true(read_of(folder, "in.yaml", &text));
	reading_run(&reading, "yaml", "", text);
	assert_int_equal(reading.result, 0);

	const bool is_refused = reading.findings.totals[SEVERITY_ERROR] > 0;
	const bool is_bad = is_marked_bad(folder);

	if (is_bad != is_refused)
		fault = is_bad ? "accepted" : "refused";
	else if (!is_bad && !is_as_json_says(folder, &reading.doc))
		fault = "misread";
	reading_release(&reading);
	drop(text);
	return fault;
}

struct tally {
	struct known_list known;
	uint32_t cases;
	uint32_t failures;
};

/* A folder with in.yaml is a case; others hold cases. */
static void try_folder(struct tally *tally, const char *folder, const char *id)
{
	char path[PATH_MAX];
	char name[300];
	DIR *dir;

	(void)snprintf(path, sizeof(path), "%s/in.yaml", folder);
	if (access(path, R_OK) == 0) {
		const char *fault = fault_of(folder);

		(void)snprintf(name, sizeof(name), "%s %s", id,
			       fault ? fault : "");
		if (fault)
			known_fail(&tally->known, name, "not in the list");
		tally->failures += fault != NULL;
		tally->cases++;
		return;
	}
	dir = opendir(folder);
	assert_non_null(dir);
	for (struct dirent *entry; (entry = readdir(dir));) {
		if (entry->d_name[0] == '.')
			continue;
		(void)snprintf(path, sizeof(path), "%s/%.20s", folder,
			       entry->d_name);
		(void)snprintf(name, sizeof(name), "%s%s%.20s", id,
			       *id ? "/" : "", entry->d_name);
		try_folder(tally, path, name);
	}
	(void)closedir(dir);
}

static void the_public_suite_is_read_right_but_for_known_cases(void **state)
{
	struct tally tally = {0};
	const char *root = suite_root();
	char path[PATH_MAX];

	(void)state;
	if (!root)
		skip();
	known_load(&tally.known, "yaml-suite-known.txt");
	(void)snprintf(path, sizeof(path), "%s/yaml/data", root);
	try_folder(&tally, path, "");
	print_message("%u cases, %u fail\n", tally.cases, tally.failures);
	assert_int_equal(tally.known.unexpected, 0);
	assert_int_equal(known_left(&tally.known, ""), 0);
	assert_int_equal(tally.cases, 402);
	free(tally.known.text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			the_public_suite_is_read_right_but_for_known_cases),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
