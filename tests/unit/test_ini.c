/* The INI reader: what it reads, what it finds, and where. */
#include "tests/unit/shown.h"
#include "tests/unit/unit.h"

#include "validate/text.h"

/* "line:column+length rule severity|" */
static char *shown_findings(const struct reading *reading)
{
	struct shown shown = {0};

	show(&shown, "%s", "");
	for (uint32_t i = 0; i < reading->findings.count; i++) {
		const struct raw_finding *finding = &reading->findings.list[i];
		struct text_cursor cursor;

		text_cursor_init(&cursor, reading->doc.source);

		const struct position at =
			text_position(&cursor, finding->place.offset);

		show(&shown, "%u:%u+%u %s %s|", at.line, at.column,
		     finding->place.length, finding->rule,
		     severity_name(finding->severity));
	}
	return shown.text;
}

struct read_case {
	const char *what;
	const char *dialect;
	const char *text;
	const char *doc;
	const char *findings;
};

static void check_case(const struct read_case *test)
{
	struct reading reading = {0};

	reading_run(&reading, "ini", test->dialect, span_of(test->text));

	char *doc = shown_doc(&reading);
	char *findings = shown_findings(&reading);

	if (strcmp(doc, test->doc) != 0)
		fail_msg("%s '%s': doc is '%s'", test->dialect, test->what,
			 doc);
	if (strcmp(findings, test->findings) != 0)
		fail_msg("%s '%s': findings are '%s'", test->dialect,
			 test->what, findings);
	free(doc);
	free(findings);
	reading_release(&reading);
}

static void generic_lines_are_read_as_inih_does(void **state)
{
	static const struct read_case cases[] = {
		{"nothing", "", "", "", ""},
		{"blank and comments", "", " \n\r\n;a=1\n # b\n", "", ""},
		{"a section and a key", "", "[a]\nb=c\n", "[a]b=c|", ""},
		{"no newline at the end", "", "[a]\nb=c", "[a]b=c|", ""},
		{"CRLF", "", "[a]\r\nb = c\r\nd=\r\n", "[a]b=c|d=|", ""},
		{"keys before sections", "", "x=1\n[a]\nb=c\n", "x=1|[a]b=c|",
		 ""},
		{"a colon", "", "a : b=c\nd = e:f\n", "a=b=c|d=e:f|", ""},
		{"white space", "", "\t a b\t =  c d \t\n", "a b=c d|", ""},
		{"an inline comment", "", "a = b ; c\nd=;e\nf=\t;\n",
		 "a=b|d=;e|f=|", ""},
		{"a hash is no inline comment", "", "a = b # c\n", "a=b # c|",
		 ""},
		{"quotes are text", "", "a = \"b ; c\"\n", "a=\"b|", ""},
		{"more of a value", "", "[s]\na = b\n  c ;d\n\n  e\nf=g\n",
		 "[s]a=b\nc ;d\ne|f=g|", ""},
		{"more that looks like a key", "", "a = b\n c = d\n [e]\n",
		 "a=b\nc = d\n[e]|", ""},
		{"indented keys", "", "[s]\n  a = b\n  c = d\n    e\n f=g\n",
		 "[s]a=b|c=d\ne|f=g|", ""},
		{"no more behind a header", "", "a=b\n[s]\n c=d\n",
		 "a=b|[s]c=d|", ""},
		{"a section's name is not trimmed", "", "[ a b ]\nc=d\n",
		 "[ a b ]c=d|", ""},
		{"a comment behind a header", "", "[a] ; b\n[c] # d\n",
		 "[a][c]", ""},
		{"text behind a header", "", "[a]b=c\n", "[a]",
		 "1:4+3 ini/after-section warning|"},
		{"the first ] ends the name", "", "[a]b]\n", "[a]",
		 "1:4+2 ini/after-section warning|"},
		{"an empty value", "", "a=\nb=c\n", "a=|b=c|", ""},
		{"bytes beyond ASCII", "", "\xc3\xa9=\xc2\xa0x\n",
		 "\xc3\xa9=\xc2\xa0x|", ""},
		{"a section twice", "", "[a]\nb=1\n[c]\nd=1\n[a]\ne=1\n",
		 "[a]b=1|e=1|[c]d=1|", "5:2+1 ini/section-repeated warning|"},
		{"a key twice: the last counts", "", "[a]\nb=1\nc=2\nb=3\n",
		 "[a]c=2|b=3|", "4:1+1 key/duplicate warning|"},
		{"a key three times, over sections", "",
		 "[a]\nb=1\n[c]\nb=1\n[a]\nb=2\nb=3\n", "[a]b=3|[c]b=1|",
		 "5:2+1 ini/section-repeated warning|6:1+1 key/duplicate "
		 "warning|7:1+1 key/duplicate warning|"},
		{"case counts", "", "[a]\nb=1\nB=2\n[A]\nb=1\n",
		 "[a]b=1|B=2|[A]b=1|", ""},
		{"lists may repeat", "", "a[]=1\na[]=2\n", "a[]=2|", ""},
		{"a key with the name of a section", "", "a=1\nb=1\n[a]\nc=1\n",
		 "b=1|[a]c=1|", "1:1+1 key/duplicate warning|"},
	};

	(void)state;
	for (size_t i = 0; i < array_size(cases); i++)
		check_case(&cases[i]);
}

