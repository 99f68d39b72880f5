/*
 * Writing a program: words, texts (each once), constants, locations, patterns.
 * Arrays grow in the compiler's arena; emit_finish() copies them into the
 * schema's own. After a failure of the arena calls do nothing, and `error`
 * says what happened.
 */
#ifndef VALIDATE_SCHEMA_COMPILE_EMIT_H
#define VALIDATE_SCHEMA_COMPILE_EMIT_H

#include "validate/schema/list.h"
#include "validate/schema/program.h"

struct emitter {
	struct arena *arena; /* scratch */
	struct list code;
	struct list blocks;
	struct list keys;
	struct list locations;
	struct list anchors;
	struct list patterns;		  /* of struct pattern * */
	struct list pattern_keys;	  /* of uint32_t: their texts */
	struct list pattern_notes;	  /* by key: its pattern or none */
	struct list quick;		  /* of uint32_t: steps */
	struct quick_block *quick_blocks; /* one a block; NULL: none */
	struct doc constants;
	uint32_t *key_table; /* key + 1 by hash */
	uint32_t key_table_size;
	uint32_t instruction; /* where the open one begins */
	uint32_t depth;	      /* of the constant being copied */
	int error;	      /* first failure, 0 for none */
};

void emit_init(struct emitter *emitter, struct arena *arena);

/* Give back what is not in the arena: the patterns. */
void emit_release(struct emitter *emitter);

/* Begin an instruction; its operands follow, emit_end() ends it. */
void emit_begin(struct emitter *emitter, enum operation operation,
		enum keyword keyword);
void emit_word(struct emitter *emitter, uint32_t word);
/* The place of the next word, to be filled later by emit_patch(). */
uint32_t emit_reserve(struct emitter *emitter, uint32_t words);
void emit_patch(struct emitter *emitter, uint32_t place, uint32_t word);
void emit_end(struct emitter *emitter);
uint32_t emit_position(const struct emitter *emitter);

/* Append a word to the quick form's steps. */
void emit_quick(struct emitter *emitter, uint32_t word);
/* Note that the arena failed. */
void emit_fail(struct emitter *emitter);

/* Numbers of things; PROGRAM_NONE after a failure. */
uint32_t emit_key(struct emitter *emitter, struct span text);
uint32_t emit_block(struct emitter *emitter);
struct block *emit_block_at(struct emitter *emitter, uint32_t block);
uint32_t emit_location(struct emitter *emitter, uint32_t parent, uint32_t key);
void emit_anchor(struct emitter *emitter, struct program_anchor anchor);

/* Copy a value of a schema file into the constants. */
uint32_t emit_constant(struct emitter *emitter, const struct doc *doc,
		       uint32_t node);

/*
 * The number of a pattern, compiled unless the same text already was. 0;
 * -EBADMSG with `why`; -ENOMEM or -E2BIG.
 */
must_check int emit_pattern(struct emitter *emitter, struct span text,
			    uint32_t *out, char why[static PATTERN_WHY_SIZE]);

/* The finished program. 0, -ENOMEM or -E2BIG. */
must_check int emit_finish(struct emitter *emitter, uint32_t entry,
			   struct schema **out);

#endif
