/*
 * The XML reader through the whole engine: what is well-formed, what is said of
 * what is not and where, encodings, names of files.
 */
#include "tests/unit/unit.h"

#include "validate/validate.h"

#include <stdio.h>

/* "state" and a line "line:column+length rule message" for each finding. */
static char *judged(const struct plan *given, struct span text)
{
	struct plan plan = *given;
	struct arena arena;
	struct verdict *verdict = NULL;
	char *bytes = malloc(text.size ? text.size : 1);
	char *shown = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&shown, &size);

	if (text.size)
		memcpy(bytes, text.data, text.size);
	plan.choice.format = format_find("xml");
	plan.choice.dialect = "";
	plan.directory = "";
	plan.limits = LIMITS_DEFAULT;
	arena_init(&arena, SIZE_MAX);
	assert_int_equal(validate_bytes(&plan, (struct span){bytes, text.size},
					NULL, &arena, &verdict),
			 0);
	fprintf(out, "%s", state_name((enum state)verdict->state));
	for (uint32_t i = 0; i < verdict->finding_count; i++) {
		const struct finding *finding = &verdict->findings[i];

		fprintf(out, "\n%u:%u+%u %s %s", finding->line, finding->column,
			finding->length, verdict_text(verdict, finding->rule),
			verdict_text(verdict, finding->message));
	}
	fclose(out);
	free(verdict);
	arena_release(&arena);
	free(bytes);
	return shown;
}

static void expect(const char *what, struct span text, const char *expected)
{
	const struct plan plan = {.level = LEVEL_STANDARD};
	char *shown = judged(&plan, text);

	if (strcmp(shown, expected) != 0)
		fail_msg("%s\n   found: %s\nexpected: %s", what, shown,
			 expected);
	free(shown);
}

static void what_is_well_formed_is_valid(void **state)
{
	static const struct {
		const char *what;
		const char *text;
	} cases[] = {
		{"one element", "<a/>"},
		{"declaration and text",
		 "<?xml version=\"1.0\" encoding=\"UTF-8\" "
		 "standalone='yes'?>\n<a b='1'>\n x &lt; &#233; "
		 "&#x1F600;<b/></a>\n<!-- end -->\n"},
		{"byte order mark", "\xef\xbb\xbf<a/>"},
		{"every kind of token",
		 "<?xml version='1.0'?><?pi x?><!-- c --><!DOCTYPE a [<!ELEMENT"
		 " a ANY><!ATTLIST a b CDATA 'c'><!ENTITY e "
		 "'x'>]><a>&e;<![CDATA[ <&]] ]]><?pi?><!----></a>"},
		{"namespaces", "<a:b xmlns:a='u' a:c='1' xml:lang='en'/>"},
		{"an entity that a DTD elsewhere may declare",
		 "<!DOCTYPE a SYSTEM 'a.dtd'><a b='&x;'>&nbsp;</a>"},
		{"an entity in another file",
		 "<!DOCTYPE a [<!ENTITY e SYSTEM '/etc/passwd'>]><a>&e;</a>"},
		{"a parameter entity in another file",
		 "<!DOCTYPE a [<!ENTITY % p SYSTEM 'p.ent'>%p;]><a>&x;</a>"},
		{"elements out of an entity",
		 "<!DOCTYPE a [<!ENTITY e '<b><c/></b>'>]><a>&e;&e;</a>"},
		{"line ends of any kind", "<a\r\n b='1'\r>\r\n</a>\r\n"},
	};

	(void)state;
	for (size_t i = 0; i < array_size(cases); i++)
		expect(cases[i].what, span_of(cases[i].text), "valid");
}

