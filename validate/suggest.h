/*
 * "Did you mean": the nearest of some names, if it is near enough.
 */
#ifndef VALIDATE_SUGGEST_H
#define VALIDATE_SUGGEST_H

#include "validate/base.h"

struct suggestion {
	struct span written; /* by the user */
	struct span best;    /* data NULL: none is near enough */
	uint32_t distance;
	uint32_t tried;
};

/* Begin with what was written. */
struct suggestion suggest_for(struct span written);

/* Take a name into consideration. */
void suggest_try(struct suggestion *suggestion, struct span name);

#endif
