/*
 * Patterns that are regular: classes, groups, alternatives, repetitions and
 * anchors, but no references and no looking around. They are matched in one
 * pass over the text, whatever it is, by an automaton without epsilon moves
 * (Glushkov 1961) whose states are the bits of a set. Whether there is a match
 * is all that is asked, so it is of no matter which alternative comes first.
 */
#ifndef VALIDATE_SCHEMA_STRINGS_AUTOMATON_AUTOMATON_H
#define VALIDATE_SCHEMA_STRINGS_AUTOMATON_AUTOMATON_H

#include "validate/base.h"

struct automaton; /* immutable: any thread may share it; one block, free() it */

/*
 * 0 and *out; -ENOTSUP if the pattern (ECMA-262, UTF-8) needs more than this,
 * is too large for it, or is none at all; -ENOMEM.
 */
must_check int automaton_compile(struct span pattern, struct automaton **out);

/*
 * Is there a match anywhere in `subject` (UTF-8)? 1 or 0; -E2BIG when too many
 * ways have to be followed, which only a pattern of more than 64 characters and
 * classes can ask for.
 */
must_check int automaton_match(const struct automaton *automaton,
			       struct span subject);

#endif
