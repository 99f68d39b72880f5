/*
 * Which schema each document of a file has, and holding it against that:
 * command line, then what the file says itself, then configuration by content
 * and by name, then the catalog. A document that is a schema is looked at as
 * one.
 */
#ifndef VALIDATE_ASSOCIATION_ASSOCIATION_H
#define VALIDATE_ASSOCIATION_ASSOCIATION_H

#include "validate/host.h"
#include "validate/plan.h"

/* One file under way; the first five are borrowed and set by the caller. */
struct association {
	const struct plan *plan;
	const struct host *host;
	struct arena *arena;
	const struct doc *doc;
	struct findings *findings;
	const char **schemas; /* names of those used so far; NULL: none */
	uint32_t schema_count;
	uint32_t examined_count; /* documents that are schemas themselves */
};

/*
 * Hold every document against its schema; what is wrong becomes findings.
 * 0; the arena's error; -ECANCELED; -ENOSYS without a host; another errno of
 * the host that says nothing about the content.
 */
must_check int association_apply(struct association *run);

/* The schemas that were used, ", " between; NULL: the arena failed. */
must_check const char *association_names(struct association *run);

#endif
