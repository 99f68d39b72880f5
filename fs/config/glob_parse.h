/*
 * The compiled form of a pattern, between glob_parse.c that makes it, glob.c
 * that matches with it, and the catalog, which keeps its patterns by itself.
 */
#ifndef FS_CONFIG_GLOB_PARSE_H
#define FS_CONFIG_GLOB_PARSE_H

#include "fs/config/glob.h"

/* Bytes, one bit each. */
struct glob_set {
	uint32_t bits[8];
};

static inline bool glob_set_has(const struct glob_set *set, uint8_t byte)
{
	return set->bits[byte / 32] >> (byte % 32) & 1;
}

struct glob_token {
	enum {
		GLOB_TOKEN_BYTE,
		GLOB_TOKEN_ANY, /* `?` */
		GLOB_TOKEN_SET, /* `[...]` */
		GLOB_TOKEN_STAR,
	} kind;
	uint8_t byte;
	const struct glob_set *set;
};

/* What stands between two `/`. */
struct glob_segment {
	const struct glob_token *tokens;
	uint32_t token_count;
	bool takes_any_depth; /* `**` */
};

/*
 * Compile a pattern; *out is complete but for `line` and `origin` when *fault
 * is GLOB_FINE. 0, -ENOMEM or -E2BIG (arena).
 */
must_check int glob_parse(struct span pattern, struct arena *arena,
			  struct glob *out, enum glob_fault *fault);

#endif