static const struct {
	const char *what;
	const char *text;
	const char *found; /* without "invalid\n", "syntax/xml " */
} mistakes[] = {
	{"another element is closed", "<a>\n <b>\n </c>\n</a>",
	 "3:4+1 expected '</b>' for the element of line 2, found '</c>'"},
	{"an element is left open", "<a>\n <bc d='1'>\n",
	 "2:3+2 the element is never closed: '</bc>' is missing"},
	{"closed twice", "<a>\n</a>\n</a>",
	 "3:1+2 a closing tag without an opening one: remove it"},
	{"closed, never opened", "</a>",
	 "1:2+1 a closing tag without an opening one: remove it"},
	{"an attribute twice", "<a>\n <b cc='1' \n  cc='2'/></a>",
	 "3:3+2 the attribute 'cc' is already in this tag; remove one of "
	 "them"},
	{"one attribute by two prefixes",
	 "<a xmlns:b='u' xmlns:c='u' b:d='1' c:d='2'/>",
	 "1:1+1 two attributes of this tag have one name in one namespace; "
	 "remove one of them"},
	{"two elements", "<a>\n</a>\n<bc/>",
	 "3:1+3 a second outermost element; the first, 'a' of line 1, must "
	 "hold all others"},
	{"text at the end", "<a/>\n text",
	 "2:2+1 nothing may follow the outermost element 'a' of line 1"},
	{"text at the start", "\nhello <a/>",
	 "2:1+1 text before the outermost element; an XML file begins with a "
	 "tag"},
	{"JSON", "{\"a\": 1}",
	 "1:1+1 text before the outermost element; an XML file begins with a "
	 "tag"},
	{"empty", "",
	 "1:1+1 there is no element in the file; XML needs one that holds all "
	 "the others"},
	{"a comment alone", "<!-- a -->\n",
	 "2:1+1 there is no element in the file; XML needs one that holds all "
	 "the others"},
	{"an entity of HTML", "<a>\n x&nbsp;y</a>",
	 "2:3+6 the entity 'nbsp' is not declared; XML itself knows only amp, "
	 "lt, gt, quot and apos: write the character"},
	{"the same in a value", "<a b='x&nbsp;'/>",
	 "1:8+6 the entity 'nbsp' is not declared; XML itself knows only amp, "
	 "lt, gt, quot and apos: write the character"},
	{"a bare '&'", "<a>x & y</a>",
	 "1:6+1 write '&amp;' for an '&'; a reference is '&name;' or "
	 "'&#number;'"},
	{"a reference without ';'", "<a>&amp y</a>",
	 "1:4+4 write '&amp;' for an '&'; a reference is '&name;' or "
	 "'&#number;'"},
	{"a bare '&' in a value", "<a b='x&y=1'/>",
	 "1:10+1 write '&amp;' for an '&'; a reference is '&name;' or "
	 "'&#number;'"},
	{"a '&' at the end", "<a>&am",
	 "1:4+1 write '&amp;' for an '&'; a reference ends with ';'"},
	{"a bare '<'", "<a>1 < 2</a>",
	 "1:6+1 write '&lt;' for a '<'; a tag has its name right behind it"},
	{"a name that begins with a digit", "<a><1b/></a>",
	 "1:4+1 write '&lt;' for a '<'; a tag has its name right behind it"},
	{"a quote is not closed", "<a b='x>\n <c/></a>",
	 "2:2+1 write '&lt;' for a '<' in a value, or close the quote before "
	 "it"},
	{"nor is it in the file", "<abc d='x>\n",
	 "1:1+4 the quote of a value in this tag is not closed"},
	{"no quotes", "<a bc=1/>",
	 "1:4+2 the value of an attribute needs quotes: name=\"value\""},
	{"no value", "<a bc/>",
	 "1:4+2 an attribute needs a value: name=\"value\""},
	{"no space", "<a b='1'c='2'/>",
	 "1:9+1 attributes need white space between them"},
	{"no '>'", "<a><b <c/></a>", "1:7+1 the tag before has no '>'"},
	{"no '>' in the file", "<a></a",
	 "1:4+1 the tag is not closed: '>' is missing"},
	{"'--' in a comment", "<a><!-- b -- c --></a>",
	 "1:13+1 '--' cannot stand inside a comment"},
	{"a comment is not closed", "<a>\n<!-- b",
	 "2:1+4 the comment is not closed: '-->' is missing"},
	{"CDATA is not closed", "<a>\n<![CDATA[ b]]",
	 "2:1+9 the CDATA section is not closed: ']]>' is missing"},
	{"an instruction is not closed", "<a><?b",
	 "1:4+2 the processing instruction is not closed: '?>' is missing"},
	{"']]>'", "<a>b]]></a>", "1:7+1 write ']]&gt;' for a ']]>' in text"},
	{"a control character", "<a>\n\x01</a>",
	 "2:1+1 a control character that XML does not allow; remove it"},
	{"a reference to one", "<a>&#1;</a>",
	 "1:4+1 the reference is to a character that XML does not allow"},
	{"a declaration that is not first", "\n<?xml version='1.0'?><a/>",
	 "2:1+1 an XML declaration can only be the very first thing in the "
	 "file: remove it or what is before it"},
	{"a broken declaration", "<?xml encoding='UTF-8'?><a/>",
	 "1:7+1 the XML declaration is broken: write <?xml version=\"1.0\" "
	 "encoding=\"UTF-8\"?>"},
	{"a document type", "<!DOCTYPE a [ foo ]><a/>",
	 "1:15+1 this cannot stand in a document type"},
	{"an entity of itself",
	 "<!DOCTYPE a [<!ENTITY e '&f;'><!ENTITY f '&e;'>]><a>\n&e;</a>",
	 "2:1+1 the entity refers to itself"},
	{"half an element in an entity",
	 "<!DOCTYPE a [<!ENTITY e '<b>'>]><a>\n&e;</b></a>",
	 "2:1+1 an element must begin and end in one and the same entity"},
	{"an entity that is no XML",
	 "<!DOCTYPE a [<!ENTITY e '&#60;1'>]><a>\n&e;</a>",
	 "2:1+3 the text of this entity cannot stand here"},
	{"an entity that ends too early",
	 "<!DOCTYPE a [<!ENTITY e '&#60;b'>]><a>\n&e;</a>",
	 "2:1+3 the text of this entity ends too early"},
	{"a file in a value",
	 "<!DOCTYPE a [<!ENTITY e SYSTEM 'f'>]><a b='&e;'/>",
	 "1:44+1 a value cannot refer to an entity that is in another file"},
	{"columns are characters", "<a>\xc3\xa9\xe2\x82\xac &</a>",
	 "1:7+1 write '&amp;' for an '&'; a reference is '&name;' or "
	 "'&#number;'"},
};

