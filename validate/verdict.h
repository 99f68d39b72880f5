/*
 * The answer about one content under one plan: a flat block without pointers,
 * immutable once made. It names no path of the file itself and no value of it,
 * so that every file with the same bytes and plan can share it.
 */
#ifndef VALIDATE_VERDICT_H
#define VALIDATE_VERDICT_H

#include "validate/finding.h"
#include "validate/suppress/suppress.h"

enum state {
	STATE_UNCHECKED, /* not yet judged; never inside a verdict */
	STATE_VALID,
	STATE_WARNING, /* findings, none of them an error */
	STATE_INVALID,
	STATE_ERROR,   /* could not be decided */
	STATE_SKIPPED, /* no format, or excluded; `reason` says why */
};
enum { STATE_COUNT = 6 };

/* "unchecked", "valid", ... as in `.status` and `.report`. */
const char *state_name(enum state state);

/* One finding; texts are offsets into the verdict's text block. */
struct finding {
	uint32_t severity; /* enum severity */
	uint32_t document; /* from 0 */
	uint32_t line;	   /* from 1 */
	uint32_t column;   /* from 1, in code points */
	uint32_t length;   /* in code points, within that line; at least 1 */
	uint32_t pointer;  /* JSON pointer, "" for the root or none */
	uint32_t rule;
	uint32_t message;
	uint32_t schema_location; /* "" for none */
	uint32_t reserved;
	uint64_t fingerprint; /* over rule, document, pointer, occurrence */
};

/* How many findings of a rule a baseline was asked about. */
struct tally {
	uint32_t rule; /* text */
	uint32_t count;
};

struct verdict {
	uint32_t size;	/* of the whole block, in bytes */
	uint32_t state; /* enum state */
	uint32_t documents;
	uint32_t totals[SEVERITY_COUNT]; /* also of findings not kept */
	uint32_t finding_count;		 /* kept */
	uint32_t reason;		 /* text: why skipped or error, or "" */
	uint32_t schema; /* text: schema(s) used, "" for none, ", " between */
	uint32_t text_size; /* of the block of terminated strings */
	uint32_t suppressed[SUPPRESSED_COUNT]; /* not in the totals */
	uint32_t tally_count;
	struct finding findings[]; /* sorted by document, line, column; behind
				      them the tallies, then the texts */
};

/* Those of all rules that a baseline was asked about, by name. */
const struct tally *verdict_tallies(const struct verdict *verdict);

/* All findings that are not shown and do not count. */
uint32_t verdict_suppressed(const struct verdict *verdict);

/* A string of the verdict, given its offset. Lives as long as the verdict. */
const char *verdict_text(const struct verdict *verdict, uint32_t offset);

/*
 * Make the verdict of `findings`: positions, pointers and fingerprints are
 * worked out, order fixed, state drawn from severities (or `error` when
 * undecided). `schema` may be "". The caller owns *out and frees it with
 * free(). 0, -ENOMEM or -E2BIG.
 */
must_check int verdict_build(struct findings *findings, const struct doc *doc,
			     const char *schema, struct verdict **out);

/*
 * A verdict without findings: skipped or error with a reason. The caller owns
 * *out (free()). 0 or -ENOMEM.
 */
must_check int verdict_plain(enum state state, const char *reason,
			     struct verdict **out);

/*
 * Is this block of foreign bytes a verdict that can be used without fear:
 * sizes agree, every offset points to a terminated string, enums are known?
 */
bool verdict_is_sound(const void *bytes, size_t size);

#endif
