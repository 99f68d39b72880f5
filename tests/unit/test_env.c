/* The readers of .env and .properties: what they read, find, and where. */
#include "tests/unit/shown.h"
#include "tests/unit/unit.h"

#include "validate/text.h"

#include <errno.h>

/*
 * "key=value@source of value|", then " line:column+length rule severity" for
 * each finding; "-" if there is no document.
 */
static char *shown_reading(const struct reading *reading)
{
	const struct doc *doc = &reading->doc;
	struct shown shown = {0};

	assert_int_equal(reading->result, 0);
	assert_int_equal(doc->document_count, 1);
	show(&shown, "%s", doc->documents[0].root == DOC_NONE ? "-" : "");
	for (uint32_t i = 1; i < doc->count; i += 2) {
		const struct node *key = &doc->nodes[i];
		const struct node *value = &doc->nodes[i + 1];

		assert_true(key->flags & NODE_KEY);
		assert_int_equal(key->hash, doc_hash(node_text(key)));
		assert_true(value->flags & NODE_UNTYPED);
		show(&shown, "%.*s%s%.*s@%.*s|", (int)key->size, key->text,
		     value->flags & NODE_QUOTED ? "\"=" : "=", (int)value->size,
		     value->text, (int)value->length,
		     doc->source.data + value->offset);
	}
	for (uint32_t i = 0; i < reading->findings.count; i++) {
		const struct raw_finding *finding = &reading->findings.list[i];
		struct text_cursor cursor;

		text_cursor_init(&cursor, doc->source);

		const struct position at =
			text_position(&cursor, finding->place.offset);

		show(&shown, " %u:%u+%u %s %s", at.line, at.column,
		     finding->place.length, finding->rule,
		     severity_name(finding->severity));
	}
	return shown.text;
}

struct read_case {
	const char *what;
	const char *text;
	const char *shown;
};

static void check(const char *format, const struct read_case *test)
{
	struct reading reading = {0};

	reading_run(&reading, format, "", span_of(test->text));

	char *shown = shown_reading(&reading);

	if (strcmp(shown, test->shown) != 0)
		fail_msg("%s '%s': '%s'", format, test->what, shown);
	free(shown);
	reading_release(&reading);
}

static void env_files_are_read_as_most_readers_do(void **state)
{
	static const struct read_case cases[] = {
		{"nothing", "", ""},
		{"blank lines and comments", "\n \t\r\n# A=1\n  #\n", ""},
		{"a variable", "A=1\n", "A=1@1|"},
		{"no newline, CRLF", "A=1\r\nB_2= x \r\n_=y",
		 "A=1@1|B_2=x@x|_=y@y|"},
		{"export", "export A=1\n  export\tB = 2\nexport=3\nexportC=4",
		 "A=1@1|B=2@2|export=3@3|exportC=4@4|"},
		{"empty values", "A=\nB= \nC= # d\nD=\"\"\nE=''",
		 "A=@|B=@|C=@|D\"=@\"\"|E\"=@''|"},
		{"inline comments", "A=b c #d\nB=#c\nC=d#e\nD=\"e\" # f",
		 "A=b c@b c|B=#c@#c|C=d#e@d#e|D\"=e@\"e\"|"},
		{"single quotes are raw", "A='b\\n\"#$C'",
		 "A\"=b\\n\"#$C@'b\\n\"#$C'|"},
		{"escapes in double quotes", "A=\"\\n\\t\\\"\\\\\\$\\x\"",
		 "A\"=\n\t\"\\$\\x@\"\\n\\t\\\"\\\\\\$\\x\"|"},
		{"a backslash joins lines in quotes", "A=\"b\\\nc\"",
		 "A\"=bc@\"b\\\nc\"|"},
		{"quotes over lines", "A=\"b\n# c\nd\"\nB='\n'\nC=1\nA=2",
		 "B\"=\n@'\n'|C=1@1|A=2@2| 7:1+1 key/duplicate warning"},
		{"quotes side by side", "A=\"b\"'c'd#e f\n",
		 "A\"=bcd#e f@\"b\"'c'd#e f|"},
		{"a quote inside a word", "A=it's\nB=c=\"d\"",
		 "A=it's@it's|B=c=\"d\"@c=\"d\"|"},
		{"a variable three times", "A=1\nB=2\nA=3\nA=4",
		 "B=2@2|A=4@4| 3:1+1 key/duplicate warning 4:1+1 "
		 "key/duplicate warning"},
		{"case counts", "A=1\na=2", "A=1@1|a=2@2|"},
		{"bad names", "1A=1\nA-B=2\nA.B=3\nA B=4\n\xc3\xa9=5",
		 "1A=1@1|A-B=2@2|A.B=3@3|A B=4@4|\xc3\xa9=5@5| 1:1+2 env/name "
		 "error 2:1+3 env/name error 3:1+3 env/name error 4:1+3 "
		 "env/name error 5:1+2 env/name error"},
		{"no =", "A=1\n  B: 2 \nexport C\n",
		 "- 2:3+4 syntax/env error 3:8+1 syntax/env error"},
		{"no name", "=1\n = 2",
		 "- 1:1+1 syntax/env error 2:2+1 syntax/env error"},
		{"open quotes", "A=\"b\nB='c\nC\n",
		 "- 1:3+1 syntax/env error 2:3+1 syntax/env error 3:1+1 "
		 "syntax/env error"},
		{"an escaped quote does not close", "A=\"b\\\"\n",
		 "- 1:3+1 syntax/env error"},
		{"a backslash at the end", "A=\"\\",
		 "- 1:3+1 syntax/env error"},
		{"text behind a quote", "A=\"b\" c d \n",
		 "- 1:7+3 syntax/env error"},
	};

	(void)state;
	for (size_t i = 0; i < array_size(cases); i++)
		check("env", &cases[i]);
}