static void mistakes_are_told_in_plain_words_at_their_place(void **state)
{
	(void)state;
	for (size_t i = 0; i < array_size(mistakes); i++) {
		const char *space = strchr(mistakes[i].found, ' ');
		char expected[400];

		snprintf(expected, sizeof(expected),
			 "invalid\n%.*s syntax/xml%s",
			 (int)(space - mistakes[i].found), mistakes[i].found,
			 space);
		expect(mistakes[i].what, span_of(mistakes[i].text), expected);
	}
}

static void a_prefix_without_namespace_is_a_warning(void **state)
{
	(void)state;
	expect("of an element", span_of("<a>\n<x:b/></a>"),
	       "warning\n2:2+3 xml/namespace the prefix of 'x:b' has no "
	       "namespace: declare it with xmlns:PREFIX=\"...\"");
	expect("of an attribute",
	       span_of("<a xmlns:b='u'><b:c b:d='1' x:e='2'/></a>"),
	       "warning\n1:29+3 xml/namespace the prefix of 'x:e' has no "
	       "namespace: declare it with xmlns:PREFIX=\"...\"");
	expect("one that XML keeps", span_of("<a xmlns:xml='u'/>"),
	       "warning\n1:2+1 xml/namespace in the tag of 'a' a namespace is "
	       "declared that XML keeps for itself, or none at all");
	expect("and a mistake behind it", span_of("<x:a>\n<b></x:a>"),
	       "invalid\n1:2+3 xml/namespace the prefix of 'x:a' has no "
	       "namespace: declare it with xmlns:PREFIX=\"...\"\n2:6+3 "
	       "syntax/xml expected '</b>' for the element of line 2, found "
	       "'</x:a>'");
}

