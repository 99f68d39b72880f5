/* The report of duplicate keys that all readers share, by way of JSON. */
#include "tests/unit/unit.h"

#include "validate/formats/formats.h"

#include <stdio.h>

static void run(struct reading *reading, struct span text)
{
	*reading = (struct reading){0};
	reading_run(reading, "json", "", text);
}

static void a_duplicate_key_is_named_with_the_line_of_the_first(void **state)
{
	static const struct {
		const char *what;
		const char *text;
		uint32_t offset; /* 0: no finding */
		const char *message;
	} cases[] = {
		{"none", "{\"a\":1,\"b\":{\"a\":1}}", 0, ""},
		{"two", "{\n\"a\":1,\n\"a\":2}", 9, "'a' is already on line 2"},
		{"written differently", "{\"a\":1,\"\\u0061\":2}", 7, "'a'"},
		{"empty", "{\"\":1,\"\":2}", 6, "key ''"},
		{"inner", "[{\"x\":{\"k\":1,\"k\":[]}}]", 13, "'k'"},
		{"control characters",
		 "{\"\\u001b[1m\\n\":1,\"\\u001b[1m\\n\":2}", 17, "'?[1m?'"},
		{"bidi", "{\"a\xe2\x80\xae\":1,\"a\xe2\x80\xae\":2}", 10,
		 "'a?'"},
		{"not ASCII", "{\"\xc3\xa9\":1,\"\xc3\xa9\":2}", 8,
		 "'\xc3\xa9'"},
		{"long",
		 "{\"aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeee"
		 "ffffffffff.\":1,\"aaaaaaaaaabbbbbbbbbbccccccccccdddddddddd"
		 "eeeeeeeeeeffffffffff.\":2}",
		 67,
		 "'aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeee"
		 "ffffffffff...'"},
	};

	(void)state;
	for (size_t i = 0; i < array_size(cases); i++) {
		struct reading reading;

		run(&reading, span_of(cases[i].text));

		const struct raw_finding *finding = reading.findings.list;
		const bool has_one = cases[i].offset > 0;

		if (reading.findings.count != has_one)
			fail_msg("%s: %u", cases[i].what,
				 reading.findings.count);
		if (has_one && (finding->place.offset != cases[i].offset ||
				!strstr(finding->message, cases[i].message) ||
				strcmp(finding->rule, "key/duplicate") != 0))
			fail_msg("%s: %u %s", cases[i].what,
				 finding->place.offset, finding->message);
		if (has_one)
			assert_true(
				reading.doc.nodes[finding->place.node].flags &
				NODE_KEY);
		assert_int_equal(reading.doc.documents[0].root, 0);
		reading_release(&reading);
	}
}

/* Backwards, so that the line of each first has to be sought again. */
static void very_many_duplicates_are_counted(void **state)
{
	enum { KEYS = 20000, ENTRY = 16 };
	char *text = malloc(2 * KEYS * ENTRY + 2);
	size_t at = 0;
	struct reading reading;

	(void)state;
	text[at++] = '{';
	for (int i = 0; i < 2 * KEYS; i++)
		at += (size_t)sprintf(text + at, "%s\n\"%d\":0", i ? "," : "",
				      i < KEYS ? i : 2 * KEYS - 1 - i);
	text[at++] = '}';
	run(&reading, (struct span){text, at});
	assert_int_equal(reading.findings.totals[SEVERITY_ERROR], KEYS);
	assert_int_equal(reading.findings.count, reading.limits.findings);
	assert_non_null(strstr(reading.findings.list[0].message,
			       "'19999' is already on line 20001"));
	assert_non_null(strstr(reading.findings.list[1].message,
			       "'19998' is already on line 20000"));
	reading_release(&reading);
	free(text);
}

/* An object with these keys; findings of the reading. */
static uint32_t repeats_among(char (*keys)[16], size_t count)
{
	char *text = malloc(count * 24 + 2);
	size_t at = 0;
	struct reading reading;
	uint32_t found;

	text[at++] = '{';
	for (size_t i = 0; i < count; i++)
		at += (size_t)sprintf(text + at, "%s\"%s\":0", i ? "," : "",
				      keys[i]);
	text[at++] = '}';
	run(&reading, (struct span){text, at});
	found = reading.findings.totals[SEVERITY_ERROR];
	reading_release(&reading);
	free(text);
	return found;
}

