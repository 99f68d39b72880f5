/* The TOML reader by hand: trees, messages, places. */
#include "tests/unit/unit.h"

/* The doc as one line: what a reader of it sees, with the type of scalars. */
struct dump {
	char text[4096];
	size_t size;
};

static void put(struct dump *dump, const char *text, size_t size)
{
	assert_true(dump->size + size < sizeof(dump->text));
	memcpy(dump->text + dump->size, text, size);
	dump->size += size;
	dump->text[dump->size] = '\0';
}

static const char *mark_of(const struct node *node)
{
	if (node->type == NODE_BOOL)
		return node->flags & NODE_TRUE ? "b+" : "b-";
	if (node->type == NODE_NUMBER && node->flags & NODE_NOT_FINITE)
		return "x";
	if (node->type == NODE_NUMBER)
		return node->flags & NODE_INTEGER ? "i" : "f";
	return node->flags & NODE_DATETIME ? "d" : "";
}

static void dump_scalar(struct dump *dump, const struct node *node)
{
	const bool is_text =
		node->type == NODE_STRING && !(node->flags & NODE_DATETIME);

	put(dump, mark_of(node), strlen(mark_of(node)));
	if (is_text)
		put(dump, "'", 1);
	if (node->type != NODE_BOOL && node->size)
		put(dump, node->text, node->size);
	if (is_text)
		put(dump, "'", 1);
}

static void dump_node(struct dump *dump, const struct doc *doc, uint32_t index)
{
	const struct node *node = &doc->nodes[index];
	const bool is_object = node->type == NODE_OBJECT;

	if (!node_is_container(node)) {
		dump_scalar(dump, node);
		return;
	}
	put(dump, is_object ? "{" : "[", 1);
	for (uint32_t at = index + 1; at < node->next;) {
		if (at > index + 1)
			put(dump, " ", 1);
		if (is_object) {
			const struct node *key = &doc->nodes[at++];

			assert_true(key->flags & NODE_KEY);
			assert_int_equal(key->hash, doc_hash(node_text(key)));
			put(dump, key->text, key->size);
			put(dump, "=", 1);
		}
		dump_node(dump, doc, at);
		at = doc->nodes[at].next;
	}
	put(dump, is_object ? "}" : "]", 1);
}

