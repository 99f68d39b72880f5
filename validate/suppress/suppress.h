/*
 * What findings of one file are suppressed: by its comments, by configuration,
 * by a baseline. Every finding asks when it is added, so that totals stay
 * exact whatever is kept; what a baseline may allow is put aside until all of
 * it is counted.
 */
#ifndef VALIDATE_SUPPRESS_SUPPRESS_H
#define VALIDATE_SUPPRESS_SUPPRESS_H

#include "validate/plan.h"
#include "validate/suppress/mutes.h"

enum suppressed_by {
	SUPPRESSED_BY_COMMENT,
	SUPPRESSED_BY_CONFIG,
	SUPPRESSED_BY_BASELINE,
};
enum { SUPPRESSED_COUNT = 3 };

/* Of one validation; lives in its arena. */
struct suppressor {
	const struct plan *plan;
	struct arena *arena;
	struct mutes mutes;
	struct findings *piles; /* by rule; NULL: no baseline */
	uint32_t *at_most;	/* by rule */
	const char *last_name;	/* of a rule, and what free_rule() says */
	int last_rule;
	struct findings remarks;
	uint32_t counts[SUPPRESSED_COUNT];
};

/* Begin with what the plan allows. 0, -ENOMEM or -E2BIG (arena). */
must_check int suppress_init(struct suppressor *suppressor,
			     const struct plan *plan, struct arena *arena);

/* Can it suppress anything so far? */
bool suppress_is_active(const struct suppressor *suppressor);

/*
 * Read the comments of a file that was read; one with broken syntax has none
 * that count. 0, or as mutes_read().
 */
must_check int suppress_read(struct suppressor *suppressor,
			     const struct doc *doc, const struct host *host);

/* Forget all findings, to be asked about them again. */
void suppress_restart(struct suppressor *suppressor);

/*
 * Where a finding goes that is being added: `all`, a pile of this one until
 * all are counted, or NULL: it is suppressed. suppress_ask() leaves no trace.
 */
struct findings *suppress_take(struct suppressor *suppressor,
			       struct findings *all, const char *rule,
			       uint32_t offset);
const struct findings *suppress_ask(struct suppressor *suppressor,
				    const struct findings *all,
				    const char *rule, uint32_t offset);

/* The first pile, then the next ones; NULL at the end. */
struct findings *suppress_next_pile(struct suppressor *suppressor,
				    struct findings *pile);

/*
 * All findings are in: give back the piles that are too large, and say what is
 * wrong with the comments. See findings->arena for errors.
 */
void suppress_settle(struct suppressor *suppressor, struct findings *findings,
		     const struct doc *doc);

/* How many findings a baseline was asked about, by rule; 0 without one. */
uint32_t suppress_asked(const struct suppressor *suppressor, size_t rule);

#endif
