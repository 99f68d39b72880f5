/* Host names made at random: judged as ICU does, where ICU is here. */
#include "tests/unit/unit.h"

#include "validate/schema/strings/idna/idna.h"
#include "validate/schema/strings/idna/label.h"

#include <stdio.h>
#include <unicode/uchar.h>
#include <unicode/uidna.h>
#include <unicode/unorm2.h>
#include <unicode/ustring.h>

enum { POINTS = 0x110000, ROUNDS = 100000, TEXT_SIZE = 64 };

/* Characters that have rules of their own, and some that go with them. */
static const UChar32 special[] = {0x200c, 0x200d, 0xb7,	 0x375,	 0x5f3, 0x5f4,
				  0x30fb, 0x660,  0x6f0, 'l',	 '-',	'0',
				  0x94d,  0x628,  0x5d0, 0x3042, 'a',	0x301,
				  0x323,  0x64e,  0x3b1, 0x2b9,	 'e',	0x15b};

struct random {
	uint32_t seed;
	UChar32 allowed[150000];
	uint32_t count;
};

static uint32_t next_random(struct random *random)
{
	random->seed = random->seed * 1664525u + 1013904223u;
	return random->seed >> 8;
}

static void find_allowed(struct random *random)
{
	for (UChar32 c = 0; c < POINTS; c++) {
		struct label label = {.points = {(uint32_t)c}, .count = 1};

		if (label_classify(&label))
			random->allowed[random->count++] = c;
	}
}

static UChar32 random_point(struct random *random)
{
	switch (next_random(random) % 3) {
	case 0:
		return special[next_random(random) % array_size(special)];
	case 1:
		return random->allowed[next_random(random) % 2000];
	default:
		return random->allowed[next_random(random) % random->count];
	}
}

static void fail_at(const char *what, const UChar32 *points, int count)
{
	for (int i = 0; i < count; i++)
		print_message("U+%04X ", (unsigned)points[i]);
	fail_msg("%s", what);
}

/* One name of one or two labels. Returns whether it is good. */
static bool compare_name(const UIDNA *idna, const UNormalizer2 *nfc,
			 const UChar32 *points, int count)
{
	UErrorCode error = U_ZERO_ERROR;
	UIDNAInfo info = UIDNA_INFO_INITIALIZER;
	UChar wide[TEXT_SIZE];
	UChar ascii[TEXT_SIZE * 4];
	char text[TEXT_SIZE];
	int32_t wide_size = 0;
	int32_t size = 0;

	u_strFromUTF32(wide, TEXT_SIZE, &wide_size, points, count, &error);
	u_strToUTF8(text, TEXT_SIZE, &size, wide, wide_size, &error);
	uidna_nameToASCII(idna, wide, wide_size, ascii, TEXT_SIZE * 4, &info,
			  &error);
	assert_true(U_SUCCESS(error));

	/* ICU brings names into normal form first. */
	const bool wanted = !info.errors &&
			    unorm2_isNormalized(nfc, wide, wide_size, &error);
	const bool found =
		idna_is_host((struct span){text, (size_t)size}, IDNA_UNICODE);

	if (wanted != found)
		fail_at(wanted ? "good for ICU" : "bad for ICU", points, count);
	return found;
}

static void names_are_judged_as_icu_does(void **state)
{
	const uint32_t options = UIDNA_CHECK_BIDI | UIDNA_CHECK_CONTEXTJ |
				 UIDNA_CHECK_CONTEXTO | UIDNA_USE_STD3_RULES |
				 UIDNA_NONTRANSITIONAL_TO_ASCII;
	static struct random random = {.seed = 1};
	UErrorCode error = U_ZERO_ERROR;
	UIDNA *idna = uidna_openUTS46(options, &error);
	const UNormalizer2 *nfc = unorm2_getNFCInstance(&error);
	UVersionInfo version;
	char known[16];
	size_t good = 0;

	(void)state;
	assert_true(U_SUCCESS(error));
	u_getUnicodeVersion(version);
	snprintf(known, sizeof(known), "%d.%d", version[0], version[1]);
	if (strcmp(known, idna_unicode()) != 0) {
		uidna_close(idna);
		skip();
	}
	find_allowed(&random);
	for (int round = 0; round < ROUNDS; round++) {
		UChar32 points[8];
		const int count = (int)(next_random(&random) % 6) + 1;
		const uint32_t dot = next_random(&random) % 12;

		for (int i = 0; i < count; i++)
			points[i] = random_point(&random);
		if (dot > 0 && dot + 1 < (uint32_t)count)
			points[dot] = '.';
		good += compare_name(idna, nfc, points, count);
	}
	print_message("%zu of %d are good\n", good, ROUNDS);
	assert_true(good > ROUNDS / 10 && good < ROUNDS * 9 / 10);
	uidna_close(idna);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_are_judged_as_icu_does),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