static void properties_are_read_as_java_does(void **state)
{
	static const struct read_case cases[] = {
		{"nothing", "", ""},
		{"comments and blank lines", "# a\\\n! b\n\t\f\n\r\n", ""},
		{"separators", "a=1\nb:2\nc 3\nd = 4\ne\t:5\nf\n",
		 "a=1@1|b=2@2|c=3@3|d=4@4|e=5@5|f=@|"},
		{"only one separator", "a==b\nc:=d\ne  : = f",
		 "a==b@=b|c==d@=d|e== f@= f|"},
		{"white space before, not behind", "  a = b c \nd=\t",
		 "a=b c @b c |d=@|"},
		{"an empty key", "=a\n: b",
		 "=b@b| 2:1+0 key/duplicate warning"},
		{"comments only at the margin", "a=b # c\nd#=!e",
		 "a=b # c@b # c|d#=!e@!e|"},
		{"line ends", "a=1\rb=2\r\nc=3", "a=1@1|b=2@2|c=3@3|"},
		{"joined lines", "a=b\\\n   c\\\r\n d\ne\\\n f = \\\n g\n",
		 "a=bcd@b\\\n   c\\\r\n d|ef=g@g|"},
		{"a comment is not joined", "#a\\\nb=c", "b=c@c|"},
		{"a backslash that is escaped", "a=b\\\\\nc=d",
		 "a=b\\@b\\\\|c=d@d|"},
		{"escapes in keys", "a\\=b\\:c\\ d\\#=e", "a=b:c d#=e@e|"},
		{"escapes in values", "a=\\t\\r\\n\\f\\z\\\"\\u0041",
		 "a=\t\r\n\fz\"A@\\t\\r\\n\\f\\z\\\"\\u0041|"},
		{"units of all sizes", "a=\\u00e9\\u20AC\\ud83d\\ude00",
		 "a=\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80@"
		 "\\u00e9\\u20AC\\ud83d\\ude00|"},
		{"lone surrogates", "a=\\ud83dx\\ude00\\ud83d\\u0041",
		 "a=\xef\xbf\xbdx\xef\xbf\xbd\xef\xbf\xbd"
		 "A@\\ud83dx\\ude00\\ud83d\\u0041|"},
		{"a high surrogate and another unit", "a=\\ud83d\\ue000",
		 "a=\xef\xbf\xbd\xee\x80\x80@\\ud83d\\ue000|"},
		{"a backslash at the end", "a=b\\", "a=b@b\\|"},
		{"a key twice", "a=1\n\\u0061=2\nb=3\n",
		 "a=2@2|b=3@3| 2:1+6 key/duplicate warning"},
		{"bad escapes", "a=\\u12\nb\\ug=1\nc=\\u004\\u0041\nd=\\u",
		 "- 1:3+2 syntax/properties error 2:2+2 syntax/properties "
		 "error 3:3+2 syntax/properties error 4:3+2 syntax/properties "
		 "error"},
	};

	(void)state;
	for (size_t i = 0; i < array_size(cases); i++)
		check("properties", &cases[i]);
}

