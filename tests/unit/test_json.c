/* The JSON reader on good and on hostile text; the public suite. */
#include "tests/unit/unit.h"

#include "validate/formats/formats.h"
#include "validate/host.h"
#include "validate/validate.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>

/* How a dialect is called as a format. */
static const char *format_of(const char *dialect)
{
	return *dialect ? dialect : "json";
}

static void run(struct reading *reading, const char *dialect, struct span text)
{
	*reading = (struct reading){0};
	reading_run(reading, format_of(dialect), dialect, text);
}

static uint32_t errors_of(const struct reading *reading)
{
	return reading->findings.totals[SEVERITY_ERROR];
}

static bool is_refused(const struct reading *reading)
{
	return errors_of(reading) > 0 || reading->findings.is_undecided;
}

/*
 * The nodes in order, one "TYPE@OFFSET+LENGTH>NEXT#SIZE" each; letters are
 * n(ull) t(rue) f(alse) i(nteger) d(ecimal) s(tring) k(ey) [ {.
 */
static char letter_of(const struct node *node)
{
	switch ((enum node_type)node->type) {
	case NODE_NULL:
		return 'n';
	case NODE_BOOL:
		return node->flags & NODE_TRUE ? 't' : 'f';
	case NODE_NUMBER:
		return node->flags & NODE_INTEGER ? 'i' : 'd';
	case NODE_STRING:
		return node->flags & NODE_KEY ? 'k' : 's';
	case NODE_ARRAY:
		return '[';
	case NODE_OBJECT:
		return '{';
	case NODE_ALIAS:
		break;
	}
	return '?';
}

static void describe(const struct doc *doc, char *out, size_t size)
{
	size_t at = 0;

	out[0] = '\0';
	for (uint32_t i = 0; i < doc->count && at < size; i++) {
		const struct node *node = &doc->nodes[i];

		at += (size_t)snprintf(out + at, size - at, "%s%c@%u+%u>%u#%u",
				       i ? " " : "", letter_of(node),
				       node->offset, node->length, node->next,
				       node->size);
	}
}

