/*
 * What a YAML scalar is by the core schema of YAML 1.2, and where a reader of
 * YAML 1.1 would see something else.
 */
#ifndef VALIDATE_FORMATS_YAML_YAML_SCALAR_H
#define VALIDATE_FORMATS_YAML_YAML_SCALAR_H

#include "validate/doc.h"

/* Tags that decide a type; any other leaves it to the look of the value. */
enum yaml_tag {
	TAG_NONE,
	TAG_STRING, /* also the non-specific `!` */
	TAG_INTEGER,
	TAG_FLOAT,
	TAG_BOOL,
	TAG_NULL,
	TAG_MAP,
	TAG_LIST,
	TAG_OTHER,
};

/* Is the tag (NULL: none) one that YAML itself does not know, as `!Ref`? */
bool yaml_scalar_is_custom(const char *name);

/* The tag of that full name ("tag:yaml.org,2002:int"); NULL is TAG_NONE. */
enum yaml_tag yaml_scalar_tag(const char *name);

/* Digits of a hexadecimal or octal number: turning it decimal is quadratic. */
enum { YAML_SCALAR_MAX_DIGITS = 128 };

/*
 * Set type, flags, text and size of `node` for the value `text`, which must
 * live as long as the node. 0; -EINVAL if it is not what the tag says (the
 * node becomes a string); -EOVERFLOW if it has too many digits; the arena's
 * error.
 */
must_check int yaml_scalar_resolve(struct arena *arena, struct span text,
				   enum yaml_tag tag, bool is_plain,
				   struct node *node);

/*
 * Is a plain scalar text in both versions of YAML, to judge by its begin and
 * length? Most are; the others need the functions above and below.
 */
static inline bool yaml_scalar_is_text(struct span text)
{
	enum { LONGEST_WORD = 5 }; /* false */

	switch (text.size ? text.data[0] : '~') {
	case 'f':
	case 'F':
	case 'n':
	case 'N':
	case 'o':
	case 'O':
	case 't':
	case 'T':
	case 'y':
	case 'Y':
		return text.size > LONGEST_WORD;
	case '0':
	case '1':
	case '2':
	case '3':
	case '4':
	case '5':
	case '6':
	case '7':
	case '8':
	case '9':
	case '+':
	case '-':
	case '.':
	case '~':
		return false;
	default:
		return true;
	}
}

/* Is it digits without a leading zero: the same number in both versions? */
static inline bool yaml_scalar_is_count(struct span text)
{
	size_t digits = 0;

	while (digits < text.size && text.data[digits] >= '0' &&
	       text.data[digits] <= '9')
		digits++;
	return digits && digits == text.size &&
	       (digits == 1 || text.data[0] != '0');
}

/*
 * What YAML 1.1 makes of a plain scalar and what to write instead, or NULL if
 * both versions agree. A key that looks like a boolean is not held against it:
 * `on:` and `y:` are common and harmless as keys.
 */
const char *yaml_scalar_ambiguity(struct span text, bool is_key);

#endif
