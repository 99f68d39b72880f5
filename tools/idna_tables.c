/*
 * Writes validate/schema/strings/idna/tables.c from the Unicode data of ICU:
 *   idna_tables >validate/schema/strings/idna/tables.c
 * Which characters a label may have is derived as RFC 5892 section 2 says.
 * With --version it only prints the version of Unicode that ICU knows.
 */
#include "validate/schema/strings/idna/tables.h"

#include <stdio.h>
#include <unicode/uchar.h>
#include <unicode/unorm2.h>
#include <unicode/uscript.h>
#include <unicode/ustring.h>

enum { POINTS = 0x110000, CLASSES_MAX = 32, TEXT_UNITS = 64 };

/* Everything that the tables are made of. */
struct data {
	const UNormalizer2 *nfc;
	const UNormalizer2 *nfkc;
	int8_t classes[POINTS]; /* number of the class, -1: not allowed */
	struct idna_class list[CLASSES_MAX];
	int class_count;
};

/* RFC 5892 section 2.6; 1 allowed, 0 not, -1: no exception. */
static int exception(UChar32 c)
{
	static const UChar32 allowed[] = {0xdf,	 0x3c2,	 0x6fd, 0x6fe,
					  0xf0b, 0x3007, 0xb7,	0x375,
					  0x5f3, 0x5f4,	 0x30fb};
	static const UChar32 refused[] = {0x640, 0x7fa, 0x302e, 0x302f, 0x303b};

	for (size_t i = 0; i < array_size(allowed); i++)
		if (c == allowed[i])
			return 1;
	for (size_t i = 0; i < array_size(refused); i++)
		if (c == refused[i])
			return 0;
	if ((c >= 0x660 && c <= 0x669) || (c >= 0x6f0 && c <= 0x6f9))
		return 1;
	return c >= 0x3031 && c <= 0x3035 ? 0 : -1;
}

/* Does compatibility normalisation or case folding change it? (2.2) */
static bool is_unstable(const struct data *data, UChar32 c)
{
	UErrorCode error = U_ZERO_ERROR;
	UChar plain[2];
	UChar text[3][TEXT_UNITS];
	int32_t size = 0;
	int32_t n;

	U16_APPEND_UNSAFE(plain, size, c);
	n = unorm2_normalize(data->nfkc, plain, size, text[0], TEXT_UNITS,
			     &error);
	n = u_strFoldCase(text[1], TEXT_UNITS, text[0], n, U_FOLD_CASE_DEFAULT,
			  &error);
	n = unorm2_normalize(data->nfkc, text[1], n, text[2], TEXT_UNITS,
			     &error);
	return U_FAILURE(error) || n != size ||
	       memcmp(plain, text[2], (size_t)n * sizeof(UChar)) != 0;
}

/* Section 2.3 and 2.4: properties and blocks that are ignored. */
static bool is_ignorable(UChar32 c)
{
	return u_hasBinaryProperty(c, UCHAR_DEFAULT_IGNORABLE_CODE_POINT) ||
	       u_hasBinaryProperty(c, UCHAR_WHITE_SPACE) ||
	       u_hasBinaryProperty(c, UCHAR_NONCHARACTER_CODE_POINT) ||
	       (c >= 0x20d0 && c <= 0x20ff) || (c >= 0x1d100 && c <= 0x1d24f);
}

/* Section 2.9: parts that Hangul syllables were once made of. */
static bool is_old_hangul(UChar32 c)
{
	const int32_t type =
		u_getIntPropertyValue(c, UCHAR_HANGUL_SYLLABLE_TYPE);

	return type == U_HST_LEADING_JAMO || type == U_HST_VOWEL_JAMO ||
	       type == U_HST_TRAILING_JAMO;
}

