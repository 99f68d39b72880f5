#include "validate/formats/yaml/yaml_scalar.h"

#include <errno.h>
#include <stdio.h>

static const char prefix[] = "tag:yaml.org,2002:";

bool yaml_scalar_is_custom(const char *name)
{
	return name && *name && strcmp(name, "!") != 0 &&
	       strncmp(name, prefix, sizeof(prefix) - 1) != 0;
}

enum yaml_tag yaml_scalar_tag(const char *name)
{
	static const struct {
		const char *name;
		enum yaml_tag tag;
	} known[] = {
		{"str", TAG_STRING}, {"int", TAG_INTEGER}, {"float", TAG_FLOAT},
		{"bool", TAG_BOOL},  {"null", TAG_NULL},   {"map", TAG_MAP},
		{"seq", TAG_LIST},
	};

	if (!name)
		return TAG_NONE;
	if (strcmp(name, "!") == 0)
		return TAG_STRING;
	if (strncmp(name, prefix, sizeof(prefix) - 1) != 0)
		return TAG_OTHER;
	for (size_t i = 0; i < array_size(known); i++)
		if (strcmp(name + sizeof(prefix) - 1, known[i].name) == 0)
			return known[i].tag;
	return TAG_OTHER;
}

/* Forms of the core schema. */
enum core {
	CORE_STRING,
	CORE_NULL,
	CORE_TRUE,
	CORE_FALSE,
	CORE_INTEGER,
	CORE_OCTAL,
	CORE_HEX,
	CORE_FLOAT,
	CORE_INFINITE,
	CORE_NAN,
};

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_hex(char c)
{
	return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/* The span behind its first `size` bytes. */
static struct span behind(struct span text, size_t size)
{
	return (struct span){text.data + size, text.size - size};
}

static size_t count_of(struct span text, bool (*is_member)(char))
{
	size_t count = 0;

	while (count < text.size && is_member(text.data[count]))
		count++;
	return count;
}

static bool consists_of(struct span text, bool (*is_member)(char))
{
	return text.size && count_of(text, is_member) == text.size;
}

static bool is_octal(char c)
{
	return c >= '0' && c <= '7';
}

static bool has_sign(struct span text)
{
	return text.size && (text.data[0] == '-' || text.data[0] == '+');
}

/* The three ways YAML writes a word: lower, capital, upper. */
static bool is_word(struct span text, const char *lower, const char *capital,
		    const char *upper)
{
	return span_is(text, lower) || span_is(text, capital) ||
	       span_is(text, upper);
}

/* A decimal number in parts; sign is apart. */
struct decimal {
	struct span whole;
	struct span fraction;
	struct span exponent; /* with its letter and sign, or empty */
	bool has_dot;
};

static bool split_decimal(struct span text, struct decimal *out)
{
	*out = (struct decimal){0};
	out->whole = (struct span){text.data, count_of(text, is_digit)};
	text = behind(text, out->whole.size);
	if (text.size && text.data[0] == '.') {
		out->has_dot = true;
		text = behind(text, 1);
		out->fraction =
			(struct span){text.data, count_of(text, is_digit)};
		text = behind(text, out->fraction.size);
	}
	if (out->whole.size + out->fraction.size == 0)
		return false;
	if (!text.size)
		return true;
	out->exponent = text;
	if (text.data[0] != 'e' && text.data[0] != 'E')
		return false;
	text = behind(text, 1);
	return consists_of(behind(text, has_sign(text)), is_digit);
}

static enum core classify_number(struct span text)
{
	const struct span rest = behind(text, has_sign(text));
	struct decimal decimal;

	if (span_starts(text, "0x") && consists_of(behind(text, 2), is_hex))
		return CORE_HEX;
	if (span_starts(text, "0o") && consists_of(behind(text, 2), is_octal))
		return CORE_OCTAL;
	if (rest.size == 4 && is_word(rest, ".inf", ".Inf", ".INF"))
		return CORE_INFINITE;
	if (text.size == 4 && is_word(text, ".nan", ".NaN", ".NAN"))
		return CORE_NAN;
	if (!split_decimal(rest, &decimal))
		return CORE_STRING;
	return decimal.has_dot || decimal.exponent.size ? CORE_FLOAT
							: CORE_INTEGER;
}

static enum core classify(struct span text)
{
	if (!text.size)
		return CORE_NULL;
	switch (text.data[0]) {
	case '~':
		return text.size == 1 ? CORE_NULL : CORE_STRING;
	case 'n':
	case 'N':
		return is_word(text, "null", "Null", "NULL") ? CORE_NULL
							     : CORE_STRING;
	case 't':
	case 'T':
		return is_word(text, "true", "True", "TRUE") ? CORE_TRUE
							     : CORE_STRING;
	case 'f':
	case 'F':
		return is_word(text, "false", "False", "FALSE") ? CORE_FALSE
								: CORE_STRING;
	case '-':
	case '+':
	case '.':
		return classify_number(text);
	default:
		return is_digit(text.data[0]) ? classify_number(text)
					      : CORE_STRING;
	}
}

static bool fits(enum core core, enum yaml_tag tag)
{
	switch (tag) {
	case TAG_INTEGER:
		return core == CORE_INTEGER || core == CORE_OCTAL ||
		       core == CORE_HEX;
	case TAG_FLOAT:
		return core == CORE_FLOAT || core == CORE_INTEGER ||
		       core == CORE_INFINITE || core == CORE_NAN;
	case TAG_BOOL:
		return core == CORE_TRUE || core == CORE_FALSE;
	case TAG_NULL:
		return core == CORE_NULL;
	case TAG_MAP:
	case TAG_LIST:
		return false;
	case TAG_NONE:
	case TAG_STRING:
	case TAG_OTHER:
		return true;
	}
	return true;
}

static void set(struct node *node, enum node_type type, unsigned flags,
		struct span text)
{
	node->type = (uint8_t)type;
	node->flags |= (uint16_t)flags;
	node->text = text.data;
	node->size = (uint32_t)text.size;
}

static struct span strip_zeros(struct span digits)
{
	while (digits.size > 1 && digits.data[0] == '0')
		digits = behind(digits, 1);
	return digits;
}

static char *append(char *to, struct span text)
{
	if (text.size)
		memcpy(to, text.data, text.size);
	return to + text.size;
}

/* Write a decimal as JSON does: no plus, no leading zeros, digits around `.` */
static int set_decimal(struct arena *arena, struct span text, unsigned flags,
		       struct node *node)
{
	const bool is_negative = text.data[0] == '-';
	struct decimal part;

	if (!split_decimal(behind(text, has_sign(text)), &part))
		return -EINVAL;

	const struct span whole = strip_zeros(part.whole);
	const bool lacks_fraction = part.has_dot && !part.fraction.size;

	if (text.data[0] != '+' && whole.size == part.whole.size &&
	    whole.size && !lacks_fraction) {
		set(node, NODE_NUMBER, flags, text);
		return 0;
	}

	char *copy = arena_alloc(arena, text.size + 3);
	char *end = copy;

	if (!copy)
		return arena->error;
	end = append(end, span_of(is_negative ? "-" : ""));
	end = append(end, whole.size ? whole : span_of("0"));
	end = append(end, span_of(part.has_dot ? "." : ""));
	end = append(end, lacks_fraction ? span_of("0") : part.fraction);
	end = append(end, part.exponent);
	set(node, NODE_NUMBER, flags,
	    (struct span){copy, (size_t)(end - copy)});
	return 0;
}

static unsigned digit_value(char c)
{
	return is_digit(c) ? (unsigned)(c - '0')
			   : (unsigned)((c | 32) - 'a') + 10;
}

enum {
	LIMB = 1000000000, /* nine decimal digits */
	LIMB_COUNT = YAML_SCALAR_MAX_DIGITS * 4 / 29 + 1,
};

/* Hexadecimal or octal digits to decimal ones, whatever their number. */
static int set_power(struct arena *arena, struct span digits, unsigned base,
		     struct node *node)
{
	uint32_t limbs[LIMB_COUNT] = {0};
	size_t used = 1;

	digits = strip_zeros(digits);
	if (digits.size > YAML_SCALAR_MAX_DIGITS)
		return -EOVERFLOW;
	for (size_t i = 0; i < digits.size; i++) {
		uint64_t carry = digit_value(digits.data[i]);

		for (size_t j = 0; j < used; j++) {
			carry += (uint64_t)limbs[j] * base;
			limbs[j] = (uint32_t)(carry % LIMB);
			carry /= LIMB;
		}
		if (carry)
			limbs[used++] = (uint32_t)carry;
	}

	char *copy = arena_alloc(arena, used * 9 + 2);

	if (!copy)
		return arena->error;

	int size = snprintf(copy, 11, "%u", limbs[used - 1]);

	while (--used)
		size += snprintf(copy + size, 10, "%09u", limbs[used - 1]);
	set(node, NODE_NUMBER, NODE_INTEGER, (struct span){copy, (size_t)size});
	return 0;
}

int yaml_scalar_resolve(struct arena *arena, struct span text,
			enum yaml_tag tag, bool is_plain, struct node *node)
{
	const bool is_typed =
		tag != TAG_STRING &&
		(is_plain || (tag != TAG_NONE && tag != TAG_OTHER));
	const enum core core = is_typed ? classify(text) : CORE_STRING;

	if (!fits(core, tag)) {
		set(node, NODE_STRING, 0, text);
		return -EINVAL;
	}
	switch (core) {
	case CORE_STRING:
		set(node, NODE_STRING, 0, text);
		return 0;
	case CORE_NULL:
		set(node, NODE_NULL, 0, span_of("null"));
		return 0;
	case CORE_TRUE:
		set(node, NODE_BOOL, NODE_TRUE, span_of("true"));
		return 0;
	case CORE_FALSE:
		set(node, NODE_BOOL, 0, span_of("false"));
		return 0;
	case CORE_INTEGER:
		return set_decimal(arena, text,
				   tag == TAG_FLOAT ? 0 : NODE_INTEGER, node);
	case CORE_FLOAT:
		return set_decimal(arena, text, 0, node);
	case CORE_OCTAL:
		return set_power(arena, behind(text, 2), 8, node);
	case CORE_HEX:
		return set_power(arena, behind(text, 2), 16, node);
	case CORE_INFINITE:
		set(node, NODE_NUMBER, NODE_NOT_FINITE,
		    span_of(text.data[0] == '-' ? "-inf" : "inf"));
		return 0;
	case CORE_NAN:
		set(node, NODE_NUMBER, NODE_NOT_FINITE, span_of("nan"));
		return 0;
	}
	return 0;
}

/* YAML 1.1: the scalars whose meaning changed. */
static bool is_grouped_digit(char c)
{
	return is_digit(c) || c == '_';
}

static bool is_grouped_octal(char c)
{
	return is_octal(c) || c == '_';
}

static bool is_grouped_hex(char c)
{
	return is_hex(c) || c == '_';
}

static bool is_grouped_bit(char c)
{
	return c == '0' || c == '1' || c == '_';
}

static bool has_underscore(struct span text)
{
	return memchr(text.data, '_', text.size) != NULL;
}

static const char *underscore_ambiguity(struct span text)
{
	return has_underscore(text)
		       ? "a YAML 1.1 reader sees a number here; quote it, or "
			 "write it without '_'"
		       : NULL;
}

/* Digits and underscores only, beginning with a digit. */
static const char *integer_ambiguity(struct span digits)
{
	if (digits.data[0] != '0')
		return underscore_ambiguity(digits);
	if (consists_of(digits, is_grouped_octal)) {
		/* 07 is seven in both. */
		const bool is_same = !has_underscore(digits) &&
				     strip_zeros(digits).size == 1;

		return is_same ? NULL
			       : "a YAML 1.1 reader sees an octal number here, "
				 "other readers do not; quote it, or write it "
				 "in decimal";
	}
	if (has_underscore(digits))
		return NULL;
	return "a YAML 1.1 reader sees a string here; quote it, or write it "
	       "without leading zeros";
}

/* What follows the first digits: `:mm:ss`, with a fraction at most. */
static const char *sexagesimal_ambiguity(struct span digits, struct span rest)
{
	while (rest.size > 1 && rest.data[0] == ':' && is_digit(rest.data[1])) {
		const size_t size = count_of(behind(rest, 1), is_digit);

		if (size > 2 || (size == 2 && rest.data[1] > '5'))
			return NULL;
		rest = behind(rest, 1 + size);
	}
	if (rest.size) {
		if (rest.data[0] != '.' ||
		    count_of(behind(rest, 1), is_grouped_digit) + 1 < rest.size)
			return NULL;
	} else if (digits.data[0] == '0') {
		return NULL;
	}
	return "a YAML 1.1 reader sees a number in base 60 here; quote it";
}

/* `rest` is what follows the first digits of `text`: fraction, exponent. */
static const char *float_ambiguity(struct span text, struct span rest)
{
	const bool has_dot = rest.data[0] == '.';

	if (has_dot)
		rest = behind(rest,
			      1 + count_of(behind(rest, 1), is_grouped_digit));
	if (!rest.size)
		return underscore_ambiguity(text);
	if (rest.data[0] != 'e' && rest.data[0] != 'E')
		return NULL;
	rest = behind(rest, 1);

	const bool is_signed = has_sign(rest);

	if (!consists_of(behind(rest, is_signed), is_digit))
		return NULL;
	if (has_dot && is_signed)
		return underscore_ambiguity(text);
	if (has_underscore(text))
		return NULL;
	return "a YAML 1.1 reader sees a string here; quote it, or write it "
	       "with a dot and a signed exponent as in 1.0e+5";
}

static const char *based_ambiguity(struct span text, bool is_signed)
{
	const struct span digits = behind(text, 2);

	if (text.data[1] == 'b' && consists_of(digits, is_grouped_bit))
		return "a YAML 1.1 reader sees a binary number here; quote it, "
		       "or write it in decimal";
	if (text.data[1] == 'o' && !is_signed && consists_of(digits, is_octal))
		return "a YAML 1.1 reader sees a string here; quote it, or "
		       "write it in decimal";
	if (text.data[1] == 'x' && consists_of(digits, is_grouped_hex) &&
	    (is_signed || has_underscore(digits)))
		return "a YAML 1.1 reader sees a hexadecimal number here; "
		       "quote it, or write it in decimal";
	return NULL;
}

static const char *number_ambiguity(struct span text)
{
	const bool is_signed = has_sign(text);

	text = behind(text, is_signed);
	if (!text.size)
		return NULL;
	if (text.size > 2 && text.data[0] == '0' && strchr("box", text.data[1]))
		return based_ambiguity(text, is_signed);

	const struct span digits = {text.data,
				    count_of(text, is_grouped_digit)};
	const struct span rest = behind(text, digits.size);

	if (digits.size ? !is_digit(digits.data[0])
			: rest.size < 2 || rest.data[0] != '.' ||
				  !is_digit(rest.data[1]))
		return NULL;
	if (!rest.size)
		return integer_ambiguity(digits);
	if (rest.data[0] == ':' && digits.size)
		return sexagesimal_ambiguity(digits, rest);
	return float_ambiguity(text, rest);
}

static bool is_old_bool(struct span text)
{
	return is_word(text, "yes", "Yes", "YES") ||
	       is_word(text, "no", "No", "NO") ||
	       is_word(text, "on", "On", "ON") ||
	       is_word(text, "off", "Off", "OFF");
}

const char *yaml_scalar_ambiguity(struct span text, bool is_key)
{
	if (!text.size)
		return NULL;
	switch (text.data[0]) {
	case 'y':
	case 'Y':
	case 'n':
	case 'N':
	case 'o':
	case 'O':
		if (is_key || text.size > 3 || !is_old_bool(text))
			return NULL;
		return "a YAML 1.1 reader sees a boolean here; quote it, or "
		       "write true or false";
	case '+':
	case '-':
	case '.':
		return number_ambiguity(text);
	default:
		return is_digit(text.data[0]) ? number_ambiguity(text) : NULL;
	}
}
