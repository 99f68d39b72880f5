/*
 * Ctrl-C: a long command stops at once, keeps what it has found out, and ends
 * as the signal ends programs. A second one ends it on the spot.
 */
#ifndef TOOLS_INTERRUPT_H
#define TOOLS_INTERRUPT_H

#include "fs/judge/judge.h"

/* Begin to catch SIGINT and SIGTERM. */
void interrupt_catch(void);

/* Set when one has come. */
const atomic_bool *interrupt_flag(void);

/* Have this judge stop too, in the middle of a file; NULL: none any more. */
void interrupt_stops(struct judge *judge);

/* End as the signal does, if one has come. */
void interrupt_end(void);

#endif