static void nodes_tell_type_place_size_and_successor(void **state)
{
	static const struct {
		const char *what;
		const char *dialect;
		const char *text;
		const char *nodes;
	} cases[] = {
		{"null", "", "null", "n@0+4>1#4"},
		{"true", "", " true ", "t@1+4>1#4"},
		{"false", "", "\r\n\tfalse\n", "f@3+5>1#5"},
		{"zero", "", "0", "i@0+1>1#1"},
		{"negative zero", "", "-0", "i@0+2>1#2"},
		{"integer", "", "-1234567890123456789012345", "i@0+26>1#26"},
		{"fraction", "", "0.50", "d@0+4>1#4"},
		{"exponent", "", "1e5", "d@0+3>1#3"},
		{"all of a number", "", "-10.25E+007", "d@0+11>1#11"},
		{"empty string", "", "\"\"", "s@0+2>1#0"},
		{"string", "", " \"abc\"", "s@1+5>1#3"},
		{"string of eight", "", "\"12345678\"", "s@0+10>1#8"},
		{"escapes shorten the text", "", "\"a\\n\\u20ac\"",
		 "s@0+11>1#5"},
		{"empty array", "", "[ ]", "[@0+3>1#0"},
		{"empty object", "", "{\n}", "{@0+3>1#0"},
		{"array", "", "[1, 2.5,\"x\"]",
		 "[@0+12>4#3 i@1+1>2#1 d@4+3>3#3 s@8+3>4#1"},
		{"object", "", "{\"a\":1,\n \"b\" : null}",
		 "{@0+20>5#2 k@1+3>2#1 i@5+1>3#1 k@9+3>4#1 n@15+4>5#4"},
		{"nesting", "", "{\"a\":[{},[]],\"b\":{\"c\":0}} ",
		 "{@0+25>9#2 k@1+3>2#1 [@5+7>5#2 {@6+2>4#0 [@9+2>5#0 "
		 "k@13+3>6#1 {@17+7>9#1 k@18+3>8#1 i@22+1>9#1"},
		{"sizes after nesting", "", "[[1,2],3,[[4]],5]",
		 "[@0+17>9#4 [@1+5>4#2 i@2+1>3#1 i@4+1>4#1 i@7+1>5#1 "
		 "[@9+5>8#1 [@10+3>8#1 i@11+1>8#1 i@15+1>9#1"},
		{"comments", "jsonc", "// a\n[1/*,2*/, // ]\n 3]// end",
		 "[@5+18>3#2 i@6+1>2#1 i@21+1>3#1"},
		{"comment like a star", "jsonc", "/***/ 1 /**/", "i@6+1>1#1"},
		{"no comment in a string", "jsonc", "\"/*\"", "s@0+4>1#2"},
		{"trailing comma in array", "jsonc", "[1, ]",
		 "[@0+5>2#1 i@1+1>2#1"},
		{"trailing comma in object", "jsonc", "{\"a\":1,/**/}",
		 "{@0+12>3#1 k@1+3>2#1 i@5+1>3#1"},
		{"lines", "ndjson", "1\n[2]\r\n\n \t\n3",
		 "i@0+1>1#1 [@2+3>3#1 i@3+1>3#1 i@11+1>4#1"},
	};

	(void)state;
	for (size_t i = 0; i < array_size(cases); i++) {
		struct reading reading;
		char nodes[400];

		run(&reading, cases[i].dialect, span_of(cases[i].text));
		assert_int_equal(reading.result, 0);
		describe(&reading.doc, nodes, sizeof(nodes));
		if (strcmp(nodes, cases[i].nodes) != 0 || is_refused(&reading))
			fail_msg("%s: %s", cases[i].what, nodes);
		reading_release(&reading);
	}
}

static void scalars_keep_their_exact_text(void **state)
{
	static const char *const texts[] = {
		"null", "true", "-0", "1.50", "1E400", "12345678901234567890.0",
	};

	(void)state;
	for (size_t i = 0; i < array_size(texts); i++) {
		struct reading reading;

		run(&reading, "", span_of(texts[i]));
		assert_int_equal(reading.doc.count, 1);
		assert_true(span_is(node_text(reading.doc.nodes), texts[i]));
		reading_release(&reading);
	}
}

struct string_case {
	const char *what;
	const char *text; /* with quotes */
	const char *value;
	size_t size;
	uint32_t warnings;
};

static void check_string(const struct string_case *wanted)
{
	const struct span value = {wanted->value, wanted->size};
	struct reading reading;

	run(&reading, "", span_of(wanted->text));
	if (reading.doc.count != 1 || is_refused(&reading) ||
	    !span_equal(node_text(reading.doc.nodes), value) ||
	    reading.doc.nodes[0].hash != doc_hash(value) ||
	    reading.doc.nodes[0].length != strlen(wanted->text) ||
	    reading.findings.totals[SEVERITY_WARNING] != wanted->warnings)
		fail_msg("%s", wanted->what);
	reading_release(&reading);
}

