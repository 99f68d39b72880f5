/*
 * Syntax errors of YAML in words for people who edit configuration files.
 */
#ifndef VALIDATE_FORMATS_YAML_YAML_PROBLEM_H
#define VALIDATE_FORMATS_YAML_YAML_PROBLEM_H

#include "validate/format.h"

/* What libyaml said. */
struct yaml_problem {
	const char *words;
	const char *context; /* what it was doing, "" if it did not say */
	uint32_t offset;
	uint32_t context_offset; /* where that began */
};

/* Add the finding "syntax/yaml". */
void yaml_problem_report(struct parse *parse, uint32_t document,
			 const struct yaml_problem *problem);

#endif
