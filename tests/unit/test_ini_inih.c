/*
 * The generic INI reader beside inih itself, as the system has it, on files
 * within inih's own limits: the same sections, keys and values in the same
 * order, and the same first bad line. What the reader decides otherwise on
 * purpose (the table in ini_dialect.h) does not occur in these files.
 */
#include "tests/unit/shown.h"
#include "tests/unit/suite.h"

#include "validate/text.h"

#include <ini.h>

enum { ENTRIES_MAX = 64, INIH_LINE_MAX = 190 };

/* What inih said, key by key. */
struct entry {
	char *section;
	char *name;
	struct shown value;
};

struct plain {
	const char *rest; /* of the text */
	bool is_indented; /* the line that inih has now */
	struct entry entries[ENTRIES_MAX];
	size_t count;
};

/* inih asks for a line, as by fgets(). */
static char *next_line(char *buffer, int room, void *ctx)
{
	struct plain *plain = ctx;
	size_t size = strcspn(plain->rest, "\n");

	size += plain->rest[size] == '\n';
	if (size == 0)
		return NULL;
	assert_true(size < INIH_LINE_MAX && size < (size_t)room);
	memcpy(buffer, plain->rest, size);
	buffer[size] = '\0';
	plain->is_indented = buffer[0] == ' ' || buffer[0] == '\t';
	plain->rest += size;
	return buffer;
}

/* inih tells more of a value as the same name again. */
static int take_pair(void *ctx, const char *section, const char *name,
		     const char *value)
{
	struct plain *plain = ctx;
	struct entry *last;

	if (plain->is_indented) {
		assert_true(plain->count > 0);
		show(&plain->entries[plain->count - 1].value, "\n%s", value);
		return 1;
	}
	assert_true(plain->count < ENTRIES_MAX);
	last = &plain->entries[plain->count++];
	last->section = strdup(section);
	last->name = strdup(name);
	show(&last->value, "%s", value);
	return 1;
}

static bool is_same_key(const struct entry *a, const struct entry *b)
{
	return strcmp(a->section, b->section) == 0 &&
	       strcmp(a->name, b->name) == 0;
}

static bool is_repeated_later(const struct plain *plain, size_t index)
{
	for (size_t i = index + 1; i < plain->count; i++)
		if (is_same_key(&plain->entries[i], &plain->entries[index]))
			return true;
	return false;
}

static bool is_first_of_section(const struct plain *plain, size_t index)
{
	for (size_t i = 0; i < index; i++)
		if (strcmp(plain->entries[i].section,
			   plain->entries[index].section) == 0)
			return false;
	return true;
}

/* Sections as they came first, of each key the last. */
static void show_plain(struct shown *shown, const struct plain *plain)
{
	show(shown, "%s", "");
	for (size_t first = 0; first < plain->count; first++) {
		if (!is_first_of_section(plain, first))
			continue;
		for (size_t i = first; i < plain->count; i++) {
			const struct entry *entry = &plain->entries[i];

			if (strcmp(entry->section,
				   plain->entries[first].section) == 0 &&
			    !is_repeated_later(plain, i))
				show(shown, "%s.%s=%s|", entry->section,
				     entry->name, entry->value.text);
		}
	}
}

static void release_plain(struct plain *plain)
{
	for (size_t i = 0; i < plain->count; i++) {
		free(plain->entries[i].section);
		free(plain->entries[i].name);
		free(plain->entries[i].value.text);
	}
}

static void show_object(struct shown *shown, const struct doc *doc,
			uint32_t object, const char *section)
{
	for (uint32_t key = object + 1; key < doc->nodes[object].next;) {
		const struct node *name = &doc->nodes[key];
		const struct node *value = &doc->nodes[name->next];
		char *text = strndup(name->text, name->size);

		if (value->type == NODE_OBJECT)
			show_object(shown, doc, name->next, text);
		else
			show(shown, "%s.%s=%.*s|", section, text,
			     (int)value->size, value->text);
		free(text);
		key = value->next;
	}
}

static uint32_t first_bad_line(const struct reading *reading)
{
	struct text_cursor cursor;

	for (uint32_t i = 0; i < reading->findings.count; i++) {
		const struct raw_finding *finding = &reading->findings.list[i];

		if (strcmp(finding->rule, "syntax/ini") != 0)
			continue;
		text_cursor_init(&cursor, reading->doc.source);
		return text_position(&cursor, finding->place.offset).line;
	}
	return 0;
}

/* Was it good for both? They must agree on that, and on all of it. */
static bool compare(const char *text)
{
	struct reading reading = {0};
	struct plain plain = {.rest = text};
	struct shown theirs = {0};
	struct shown ours = {0};
	const int bad = ini_parse_stream(next_line, &plain, take_pair, &plain);

	assert_true(bad >= 0);
	reading_run(&reading, "ini", "", span_of(text));
	assert_int_equal(reading.result, 0);
	if (bad != (int)first_bad_line(&reading))
		fail_msg("inih says line %d is bad, the reader %u:\n%s", bad,
			 first_bad_line(&reading), text);
	show_plain(&theirs, &plain);
	show(&ours, "%s", "");
	if (!bad)
		show_object(&ours, &reading.doc, 0, "");
	if (!bad && strcmp(ours.text, theirs.text) != 0)
		fail_msg("inih: %s\nthe reader: %s\n%s", theirs.text, ours.text,
			 text);
	free(ours.text);
	free(theirs.text);
	release_plain(&plain);
	reading_release(&reading);
	return bad == 0;
}

