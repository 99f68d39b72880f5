/*
 * How well a file or a tree is, from 0 to 100.
 *
 * A file begins with 100 and loses 25 for each error, 5 for each warning and 1
 * for each hint, down to 0; what could not be decided has 0. What was not
 * judged has no score. A tree has the mean of its files, rounded down: it is
 * 100 only if nothing was found.
 */
#ifndef FS_SCORE_H
#define FS_SCORE_H

#include "validate/verdict.h"

/* Scores added up; zeroed memory is none. */
struct score {
	uint64_t sum;
	uint64_t count;
};

/* Add a file; NULL: it was not judged. */
void score_add(struct score *score, const struct verdict *verdict);
void score_add_all(struct score *score, const struct score *more);

/* False: no file has a score. */
must_check bool score_read(const struct score *score, unsigned *out);

/* The score in digits, or "-". */
enum { SCORE_TEXT_BYTES = 12 };
const char *score_text(const struct score *score, char buf[SCORE_TEXT_BYTES]);

#endif