static void a_repeat_is_found_in_objects_of_every_size(void **state)
{
	enum { MOST = 200 };
	char keys[MOST][16];

	(void)state;
	for (size_t i = 0; i < MOST; i++)
		sprintf(keys[i], "key%zu", i * i);
	for (size_t count = 2; count <= MOST; count++) {
		char kept[16];

		assert_int_equal(repeats_among(keys, count), 0);
		memcpy(kept, keys[count - 1], 16);
		memcpy(keys[count - 1], keys[count / 3], 16);
		assert_int_equal(repeats_among(keys, count), 1);
		memcpy(keys[count - 1], kept, 16);
	}
}

/* Keys that fill one place of any table of up to 1024. */
static void keys_made_to_collide_are_told_apart(void **state)
{
	enum { MOST = 120 };
	char keys[MOST + 1][16];
	size_t count = 0;

	(void)state;
	for (unsigned n = 0; count < MOST; n++) {
		sprintf(keys[count], "%u", n);
		count += doc_hash(span_of(keys[count])) % 1024 < 2;
	}
	for (size_t size = 2; size <= MOST; size++)
		assert_int_equal(repeats_among(keys, size), 0);
	memcpy(keys[MOST], keys[MOST / 2], 16);
	assert_int_equal(repeats_among(keys, MOST + 1), 1);
}

struct hashed {
	uint32_t hash;
	unsigned number;
};

static int compare_hashed(const void *left, const void *right)
{
	const struct hashed *a = left;
	const struct hashed *b = right;

	return a->hash < b->hash ? -1 : a->hash > b->hash;
}

/* Among so many keys some have one hash. */
static void keys_with_one_hash_are_told_apart(void **state)
{
	enum { MANY = 400000, SOME = 20 };
	struct hashed *list = malloc(MANY * sizeof(*list));
	char keys[SOME][16] = {"x", "y"};
	size_t pairs = 0;

	(void)state;
	for (unsigned i = 0; i < MANY; i++) {
		sprintf(keys[0], "%x", i * 2654435761u);
		list[i] = (struct hashed){doc_hash(span_of(keys[0])), i};
	}
	qsort(list, MANY, sizeof(*list), compare_hashed);
	for (size_t i = 2; i < SOME; i++)
		sprintf(keys[i], "key%zu", i);
	for (size_t i = 1; i < MANY; i++) {
		if (list[i].hash != list[i - 1].hash)
			continue;
		sprintf(keys[0], "%x", list[i].number * 2654435761u);
		sprintf(keys[1], "%x", list[i - 1].number * 2654435761u);
		assert_int_equal(repeats_among(keys, 2), 0);
		assert_int_equal(repeats_among(keys, SOME), 0);
		pairs++;
	}
	assert_true(pairs > 0);
	free(list);
}

static void names_are_shown_without_harm(void **state)
{
	static const struct {
		const char *name;
		const char *shown;
	} cases[] = {
		{"plain name", "plain name"},
		{"a\x7f\x1f", "a??"},
		{"\xc2\x9b"
		 "1m",
		 "?1m"},
		{"\xe2\x80\x8b\xe2\x80\x94\xe2\x81\xa6", "?\xe2\x80\x94?"},
		{"\xef\xbb\xbfx", "?x"},
		{"\xff\xfe"
		 "a\xc3",
		 "??a?"},
		{"\xed\xa0\x80", "?"},
		{"\xf0\x9f\x98\x80", "\xf0\x9f\x98\x80"},
	};
	char shown[FORMATS_NAME_SIZE];
	static const char point[4] = {'\xf0', '\x9f', '\x98', '\x80'};
	char longest[sizeof(point) * 61];

	(void)state;
	for (size_t i = 0; i < array_size(cases); i++) {
		formats_show_name(span_of(cases[i].name), shown);
		assert_string_equal(shown, cases[i].shown);
	}
	formats_show_name((struct span){"\xc3\xa9", 1}, shown);
	assert_string_equal(shown, "?");
	for (size_t i = 0; i < 61; i++)
		memcpy(longest + sizeof(point) * i, point, sizeof(point));
	formats_show_name((struct span){longest, sizeof(longest)}, shown);
	assert_int_equal(strlen(shown), 4 * 60 + 3);
	formats_show_name((struct span){longest, sizeof(longest) - 4}, shown);
	assert_int_equal(strlen(shown), 4 * 60);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			a_duplicate_key_is_named_with_the_line_of_the_first),
		cmocka_unit_test(very_many_duplicates_are_counted),
		cmocka_unit_test(a_repeat_is_found_in_objects_of_every_size),
		cmocka_unit_test(keys_made_to_collide_are_told_apart),
		cmocka_unit_test(keys_with_one_hash_are_told_apart),
		cmocka_unit_test(names_are_shown_without_harm),
	};

	return cmocka_run_group_tests_name("duplicates", tests, NULL, NULL);
}
