/*
 * Findings while they are being collected: what is wrong, how bad, and where.
 * Readers and checks add them; validate.c turns them into a verdict.
 * Messages name keys, rules, lines and limits, never a value of the file.
 */
#ifndef VALIDATE_FINDING_H
#define VALIDATE_FINDING_H

#include "validate/arena.h"
#include "validate/doc.h"

enum severity { SEVERITY_ERROR, SEVERITY_WARNING, SEVERITY_INFO };
enum { SEVERITY_COUNT = 3 };

/* "error", "warning" or "info". */
const char *severity_name(enum severity severity);

/* Where: bytes of the source, and the node that is meant, if there is one. */
struct place {
	uint32_t document; /* from 0 */
	uint32_t offset;
	uint32_t length;
	uint32_t node; /* DOC_NONE: none (syntax) */
};

struct raw_finding {
	enum severity severity;
	struct place place;
	uint32_t order;	     /* in which they were added */
	const char *rule;    /* static or in the arena: "schema/type" */
	const char *message; /* in the arena */
	const char *
		schema_location; /* "schemas/app.json#/properties/port" or "" */
};

struct suppressor;

struct findings {
	struct arena *arena;
	struct suppressor *suppressor; /* NULL: nothing is suppressed */
	struct raw_finding *list;
	uint32_t count;
	uint32_t capacity;
	uint32_t max_count;
	uint32_t added;			 /* the order of the next one */
	uint32_t totals[SEVERITY_COUNT]; /* also of those not kept */
	bool is_undecided;  /* a budget ran out or a schema is broken */
	const char *reason; /* the first message about that, or NULL */
};

void findings_init(struct findings *findings, struct arena *arena,
		   uint32_t max_count);

/*
 * Add one, unless it is suppressed. If the arena fails, only the totals grow:
 * see arena->error.
 */
void findings_add(struct findings *findings, enum severity severity,
		  const char *rule, struct place place, const char *format, ...)
	printf_like(5, 6);

/* The same with the place in a schema that demands it, in the arena. */
void findings_add_schema(struct findings *findings, const char *rule,
			 struct place place, const char *schema_location,
			 const char *format, ...) printf_like(5, 6);

/* Would one of that rule and offset be kept now? Else it needs no text. */
bool findings_would_keep(const struct findings *findings, const char *rule,
			 uint32_t offset);

/* Call `visit` for all that are kept, also what may yet be suppressed. */
void findings_visit(struct findings *findings,
		    void (*visit)(void *ctx, struct raw_finding *finding),
		    void *ctx);

/*
 * Back to what `mark` was a copy of, when nothing had been added yet that
 * could be suppressed.
 */
void findings_rewind(struct findings *findings, const struct findings *mark);

/* Add all of `more`, as if they had been added here in their order. */
void findings_join(struct findings *findings, const struct findings *more);

/*
 * A budget ran out: an error finding of rule "limit/NAME" that says which
 * limit, and no verdict may be drawn.
 */
void findings_limit(struct findings *findings, const char *name,
		    struct place place, uint64_t limit);

/*
 * The file cannot be decided for another reason (a broken schema, a pattern
 * that gives up): an error finding, and the state becomes `error`.
 */
void findings_undecided(struct findings *findings, const char *rule,
			struct place place, const char *format, ...)
	printf_like(4, 5);

/* The place of a node, or of bytes without a node. */
struct place place_of_node(const struct doc *doc, uint32_t document,
			   uint32_t node);
struct place place_at(uint32_t document, uint32_t offset, uint32_t length);

#endif
