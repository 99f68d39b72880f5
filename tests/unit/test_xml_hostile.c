/* The XML reader under attack: limits, memory, cancellation. */
#include "tests/unit/unit.h"

#include "validate/formats/formats.h"
#include "validate/host.h"

#include <errno.h>
#include <stdio.h>

/* `count` times `unit`, with '@' numbered, between `begin` and `end`. */
static struct span repeated(const char *begin, const char *unit, size_t count,
			    const char *end)
{
	char *text = malloc(count * (strlen(unit) + 24) + strlen(begin) +
			    strlen(end) + 1);
	char *at = stpcpy(text, begin);

	for (size_t i = 0; i < count; i++)
		for (const char *from = unit; *from; from++) {
			if (*from == '@')
				at += sprintf(at, "%zu", i);
			else if (*from == '#')
				at += sprintf(at, "%zu", i + 1);
			else
				*at++ = *from;
		}
	at = stpcpy(at, end);
	return (struct span){text, (size_t)(at - text)};
}

#define LAUGH(name, of)                                                        \
	"<!ENTITY " name " '&" of ";&" of ";&" of ";&" of ";&" of ";&" of      \
	";&" of ";&" of ";&" of ";&" of ";'>"

/*
 * Each takes a fraction of a second; what is not bounded takes minutes, or all
 * of the stack.
 */
static const struct {
	const char *what;
	const char *begin;
	const char *unit; /* '@' is a number from 0, '#' from 1 */
	size_t count;
	const char *end;
	const char *rule; /* "": none */
} attacks[] = {
	{"elements in elements", "", "<a>", 1000000, "", "limit/depth"},
	{"elements", "<a>", "<b/>", 1000000, "</a>", ""},
	{"attributes", "<a ", "a@='' ", 1000000, "/>", ""},
	{"attributes with prefixes", "<a xmlns:x='u' ", "x:a@='' ", 200000,
	 "/>", ""},
	{"namespaces", "<a ", "xmlns:a@='u' ", 20000, "/>", ""},
	{"attributes of one name", "<a ", "a='' ", 1000000, "/>", "syntax/xml"},
	{"billion laughs",
	 "<!DOCTYPE a [<!ENTITY a 'laugh'>" LAUGH("b", "a") LAUGH("c", "b")
		 LAUGH("d", "c") LAUGH("e", "d") LAUGH("f", "e") LAUGH("g", "f")
			 LAUGH("h", "g") LAUGH("i", "h")
				 LAUGH("j", "i") "]><a>",
	 "&j;", 1, "</a>", "limit/expanded-bytes"},
	{"billion laughs in a value",
	 "<!DOCTYPE a [<!ENTITY a 'laugh'>" LAUGH("b", "a") LAUGH("c", "b")
		 LAUGH("d", "c") LAUGH("e", "d") LAUGH("f", "e") LAUGH("g", "f")
			 LAUGH("h", "g") LAUGH("i", "h")
				 LAUGH("j", "i") "]><a b='",
	 "&j;", 1, "'/>", "limit/expanded-bytes"},
	{"many entities", "<!DOCTYPE a [", "<!ENTITY e@ 'x'>", 100000, "]><a/>",
	 "limit/entities"},
	{"a chain of entities", "<!DOCTYPE a [<!ENTITY e1000 'x'>",
	 "<!ENTITY e@ '&e#;'>", 999, "]><a>&e0;</a>", "syntax/xml"},
	{"a whole chain of entities", "<!DOCTYPE a [<!ENTITY e999 'x'>",
	 "<!ENTITY e@ '&e#;'>", 999, "]><a b='&e0;'>&e0;</a>", ""},
	{"declared attributes", "<!DOCTYPE a [<!ATTLIST a ", "a@ CDATA 'x' ",
	 1000000, ">]><a/>", "limit/declared-attributes"},
	{"comments", "<a>", "<!---->", 1000000, "</a>", ""},
	{"a comment without end", "<a><!--", "- ", 1000000, "", "syntax/xml"},
	{"a tag without end", "<a ", "b='' ", 1000000, "", "syntax/xml"},
	{"a quote without end", "<a b='", "xxxx", 1000000, "", "syntax/xml"},
	{"references", "<a>", "&amp;", 1000000, "</a>", ""},
	{"lines", "<a>", "\n", 1000000, "</a>", ""},
	{"groups in a declaration", "<!DOCTYPE a [<!ELEMENT a ", "(", 1000000,
	 "", "syntax/xml"},
	{"a long name", "<", "aaaa", 1000000, "/>", ""},
	{"prefixes that nobody declares", "<a ", "x:a@='' ", 100000, "/>",
	 "xml/namespace"},
};

static void hostile_files_end_soon_and_are_told(void **state)
{
	(void)state;
	for (size_t i = 0; i < array_size(attacks); i++) {
		struct reading reading = {0};
		const struct span text =
			repeated(attacks[i].begin, attacks[i].unit,
				 attacks[i].count, attacks[i].end);

		reading_run(&reading, "xml", "", text);

		const char *rule = reading.findings.count
					   ? reading.findings.list[0].rule
					   : "";

		if (reading.result || strcmp(rule, attacks[i].rule) != 0)
			fail_msg("%s: %d '%s'", attacks[i].what, reading.result,
				 rule);
		assert_int_equal(reading.findings.is_undecided,
				 strncmp(rule, "limit/", 6) == 0);
		reading_release(&reading);
		free((void *)(uintptr_t)text.data);
	}
}

