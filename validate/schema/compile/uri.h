/*
 * References as RFC 3986 has them: parts, resolution against a base, and
 * percent decoding. Texts live in the arena that is handed in.
 */
#ifndef VALIDATE_SCHEMA_COMPILE_URI_H
#define VALIDATE_SCHEMA_COMPILE_URI_H

#include "validate/arena.h"

/* Files of the tree: the path from the root follows. */
#define URI_TREE "tree:///"

/* `reference` up to its '#', and what is behind it (data NULL: no '#'). */
struct span uri_without_fragment(struct span reference);
struct span uri_fragment(struct span reference);

/* Has it a scheme, as "https:" or "urn:"? */
bool uri_is_absolute(struct span reference);

/*
 * The absolute form of a reference, its fragment left out, dot segments
 * resolved. NULL: see arena->error.
 */
must_check char *uri_resolve(struct arena *arena, const char *base,
			     struct span reference);

/* The text with %XX replaced; broken escapes stay. NULL: see arena->error. */
must_check char *uri_decode(struct arena *arena, struct span text);

#endif