static const struct {
	const char *what;
	const char *toml;
	const char *dump;
} valid_cases[] = {
	{"empty", "", "{}"},
	{"only blanks and comments", " \t\n# x\r\n\n", "{}"},
	{"no line end at the end", "a = 1", "{a=i1}"},
	{"CRLF", "a = 1\r\nb = 2\r\n", "{a=i1 b=i2}"},
	{"bare keys", "A-z_9 = 1\n1234 = 2\n-=3", "{A-z_9=i1 1234=i2 -=i3}"},
	{"quoted keys", "\"a b\" = 1\n'c\\d' = 2\n\"\" = 3",
	 "{a b=i1 c\\d=i2 =i3}"},
	{"escape in a key", "\"\\u0061\" = 1", "{a=i1}"},
	{"dotted key", "a . b.\"c.d\" = 1", "{a={b={c.d=i1}}}"},
	{"number-like dotted key", "3.14 = 'pi'", "{3={14='pi'}}"},
	{"dotted keys come together", "a.b=1\nc=2\na.d=3",
	 "{a={b=i1 d=i3} c=i2}"},
	{"tables come together", "[a.b]\nx=1\n[c]\ny=2\n[a.d]\nz=3",
	 "{a={b={x=i1} d={z=i3}} c={y=i2}}"},
	{"a table after its subtable", "[a.b]\nx=1\n[a]\ny=2",
	 "{a={b={x=i1} y=i2}}"},
	{"blanks in a header", "[ a . 'b' ] # c\nx=1", "{a={b={x=i1}}}"},
	{"array of tables", "[[a]]\nx=1\n[[a]]\n[[a]]\nx=3",
	 "{a=[{x=i1} {} {x=i3}]}"},
	{"below the last element",
	 "[[a]]\n[a.b]\nx=1\n[[a]]\n[a.b]\nx=2\n[[a.c]]\n[[a.c]]\n",
	 "{a=[{b={x=i1}} {b={x=i2} c=[{} {}]}]}"},
	{"subtable of a dotted table", "[f]\na.c=1\na.t.s=2\n[f.a.x]\ny=3",
	 "{f={a={c=i1 t={s=i2} x={y=i3}}}}"},
	{"dotted into a table only named by a header",
	 "[a.b.c]\nz=1\n[a]\nb.t=2", "{a={b={c={z=i1} t=i2}}}"},
	{"inline table", "a = { x = 1, y.z = 2, y.w = 3 }",
	 "{a={x=i1 y={z=i2 w=i3}}}"},
	{"empty inline table", "a = {}\nb={ }", "{a={} b={}}"},
	{"1.1: inline table over lines", "a = { # c\n x = 1, # d\n\n y = 2,\n}",
	 "{a={x=i1 y=i2}}"},
	{"the section goes on after an inline table",
	 "[s]\na.b=1\nc={d.e=1}\na.f=2", "{s={a={b=i1 f=i2} c={d={e=i1}}}}"},
	{"array", "a = [1, 'x', [2, [3]], {b=4},]",
	 "{a=[i1 'x' [i2 [i3]] {b=i4}]}"},
	{"array over lines", "a = [ # c\n1 # d\n,\n\n2\n]", "{a=[i1 i2]}"},
	{"empty array", "a = []\nb = [ # c\n ]", "{a=[] b=[]}"},
	{"integers", "a=+1\nb=-17\nc=1_000\nd=0\ne=-0\nf=+0",
	 "{a=i1 b=i-17 c=i1000 d=i0 e=i0 f=i0}"},
	{"bases", "a=0xDEAD_beef\nb=0o755\nc=0b1101\nd=0x0",
	 "{a=i3735928559 b=i493 c=i13 d=i0}"},
	{"ends of the range",
	 "a=9223372036854775807\nb=-9223372036854775808\n"
	 "c=0x7fffffffffffffff\nd=+9_223_372_036_854_775_807",
	 "{a=i9223372036854775807 b=i-9223372036854775808 "
	 "c=i9223372036854775807 d=i9223372036854775807}"},
	{"floats", "a=+1.0\nb=-0.01\nc=5e+22\nd=1e06\ne=-2E-2\nf=9_2.1_0e1_0",
	 "{a=f1.0 b=f-0.01 c=f5e+22 d=f1e06 e=f-2E-2 f=f92.10e10}"},
	{"not finite", "a=inf\nb=+inf\nc=-inf\nd=nan\ne=+nan\nf=-nan",
	 "{a=xinf b=xinf c=x-inf d=xnan e=xnan f=xnan}"},
	{"booleans", "a=true\nb=false", "{a=b+ b=b-}"},
	{"dates and times",
	 "a=1979-05-27T07:32:00Z\nb=1979-05-27 07:32:00.5-07:00\n"
	 "c=1979-05-27t07:32:00\nd=1979-05-27 # x\ne=07:32:60.123",
	 "{a=d1979-05-27T07:32:00Z b=d1979-05-27 07:32:00.5-07:00 "
	 "c=d1979-05-27t07:32:00 d=d1979-05-27 e=d07:32:60.123}"},
	{"1.1: times without seconds", "a=07:32\nb=1979-05-27 07:32z",
	 "{a=d07:32 b=d1979-05-27 07:32z}"},
	{"leap years", "a=2000-02-29\nb=2024-02-29",
	 "{a=d2000-02-29 b=d2024-02-29}"},
	{"date, blank, comment", "a=[2000-01-01 ,2]", "{a=[d2000-01-01 i2]}"},
	{"basic strings", "a=\"\"\nb=\"x\ty\"\nc=\"\\\"\\\\\\n\"",
	 "{a='' b='x\ty' c='\"\\\n'}"},
	{"code points", "a=\"\\u00e9\\U0001F600\\u20ac\"",
	 "{a='\xc3\xa9\xf0\x9f\x98\x80\xe2\x82\xac'}"},
	{"1.1: \\e and \\x", "a=\"\\e\\x41\\xe9\"",
	 "{a='\x1b"
	 "A\xc3\xa9'}"},
	{"literal strings", "a='C:\\x'\nb=''", "{a='C:\\x' b=''}"},
	{"multi-line", "a=\"\"\"\nx\n\"y\" \"\"z\"\"\"\nb=1",
	 "{a='x\n\"y\" \"\"z' b=i1}"},
	{"quotes before the closing ones", "a=\"\"\"x\"\"\"\"\"\nb=''''x''''",
	 "{a='x\"\"' b=''x''}"},
	{"CRLF behind the opening quotes", "a='''\r\nx\r\n'''", "{a='x\r\n'}"},
	{"backslash at a line's end", "a=\"\"\"x \\  \n\n  \t y\\\r\n z\"\"\"",
	 "{a='x yz'}"},
	{"escaped quotes in multi-line", "a=\"\"\"x\\\"\"\"\\\\\"\"\"",
	 "{a='x\"\"\"\\'}"},
	{"literal multi-line keeps backslashes", "a='''x\\\n''y'''",
	 "{a='x\\\n''y'}"},
};

