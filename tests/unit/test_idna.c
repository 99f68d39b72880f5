/* Host names by RFC 5890 to 5893. */
#include "tests/unit/unit.h"

#include "validate/schema/strings/idna/idna.h"
#include "validate/schema/strings/idna/label.h"

#include <stdio.h>

/* In an exactly sized heap block, so that ASan sees overreads. */
static bool is_host(const char *text, enum idna_form form)
{
	const size_t size = strlen(text);
	char *block = malloc(size ? size : 1);
	bool is_good;

	memcpy(block, text, size);
	is_good = idna_is_host((struct span){block, size}, form);
	free(block);
	return is_good;
}

struct host_case {
	const char *what;
	const char *text;
	bool in_ascii;
	bool in_unicode;
};

static void run_table(const struct host_case *cases, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (is_host(cases[i].text, IDNA_ASCII) != cases[i].in_ascii)
			fail_msg("in ASCII: %s", cases[i].what);
		if (is_host(cases[i].text, IDNA_UNICODE) != cases[i].in_unicode)
			fail_msg("in Unicode: %s", cases[i].what);
	}
}

static void names_in_ascii_are_letters_digits_and_hyphens(void **state)
{
	static const struct host_case cases[] = {
		{"a name", "node-1.rack2.example", true, true},
		{"capitals", "WWW.Example.COM", true, true},
		{"digits only", "127.0.0.1", true, true},
		{"one letter", "a", true, true},
		{"hyphens in the third and fourth place", "r3---x.example",
		 true, true},
		{"nothing", "", false, false},
		{"a dot", ".", false, false},
		{"a dot in front", ".a", false, false},
		{"a dot behind", "a.", false, false},
		{"two dots", "a..b", false, false},
		{"a hyphen in front", "-a.b", false, false},
		{"a hyphen behind", "a.b-", false, false},
		{"an underscore", "a_b", false, false},
		{"a space", "a b", false, false},
		{"a newline behind", "a\n", false, false},
		{"a port", "a:80", false, false},
	};

	(void)state;
	run_table(cases, array_size(cases));
}

static void encoded_labels_must_decode_to_what_is_encoded_so(void **state)
{
	static const struct host_case cases[] = {
		{"a small word", "xn--bcher-kva.example", true, true},
		{"in capitals", "XN--BCHER-KVA", true, true},
		{"all of it encoded", "xn--wgbh1c", true, true},
		{"nothing behind the mark", "xn--", false, false},
		{"only a hyphen behind it", "xn---", false, false},
		{"only ASCII in it", "xn--abc-", false, false},
		{"a digit that is none", "xn--a_b", false, false},
		{"an end in the middle of a number", "xn--bcher-kv", false,
		 false},
		{"a number too large", "xn--99999999999", false, false},
		{"a capital in Unicode", "xn--bcher-2pa", false, false},
		{"a second way to write it", "xn---9uc", false, false},
		{"inside it another mark", "xn--xn--b-ova", false, false},
	};

	(void)state;
	run_table(cases, array_size(cases));
}

static void characters_are_those_of_rfc_5892(void **state)
{
	static const struct host_case cases[] = {
		{"small letters", "b\u00fccher", false, true},
		{"a capital", "B\u00dccher", false, false},
		{"a capital of ASCII beside", "B\u00fccher", false, false},
		{"sharp s and final sigma", "\u00df\u03c2", false, true},
		{"one more than the last of a run", "\u0527\u0528", false,
		 false},
		{"a digit of another script", "a\u0967", false, true},
		{"a ligature", "\ufb01", false, false},
		{"full width", "\uff41", false, false},
		{"a symbol", "a\u2603", false, false},
		{"an emoji", "\U0001f600", false, false},
		{"not assigned", "a\u0378", false, false},
		{"a letter beyond the first plane", "\U00020000", false, true},
		{"not joined: nothing visible", "a\u00adb", false, false},
		{"a mark in front", "\u0301a", false, false},
		{"hyphens in the third and fourth place", "\u00fca--b", false,
		 false},
		{"hyphens elsewhere", "\u00fc-a--b", false, true},
		{"a hyphen in front", "-\u00fc", false, false},
		{"bytes that are not UTF-8", "a\xff", false, false},
		{"cut UTF-8", "a\xe2\x98", false, false},
	};

	(void)state;
	run_table(cases, array_size(cases));
}

