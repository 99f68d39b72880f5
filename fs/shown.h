/*
 * What readers of a mount get of a file, as reports tell it.
 */
#ifndef FS_SHOWN_H
#define FS_SHOWN_H

#include "validate/verdict.h"

enum shown { SHOWN_AS_IS, SHOWN_LAST_GOOD, SHOWN_NOTHING };

/* "as-is", "last-good", "denied". */
const char *shown_name(enum shown shown);

enum { SHOWN_WHY_SIZE = 256 };

struct shown_facts {
	enum shown shown;
	char why[SHOWN_WHY_SIZE]; /* for people; "" if it goes without saying */
};

/* Fills *out for a file in a state; called by any thread. */
typedef void shown_teller(void *ctx, const char *path, enum state state,
			  struct shown_facts *out);

#endif