static void what_is_valid_becomes_a_tree(void **state)
{
	(void)state;
	for (size_t i = 0; i < array_size(valid_cases); i++) {
		struct reading reading = {0};
		struct dump dump = {.size = 0};

		reading_run(&reading, "toml", "", span_of(valid_cases[i].toml));
		assert_int_equal(reading.result, 0);
		assert_int_equal(reading.doc.document_count, 1);
		if (reading.findings.count)
			fail_msg("%s: %s", valid_cases[i].what,
				 reading.findings.list[0].message);
		dump_node(&dump, &reading.doc, reading.doc.documents[0].root);
		if (strcmp(dump.text, valid_cases[i].dump) != 0)
			fail_msg("%s: %s", valid_cases[i].what, dump.text);
		reading_release(&reading);
	}
}

/* Where: the part of the text between the marks { } of the byte \1 and \2. */
#define FROM "\1"
#define TO "\2"

static const struct {
	const char *what;
	const char *toml; /* FROM and TO around what the finding marks */
	const char *message;
} syntax_cases[] = {
	{"no equals sign", FROM "a" TO "\n", "'=' and a value should follow"},
	{"words as a key", FROM "a" TO " b = 1", "'=' and a value"},
	{"no key", FROM "=" TO " 1", "a key should stand here"},
	{"two dots", "a." FROM "." TO "b = 1", "a key should stand here"},
	{"dot last", "a." FROM "=" TO " 1", "a key should stand here"},
	{"key of another alphabet", FROM "\xc3" TO "\xa9 = 1", "a key should"},
	{"multi-line key", FROM "\"\"\"" TO "a\"\"\" = 1", "multi-line"},
	{"no value", "a = " FROM "\n" TO, "a value should stand here"},
	{"comment for a value", "a = " FROM "#" TO "c", "a value should stand"},
	{"text without quotes", "a = " FROM "hello" TO " x", "needs quotes"},
	{"capital boolean", "a = " FROM "True" TO, "small letters"},
	{"null", "a = " FROM "null" TO, "no null"},
	{"two pairs on a line", "a = 1 " FROM "b" TO " = 2", "should end here"},
	{"text behind a header", "[a] " FROM "b" TO " = 2", "should end here"},
	{"bare CR", "a = 1" FROM "\r" TO "b = 2", "carriage return"},
	{"CR at the end", "a = 1" FROM "\r" TO, "carriage return"},
	{"CR in a comment", "# a" FROM "\r" TO "b", "carriage return"},
	{"CR in an array", "a = [1," FROM "\r" TO "2]", "carriage return"},
	{"CR in a string", "a = \"x" FROM "\r" TO "y\"", "carriage return"},
	{"CR in multi-line", "a = '''x" FROM "\r" TO "y'''", "carriage return"},
	{"control in a comment", "# a" FROM "\x1f" TO "b", "control character"},
	{"DEL in a comment", "# a" FROM "\x7f" TO "b", "control character"},
	{"control in a string", "a=\"x" FROM "\b" TO "\"", "control character"},
	{"control in a literal", "a='x" FROM "\f" TO "'", "control character"},
	{"DEL in multi-line", "a='''x" FROM "\x7f" TO "'''", "control char"},
	{"open string", "a = " FROM "\"xyz" TO "\nb = \"", "not closed on its"},
	{"open string at the end", "a = " FROM "'xyz" TO, "not closed on its"},
	{"string ends in a backslash", "a = " FROM "\"xyz\\\"" TO,
	 "not closed"},
	{"backslash last", "a = " FROM "\"xyz\\" TO, "not closed"},
	{"open multi-line", "a = " FROM "\"\"\"" TO "x\"\"\n", "not closed"},
	{"four apostrophes inside", "a = '''x'''''" FROM "'" TO "\n",
	 "should end here"},
	{"unknown escape", "a = \"xy" FROM "\\q" TO "\"", "no such escape"},
	{"escaped line end", "a = \"xy" FROM "\\\n" TO "\"", "no such escape"},
	{"short escape", "a = \"" FROM "\\u12" TO "\"", "not enough hexa"},
	{"short \\x", "a = \"" FROM "\\x1" TO "g\"", "not enough hexa"},
	{"surrogate", "a = \"" FROM "\\ud800" TO "\"", "no Unicode character"},
	{"last surrogate", "a = \"" FROM "\\udfff" TO "\"", "no Unicode"},
	{"too large", "a = \"" FROM "\\U00110000" TO "\"", "no Unicode"},
	{"text behind a backslash", "a = \"\"\"x" FROM "\\ " TO " y\n\"\"\"",
	 "backslash before a blank"},
	{"needless zero", "a = " FROM "007" TO, "needless 0"},
	{"needless zero with sign", "a = " FROM "-01" TO, "needless 0"},
	{"needless zero of a float", "a = " FROM "00.5" TO, "needless 0"},
	{"two underscores", "a = " FROM "1__0" TO, "not a number"},
	{"underscore last", "a = " FROM "1_" TO, "not a number"},
	{"underscore at a point", "a = " FROM "1_.0" TO, "not a number"},
	{"underscore behind a point", "a = " FROM "1._0" TO, "not a number"},
	{"point last", "a = " FROM "1." TO, "not a number"},
	{"point first", "a = " FROM ".5" TO, "digit in front"},
	{"only a sign", "a = " FROM "-" TO, "digit in front"},
	{"exponent without digits", "a = " FROM "1e+" TO, "not a number"},
	{"Inf", "a = " FROM "+Inf" TO, "digit in front"},
	{"letters behind", "a = " FROM "12abc" TO, "not a number"},
	{"sign before a base", "a = " FROM "+0x1" TO, "not a number"},
	{"no digit of the base", "a = " FROM "0o8" TO, "digits of their base"},
	{"hex letter too far", "a = " FROM "0xg" TO, "digits of their base"},
	{"base underscore first", "a = " FROM "0x_1" TO, "digits of their"},
	{"base underscore last", "a = " FROM "0b1_" TO, "end with a digit"},
	{"base alone", "a = " FROM "0b" TO, "end with a digit"},
	{"too large", "a = " FROM "9223372036854775808" TO, "64 bits"},
	{"too small", "a = " FROM "-9223372036854775809" TO, "64 bits"},
	{"twenty digits", "a = " FROM "10000000000000000000" TO, "64 bits"},
	{"hex too large", "a = " FROM "0x8000000000000000" TO, "64 bits"},
	{"hex far too large", "a = " FROM "0xffffffffffffffffff" TO, "64 bits"},
	{"hex of 65 bits", "a = " FROM "0x10000000000000000" TO, "64 bits"},
	{"a part too many", "a = " FROM "12:00:00:" TO "00", "not a date"},
	{"no leap year", "a = " FROM "2100-02-29" TO, "no such day"},
	{"thirty days", "a = " FROM "2023-04-31" TO, "no such day"},
	{"day 0", "a = " FROM "2023-04-00" TO, "no such day"},
	{"month 0", "a = " FROM "2023-00-10" TO, "no such day"},
	{"month 13", "a = " FROM "2023-13" TO "-10", "too large"},
	{"hour 24", "a = " FROM "24" TO ":00:00", "too large"},
	{"minute 60", "a = " FROM "23:60" TO ":00", "too large"},
	{"second 61", "a = " FROM "23:59:61" TO, "too large"},
	{"offset hour", "a = " FROM "2023-01-01T00:00:00+24" TO ":00", "large"},
	{"offset minute", "a = " FROM "2023-01-01T00:00:00-00:60" TO, "large"},
	{"one digit of a day", "a = " FROM "2023-01-1" TO "", "not a date"},
	{"T and no time", "a = " FROM "2023-01-01T\n" TO, "not a date"},
	{"point and no fraction", "a = " FROM "10:00:00.\n" TO, "not a date"},
	{"offset of a time", "a = " FROM "10:00:00Z" TO, "not a date"},
	{"offset without minutes", "a = " FROM "2023-01-01T00:00:00+01\n" TO,
	 "not a date"},
	{"letters behind a date", "a = " FROM "2023-01-01x" TO, "not a date"},
	{"open array", "a = [1, 2\n" FROM "b" TO " = 3\n", "',' or ']'"},
	{"open array at the end", "a = " FROM "[" TO "1, 2 # c", "not closed"},
	{"open array at once", "a = " FROM "[" TO, "not closed"},
	{"no comma", "a = [1 " FROM "2" TO "]", "',' or ']'"},
	{"two commas", "a = [1," FROM "," TO "2]", "a value should stand here"},
	{"comma first", "a = [" FROM "," TO "2]", "a value should stand here"},
	{"open inline table", "a = " FROM "{" TO " b = 1", "not closed"},
	{"open inline table at once", "a = " FROM "{" TO, "not closed"},
	{"no comma in a table", "a = { b = 1 " FROM "c" TO " = 2 }",
	 "',' or '}'"},
	{"comma alone", "a = {" FROM "," TO "}", "a key should stand here"},
	{"empty header", "[" FROM "]" TO, "a key should stand here"},
	{"open header", "[a" FROM "\n" TO "]", "end with ']'"},
	{"words as a header", "[a " FROM "b" TO "]", "end with ']'"},
	{"half open list", "[[a" FROM "]" TO "\n", "end with ']]'"},
	{"blank between brackets", "[[a" FROM "]" TO " ]", "end with ']]'"},
	{"blank between first brackets", "[ " FROM "[" TO "a]]",
	 "a key should"},
	{"key of a value", "a = 1\n" FROM "a" TO ".b = 2",
	 "'a' is already defined on line 1 as a value; it cannot have keys"},
	{"key of an array", "a = []\n" FROM "a" TO ".b = 2", "as a value"},
	{"key of an inline table", "t = 1\na = {}\n" FROM "a" TO ".b = 2",
	 "'a' is already defined on line 2 as an inline table"},
	{"key of an inline table inside",
	 "a = {b = {c = 1}, " FROM "b" TO ".d = 2}", "as an inline table"},
	{"key of a table with header", "[a.b]\n[a]\n" FROM "b" TO ".c = 1",
	 "'b' is already defined on line 1 by its own header"},
	{"deep key of a table with header",
	 "[a.b.c]\nz=9\n[a]\nb." FROM "c" TO ".t = 1", "its own header"},
	{"key of an array of tables", "[[a.b]]\n[a]\n" FROM "b" TO ".c = 1",
	 "as an array of tables; add the key below"},
	{"table below a value", "a = 1\n[" FROM "a" TO ".b]",
	 "as a value; it cannot have tables"},
	{"table below an inline table", "a = {}\n[" FROM "a" TO ".b]",
	 "as an inline table, which is complete"},
	{"table below an array", "a = [{}]\n[" FROM "a" TO ".b]",
	 "as an array, which is complete"},
	{"one more for an array", "a = [{}]\n[[" FROM "a" TO "]]",
	 "as an array, which is complete"},
	{"list below an array", "a = []\n[[" FROM "a" TO ".b]]",
	 "as an array, which is complete"},
};

