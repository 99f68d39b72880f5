/*
 * A plan in words, so that people can be told in what two of them differ. Not
 * a part of any key.
 */
#ifndef VALIDATE_PLAN_DESCRIBE_H
#define VALIDATE_PLAN_DESCRIBE_H

#include "validate/plan.h"

/*
 * Every part that plan_digest() counts, as lines of a name, a tab and its
 * value; the same lines in the same order for every plan. Values of files or
 * of `when:` do not appear. Owned, or NULL without memory.
 */
must_check char *plan_describe(const struct plan *plan,
			       const struct content_facts *facts);

#endif
