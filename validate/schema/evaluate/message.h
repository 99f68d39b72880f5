/*
 * Violations made into findings: what is wrong, in the file and in the schema.
 */
#ifndef VALIDATE_SCHEMA_EVALUATE_MESSAGE_H
#define VALIDATE_SCHEMA_EVALUATE_MESSAGE_H

#include "validate/schema/evaluate/evaluation.h"

/* Make findings of all violations. 0, -ENOMEM or -E2BIG (arena). */
must_check int messages_add(const struct evaluation *evaluation);

#endif