static const struct {
	const char *what;
	const char *toml;
	const char *message;
	const char *pointer; /* of the first definition */
	const char *dump;    /* reading went on */
} repeat_cases[] = {
	{"key", "a = 1\n" FROM "a" TO " = 2\nb = 3",
	 "'a' is already defined on line 1; rename or remove one of them", "/a",
	 "{a=i1 b=i3}"},
	{"key in other quotes",
	 "x = \"\"\"\n\n\"\"\"\na = 1\n" FROM "'a'" TO " = 2", "on line 4",
	 "/a", "{x='\n' a=i1}"},
	{"key of dots", "[t]\na.b = 1\na." FROM "b" TO " = 2", "on line 2",
	 "/t/a/b", "{t={a={b=i1}}}"},
	{"value for a table", "a.b = 1\n" FROM "a" TO " = 2", "on line 1", "/a",
	 "{a={b=i1}}"},
	{"key of an inline table", "a = [0, {b = 1, " FROM "b" TO " = 2}]",
	 "'b' is already", "", "{a=[i0 {b=i1}]}"},
	{"table", "[a]\nx=1\n[" FROM "a" TO "]\ny=2",
	 "'a' is already defined on line 1 as a table; put all its keys in one "
	 "place",
	 "/a", "{a={x=i1 y=i2}}"},
	{"table after subtable", "[a.b]\n[a]\n[" FROM "a" TO "]",
	 "on line 2 as a table", "/a", "{a={b={}}}"},
	{"table of dots", "[f]\na.c=1\n[f." FROM "a" TO "]\nd=2",
	 "on line 2 as a table", "/f/a", "{f={a={c=i1 d=i2}}}"},
	{"table over a value", "a=1\n[" FROM "a" TO "]\nb=2",
	 "as a value; it cannot be a table too", "/a", "{a=i1}"},
	{"table over an inline table", "a={}\n[" FROM "a" TO "]\nb=2",
	 "as an inline table; put all", "/a", "{a={}}"},
	{"table over a list", "[[a]]\n[" FROM "a" TO "]\nb=2",
	 "as an array of tables; write [[...]]", "/a", "{a=[{}]}"},
	{"list over a table", "[a]\n[[" FROM "a" TO "]]\nb=2",
	 "as a table; it cannot be an array", "/a", "{a={}}"},
	{"list over a table only named", "[a.b]\n[[" FROM "a" TO "]]\nb=2",
	 "as a table; it cannot be an array", "/a", "{a={b={}}}"},
	{"list over a value", "a=1\n[[" FROM "a" TO "]]\nb=2", "as a value",
	 "/a", "{a=i1}"},
	{"value over a list", "[[t.a]]\n[t]\n" FROM "a" TO "=1", "on line 1",
	 "/t/a", "{t={a=[{}]}}"},
	{"table in a list", "[[a]]\n[a.b]\n[a." FROM "b" TO "]",
	 "on line 2 as a table", "/a/0/b", "{a=[{b={}}]}"},
};

