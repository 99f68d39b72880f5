/*
 * From the bytes of a file to the text that readers get and positions count.
 */
#ifndef VALIDATE_DECODE_H
#define VALIDATE_DECODE_H

#include "validate/format.h"

/*
 * Bring a content to UTF-8 without byte order mark, as its format allows;
 * *source may be in the arena afterwards. 1: a reader may have it; 0: not, and
 * a finding says why (*source is what its place counts in); -ENOMEM or -E2BIG
 * (arena).
 */
must_check int decode_content(const struct format *format, struct arena *arena,
			      struct findings *findings, struct span *source);

#endif