static void bad_lines_are_all_found_where_they_are(void **state)
{
	static const struct read_case cases[] = {
		{"no separator", "", "a=b\n  word\n", "a=b\nword|", ""},
		{"no separator at the margin", "", "\n word \nc d\n", "-",
		 "2:2+4 syntax/ini error|3:1+3 syntax/ini error|"},
		{"no ]", "", "[a\nb=c\n [d", "-", "1:1+2 syntax/ini error|"},
		{"] in a comment", "", "[a ;]\n", "-",
		 "1:1+5 syntax/ini error|"},
		{"= in a comment", "", "a ;=\n", "-",
		 "1:1+4 syntax/ini error|"},
		{"no key", "", " = b\n", "-", "1:2+1 syntax/ini error|"},
		{"no section", "", "[]\na=b\n", "-", "1:1+2 syntax/ini error|"},
		{"systemd: text behind ]", "systemd", "[Unit] x\n", "-",
		 "1:1+8 syntax/ini error|"},
		{"systemd: key alone", "systemd", "[Unit]\nAfter\n", "-",
		 "2:1+5 syntax/ini error|"},
		{"systemd: a colon", "systemd", "[Unit]\nAfter: x\n", "-",
		 "2:1+8 syntax/ini error|"},
		{"desktop: text behind ]", "desktop", "[a] # b\n", "-",
		 "1:5+3 syntax/ini error|"},
		{"desktop: a semicolon is no comment", "desktop", "[a]\n;b\n",
		 "-", "2:1+2 syntax/ini error|"},
		{"setupcfg: key alone", "setupcfg", "[a]\nb\n", "-",
		 "2:1+1 syntax/ini error|"},
		{"editorconfig: a colon", "editorconfig", "[a]\nb: c\n", "-",
		 "2:1+4 syntax/ini error|"},
		{"git: a bad key", "gitconfig", "[a]\n1b = c\nd # e\n", "-",
		 "2:1+2 syntax/ini error|3:1+5 syntax/ini error|"},
		{"git: a bad header", "gitconfig",
		 "[a b]\n[]\n[a\n[a \"b\n[a\"b\"]\n[a \"b\" ]\n[ a]\n", "-",
		 "1:4+2 syntax/ini error|2:1+2 syntax/ini error|3:1+2 "
		 "syntax/ini error|4:4+2 syntax/ini error|5:3+4 syntax/ini "
		 "error|6:7+2 syntax/ini error|7:2+3 syntax/ini error|"},
		{"git: an open quote", "gitconfig",
		 "[a]\nb = c \"d\\\n e\nf = 1\\q\n", "-",
		 "2:7+1 syntax/ini error|4:6+1 syntax/ini error|"},
	};

	(void)state;
	for (size_t i = 0; i < array_size(cases); i++)
		check_case(&cases[i]);
}