static void some_characters_need_company(void **state)
{
	static const struct host_case cases[] = {
		{"a dot between l", "col\u00b7lega", false, true},
		{"a dot after l only", "col\u00b7a", false, false},
		{"a dot at the end", "col\u00b7", false, false},
		{"keraia before Greek", "\u0375\u03b1", false, true},
		{"keraia before Latin", "\u0375b", false, false},
		{"geresh after Hebrew", "\u05d2\u05f3", false, true},
		{"gershayim in front", "\u05f4\u05d2", false, false},
		{"a Katakana dot beside Han", "\u65e5\u30fba", false, true},
		{"a Katakana dot alone", "\u30fb", false, false},
		{"two kinds of digits", "\u0628\u0661\u06f1", false, false},
		{"one kind of digits", "\u0628\u0661\u0662", false, true},
		{"a joiner after a virama", "\u0915\u094d\u200d", false, true},
		{"a joiner after a letter", "\u0915\u200d", false, false},
		{"a non-joiner between letters that join", "\u0628\u200c\u0628",
		 false, true},
		{"marks beside the non-joiner",
		 "\u0628\u064e\u200c\u064e\u0628", false, true},
		{"a non-joiner after a letter that does not join on",
		 "\u0627\u200c\u0628", false, false},
		{"a non-joiner at the end", "\u0628\u200c", false, false},
		{"a non-joiner between Latin letters", "a\u200cb", false,
		 false},
	};

	(void)state;
	run_table(cases, array_size(cases));
}

static void a_name_has_one_direction(void **state)
{
	static const struct host_case cases[] = {
		{"Hebrew", "\u05d0\u05d1.\u05d0", false, true},
		{"Hebrew below Latin", "\u05d0.example", false, true},
		{"Hebrew that ends with a digit", "\u05d01", false, true},
		{"Hebrew that ends with a mark", "\u05d0\u05b0", false, true},
		{"Hebrew with a hyphen", "\u05d0-\u05d1", false, true},
		{"Hebrew after a Latin letter", "a\u05d0", false, false},
		{"Latin after Hebrew", "\u05d0a", false, false},
		{"a digit in front", "1\u05d0", false, false},
		{"a label of digits beside Hebrew", "1.\u05d0", false, false},
		{"the same without Hebrew", "1.a", true, true},
		{"the label of digits behind", "\u05d0.1", false, false},
		{"Hebrew that ends with a neutral sign", "\u05d0\u02b9", false,
		 false},
		{"Latin that ends with one", "a\u02b9.a", false, true},
		{"the same beside Hebrew", "a\u02b9.\u05d0", false, false},
		{"both kinds of digits", "\u05d01\u0660", false, false},
		{"encoded Hebrew beside digits", "1.xn--4db", false, false},
		{"encoded Hebrew", "a.xn--4db", true, true},
	};

	(void)state;
	run_table(cases, array_size(cases));
}

static void labels_are_in_normal_form(void **state)
{
	static const struct host_case cases[] = {
		{"composed", "caf\u00e9", false, true},
		{"decomposed", "cafe\u0301", false, false},
		{"a mark that goes with nothing", "q\u0301", false, true},
		{"marks in order", "q\u0323\u0301", false, true},
		{"marks out of order", "q\u0301\u0323", false, false},
		{"composed over a mark below", "e\u0327\u0301", false, false},
		{"blocked by a mark like it", "q\u0308\u0301", false, true},
		{"a mark above, then one below that fits", "\u015b\u0323",
		 false, false},
		{"a mark above, then one below that does not", "\u00fd\u0327",
		 false, true},
		{"letter and letter", "\u09c7\u09be", false, false},
	};

	(void)state;
	run_table(cases, array_size(cases));
	assert_true(is_host("cafe\u0301", IDNA_ANY));
}

/* `count` times `unit`. */
static char *repeat(const char *unit, size_t count)
{
	const size_t size = strlen(unit);
	char *text = malloc(size * count + 1);

	for (size_t i = 0; i < count; i++)
		memcpy(text + i * size, unit, size);
	text[size * count] = '\0';
	return text;
}

static void expect_repeated(const char *unit, size_t count, const char *end,
			    bool wanted)
{
	char *many = repeat(unit, count);
	char *text = malloc(strlen(many) + strlen(end) + 1);

	strcpy(text, many);
	strcat(text, end);
	if (is_host(text, IDNA_UNICODE) != wanted)
		fail_msg("%zu times %s", count, unit);
	free(text);
	free(many);
}

