/*
 * Punycode (RFC 3492): labels of a host name written in ASCII.
 */
#ifndef VALIDATE_SCHEMA_STRINGS_IDNA_PUNYCODE_H
#define VALIDATE_SCHEMA_STRINGS_IDNA_PUNYCODE_H

#include "validate/base.h"

/* Of a label, "xn--" included; its code points are fewer. */
enum { PUNYCODE_LABEL_MAX = 63 };

/*
 * Decode what stands behind "xn--", any case of letters; ASCII becomes lower
 * case. The number of code points, 0 if it is not Punycode or too long.
 */
must_check size_t punycode_decode(struct span text,
				  uint32_t points[static PUNYCODE_LABEL_MAX]);

/* Encode, lower case. The bytes written, 0 if a label cannot hold them. */
must_check size_t punycode_encode(const uint32_t *points, size_t count,
				  char text[static PUNYCODE_LABEL_MAX]);

#endif