static const struct read_case dialect_cases[] = {
	{"no inline comments", "systemd",
	 "[Service]\n# c\n ; d\nExecStart=a ; b # c:d\n",
	 "[Service]ExecStart=a ; b # c:d|", ""},
	{"joined lines", "systemd",
	 "[S]\na=b\\\n# c\n;d\n  e\\\\\\\nf\ng=h\\\\\ni=\\\n",
	 "[S]a=b   e\\\\ f|g=h\\\\|i=|", ""},
	{"a joined key", "systemd", "[S]\nab\\\n= c\n", "[S]ab=c|", ""},
	{"a comment is not joined", "systemd", "[S]\n# a \\\nb=c\n", "[S]b=c|",
	 ""},
	{"indentation means nothing", "systemd", "[S]\n a=b\n  c=d\n",
	 "[S]a=b|c=d|", ""},
	{"lists", "systemd", "[S]\na=1\na=2\n[T]\nb=1\n[S]\na=3\n",
	 "[S]a=3|[T]b=1|", ""},
	{"a key too early", "systemd", "a=1\nb=1\n[S]\nc=1\n",
	 "a=1|b=1|[S]c=1|", "1:1+1 ini/no-section error|"},
	{"a name with ]", "systemd", "[a]b]\nc=d\n", "[a]b]c=d|", ""},
	{"locales and raw values", "desktop",
	 "[Desktop Entry]\nName[de_DE]=a ; b # c\nExec = x\n",
	 "[Desktop Entry]Name[de_DE]=a ; b # c|Exec=x|", ""},
	{"repeats", "desktop", "[a]\nb=1\nb=2\n[a]\n", "[a]b=2|",
	 "4:2+1 ini/section-repeated error|3:1+1 key/duplicate "
	 "error|"},
	{"subsections", "gitconfig",
	 "[remote \"a]b\"]\n\turl = x\n[Remote \t\"a]b\"] fetch=y\n",
	 "[remote \"a]b\"]url=x|fetch=y|", ""},
	{"subsections have a case", "gitconfig",
	 "[a \"B\"]\nc=1\n[a \"b\"]\nc=2\n[D.e]\n[d.E]\nF=1\nf=2\n",
	 "[a \"B\"]c=1|[a \"b\"]c=2|[D.e]f=2|", ""},
	{"quotes and comments", "gitconfig",
	 "[a]\nb = \"c ; d\"e  f # g\nh=i#j\nk = \"\"\n",
	 "[a]b\"=c ; de  f|h=i|k\"=|", ""},
	{"escapes", "gitconfig", "[a]\nb = \\\"c\\\\\\td\\n\\b\n",
	 "[a]b=\"c\\\td\n\b|", ""},
	{"joined values", "gitconfig",
	 "[a]\nb = c\\\r\n  d # e \\\n f=g\nh=\"i\\\nj\"\nk",
	 "[a]b=c  d|f=g|h\"=ij|k=true|", ""},
	{"a key alone", "gitconfig", "[a]b\n[c] d=e\n", "[a]b=true|[c]d=e|",
	 ""},
	{"keys alone, includes, quotes", "mycnf",
	 "!include x\n[ mysqld ]\nskip-x\na = 'b # c' # d\n!includedir "
	 "y\ne=f#g\nh # i=j\n",
	 "[mysqld]skip-x=true|a\"=b # c|e=f|h=true|", ""},
	{"a key too early", "mycnf", "a=1\n[b]\n", "a=1|[b]",
	 "1:1+1 ini/no-section error|"},
	{"a key before sections is fine", "cnf", "a=1\n[b]\n", "a=1|[b]", ""},
	{"joined lines and includes", "openssl",
	 "HOME = .\n.include x\n[ req ]\na = b, \\\n c # d\nDNS.1=e\n",
	 "HOME=.|[req]a=b,  c|DNS.1=e|", ""},
	{"values over lines", "setupcfg",
	 "[a]\nb =\n  c ; d\n\n  # e\n  f=g\nh: i\n",
	 "[a]b=\nc ; d\n\nf=g|h=i|", ""},
	{"blank lines inside values", "setupcfg",
	 "[a]\nb=c\n\n d\n e\n\nf=g\n h\n", "[a]b=c\n\nd\ne|f=g\nh|", ""},
	{"no case in keys", "setupcfg", "[a]\nb=1\nB=2\n[A]\nb=1\n",
	 "[a]B=2|[A]b=1|", "3:1+1 key/duplicate error|"},
	{"a section twice", "setupcfg", "[a]\n[DEFAULT]\n[a]\n[DEFAULT]",
	 "[a][DEFAULT]", "3:2+1 ini/section-repeated error|"},
	{"a key too early", "setupcfg", "a=1\n", "a=1|",
	 "1:1+1 ini/no-section error|"},
	{"the last ] ends the name", "setupcfg", "[a[b]c]\nd=e\n",
	 "[a[b]c]d=e|", ""},
	{"globs", "editorconfig",
	 "root = true\n[[a-c]*.{py,#;}]\n  b = c ; d\n   e = f\n",
	 "root=true|[[a-c]*.{py,#;}]b=c ; d|e=f|", ""},
	{"registries", "npmrc",
	 "//a/:_x=1\n//a/:_y=2\nb\n; c\nd = \"e\"\n//a/:_x=3\n",
	 "//a/:_y=2|b=true|d\"=e|//a/:_x=3|", "6:1+7 key/duplicate warning|"},
	{"extensions", "php", "a=b\na=\"c;d\" ; e\nf\n[g]\nh=i;j\n",
	 "a\"=c;d|f=true|[g]h=i|", ""},
	{"escaped quotes", "php", "a=\"b\\\\\" ;c\nd=\"\\\";\"",
	 "a\"=b\\\\|d\"=\\\";|", ""},
	{"includes", "hg", "%include x\n[a]\nb = c\n d\n", "[a]b=c\nd|", ""},
	{"repeats and no comments behind a header", "keyfile",
	 "[c]\na=1\na=2\n[c]\nb=1\n;d\n", "-", "6:1+2 syntax/ini error|"},
	{"a key twice", "keyfile", "[c]\na=1\na=2\n[c]\nb=1\n", "[c]a=2|b=1|",
	 "3:1+1 key/duplicate warning|"},
	{"inline comments, case, repeats", "supervisor",
	 "[program:a]\nCommand = b;c ;d\ncommand=e #f\n[program:a]\n",
	 "[program:a]command=e|",
	 "4:2+9 ini/section-repeated warning|3:1+7 key/duplicate warning|"},
	{"keys alone, repeats", "uwsgi",
	 "[uwsgi]\nmaster\nenv = A=1\nenv = B:2\n",
	 "[uwsgi]master=true|env=B:2|", ""},
	{"no case at all", "samba", "[ A ]\nb c=1\\\n 2\n[a]\nB C=3\n",
	 "[A]B C=3|", ""},
	{"an unknown dialect is the generic one", "?", "a:b", "a=b|", ""},
};