static void strings_are_decoded(void **state)
{
	static const struct string_case cases[] = {
		{"simple escapes", "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"",
		 "\"\\/\b\f\n\r\t", 8, 0},
		{"NUL", "\"a\\u0000b\"", "a\0b", 3, 0},
		{"one byte", "\"\\u007F\"", "\x7f", 1, 0},
		{"two bytes", "\"\\u0080\\u07ff\"", "\xc2\x80\xdf\xbf", 4, 0},
		{"three bytes", "\"\\u0800\\uFfFd\"",
		 "\xe0\xa0\x80\xef\xbf\xbd", 6, 0},
		{"pair", "\"\\ud83d\\ude00.\"", "\xf0\x9f\x98\x80.", 5, 0},
		{"last pair", "\"\\udbff\\udfff\"", "\xf4\x8f\xbf\xbf", 4, 0},
		{"first pair", "\"\\ud800\\udc00\"", "\xf0\x90\x80\x80", 4, 0},
		{"high half at the end", "\"\\ud800\"", "\xef\xbf\xbd", 3, 1},
		{"high half before text", "\"\\udbffudc00\"",
		 "\xef\xbf\xbdudc00", 8, 1},
		{"low half", "\"\\udc00x\"", "\xef\xbf\xbdx", 4, 1},
		{"high half before an escape", "\"\\ud800\\n\"",
		 "\xef\xbf\xbd\n", 4, 1},
		{"two high halves and a low one", "\"\\ud800\\ud800\\udc00\"",
		 "\xef\xbf\xbd\xf0\x90\x80\x80", 7, 1},
		{"high half before a unit", "\"\\ud800\\u0041\"",
		 "\xef\xbf\xbd\x41", 4, 1},
		{"halves in the wrong order", "\"\\udc00\\ud800\"",
		 "\xef\xbf\xbd\xef\xbf\xbd", 6, 2},
		{"high half before a unit above", "\"\\ud800\\ue000\"",
		 "\xef\xbf\xbd\xee\x80\x80", 6, 1},
		{"two low halves", "\"\\udc00\\udc00\"",
		 "\xef\xbf\xbd\xef\xbf\xbd", 6, 2},
		{"last of three bytes", "\"\\uffff\"", "\xef\xbf\xbf", 3, 0},
		{"raw UTF-8", "\"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\"",
		 "\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80", 9, 0},
		{"UTF-8 and escapes", "\"\xc3\xa9 \\t a long tail of text\"",
		 "\xc3\xa9 \t a long tail of text", 24, 0},
		{"DEL is plain", "\"\x7f\"", "\x7f", 1, 0},
		{"escaped quotes", "\"\\\"\\\"12345678\\\"\"", "\"\"12345678\"",
		 11, 0},
	};

	(void)state;
	for (size_t i = 0; i < array_size(cases); i++)
		check_string(&cases[i]);
}

/* A string of `length` bytes with `end` among them. */
static void check_scan(size_t length, size_t at, char end)
{
	const bool is_good = at == length || end == ' ';
	char text[64];
	struct reading reading;

	memset(text, '#', sizeof(text));
	text[0] = '"';
	text[1 + at] = end;
	text[1 + length] = '"';
	run(&reading, "", (struct span){text, length + 2});
	if (is_refused(&reading) == is_good)
		fail_msg("0x%02x at %zu of %zu", (unsigned)end, at, length);
	if (is_good)
		assert_int_equal(reading.doc.nodes[0].size, length);
	reading_release(&reading);
}

/* The scan takes eight bytes at a time: try every length and alignment. */
static void strings_of_every_length_end_where_they_should(void **state)
{
	static const char ends[] = "\"\\\t\xff\x1f ";

	(void)state;
	for (size_t length = 0; length < 40; length++)
		for (size_t at = 0; at <= length; at++)
			for (size_t i = 0; i < sizeof(ends) - 1; i++)
				check_scan(length, at, ends[i]);
}

static void text_without_escapes_is_not_copied(void **state)
{
	struct reading reading;

	(void)state;
	run(&reading, "", span_of("[\"\xc3\xa9 plain\", \"a\\tb\"]"));
	assert_ptr_equal(reading.doc.nodes[1].text, reading.bytes + 2);
	assert_true(reading.doc.nodes[2].text < reading.bytes ||
		    reading.doc.nodes[2].text > reading.bytes + 20);
	reading_release(&reading);
}

