/*
 * What must hold of findings and verdicts about any bytes under any plan.
 */
#ifndef TESTS_FUZZ_CHECK_VERDICT_H
#define TESTS_FUZZ_CHECK_VERDICT_H

#include "validate/finding.h"
#include "validate/verdict.h"

/* A value that holds this word must not come back in any message. */
#define CHECK_SECRET "s3cr3t"

/*
 * Rules, messages, places of all findings about `doc`. `is_discreet`: values
 * are not to be shown.
 */
void check_findings(const struct findings *findings, const struct doc *doc,
		    bool is_discreet);

/*
 * A verdict is sound, says what its counts say, and its positions are those of
 * the text (UTF-8 without byte order mark, as readers get it).
 */
void check_verdict(const struct verdict *verdict, struct span text);

/* May people see this: UTF-8 that a terminal neither obeys nor hides? */
bool check_is_printable(struct span text);

#endif
