/*
 * Under what a file is judged: everything besides its bytes that can change
 * its verdict. Made by the caller from names and configuration, before the
 * content is looked at.
 */
#ifndef VALIDATE_PLAN_H
#define VALIDATE_PLAN_H

#include "validate/digest.h"
#include "validate/facts.h"
#include "validate/limits.h"
#include "validate/rule.h"
#include "validate/schema/schema.h"

/* Raise when any verdict could change: it is part of every key. */
#define ENGINE_VERSION 3

enum level { LEVEL_FAST, LEVEL_STANDARD, LEVEL_THOROUGH, LEVEL_EXHAUSTIVE };

/* "fast" ...; and back: false if there is no such level. */
const char *level_name(enum level level);
must_check bool level_parse(const char *name, enum level *out);

/* A `when:` entry: the schema of documents that have these values. */
struct when_pair {
	const char *pointer_key; /* top-level key */
	const char *value;	 /* its text */
};
struct when_rule {
	const struct when_pair *pairs;
	size_t pair_count;
	const char *schema; /* path from the root; NULL: none at all */
};

enum {
	PLAN_WHEN_MAX = 1024,
	PLAN_CANDIDATES_MAX = 4,
	PLAN_DIRECTORY_MAX = 1024, /* longer ones are not kept */
};

/* A line of a baseline: so many findings of a rule are not shown in a file;
 * of more, all are. */
struct allowance {
	const char *rule; /* of the table of rules */
	uint32_t at_most;
};

/* All pointers are borrowed and outlive the validation. */
struct plan {
	struct format_choice choice; /* format NULL: skipped, see `skip` */
	const char *skip; /* reason why the file is not judged, or NULL */
	enum level level;
	const char *forced_schema;    /* command line: wins over all; or NULL */
	const struct when_rule *when; /* configuration: the first that holds */
	size_t when_count;	      /* at most PLAN_WHEN_MAX */
	uint64_t when_left_out[PLAN_WHEN_MAX / 64]; /* not for this file */
	const char *schema; /* configuration or catalog: where no rule holds;
			       or NULL */
	bool is_by_catalog; /* it is the catalog's, which may lack it */
	const char *candidates[PLAN_CANDIDATES_MAX]; /* the catalog's, if it has
							more than one for it */
	size_t candidate_count; /* also those that are not kept */
	const char *directory;	/* of the file, from the root; "" is the root */
	struct schema_options schema_options;
	struct limits limits;
	bool require_schema;
	bool show_values;
	struct rule_set allowed; /* configuration: their findings do not count
				  */
	const struct allowance *baseline; /* of this file; each rule once */
	size_t baseline_count;
	bool record_baseline;	   /* allow all, and count them by rule */
	bool ignore_suppressions;  /* comments, configuration and baseline */
	bool distrusts_content;	   /* nothing in the file makes its checks
				      weaker: no comment, no template; its own
				      schema is not one that was required */
	bool configured_first;	   /* before the schema that the file names */
	bool distrusts_configured; /* the configured schema is the word of who
				      wrote the tree: none that was required */
};

/* Is that rule of plan->when for this file? */
static inline bool plan_has_when(const struct plan *plan, size_t index)
{
	return !(plan->when_left_out[index / 64] >> (index % 64) & 1);
}

/*
 * Digest of all of it. The directory counts only if the content can hold a
 * reference relative to it.
 */
struct digest plan_digest(const struct plan *plan,
			  const struct content_facts *facts);

/*
 * The digests of the last few plans: most files of a folder share one. Good
 * for plans whose pointers, but that to the directory, all lead into things
 * that stay as they are while the memo is in use (one configuration). Begin
 * with zeros; one thread at a time.
 */
struct plan_memo {
	struct plan_memo_entry {
		bool is_used;
		bool may_refer;
		struct plan plan; /* directory NULL: it is below */
		struct digest digest;
		char directory[PLAN_DIRECTORY_MAX];
	} entries[4];
	unsigned next; /* to be replaced */
};

/* plan_digest(), from memory where it can be. */
struct digest plan_memo_digest(struct plan_memo *memo, const struct plan *plan,
			       const struct content_facts *facts);

/* plan_digest() if `engine` were what engine_describe() says. */
struct digest plan_digest_under(const char *engine, const struct plan *plan,
				const struct content_facts *facts);

#endif