static void a_message_names_the_line_of_the_first(void **state)
{
	struct reading reading = {0};

	(void)state;
	reading_run(&reading, "env", "", span_of("A='\n\n'\nB=x\nB=y\n"));
	assert_int_equal(reading.findings.count, 1);
	assert_string_equal(
		reading.findings.list[0].message,
		"the key 'B' is already on line 4; remove one of them");
	assert_int_equal(reading.findings.list[0].place.node, 3);
	reading_release(&reading);
	reading_run(&reading, "properties", "",
		    span_of("A=\\\n\\\n\nB=x\nB=y\n"));
	assert_int_equal(reading.findings.count, 1);
	assert_string_equal(
		reading.findings.list[0].message,
		"the key 'B' is already on line 4; remove one of them");
	reading_release(&reading);
}

static void long_values_are_whole(void **state)
{
	static const char *const formats[] = {"env", "properties"};
	enum { LONG = 1 << 20 };
	char *text = malloc(LONG + 8);

	(void)state;
	memset(text, 'x', LONG + 8);
	text[0] = 'A';
	text[1] = '=';
	for (size_t i = 0; i < array_size(formats); i++) {
		struct reading reading = {0};

		reading_run(&reading, formats[i], "",
			    (struct span){text, LONG + 8});
		assert_int_equal(reading.findings.count, 0);
		assert_int_equal(reading.doc.count, 3);
		assert_int_equal(reading.doc.nodes[2].size, LONG + 6);
		assert_int_equal(reading.doc.nodes[2].length, LONG + 6);
		reading_release(&reading);
	}
	free(text);
}

static void memory_and_nodes_have_limits(void **state)
{
	static const char *const formats[] = {"env", "properties"};
	const struct span text = span_of("A=\"b\\n\"c\nB=\\\nC=1\nA=2\n");

	(void)state;
	for (size_t i = 0; i < array_size(formats); i++) {
		int result = -E2BIG;

		for (uint64_t limit = 0; result; limit++) {
			struct reading reading = {.limits = LIMITS_DEFAULT};

			reading.limits.arena_bytes = limit;
			reading_run(&reading, formats[i], "", text);
			result = reading.result;
			if (result)
				assert_int_equal(result, -E2BIG);
			else
				assert_true(limit > 300);
			reading_release(&reading);
		}

		struct reading reading = {.limits = LIMITS_DEFAULT};

		reading.limits.nodes = 6;
		reading_run(&reading, formats[i], "", text);
		assert_int_equal(reading.result, 0);
		assert_true(reading.findings.is_undecided);
		assert_string_equal(reading.findings.list[0].rule,
				    "limit/nodes");
		assert_int_equal(reading.doc.documents[0].root, DOC_NONE);
		reading_release(&reading);
	}
}

static void hostile_lines_cost_little(void **state)
{
	static const struct {
		const char *format;
		const char *line;
	} cases[] = {
		{"env", "A=\"x\n"},	  {"env", "A=\"\\\"\n"},
		{"env", "A='\n"},	  {"env", "A\n"},
		{"env", "A=1\n"},	  {"env", "=\n"},
		{"env", "A=\"\"''\"\""},  {"properties", "A=1\n"},
		{"properties", "A=\\\n"}, {"properties", "\\\n"},
		{"properties", "\\u\n"},  {"properties", "A\\\n\\\n "},
	};
	enum { MANY = 100000 };

	(void)state;
	for (size_t i = 0; i < array_size(cases); i++) {
		const size_t size = strlen(cases[i].line);
		char *text = malloc(MANY * size);
		struct reading reading = {0};

		for (size_t k = 0; k < MANY; k++)
			memcpy(text + k * size, cases[i].line, size);
		reading_run(&reading, cases[i].format, "",
			    (struct span){text, MANY * size});
		assert_int_equal(reading.result, 0);
		reading_release(&reading);
		free(text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(env_files_are_read_as_most_readers_do),
		cmocka_unit_test(properties_are_read_as_java_does),
		cmocka_unit_test(a_message_names_the_line_of_the_first),
		cmocka_unit_test(long_values_are_whole),
		cmocka_unit_test(memory_and_nodes_have_limits),
		cmocka_unit_test(hostile_lines_cost_little),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
