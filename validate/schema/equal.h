/*
 * Are two values equal, as JSON Schema means it: numbers by value, objects
 * whatever the order of their members.
 */
#ifndef VALIDATE_SCHEMA_EQUAL_H
#define VALIDATE_SCHEMA_EQUAL_H

#include "validate/doc.h"

/* A value inside a doc; aliases are followed. */
struct equal_value {
	const struct doc *doc;
	uint32_t node;
};

/*
 * What may be spent on an answer; without steps left it is worthless. Aliases
 * can make a small document deep: too deep also ends the steps.
 */
struct equal_budget {
	uint64_t steps;
	uint32_t depth; /* of the recursion, 0 between calls */
};

bool equal_values(struct equal_value a, struct equal_value b,
		  struct equal_budget *budget);

/* Equal values have equal hashes. */
uint32_t equal_hash_within(const struct doc *doc, uint32_t node,
			   struct equal_budget *budget);

/* The same without a limit, for values of a schema. */
uint32_t equal_hash(const struct doc *doc, uint32_t node);

/*
 * Does an untyped text (INI, env) mean this scalar? As a string always, else
 * as a number or a boolean.
 */
bool equal_untyped(struct span text, const struct node *wanted);

/* true, false, yes, no, on, off: 1, 0; -1 for anything else. */
int equal_boolean(struct span text);

#endif