#define DECLARED(name) "<?xml version='1.0' encoding='" name "'?>\n"
#define AMPERSAND                                                              \
	"syntax/xml write '&amp;' for an '&'; a reference is '&name;' or "     \
	"'&#number;'"

static void other_encodings_are_read_and_counted_in_characters(void **state)
{
	static const struct {
		const char *what;
		const char *text;
		const char *found;
	} cases[] = {
		{"ISO-8859-1", DECLARED("iso-8859-1") "<a>\xe9\xe8 &</a>",
		 "invalid\n2:7+1 " AMPERSAND},
		{"windows-1252", DECLARED("Windows-1252") "<a>\x80\x93 &</a>",
		 "invalid\n2:7+1 " AMPERSAND},
		{"ISO-8859-1 without others", DECLARED("latin1") "<a/>",
		 "valid"},
		{"a name in ISO-8859-1", DECLARED("ISO-8859-1") "<\xe9>\n</e>",
		 "invalid\n3:3+1 syntax/xml expected '</\xc3\xa9>' for the "
		 "element of line 2, found '</e>'"},
		{"US-ASCII", DECLARED("US-ASCII") "<a/>", "valid"},
		{"US-ASCII with more", DECLARED("US-ASCII") "<a>\xc3\xa9</a>",
		 "invalid\n2:4+1 encoding/declared a character beyond the "
		 "US-ASCII that the file declares; declare UTF-8 and save it "
		 "so"},
		{"UTF-8 that is not", DECLARED("UTF-8") "<a>\xe9</a>",
		 "invalid\n2:4+1 encoding/utf-8 not valid UTF-8 (byte 0xe9); "
		 "save the file as UTF-8"},
		{"nothing declared", "<a>\xe9</a>",
		 "invalid\n1:4+1 encoding/utf-8 not valid UTF-8 (byte 0xe9); "
		 "save the file as UTF-8"},
		{"UTF-16 that is not", DECLARED("UTF-16") "<a/>",
		 "invalid\n1:31+6 encoding/declared the file declares UTF-16 "
		 "but is not; declare UTF-8"},
		{"misspelt", DECLARED("utf8") "<a/>",
		 "invalid\n1:31+4 encoding/declared the encoding is called "
		 "'UTF-8', with a hyphen; some readers refuse the file"},
		{"a mark and another declaration",
		 "\xef\xbb\xbf" DECLARED("latin1") "<a/>",
		 "invalid\n1:31+6 encoding/declared the file begins with the "
		 "byte order mark of UTF-8 but declares another encoding; "
		 "declare UTF-8"},
		{"not known", DECLARED("Shift_JIS") "<a>\x82\xa0</a>",
		 "error\n1:31+9 encoding/unknown cannot be decided: the "
		 "declared encoding is none of UTF-8, UTF-16, ISO-8859-1, "
		 "windows-1252, US-ASCII; save the file as UTF-8"},
		{"only a comment names it",
		 "<!-- encoding='latin1' -->\n<a>\xe9</a>",
		 "invalid\n2:4+1 encoding/utf-8 not valid UTF-8 (byte 0xe9); "
		 "save the file as UTF-8"},
	};

	(void)state;
	for (size_t i = 0; i < array_size(cases); i++)
		expect(cases[i].what, span_of(cases[i].text), cases[i].found);
}

/* ASCII as UTF-16, behind its mark. */
static struct span wide(const char *text, bool is_big, char *to)
{
	const size_t size = strlen(text);

	memcpy(to, is_big ? "\xfe\xff" : "\xff\xfe", 2);
	for (size_t i = 0; i < size; i++) {
		to[2 + 2 * i + is_big] = text[i];
		to[2 + 2 * i + !is_big] = '\0';
	}
	return (struct span){to, 2 + 2 * size};
}