static void each_dialect_reads_its_own_lines(void **state)
{
	(void)state;
	for (size_t i = 0; i < array_size(dialect_cases); i++)
		check_case(&dialect_cases[i]);
}

/* The bytes that a node says it stands for. */
static void check_place(const struct reading *reading, uint32_t node,
			const char *bytes)
{
	const struct node *it = &reading->doc.nodes[node];
	const struct span place = {reading->doc.source.data + it->offset,
				   it->length};

	if (!span_is(place, bytes))
		fail_msg("node %u is at '%.*s', not '%s'", node,
			 (int)place.size, place.data, bytes);
}

static void every_node_knows_where_it_stands(void **state)
{
	static const struct {
		const char *dialect;
		const char *text;
		const char *places[6]; /* from node 1 on; NULL: container */
	} cases[] = {
		{"", " [ab]\n c d = e f ;g\n", {"ab", NULL, "c d", "e f"}},
		{"", "a=b ;c\n\n  d e\n", {"a", "b ;c\n\n  d e"}},
		{"", "a=\n  b\n  c\n", {"a", "b\n  c"}},
		{"", "a= ;b\n", {"a", ""}},
		{"systemd",
		 "[a]\nb=\\\n#\n c\\\n d\n",
		 {"a", NULL, "b", "c\\\n d"}},
		{"systemd",
		 "[a]\nb=\\\nc\\\nd=\n",
		 {"a", NULL, "b", "c\\\nd="}},
		{"gitconfig",
		 "[a  \"b\"] c = \\\n \"d\"e #f\n",
		 {"a  \"b\"", NULL, "c", "\"d\"e"}},
		{"gitconfig", "[a]\nb", {"a", NULL, "b", "b"}},
		{"mycnf", "[ a ]\nb = 'c' #d", {"a", NULL, "b", "'c'"}},
	};

	(void)state;
	for (size_t i = 0; i < array_size(cases); i++) {
		struct reading reading = {0};

		reading_run(&reading, "ini", cases[i].dialect,
			    span_of(cases[i].text));
		for (uint32_t n = 1; n < reading.doc.count; n++)
			if (cases[i].places[n - 1])
				check_place(&reading, n,
					    cases[i].places[n - 1]);
		reading_release(&reading);
	}
}

static void messages_name_keys_and_never_values(void **state)
{
	struct reading reading = {0};

	(void)state;
	reading_run(&reading, "ini", "",
		    span_of("[a]\nkey=hidden\nkey=hidden\n[a]\n"));
	assert_int_equal(reading.findings.count, 2);
	assert_string_equal(reading.findings.list[0].message,
			    "the section 'a' is already on line 1; join them");
	assert_string_equal(
		reading.findings.list[1].message,
		"the key 'key' is already on line 2; remove one of them");
	assert_int_equal(reading.findings.list[1].place.node, 3);
	reading_release(&reading);
	reading_run(&reading, "ini", "",
		    span_of("[a]\nhidden\n[hidden\n= hidden\n"));
	assert_int_equal(reading.findings.count, 3);
	for (uint32_t i = 0; i < 3; i++)
		assert_null(strstr(reading.findings.list[i].message, "hidden"));
	reading_release(&reading);
}

