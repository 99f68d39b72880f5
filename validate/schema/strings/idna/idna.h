/*
 * Host names, international ones included: IDNA 2008 (RFC 5890 to 5893). Our
 * own tables, so that every build decides alike.
 */
#ifndef VALIDATE_SCHEMA_STRINGS_IDNA_IDNA_H
#define VALIDATE_SCHEMA_STRINGS_IDNA_IDNA_H

#include "validate/base.h"

enum idna_form {
	IDNA_ASCII,   /* letters, digits, hyphens; "xn--" must decode well */
	IDNA_UNICODE, /* also labels in Unicode, and the full stops of CJK */
	IDNA_ANY,     /* the same; need not be in normal form C */
};

/*
 * Is the text a host name: labels of 1 to 63 bytes, 253 in all, when written
 * in ASCII? Time is bounded: longer text is not looked at.
 */
bool idna_is_host(struct span text, enum idna_form form);

/* The version of Unicode that is known, static: "15.0". */
const char *idna_unicode(void);

#endif