static void utf16_is_read_and_must_not_declare_another(void **state)
{
	char bytes[400];

	(void)state;
	for (int is_big = 0; is_big < 2; is_big++) {
		expect("declared",
		       wide(DECLARED("UTF-16") "<a>\n &</a>", is_big, bytes),
		       "invalid\n3:2+1 " AMPERSAND);
		expect("not declared", wide("<a/>", is_big, bytes), "valid");
		expect("declared as another",
		       wide(DECLARED("UTF-8") "<a/>", is_big, bytes),
		       "invalid\n1:31+5 encoding/declared the file is UTF-16 "
		       "but declares another encoding; save it as UTF-8");
	}
}

static void a_schema_is_never_applied_but_its_absence_is_told(void **state)
{
	static const struct {
		const char *what;
		struct plan plan;
		const char *found;
	} cases[] = {
		{"forced",
		 {.level = LEVEL_STANDARD, .forced_schema = "s.json"},
		 "valid\n1:1+1 schema/not-applied only the syntax was "
		 "checked: no schema can be applied to this format"},
		{"configured",
		 {.level = LEVEL_STANDARD, .schema = "s.json"},
		 "valid\n1:1+1 schema/not-applied only the syntax was "
		 "checked: no schema can be applied to this format"},
		{"not at this level",
		 {.level = LEVEL_FAST, .schema = "s.json"},
		 "valid"},
		{"required",
		 {.level = LEVEL_STANDARD, .require_schema = true},
		 "invalid\n1:1+1 schema/required no schema can be applied to "
		 "this format"},
	};

	(void)state;
	for (size_t i = 0; i < array_size(cases); i++) {
		char *shown = judged(&cases[i].plan, span_of("<a/>"));

		if (strcmp(shown, cases[i].found) != 0)
			fail_msg("%s: %s", cases[i].what, shown);
		free(shown);
	}
}

static void files_are_known_as_xml_for_certain_only(void **state)
{
	static const struct {
		const char *path;
		const char *content;
		bool is_xml;
	} cases[] = {
		{"pom.xml", "", true},
		{"a.XSD", "", true},
		{"logo.svg", "", true},
		{"x.csproj", "", true},
		{"Web.config", "", true},
		{"x.config", "<configuration/>", true},
		{"x.config", "\xef\xbb\xbf<?xml version='1.0'?>", true},
		{"x.config", "a = 1", false},
		{"x.config", "", false},
		{"Info.plist", "<?xml version='1.0'?><plist/>", true},
		{"Info.plist", "bplist00", false},
		{"Info.plist", "{ a = 1; }", false},
		{"fonts.conf", "<?xml version='1.0'?>\n<a/>", true},
		{"system.conf", "<!DOCTYPE busconfig>\n<a/>", true},
		{"site.conf", "<VirtualHost *:80>", false},
		{"x.props", "a=1", false},
		{"README", "<?xml version='1.0'?>", false},
		{"README", "<!-- vim: set ft=xml : -->\n<a/>", true},
		{"page.html", "<html/>", false},
	};

	(void)state;
	for (size_t i = 0; i < array_size(cases); i++) {
		const struct format_choice choice =
			format_detect(cases[i].path, span_of(cases[i].content));

		if ((choice.format == format_find("xml")) != cases[i].is_xml)
			fail_msg("%s: %s", cases[i].path, cases[i].content);
	}
	assert_ptr_equal(
		format_detect("a.config", (struct span){"\xff\xfe<\0a\0", 6})
			.format,
		format_find("xml"));
	assert_ptr_equal(
		format_detect("a.config", (struct span){"\xfe\xff\0<\0a", 6})
			.format,
		format_find("xml"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_well_formed_is_valid),
		cmocka_unit_test(
			mistakes_are_told_in_plain_words_at_their_place),
		cmocka_unit_test(a_prefix_without_namespace_is_a_warning),
		cmocka_unit_test(
			other_encodings_are_read_and_counted_in_characters),
		cmocka_unit_test(utf16_is_read_and_must_not_declare_another),
		cmocka_unit_test(
			a_schema_is_never_applied_but_its_absence_is_told),
		cmocka_unit_test(files_are_known_as_xml_for_certain_only),
	};

	return format_find("xml")->unavailable
		       ? 77
		       : cmocka_run_group_tests(tests, NULL, NULL);
}
