/*
 * ECMA-262 patterns rewritten for PCRE2, which differs in what `.` and `\s`
 * mean and knows constructs that ECMA has not: those are refused.
 */
#ifndef VALIDATE_SCHEMA_STRINGS_ECMA_H
#define VALIDATE_SCHEMA_STRINGS_ECMA_H

#include "validate/base.h"

/*
 * Rewrite. 0 and an owned, terminated *out (free() it); -EBADMSG with a
 * static *why; -ENOMEM.
 */
must_check int ecma_rewrite(struct span pattern, char **out, size_t *out_size,
			    const char **why);

#endif