static void depth_is_bounded(void **state)
{
	struct reading reading = {.limits = LIMITS_DEFAULT};

	(void)state;
	reading.limits.depth = 3;
	reading_run(&reading, "json", "", span_of("[[[1]],[[2]]]"));
	assert_false(is_refused(&reading));
	reading_release(&reading);

	reading_run(&reading, "ndjson", "ndjson", span_of("[[[[]]]]\nx\n"));
	assert_int_equal(errors_of(&reading), 1);
	reading_release(&reading);

	reading = (struct reading){.limits = reading.limits};
	reading_run(&reading, "json", "", span_of("[{\"a\":[[]]}]"));
	assert_true(reading.findings.is_undecided);
	assert_string_equal(reading.findings.list[0].rule, "limit/depth");
	assert_int_equal(reading.findings.list[0].place.offset, 7);
	assert_int_equal(reading.doc.documents[0].root, DOC_NONE);
	reading_release(&reading);
}

static void a_megabyte_of_brackets_is_no_trouble(void **state)
{
	enum { SIZE = 1 << 20 };
	char *text = malloc(SIZE);
	struct reading reading = {.limits = LIMITS_DEFAULT};

	(void)state;
	memset(text, '[', SIZE);
	run(&reading, "", (struct span){text, SIZE});
	assert_true(reading.findings.is_undecided);
	assert_int_equal(reading.findings.list[0].place.offset, 256);
	reading_release(&reading);

	reading = (struct reading){.limits = LIMITS_DEFAULT};
	reading.limits.depth = UINT32_MAX;
	reading_run(&reading, "json", "", (struct span){text, SIZE});
	assert_int_equal(errors_of(&reading), 1);
	assert_int_equal(reading.findings.list[0].place.offset, SIZE);
	assert_int_equal(reading.doc.nodes[0].next, SIZE);
	reading_release(&reading);
	free(text);
}

static void nodes_are_bounded(void **state)
{
	static const char *const texts[] = {"[1,2,3]", "[1,2,\"a\"]",
					    "[1,2,[]]", "{\"a\":{\"b\":1}}"};

	(void)state;
	for (size_t i = 0; i < array_size(texts); i++) {
		for (uint32_t limit = 0; limit <= 5; limit++) {
			struct reading reading = {.limits = LIMITS_DEFAULT};

			reading.limits.nodes = limit;
			reading_run(&reading, "json", "", span_of(texts[i]));
			assert_int_equal(reading.result, 0);
			assert_int_equal(reading.findings.is_undecided,
					 limit < (i == 3 ? 5 : 4));
			if (reading.findings.is_undecided)
				assert_string_equal(
					reading.findings.list[0].rule,
					"limit/nodes");
			reading_release(&reading);
		}
	}
}

static const char every_kind[] =
	"{\"name\": \"caf\xc3\xa9 \\u00e9 \\ud83d\\ude00\", \"list\": [1, "
	"-2.5e3,"
	" true, false, null, {}, []], \"\\ud800\": {\"a\": 1, \"a\": 2},"
	" \"k1\":1,\"k2\":1,\"k3\":1,\"k4\":1,\"k5\":1,\"k6\":1,\"k7\":1,"
	" \"k8\":1,\"k9\":1,\"ka\":1,\"kb\":1,\"kc\":1,\"kd\":1,\"ke\":1 }";

static void memory_that_runs_out_is_an_error_code(void **state)
{
	size_t limit = 0;
	int result = -E2BIG;

	(void)state;
	for (; result == -E2BIG && limit < 100000; limit++) {
		struct reading reading = {.limits = LIMITS_DEFAULT};

		reading.limits.arena_bytes = limit;
		reading_run(&reading, "json", "", span_of(every_kind));
		result = reading.result;
		reading_release(&reading);
	}
	assert_int_equal(result, 0);
	assert_true(limit > 64 * sizeof(struct node));
}

