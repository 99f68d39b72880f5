/*
 * Which bytes of a text may be shown: keys, and structure between nodes.
 */
#ifndef VALIDATE_EXCERPT_MASK_H
#define VALIDATE_EXCERPT_MASK_H

#include "validate/format.h"

/*
 * A flag for each byte of doc->source, in the arena: 1 if it belongs to a key
 * or is structure, else 0; white space outside of keys is 0. `doc` and
 * `findings` are what the reader of `format` left, also of a broken text.
 * NULL: the arena failed.
 */
must_check uint8_t *mask_make(const struct doc *doc,
			      const struct findings *findings,
			      const char *format, struct arena *arena);

#endif
