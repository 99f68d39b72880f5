/*
 * What the parts of the evaluator share: one program being run over one
 * document. First it runs fast and only answers yes or no; on no it runs again
 * to explain, and then every violation is noted.
 */
#ifndef VALIDATE_SCHEMA_EVALUATE_EVALUATION_H
#define VALIDATE_SCHEMA_EVALUATE_EVALUATION_H

#include "validate/schema/equal.h"
#include "validate/schema/list.h"
#include "validate/schema/program.h"

/* Why an evaluation ended early, besides a negative errno. */
enum stop {
	STOP_STEPS = 1,
	STOP_DEPTH,
	STOP_PATTERN,	 /* a match took too many steps */
	STOP_UNRESOLVED, /* a reference that was not at hand */
	STOP_CONTENT,	 /* JSON inside a string exceeds a limit */
	STOP_DIGITS,	 /* a division of numbers that are too long */
};

/* A demand that is not met. Its text is made later, if it is kept. */
struct violation {
	uint32_t code;	/* offset of the instruction, PROGRAM_NONE: the type */
	uint32_t block; /* it stands in */
	uint32_t at;	/* key or value that is wrong */
	uint32_t detail;
	uint32_t level; /* how deep in the document */
	enum keyword keyword;
};

/* Bits and tables that come and go with the nesting. */
struct scratch {
	uint64_t *words;
	uint32_t used;
	uint32_t capacity;
};

struct evaluation {
	const struct schema *program;
	const struct schema_run *run;
	const struct doc *doc;
	struct equal_budget budget; /* steps that are left */
	uint32_t depth;		    /* of blocks */
	uint32_t level;		    /* of the document */
	int stop;		    /* 0, enum stop or a negative errno */
	uint32_t stop_at;
	uint32_t unresolved; /* key of the reference, for STOP_UNRESOLVED */
	uint32_t tags_met;   /* values that were let pass for their tags */
	bool is_explaining;
	const struct node *nodes; /* of doc, and of program, for the */
	const uint32_t *quick;	  /* quick form */
	const struct quick_block *quick_blocks;
	bool is_quick;	     /* running the quick form */
	int64_t quick_steps; /* taken from the budget and not yet used */
	struct scratch scratch;
	struct list violations;
	struct list scopes; /* of uint32_t: resources that were entered */
	struct pattern_memory *memory;
};

/* The value that a block is held against. */
struct subject {
	uint32_t at;	/* where it was met: the value or an alias of it */
	uint32_t index; /* the value */
	const struct node *node;
	uint32_t block;
	uint32_t marks; /* in scratch: children that were evaluated, or none */
	uint8_t kinds;	/* what it is: enum kind */
};

/* An operation: does the subject meet it? */
typedef bool operation_function(struct evaluation *evaluation,
				const uint32_t *code,
				const struct subject *subject);

extern operation_function *const operations[OPERATION_COUNT];

/* evaluate.c */

/* Hold a child of the document against a block, in the form being run. */
bool evaluate_child(struct evaluation *evaluation, uint32_t block,
		    uint32_t child);
/* The same in the full form, to which what is below goes back if quick. */
bool evaluate_fully(struct evaluation *evaluation, uint32_t block,
		    uint32_t child);
/* Hold the same value against another block, with these marks. */
bool evaluate_same(struct evaluation *evaluation, uint32_t block,
		   const struct subject *subject, uint32_t marks);
/* The same without noting violations; marks count only if it succeeds. */
bool evaluate_quietly(struct evaluation *evaluation, uint32_t block,
		      const struct subject *subject);

/*
 * quick.c: is the document valid? false: no, or it cannot be told so quickly;
 * evaluation->stop is then a negative errno if nothing can be told.
 */
bool quick_evaluate(struct evaluation *evaluation);
/* Hold a value against a block, within quick_evaluate(). */
bool quick_hold(struct evaluation *evaluation, uint32_t block, uint32_t at);

/* schema_evaluate() without the quick form; findings must be the same. */
must_check int schema_evaluate_fully(const struct schema *schema,
				     const struct schema_run *run);

/* Spend steps; false if there are none left or the caller wants to stop. */
bool evaluation_spend(struct evaluation *evaluation, uint64_t steps);
/* End early. Returns false. */
bool evaluation_stop(struct evaluation *evaluation, int stop, uint32_t at);

/* Note a violation (if explaining). Returns false. */
bool evaluation_report(struct evaluation *evaluation,
		       const struct subject *subject, const uint32_t *code,
		       uint32_t at, uint32_t detail);
bool evaluation_report_as(struct evaluation *evaluation,
			  const struct subject *subject, const uint32_t *code,
			  enum keyword keyword, uint32_t at, uint32_t detail);

/* Does a text match a pattern of the program? Stops when undecided. */
bool evaluation_match(struct evaluation *evaluation, uint32_t pattern,
		      struct span text, uint32_t at);

/* scratch.c: `words` cleared words on top; PROGRAM_NONE: stopped. */
uint32_t scratch_push(struct evaluation *evaluation, uint32_t words);
void scratch_pop(struct evaluation *evaluation, uint32_t to);
/* Room for a mark for every child of a container. */
uint32_t scratch_push_marks(struct evaluation *evaluation,
			    const struct subject *subject);
void scratch_mark(struct evaluation *evaluation, uint32_t marks,
		  uint32_t child);
bool scratch_is_marked(const struct evaluation *evaluation, uint32_t marks,
		       uint32_t child);
void scratch_merge(struct evaluation *evaluation, uint32_t from, uint32_t into,
		   const struct subject *subject);
void scratch_mark_all(struct evaluation *evaluation, uint32_t marks,
		      const struct subject *subject);

/* explain.c: note what is wrong with the nearest of several branches. */
void explain_nearest(struct evaluation *evaluation, const uint32_t *code,
		     const struct subject *subject);

/* The operations, in evaluate_value.c, _array.c, _object.c, _apply.c. */
operation_function evaluate_false, evaluate_enum, evaluate_minimum,
	evaluate_maximum, evaluate_exclusive_minimum,
	evaluate_exclusive_maximum, evaluate_multiple_of, evaluate_min_length,
	evaluate_max_length, evaluate_pattern, evaluate_format, evaluate_base64,
	evaluate_json, evaluate_min_items, evaluate_max_items,
	evaluate_unique_items, evaluate_items, evaluate_contains,
	evaluate_min_properties, evaluate_max_properties, evaluate_members,
	evaluate_property_names, evaluate_dependent_required,
	evaluate_dependent_schema, evaluate_ref, evaluate_dynamic_ref,
	evaluate_all_of, evaluate_any_of, evaluate_one_of, evaluate_not,
	evaluate_if, evaluate_unresolved, evaluate_unevaluated_items,
	evaluate_unevaluated_properties;

/* The text of a key; a complex key of YAML has none. */
static inline struct span evaluation_key(const struct evaluation *evaluation,
					 uint32_t key)
{
	const struct node *node = doc_node(evaluation->doc, key);

	return node_is_container(node) ? (struct span){"", 0} : node_text(node);
}

#endif
