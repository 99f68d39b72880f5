/*
 * One label of an international host name, as code points, and the rules that
 * it has to meet.
 */
#ifndef VALIDATE_SCHEMA_STRINGS_IDNA_LABEL_H
#define VALIDATE_SCHEMA_STRINGS_IDNA_LABEL_H

#include "validate/schema/strings/idna/punycode.h"
#include "validate/schema/strings/idna/tables.h"

struct label {
	uint32_t points[PUNYCODE_LABEL_MAX];
	const struct idna_class *classes[PUNYCODE_LABEL_MAX];
	size_t count; /* at least 1 */
};

/*
 * Look up the classes of the code points; false if one of them is not allowed
 * in a label at all (RFC 5892).
 */
must_check bool label_classify(struct label *label);

/*
 * RFC 5891 section 4.2.3 and RFC 5892 appendix A: hyphens, no combining
 * character in front, characters that need the right company.
 */
bool label_is_in_context(const struct label *label);

/* Is the label what normal form C makes of it? */
bool label_is_normal(const struct label *label);

/* Does it have a character that is written from right to left? */
bool label_has_right(const struct label *label);

/* RFC 5893 section 2: holds for every label if one of the name has_right. */
bool label_is_directed(const struct label *label);

#endif