/* The order of RFC 5892 section 3. */
static bool is_allowed(const struct data *data, UChar32 c)
{
	const uint32_t letters_and_digits =
		U_GC_LL_MASK | U_GC_LU_MASK | U_GC_LO_MASK | U_GC_ND_MASK |
		U_GC_LM_MASK | U_GC_MN_MASK | U_GC_MC_MASK;
	const int known = exception(c);

	if (known >= 0)
		return known;
	if (u_charType(c) == U_UNASSIGNED || u_charType(c) == U_SURROGATE)
		return false;
	if (c == '-' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z'))
		return true;
	if (u_hasBinaryProperty(c, UCHAR_JOIN_CONTROL))
		return true;
	return !is_old_hangul(c) && !is_unstable(data, c) && !is_ignorable(c) &&
	       U_GET_GC_MASK(c) & letters_and_digits;
}

static uint8_t direction_of(UChar32 c)
{
	switch ((int)u_charDirection(c)) {
	case U_LEFT_TO_RIGHT:
		return IDNA_LEFT;
	case U_RIGHT_TO_LEFT:
		return IDNA_RIGHT;
	case U_RIGHT_TO_LEFT_ARABIC:
		return IDNA_ARABIC;
	case U_ARABIC_NUMBER:
		return IDNA_ARABIC_NUMBER;
	case U_EUROPEAN_NUMBER:
		return IDNA_NUMBER;
	case U_DIR_NON_SPACING_MARK:
		return IDNA_MARK;
	default:
		return IDNA_NEUTRAL;
	}
}

static uint8_t joining_of(UChar32 c)
{
	switch (u_getIntPropertyValue(c, UCHAR_JOINING_TYPE)) {
	case U_JT_LEFT_JOINING:
		return IDNA_JOINS_LEFT;
	case U_JT_RIGHT_JOINING:
		return IDNA_JOINS_RIGHT;
	case U_JT_DUAL_JOINING:
		return IDNA_JOINS_BOTH;
	case U_JT_TRANSPARENT:
		return IDNA_JOINS_THROUGH;
	default:
		return IDNA_JOINS_NOT;
	}
}

static uint8_t script_of(UChar32 c)
{
	UErrorCode error = U_ZERO_ERROR;

	switch ((int)uscript_getScript(c, &error)) {
	case USCRIPT_GREEK:
		return IDNA_GREEK;
	case USCRIPT_HEBREW:
		return IDNA_HEBREW;
	case USCRIPT_HIRAGANA:
	case USCRIPT_KATAKANA:
	case USCRIPT_HAN:
		return IDNA_JAPANESE;
	default:
		return IDNA_OTHER_SCRIPT;
	}
}

/* The number of the character's class, a new one if need be; -1: too many. */
static int8_t class_of(struct data *data, UChar32 c)
{
	const struct idna_class class = {
		.direction = direction_of(c),
		.joining = joining_of(c),
		.script = script_of(c),
		.is_combining = (U_GET_GC_MASK(c) & U_GC_M_MASK) != 0,
		.is_virama = u_getCombiningClass(c) == 9,
	};

	for (int i = 0; i < data->class_count; i++)
		if (memcmp(&data->list[i], &class, sizeof(class)) == 0)
			return (int8_t)i;
	if (data->class_count == CLASSES_MAX)
		return -1;
	data->list[data->class_count] = class;
	return (int8_t)data->class_count++;
}

static int8_t class_at(const struct data *data, UChar32 c)
{
	if (c >= POINTS)
		return -1;
	return data->classes[c];
}

/* Members of the run that begins at `c`, whose step is 1 or 2. */
static int run_length(const struct data *data, UChar32 c, int step)
{
	const int8_t class = data->classes[c];
	int count = 1;

	while (count < UINT16_MAX &&
	       class_at(data, c + step * count) == class &&
	       (step == 1 || (class_at(data, c + step * count - 1) < 0 &&
			      class_at(data, c + step * count + 1) < 0)))
		count++;
	return count;
}

/* The next number of a table: the head of a run, or how many are in it. */
static void put_number(int *total, bool is_head, unsigned value)
{
	const int per_row = is_head ? 6 : 22;
	const char *before = *total % per_row ? " " : "\n\t";

	++*total;
	if (is_head)
		printf("%s0x%x,", before, value);
	else
		printf("%s%u,", before, value);
}

/* What a run begins with: the character, and something beside it. */
static unsigned head(UChar32 c, unsigned beside)
{
	return (unsigned)c | beside << IDNA_CLASS_SHIFT;
}

static void end_table(void)
{
	puts("\n};\n");
}

/* One of the two tables of runs: their heads or their counts. */
static void print_runs(const struct data *data, bool is_heads)
{
	int total = 0;

	printf("const uint%s[] = {",
	       is_heads ? "32_t idna_ranges" : "16_t idna_range_counts");
	for (UChar32 c = 0; c < POINTS;) {
		if (data->classes[c] < 0) {
			c++;
			continue;
		}

		unsigned step = 1;
		int count = run_length(data, c, 1);

		if (count == 1) {
			count = run_length(data, c, 2);
			step = count > 1 ? 2 : 1;
		}
		put_number(&total, is_heads,
			   is_heads ? head(c, (unsigned)data->classes[c]) |
					      (step - 1u) << IDNA_STRIDE_SHIFT
				    : (unsigned)count);
		c += (int)step * (count - 1) + 1;
	}
	end_table();
	if (!is_heads)
		printf("const size_t idna_range_count = %d;\n\n", total);
}

static uint8_t combining_at(const struct data *data, UChar32 c)
{
	return class_at(data, c) >= 0 ? u_getCombiningClass(c) : 0;
}

static void print_combining(const struct data *data, bool is_heads)
{
	int total = 0;

	printf("const uint%s[] = {",
	       is_heads ? "32_t idna_combining" : "8_t idna_combining_counts");
	for (UChar32 c = 0; c < POINTS;) {
		const uint8_t class = combining_at(data, c);
		int count = 1;

		while (count < UINT8_MAX &&
		       combining_at(data, c + count) == class)
			count++;
		if (class)
			put_number(&total, is_heads,
				   is_heads ? head(c, class) : (unsigned)count);
		c += class ? count : 1;
	}
	end_table();
	if (!is_heads)
		printf("const size_t idna_combining_count = %d;\n\n", total);
}

/* The two parts of a character that normal form C puts together. */
static bool parts_of(const struct data *data, UChar32 c, UChar32 *first,
		     UChar32 *second)
{
	UErrorCode error = U_ZERO_ERROR;
	UChar text[TEXT_UNITS];
	UChar32 parts[TEXT_UNITS];
	int32_t count = 0;
	const int32_t size = unorm2_getRawDecomposition(data->nfc, c, text,
							TEXT_UNITS, &error);

	if (size <= 0 || (c >= 0xac00 && c <= 0xd7a3))
		return false;
	u_strToUTF32(parts, TEXT_UNITS, &count, text, size, &error);
	if (U_FAILURE(error) || count != 2)
		return false;
	*first = parts[0];
	*second = parts[1];
	return unorm2_composePair(data->nfc, *first, *second) == c &&
	       data->classes[*first] >= 0 && data->classes[*second] >= 0;
}

static int compare_pairs(const void *left, const void *right)
{
	const struct idna_pair *a = left;
	const struct idna_pair *b = right;

	if (a->second != b->second)
		return a->second < b->second ? -1 : 1;
	return (a->first > b->first) - (a->first < b->first);
}

static void print_pairs(const struct data *data)
{
	static struct idna_pair pairs[4096];
	size_t count = 0;
	UChar32 first;
	UChar32 second;

	for (UChar32 c = 0; c < POINTS; c++) {
		if (!parts_of(data, c, &first, &second))
			continue;
		pairs[count++] = (struct idna_pair){
			(uint32_t)second, (uint32_t)first, (uint32_t)c};
		if (count == array_size(pairs))
			exit(1);
	}
	qsort(pairs, count, sizeof(*pairs), compare_pairs);
	printf("const struct idna_pair idna_pairs[] = {");
	for (size_t i = 0; i < count; i++)
		printf("%s{0x%x,0x%x,0x%x},", i % 3 ? " " : "\n\t",
		       pairs[i].second, pairs[i].first, pairs[i].both);
	end_table();
	printf("const size_t idna_pair_count = %zu;\n\n", count);
}

static void print_classes(const struct data *data)
{
	puts("const struct idna_class idna_classes[] = {");
	for (int i = 0; i < data->class_count; i++)
		printf("\t{%d, %d, %d, %s, %s},\n", data->list[i].direction,
		       data->list[i].joining, data->list[i].script,
		       data->list[i].is_combining ? "true" : "false",
		       data->list[i].is_virama ? "true" : "false");
	puts("};\n");
}

/* "15.0", the version of the data. */
static void print_version(const char *before, const char *after)
{
	UVersionInfo version;

	u_getUnicodeVersion(version);
	printf("%s%d.%d%s", before, version[0], version[1], after);
}

int main(int argc, char **argv)
{
	static struct data data;
	UErrorCode error = U_ZERO_ERROR;

	if (argc == 2 && strcmp(argv[1], "--version") == 0) {
		print_version("", "\n");
		return 0;
	}
	data.nfc = unorm2_getNFCInstance(&error);
	data.nfkc = unorm2_getNFKCInstance(&error);
	if (U_FAILURE(error))
		return 2;
	for (UChar32 c = 0; c < POINTS; c++) {
		const bool is_good = is_allowed(&data, c);

		data.classes[c] = -1;
		if (is_good)
			data.classes[c] = class_of(&data, c);
		if (is_good && data.classes[c] < 0)
			return 1;
	}
	puts("/* Written by tools/idna_tables.c: change that, not this. */");
	puts("#include \"validate/schema/strings/idna/tables.h\"\n");
	puts("/* clang-format off */");
	print_version("const char idna_unicode_version[] = \"", "\";\n\n");
	print_classes(&data);
	print_runs(&data, true);
	print_runs(&data, false);
	print_combining(&data, true);
	print_combining(&data, false);
	print_pairs(&data);
	puts("/* clang-format on */");
	return 0;
}