/* The text without the marks, and where they were. */
struct marked {
	char text[512];
	uint32_t offset;
	uint32_t length;
};

static struct marked strip_marks(const char *toml)
{
	struct marked marked = {.offset = 0};
	size_t size = 0;

	assert_true(strlen(toml) < sizeof(marked.text));
	for (; *toml; toml++) {
		if (*toml == *FROM)
			marked.offset = (uint32_t)size;
		else if (*toml == *TO)
			marked.length = (uint32_t)size - marked.offset;
		else
			marked.text[size++] = *toml;
	}
	return marked;
}

static void expect_place(const char *what, const struct marked *marked,
			 const struct raw_finding *finding)
{
	/* At the end of the text there is nothing to mark, but a width. */
	const uint32_t width = marked->length ? marked->length : 1;

	if (finding->place.offset != marked->offset ||
	    finding->place.length != width)
		fail_msg("%s: %u+%u: %s", what, finding->place.offset,
			 finding->place.length, finding->message);
}

static void expect_syntax(const char *what, const struct marked *marked,
			  const char *message)
{
	struct reading reading = {0};

	reading_run(&reading, "toml", "", span_of(marked->text));
	assert_int_equal(reading.result, 0);
	if (reading.findings.count != 1)
		fail_msg("%s: %u findings", what, reading.findings.count);

	const struct raw_finding *finding = &reading.findings.list[0];

	expect_place(what, marked, finding);
	if (!strstr(finding->message, message))
		fail_msg("%s: %s", what, finding->message);
	assert_string_equal(finding->rule, "syntax/toml");
	assert_int_equal(reading.doc.document_count, 1);
	assert_int_equal(reading.doc.documents[0].root, DOC_NONE);
	reading_release(&reading);
}

