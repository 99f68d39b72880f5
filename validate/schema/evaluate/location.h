/*
 * Where a demand stands in the schema: "schemas/app.json#/properties/port".
 */
#ifndef VALIDATE_SCHEMA_EVALUATE_LOCATION_H
#define VALIDATE_SCHEMA_EVALUATE_LOCATION_H

#include "validate/schema/program.h"

/*
 * The location of a keyword of a block, in the arena; `keyword` KEYWORD_COUNT:
 * of the block itself. NULL: see arena->error.
 */
must_check char *location_text(const struct schema *program, uint32_t location,
			       enum keyword keyword, struct arena *arena);

#endif