static void sizes_are_those_of_the_name_in_ascii(void **state)
{
	(void)state;
	expect_repeated("a", 63, "", true);
	expect_repeated("a", 64, "", false);
	expect_repeated("\u00fc", 57, "", true);
	expect_repeated("\u00fc", 58, "", false);
	expect_repeated("a.", 126, "a", true);
	expect_repeated("a.", 127, "a", false);
	expect_repeated("a\u3002", 126, "a", true);
	expect_repeated("a\u3002", 127, "a", false);
	/* Each label is eleven bytes in ASCII, dot included. */
	expect_repeated("ab\u00fc.", 22, "a", true);
	expect_repeated("ab\u00fc.", 22, "abcdefghijk", true);
	expect_repeated("ab\u00fc.", 22, "abcdefghijkl", false);
}

static void long_names_are_refused_at_once(void **state)
{
	static const char *const units[] = {"a",      "a.",	"-",
					    "\u00fc", "\u4e00", "\U00020000",
					    "\u3002", "\u0301", "xn--"};

	(void)state;
	for (size_t i = 0; i < array_size(units); i++)
		expect_repeated(units[i], 1u << 20, "", false);
}

/* Names that were cut or changed anywhere never surprise. */
static void broken_names_do_no_harm(void **state)
{
	static const char *const names[] = {
		"xn--11b2ezcw70k.xn--ngba5hb2804a", "\u0915\u094d\u200d\u0937",
		"xn--ihqwcrb4cv8a8dqg056pqjye.a\u3002\u05d0"};
	char text[128];

	(void)state;
	for (size_t i = 0; i < array_size(names); i++) {
		const size_t size = strlen(names[i]);

		for (size_t cut = 0; cut <= size; cut++) {
			memcpy(text, names[i], cut);
			text[cut] = '\0';
			(void)is_host(text, IDNA_UNICODE);
		}
		for (size_t at = 0; at < size * 255; at++) {
			memcpy(text, names[i], size + 1);
			text[at / 255] = (char)(at % 255 + 1);
			(void)is_host(text, IDNA_UNICODE);
			(void)is_host(text, IDNA_ASCII);
		}
	}
}

static uint32_t next_random(uint32_t *seed)
{
	*seed = *seed * 1664525u + 1013904223u;
	return *seed >> 8;
}

static void what_is_encoded_decodes_to_itself(void **state)
{
	uint32_t seed = 1;
	uint32_t points[PUNYCODE_LABEL_MAX];
	uint32_t decoded[PUNYCODE_LABEL_MAX];
	size_t encoded = 0;

	(void)state;
	for (int round = 0; round < 20000; round++) {
		char text[PUNYCODE_LABEL_MAX];
		const size_t count = next_random(&seed) % 20 + 1;

		for (size_t i = 0; i < count; i++) {
			static const uint32_t limits[] = {26, 0x500, 0xd000,
							  0x10ff00};
			const uint32_t limit = limits[next_random(&seed) % 4];

			points[i] = 'a' + next_random(&seed) % limit;
		}

		const size_t size = punycode_encode(points, count, text);

		if (!size)
			continue;
		encoded++;
		assert_int_equal(
			punycode_decode((struct span){text, size}, decoded),
			count);
		assert_memory_equal(points, decoded, count * sizeof(*points));
	}
	assert_true(encoded > 10000);
}

/* Every code point alone: a count that only another Unicode may change. */
static void as_many_characters_are_allowed_as_unicode_has(void **state)
{
	size_t count = 0;

	(void)state;
	for (uint32_t point = 0; point < 0x110000; point++) {
		struct label label = {.points = {point}, .count = 1};

		count += label_classify(&label);
	}
	assert_string_equal(idna_unicode_version, "15.0");
	assert_int_equal(count, 133550);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_in_ascii_are_letters_digits_and_hyphens),
		cmocka_unit_test(
			encoded_labels_must_decode_to_what_is_encoded_so),
		cmocka_unit_test(characters_are_those_of_rfc_5892),
		cmocka_unit_test(some_characters_need_company),
		cmocka_unit_test(a_name_has_one_direction),
		cmocka_unit_test(labels_are_in_normal_form),
		cmocka_unit_test(sizes_are_those_of_the_name_in_ascii),
		cmocka_unit_test(long_names_are_refused_at_once),
		cmocka_unit_test(broken_names_do_no_harm),
		cmocka_unit_test(what_is_encoded_decodes_to_itself),
		cmocka_unit_test(as_many_characters_are_allowed_as_unicode_has),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
