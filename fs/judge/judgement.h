/*
 * What is known about one file's content: the verdict and how it was come by.
 */
#ifndef FS_JUDGE_JUDGEMENT_H
#define FS_JUDGE_JUDGEMENT_H

#include "cache/cache.h"
#include "fs/judge/dependencies.h"
#include "validate/plan.h"

#include <stdatomic.h>

/* Immutable once made, shared by counting. */
struct judgement {
	atomic_uint references;
	struct verdict *verdict;
	const char *format;  /* static, "" for none */
	const char *dialect; /* of the format; static */
	enum level level;
	enum cache_tier tier;
	uint32_t usec;	      /* of the validation that made the verdict */
	int64_t validated_at; /* seconds since 1970 */
	bool has_digest;
	struct digest content;
	struct links links; /* what it rests on */
};

/* A new one with one reference. Takes the verdict, also when it fails. NULL:
 * no memory. `plan` may be NULL. */
struct judgement *judgement_new(struct verdict *verdict,
				const struct plan *plan);
struct judgement *judgement_share(struct judgement *judgement);
void judgement_release(struct judgement *judgement); /* NULL is allowed */

/* One without findings: skipped or error, with a reason. 0 or -ENOMEM. */
must_check int judgement_plain(enum state state, const char *reason,
			       const struct plan *plan, struct judgement **out);

/*
 * One about a file that was never read: one finding at its start, unless it is
 * suppressed by `plan`, which may be NULL. An error makes the state `error`.
 * 0 or -ENOMEM.
 */
must_check int judgement_of_failure(enum severity severity, const char *rule,
				    const char *message,
				    const struct plan *plan,
				    struct judgement **out);

#endif
