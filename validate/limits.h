/*
 * Budgets of one validation. All are counted, none is timed, so the same bytes
 * always end the same way; running out of one makes the state `error`, and the
 * finding names the limit. They are part of a verdict's key.
 */
#ifndef VALIDATE_LIMITS_H
#define VALIDATE_LIMITS_H

#include "validate/base.h"

struct limits {
	uint32_t depth;	     /* nesting of containers */
	uint32_t nodes;	     /* values and keys of one file */
	uint32_t aliases;    /* YAML: anchors and aliases of one file */
	uint32_t directives; /* YAML: % lines of one file */
	uint32_t findings;   /* kept for one file; the rest is counted */
	uint32_t schemas;    /* different ones that one file is held against */
	uint64_t steps;	     /* schema evaluation */
	uint64_t arena_bytes;
};

#define LIMITS_DEFAULT                                                         \
	((struct limits){.depth = 256,                                         \
			 .nodes = 16u << 20,                                   \
			 .aliases = 100000,                                    \
			 .directives = 64,                                     \
			 .findings = 100,                                      \
			 .schemas = 64,                                        \
			 .steps = UINT64_C(200) * 1000 * 1000,                 \
			 .arena_bytes = (uint64_t)1 << 30})

#endif
