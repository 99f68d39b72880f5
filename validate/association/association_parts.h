/*
 * Between choosing a schema and applying it; for this folder alone.
 */
#ifndef VALIDATE_ASSOCIATION_ASSOCIATION_PARTS_H
#define VALIDATE_ASSOCIATION_ASSOCIATION_PARTS_H

#include "validate/association/association.h"

/* Which schema a document is held against. */
struct choice {
	const char *path;   /* from the root, or a URL; NULL: none */
	struct place place; /* of the name, if the file itself names it */
	uint32_t dialect;   /* node that says it is a schema; DOC_NONE: it is
			       none */
	bool is_by_catalog;
	bool is_own; /* who may be hostile chose it: the file itself, or a
			configuration that is not trusted */
};

/*
 * Choose the schema of a document. That there is a choice to make which cannot
 * be made becomes a finding. 0 or the arena's error.
 */
must_check int association_choose(struct association *run, uint32_t number,
				  struct choice *out);

#endif
