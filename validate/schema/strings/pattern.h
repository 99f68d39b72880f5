/*
 * Regular expressions as ECMA-262 has them. Sole user of pcre2.h.
 */
#ifndef VALIDATE_SCHEMA_STRINGS_PATTERN_H
#define VALIDATE_SCHEMA_STRINGS_PATTERN_H

#include "validate/base.h"

struct pattern;	       /* immutable: any thread may share it */
struct pattern_memory; /* of one thread's matches */

enum { PATTERN_WHY_SIZE = 200, PATTERN_ENGINE_SIZE = 80 };

/*
 * Compile. 0 and *out (pattern_free() it); -EBADMSG with `why` in plain words;
 * -ENOMEM.
 */
must_check int pattern_compile(struct span text, struct pattern **out,
			       char why[static PATTERN_WHY_SIZE]);

/* The same without any short cut: to compare with. */
must_check int pattern_compile_engine(struct span text, struct pattern **out,
				      char why[static PATTERN_WHY_SIZE]);

/*
 * Is it none that ECMA-262 allows? One that is right, but that nothing here
 * can match, is not wrong.
 */
bool pattern_is_wrong(struct span text);

/* Is it one of the few that take PCRE2? */
bool pattern_needs_engine(const struct pattern *pattern);

void pattern_free(struct pattern *pattern);

/*
 * Is there a match anywhere in `subject`? `*memory` starts as NULL, serves
 * any number of matches and is given to pattern_memory_free(). 1 or 0;
 * -E2BIG when the match takes too many steps to be decided; -ENOMEM.
 */
must_check int pattern_match(const struct pattern *pattern, struct span subject,
			     struct pattern_memory **memory);

void pattern_memory_free(struct pattern_memory *memory);

/* "pcre2 10.42 2022-12-11 unicode 14.0.0": what is loaded. */
void pattern_describe_engine(char text[static PATTERN_ENGINE_SIZE]);

#endif