static void what_is_broken_is_said_at_its_place(void **state)
{
	(void)state;
	for (size_t i = 0; i < array_size(syntax_cases); i++) {
		const struct marked marked = strip_marks(syntax_cases[i].toml);

		expect_syntax(syntax_cases[i].what, &marked,
			      syntax_cases[i].message);
	}
}

static void a_repeat_names_the_first_and_reading_goes_on(void **state)
{
	(void)state;
	for (size_t i = 0; i < array_size(repeat_cases); i++) {
		const struct marked marked = strip_marks(repeat_cases[i].toml);
		const char *what = repeat_cases[i].what;
		struct reading reading = {0};
		struct dump dump = {.size = 0};

		reading_run(&reading, "toml", "", span_of(marked.text));
		if (reading.result || reading.findings.count != 1)
			fail_msg("%s: %u findings", what,
				 reading.findings.count);

		const struct raw_finding *finding = &reading.findings.list[0];
		const uint32_t root = reading.doc.documents[0].root;

		assert_string_equal(finding->rule, "key/duplicate");
		expect_place(what, &marked, finding);
		if (!strstr(finding->message, repeat_cases[i].message))
			fail_msg("%s: %s", what, finding->message);
		assert_int_not_equal(root, DOC_NONE);
		dump_node(&dump, &reading.doc, root);
		if (strcmp(dump.text, repeat_cases[i].dump) != 0)
			fail_msg("%s: %s", what, dump.text);
		if (*repeat_cases[i].pointer)
			assert_string_equal(doc_pointer(&reading.doc,
							&reading.arena, root,
							finding->place.node),
					    repeat_cases[i].pointer);
		reading_release(&reading);
	}
}