static void every_cut_is_refused(void **state)
{
	struct reading reading;

	(void)state;
	for (size_t size = 0; size < sizeof(every_kind) - 1; size++) {
		run(&reading, "", (struct span){every_kind, size});
		assert_int_equal(reading.result, 0);
		assert_int_equal(reading.doc.documents[0].root, DOC_NONE);
		assert_true(errors_of(&reading) > 0);
		reading_release(&reading);
	}
	run(&reading, "", span_of(every_kind));
	assert_int_equal(errors_of(&reading), 1);
	assert_int_equal(reading.doc.documents[0].root, 0);
	reading_release(&reading);
}

/* Whatever was read must hold together, or walks over it would go astray. */
static uint32_t check_subtree(const struct doc *doc, uint32_t index)
{
	const struct node *node = &doc->nodes[index];
	uint32_t at = index + 1;
	uint32_t children = 0;

	assert_true((size_t)node->offset + node->length <= doc->source.size);
	if (!node_is_container(node)) {
		assert_int_equal(node->next, at);
		return at;
	}
	while (at < node->next) {
		at = check_subtree(doc, at);
		children++;
	}
	assert_int_equal(at, node->next);
	assert_int_equal(children, node->type == NODE_OBJECT ? 2 * node->size
							     : node->size);
	return at;
}

static void any_changed_byte_leaves_a_sound_document(void **state)
{
	static const char *const dialects[] = {"", "jsonc", "ndjson"};
	static const char bytes[] = "\"\\{}[],:/*u0-.e\n\t \x80\xff#";
	char text[sizeof(every_kind)];
	struct reading reading;

	(void)state;
	for (size_t i = 0; i < 3 * (sizeof(every_kind) - 1); i++) {
		memcpy(text, every_kind, sizeof(text));
		for (size_t j = 0; j < sizeof(bytes); j++) {
			text[i / 3] = bytes[j];
			run(&reading, dialects[i % 3],
			    (struct span){text, sizeof(text) - 1});
			assert_int_equal(reading.result, 0);
			for (uint32_t d = 0; d < reading.doc.document_count;
			     d++)
				if (reading.doc.documents[d].root != DOC_NONE)
					check_subtree(
						&reading.doc,
						reading.doc.documents[d].root);
			reading_release(&reading);
		}
	}
}

static void keys_are_found_by_their_decoded_text(void **state)
{
	struct reading reading;

	(void)state;
	run(&reading, "", span_of("{\"a\\u0062c\":1,\"longer than eight\":2}"));
	assert_int_equal(doc_find(&reading.doc, 0, span_of("abc")), 2);
	assert_int_equal(
		doc_find(&reading.doc, 0, span_of("longer than eight")), 4);
	assert_int_equal(doc_find(&reading.doc, 0, span_of("ab")), DOC_NONE);
	reading_release(&reading);
}

static void reading_stops_when_it_is_cancelled(void **state)
{
	static const char *const dialects[] = {"", "ndjson"};
	static const char separators[] = {',', '\n'};
	static const char first[] = {'[', '1'};
	enum { SIZE = 20000 };
	atomic_bool cancel = true;
	const struct host host = {.cancel = &cancel};
	char *text = malloc(SIZE);

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct reading reading = {.limits = LIMITS_DEFAULT};
		struct parse parse = {.source = {text, SIZE},
				      .limits = &reading.limits,
				      .host = &host,
				      .dialect = dialects[i],
				      .doc = &reading.doc,
				      .findings = &reading.findings};

		for (size_t j = 0; j < SIZE; j += 2) {
			text[j] = '1';
			text[j + 1] = separators[i];
		}
		text[0] = first[i];
		text[1] = ' ';
		arena_init(&reading.arena, SIZE_MAX);
		findings_init(&reading.findings, &reading.arena, 10);
		doc_init(&reading.doc, &reading.arena, parse.source, 1 << 20);
		assert_int_equal(read_json(&parse), -ECANCELED);
		arena_release(&reading.arena);
	}
	free(text);
}

/* JSONTestSuite through the whole engine, which checks the encoding. */
static struct span load(const char *folder, const char *name)
{
	char path[4096];
	struct span text = {NULL, 0};