/* 5,000 attributes that a DTD adds to each of 5,000 elements. */
static void attributes_that_a_dtd_adds_count_as_nodes(void **state)
{
	struct reading reading = {.limits = LIMITS_DEFAULT};
	const struct span head = repeated("<!DOCTYPE a [<!ATTLIST b ",
					  "a@ CDATA 'x' ", 5000, ">]><a>");
	const struct span text = repeated(head.data, "<b/>", 5000, "</a>");

	(void)state;
	reading_run(&reading, "xml", "", text);
	assert_int_equal(reading.result, 0);
	assert_string_equal(reading.findings.list[0].rule, "limit/nodes");
	assert_true(reading.findings.is_undecided);
	reading_release(&reading);
	free((void *)(uintptr_t)head.data);
	free((void *)(uintptr_t)text.data);
}

static void limits_are_met_exactly(void **state)
{
	const struct span text =
		span_of("<a b='1'>\n<c><d e='' f=''/></c></a>");

	(void)state;
	for (uint32_t depth = 1; depth <= 4; depth++) {
		struct reading reading = {.limits = LIMITS_DEFAULT};

		reading.limits.depth = depth;
		reading_run(&reading, "xml", "", text);
		assert_int_equal(reading.findings.is_undecided, depth < 3);
		assert_int_equal(reading.findings.count, depth < 3);
		reading_release(&reading);
	}
	for (uint32_t nodes = 0; nodes <= 7; nodes++) {
		struct reading reading = {.limits = LIMITS_DEFAULT};

		reading.limits.nodes = nodes;
		reading_run(&reading, "xml", "", text);
		assert_int_equal(reading.result, 0);
		assert_int_equal(reading.findings.is_undecided, nodes < 6);
		assert_int_equal(reading.findings.count, nodes < 6);
		assert_int_equal(reading.doc.documents[0].root,
				 nodes < 6 ? DOC_NONE : 0);
		reading_release(&reading);
	}
}

static void the_root_is_one_object_at_the_outermost_element(void **state)
{
	struct reading reading = {0};

	(void)state;
	reading_run(&reading, "xml", "", span_of("<!-- -->\n<ab>x</ab>\n"));
	assert_int_equal(reading.doc.document_count, 1);
	assert_int_equal(reading.doc.count, 1);
	assert_int_equal(reading.doc.nodes[0].type, NODE_OBJECT);
	assert_int_equal(reading.doc.nodes[0].size, 0);
	assert_int_equal(reading.doc.nodes[0].offset, 9);
	assert_int_equal(reading.doc.nodes[0].length, 10);
	reading_release(&reading);
}

static void an_arena_of_any_size_is_survived(void **state)
{
	static const char *const texts[] = {"<a><b><c d='1'/></b></a>",
					    "<a><b></c></a>", "<x:a>&",
					    "<a>&nbsp;</a>"};

	(void)state;
	for (size_t i = 0; i < array_size(texts); i++) {
		int result = -E2BIG;
		uint64_t limit = 0;

		for (; result || limit < 1000; limit++) {
			struct reading reading = {.limits = LIMITS_DEFAULT};

			reading.limits.arena_bytes = limit;
			reading_run(&reading, "xml", "", span_of(texts[i]));
			result = reading.result;
			if (result)
				assert_int_equal(result, -E2BIG);
			reading_release(&reading);
		}
	}
}

static void a_raised_flag_stops_the_reader(void **state)
{
	static const atomic_bool flag = true;
	const struct host host = {.cancel = &flag};
	const struct span text = repeated("<a>", "<b/>", 10000, "</a>");
	const struct limits limits = LIMITS_DEFAULT;
	struct arena arena;
	struct findings findings;
	struct doc doc;
	struct parse parse = {.source = text,
			      .limits = &limits,
			      .host = &host,
			      .dialect = "",
			      .doc = &doc,
			      .findings = &findings};

	(void)state;
	arena_init(&arena, limits.arena_bytes);
	findings_init(&findings, &arena, limits.findings);
	doc_init(&doc, &arena, text, limits.nodes);
	assert_int_equal(format_find("xml")->read(&parse), -ECANCELED);
	arena_release(&arena);
	free((void *)(uintptr_t)text.data);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hostile_files_end_soon_and_are_told),
		cmocka_unit_test(attributes_that_a_dtd_adds_count_as_nodes),
		cmocka_unit_test(limits_are_met_exactly),
		cmocka_unit_test(
			the_root_is_one_object_at_the_outermost_element),
		cmocka_unit_test(an_arena_of_any_size_is_survived),
		cmocka_unit_test(a_raised_flag_stops_the_reader),
	};

	return format_find("xml")->unavailable
		       ? 77
		       : cmocka_run_group_tests(tests, NULL, NULL);
}