static uint32_t next_random(uint32_t *seed)
{
	*seed = *seed * 1664525u + 1013904223u;
	return *seed >> 16;
}

/*
 * A bit of text in which anything can stand that decides. Where a name may be
 * it is short: inih's have at most 49 bytes.
 */
static void add_bits(struct shown *text, bool is_short, uint32_t *seed)
{
	static const char *const bits[] = {
		"long enough to be cut by a reader that has small buffers",
		"a",
		"b c",
		" ",
		";",
		" ;",
		"#",
		"=",
		":",
		"[x",
		"]",
		"",
		"\t",
		"\"",
		"\xc3\xa9",
		" d ",
		"; e"};
	const uint32_t count = next_random(seed) % 6;
	size_t size = 0;

	for (uint32_t i = 0; i < count && size < 30; i++) {
		const char *bit =
			bits[is_short +
			     next_random(seed) % (array_size(bits) - is_short)];

		show(text, "%s", bit);
		size += strlen(bit);
	}
}

/*
 * A key at the margin follows each header: there inih's rule for indented lines
 * and the reader's agree. Names come from a few, so that all repeats.
 */
static void add_line(struct shown *text, uint32_t *seed)
{
	static const char *const begins[] = {
		"[s%", "[s%", "k%", "k% =", "k%: b", "  w", " \t ;", "# ", ""};
	const char *begin = begins[next_random(seed) % array_size(begins)];
	const char *newline = next_random(seed) % 4 ? "\n" : "\r\n";
	const bool is_name = begin[0] == '[' || strcmp(begin, "k%") == 0;

	for (const char *at = begin; *at; at++) {
		if (*at == '%')
			show(text, "%u", next_random(seed) % 3);
		else
			show(text, "%c", *at);
	}
	if (begin[0])
		add_bits(text, is_name, seed);
	if (begin[0] == '[' && next_random(seed) % 4)
		show(text, "]");
	if (begin[0] == 'k' && next_random(seed) % 4)
		show(text, "=");
	if (begin[0])
		add_bits(text, is_name, seed);
	show(text, "%s", newline);
	if (begin[0] == '[')
		show(text, "m =%s", newline);
}

static void generated_files_read_as_with_inih(void **state)
{
	uint32_t seed = 7;
	uint32_t good = 0;

	(void)state;
	for (int round = 0; round < 8000; round++) {
		struct shown text = {0};
		const uint32_t lines = 1 + next_random(&seed) % 10;

		show(&text, "k = b\n");
		for (uint32_t i = 0; i < lines; i++)
			add_line(&text, &seed);
		good += compare(text.text);
		free(text.text);
	}
	print_message("%u of 8000 are good for both\n", good);
	assert_true(good > 1500);
}

/* As people write them, each with what makes readers differ. */
static const char *const files[] = {
	"; database\n[client]\nport=3306\nsocket = /run/db.sock\n\n"
	"[server]\nbind: 127.0.0.1 ; not the world\nmax connections = 100\n",
	"name = app\r\n\r\n[log]\r\nlevel=debug\r\npath = "
	"C:\\logs\\app.txt\r\n",
	"[paths]\ninclude = /a\n\t/b\n\t/c\n# done\nurl = http://x/?a=b;c=d\n",
	"[a]\nx = \"quoted ; text\"\ny = 'it''s'\nz =\n[b]\n[a]\nx = again\n",
	"[section with spaces]\nkey with spaces = value with  spaces\n",
	"\xef\xbb\xbf[bom]\nkey = \xc3\xa9\xe2\x82\xac\n",
	"[unclosed\nkey = value\n",
	"[a]\nno separator here\n",
	"",
	"\n\n# only comments\n; of both kinds\n",
	"key = no newline at the end",
};

static void files_as_people_write_them_read_as_with_inih(void **state)
{
	(void)state;
	for (size_t i = 0; i < array_size(files); i++) {
		const size_t bom = text_bom_size(span_of(files[i]));

		compare(files[i] + bom);
	}
}

static void the_examples_of_the_project_read_as_with_inih(void **state)
{
	static const char *const names[] = {"primary.ini", "replica.ini"};
	const char *data = getenv("CFGFS_TEST_DATA");
	char path[1024];
	struct span text;

	(void)state;
	for (size_t i = 0; i < array_size(names); i++) {
		(void)snprintf(path, sizeof(path), "%s/../examples/db/%s",
			       data ? data : "tests/data", names[i]);
		if (!suite_read(path, &text))
			fail_msg("%s", path);

		char *copy = strndup(text.data, text.size);

		assert_true(compare(copy));
		free(copy);
		free((void *)(uintptr_t)text.data);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(generated_files_read_as_with_inih),
		cmocka_unit_test(files_as_people_write_them_read_as_with_inih),
		cmocka_unit_test(the_examples_of_the_project_read_as_with_inih),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