	snprintf(path, sizeof(path), "%s/%s", folder, name);

	FILE *file = fopen(path, "rb");

	assert_non_null(file);
	fseek(file, 0, SEEK_END);

	const size_t size = (size_t)ftell(file);
	char *bytes = malloc(size ? size : 1);

	rewind(file);
	text = (struct span){bytes, fread(bytes, 1, size, file)};
	fclose(file);
	return text;
}

/*
 * Is it JSON? Repeated keys are, by the letter; here they are errors, of a rule
 * of their own.
 */
static bool is_accepted(struct arena *arena, struct span text)
{
	const struct plan plan = {.choice = {format_find("json"), ""},
				  .level = LEVEL_FAST,
				  .directory = "",
				  .limits = LIMITS_DEFAULT};
	struct verdict *verdict = NULL;
	uint32_t others = 0;

	assert_int_equal(validate_bytes(&plan, text, NULL, arena, &verdict), 0);
	for (uint32_t i = 0; i < verdict->finding_count; i++) {
		const struct finding *finding = &verdict->findings[i];

		others += finding->severity == SEVERITY_ERROR &&
			  strcmp(verdict_text(verdict, finding->rule),
				 "key/duplicate") != 0;
	}

	const bool accepted = verdict->state != STATE_ERROR && others == 0;

	free(verdict);
	return accepted;
}

static void the_public_suite_is_judged_to_the_letter(void **state)
{
	const char *suites = getenv("CFGFS_SUITES");
	uint32_t counts[2][128] = {0};
	char folder[2048];
	struct arena arena;

	(void)state;
	snprintf(folder, sizeof(folder), "%s/json/test_parsing",
		 suites ? suites : "");

	DIR *dir = opendir(folder);
	const struct dirent *entry;

	if (!dir) {
		print_message("CFGFS_SUITES names no folder of suites\n");
		skip();
		return;
	}
	arena_init(&arena, SIZE_MAX);
	while ((entry = readdir(dir))) {
		const unsigned char kind = (unsigned char)entry->d_name[0];

		if (entry->d_name[1] != '_' || kind > 127)
			continue;

		const struct span text = load(folder, entry->d_name);
		const bool accepted = is_accepted(&arena, text);

		free((void *)(uintptr_t)text.data);
		counts[accepted][kind]++;
		if ((kind == 'y' && !accepted) || (kind == 'n' && accepted))
			fail_msg("%s", entry->d_name);
		if (kind == 'i')
			print_message("%s %s\n", entry->d_name,
				      accepted ? "accepted" : "refused");
	}
	closedir(dir);
	arena_release(&arena);
	print_message("accepted %u of y, %u of i; refused %u of n\n",
		      counts[1]['y'], counts[1]['i'], counts[0]['n']);
	assert_true(counts[1]['y'] > 90 && counts[0]['n'] > 180);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nodes_tell_type_place_size_and_successor),
		cmocka_unit_test(scalars_keep_their_exact_text),
		cmocka_unit_test(strings_are_decoded),
		cmocka_unit_test(strings_of_every_length_end_where_they_should),
		cmocka_unit_test(text_without_escapes_is_not_copied),
		cmocka_unit_test(depth_is_bounded),
		cmocka_unit_test(a_megabyte_of_brackets_is_no_trouble),
		cmocka_unit_test(nodes_are_bounded),
		cmocka_unit_test(memory_that_runs_out_is_an_error_code),
		cmocka_unit_test(every_cut_is_refused),
		cmocka_unit_test(any_changed_byte_leaves_a_sound_document),
		cmocka_unit_test(keys_are_found_by_their_decoded_text),
		cmocka_unit_test(reading_stops_when_it_is_cancelled),
		cmocka_unit_test(the_public_suite_is_judged_to_the_letter),
	};

	return cmocka_run_group_tests_name("json", tests, NULL, NULL);
}
