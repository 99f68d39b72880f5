/*
 * Text that holds other text: contentEncoding "base64" (RFC 4648, as e-mail
 * writes it) and contentMediaType "application/json".
 */
#ifndef VALIDATE_SCHEMA_STRINGS_CONTENT_H
#define VALIDATE_SCHEMA_STRINGS_CONTENT_H

#include "validate/arena.h"
#include "validate/host.h"

/* The encodings and media types that can be checked, by their names. */
bool content_is_base64_name(struct span name);
bool content_is_json_name(struct span name);

/* Is the text base64? Blanks and line ends between do not count. */
bool content_is_base64(struct span text);

/*
 * Is the text, or what it decodes to, JSON (RFC 8259)? An empty text holds
 * nothing, which authors allow, and so does text that should be base64 and is
 * not: 1. At most `max_bytes` are used, and given
 * back. 1 or 0; -E2BIG when a limit (bytes, depth, nodes) ends it before it is
 * decided; -ENOMEM; -ECANCELED.
 */
must_check int content_is_json(struct span text, bool is_base64,
			       uint64_t max_bytes, const struct host *host);

#endif