static const struct node *node_at(const struct reading *reading, uint32_t index)
{
	assert_true(index < reading->doc.count);
	return &reading->doc.nodes[index];
}

static void expect_node(const struct reading *reading, uint32_t index,
			uint32_t offset, uint32_t length)
{
	const struct node *node = node_at(reading, index);

	if (node->offset != offset || node->length != length)
		fail_msg("node %u: %u+%u", index, node->offset, node->length);
}

static void nodes_know_where_they_stand(void **state)
{
	struct reading reading = {0};

	(void)state;
	reading_run(&reading, "toml", "",
		    span_of("[a.b]\n\"k\" . y = 'v'\n[a]\n[[l]]\nz=[1, {}]\n"));
	expect_node(&reading, 0, 0, 40); /* the root is the file */
	expect_node(&reading, 1, 21, 1); /* a, where it got its header */
	expect_node(&reading, 2, 20, 3);
	expect_node(&reading, 3, 3, 1); /* b */
	expect_node(&reading, 4, 0, 5);
	expect_node(&reading, 5, 6, 3); /* "k", and the table it makes */
	expect_node(&reading, 6, 6, 3);
	expect_node(&reading, 7, 12, 1); /* y and its value */
	expect_node(&reading, 8, 16, 3);
	expect_node(&reading, 9, 26, 1); /* l, the array, the element */
	expect_node(&reading, 10, 24, 5);
	expect_node(&reading, 11, 24, 5);
	expect_node(&reading, 13, 32, 7); /* [1, {}] */
	expect_node(&reading, 15, 36, 2);
	assert_int_equal(node_at(&reading, 5)->flags, NODE_KEY | NODE_QUOTED);
	assert_int_equal(node_at(&reading, 7)->flags, NODE_KEY);
	assert_int_equal(node_at(&reading, 8)->flags, NODE_QUOTED);
	assert_int_equal(node_at(&reading, 8)->hash, doc_hash(span_of("v")));
	assert_int_equal(node_at(&reading, 0)->size, 2);
	assert_int_equal(node_at(&reading, 13)->size, 2);
	assert_int_equal(node_at(&reading, 1)->next, 2);
	assert_int_equal(node_at(&reading, 2)->next, 9);
	reading_release(&reading);
}