static void names_tell_the_dialect(void **state)
{
	static const struct {
		const char *path;
		const char *content;
		const char *format;
		const char *dialect;
	} cases[] = {
		{"etc/systemd/system.conf", "", "ini", "systemd"},
		{"systemd/logind.conf.d/a.conf", "", "ini", "systemd"},
		{"a/x.service.d/over.conf", "", "ini", "systemd"},
		{"x.timer.d/over.CONF", "", "ini", "systemd"},
		{"nginx/conf.d/a.conf", "", NULL, ""},
		{".d/a.conf", "", NULL, ""},
		{"a.conf", "", NULL, ""},
		{"journald.conf", "", "ini", "systemd"},
		{"usr/lib/systemd/resolv.conf", "", NULL, ""},
		{"x/.git/config", "", "ini", "gitconfig"},
		{"home/.config/git/config", "", "ini", "gitconfig"},
		{"x/digit/config", "", NULL, ""},
		{"git/config", "", "ini", "gitconfig"},
		{"php.ini", "", "ini", "php"},
		{"a/PHP.INI", "", "ini", "php"},
		{"x.repo", "", "ini", ""},
		{".pylintrc", "", "ini", "setupcfg"},
		{".flake8", "", "ini", "setupcfg"},
		{".coveragerc", "", "ini", "setupcfg"},
		{"mypy.ini", "", "ini", "setupcfg"},
		{"pip.conf", "", "ini", "setupcfg"},
		{".hgrc", "", "ini", "hg"},
		{"my.cnf", "", "ini", "mycnf"},
		{"req.cnf", "", "ini", "cnf"},
		{"openssl.cnf", "", "ini", "openssl"},
		{".npmrc", "", "ini", "npmrc"},
		{"cloud.cfg", "", "yaml", ""},
		{"zoo.cfg", "a=b", "properties", "properties"},
		{"x.cfg", "", "ini", ""},
		{"x.cfg", "# c\n ; d\n\n [a]\n", "ini", ""},
		{"x.cfg", "import os\n[a]\n", NULL, ""},
		{"x.cfg", "# only this", NULL, ""},
		{"setup.cfg", "x = 1\n", "ini", "setupcfg"},
		{"os-release", "", "env", ""},
		{"etc/php/8.2/fpm/conf.d/10-x.ini", "", "ini", "php"},
		{"etc/php/8.2/fpm/pool.d/www.conf", "", "ini", "php"},
		{"php/x.conf", "", NULL, ""},
		{"graphphp/x.ini", "", "ini", ""},
		{"etc/uwsgi/apps-enabled/a.ini", "", "ini", "uwsgi"},
		{"uwsgi.ini", "", "ini", "uwsgi"},
		{"etc/supervisor/conf.d/a.conf", "", "ini", "supervisor"},
		{"supervisord.conf", "", "ini", "supervisor"},
		{"etc/NetworkManager/conf.d/a.conf", "", "ini", "keyfile"},
		{"home.nmconnection", "", "ini", "keyfile"},
		{"ansible.cfg", "[a]\n", "ini", "setupcfg"},
		{"my.ini", "", "ini", "mycnf"},
		{"app.kube", "", "ini", "systemd"},
		{"containers.conf", "", "toml", ""},
		{".gitmodules", "", "ini", "gitconfig"},
		{".editorconfig", "", "ini", "editorconfig"},
	};

	(void)state;
	for (size_t i = 0; i < array_size(cases); i++) {
		const struct format_choice choice =
			format_detect(cases[i].path, span_of(cases[i].content));
		const char *name = choice.format ? choice.format->name : NULL;

		if (!name != !cases[i].format ||
		    (name && strcmp(name, cases[i].format) != 0) ||
		    strcmp(choice.dialect, cases[i].dialect) != 0)
			fail_msg("%s '%s'", cases[i].path, cases[i].content);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(generic_lines_are_read_as_inih_does),
		cmocka_unit_test(bad_lines_are_all_found_where_they_are),
		cmocka_unit_test(each_dialect_reads_its_own_lines),
		cmocka_unit_test(every_node_knows_where_it_stands),
		cmocka_unit_test(messages_name_keys_and_never_values),
		cmocka_unit_test(names_tell_the_dialect),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