static void a_comment_in_the_head_names_the_schema(void **state)
{
	static const struct {
		const char *what;
		const char *toml;
		const char *schema; /* NULL: none */
		uint32_t offset;
	} cases[] = {
		{"first line", "#:schema ./s.json \t\na=1", "./s.json", 9},
		{"after comments", "# x\n\n \t#:schema\ta b\r\n[t]\n", "a b",
		 16},
		{"the first counts", "#:schema a\n#:schema b", "a", 9},
		{"no blank", "#:schemas a\n", NULL, 0},
		{"no name", "#:schema  \n", NULL, 0},
		{"blank in front", "# :schema a\n", NULL, 0},
		{"after a pair", "a=1\n#:schema a\n", NULL, 0},
		{"after a header", "[a]\n#:schema a\n", NULL, 0},
		{"behind a pair", "a=1 #:schema a\n", NULL, 0},
		{"also of a broken file", "#:schema a\n=", "a", 9},
	};

	(void)state;
	for (size_t i = 0; i < array_size(cases); i++) {
		struct reading reading = {0};

		reading_run(&reading, "toml", "", span_of(cases[i].toml));

		const struct document *document = &reading.doc.documents[0];

		if (!document->schema.data != !cases[i].schema)
			fail_msg("%s", cases[i].what);
		if (cases[i].schema && document->schema.data) {
			assert_true(span_is(document->schema, cases[i].schema));
			assert_int_equal(document->schema_offset,
					 cases[i].offset);
		}
		reading_release(&reading);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_valid_becomes_a_tree),
		cmocka_unit_test(what_is_broken_is_said_at_its_place),
		cmocka_unit_test(a_repeat_names_the_first_and_reading_goes_on),
		cmocka_unit_test(nodes_know_where_they_stand),
		cmocka_unit_test(a_comment_in_the_head_names_the_schema),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
