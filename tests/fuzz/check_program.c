#include "tests/fuzz/check_program.h"

#include "tests/fuzz/fuzz.h"
#include "validate/schema/program.h"

static void check_segment(const struct schema *schema, uint32_t from,
			  uint32_t to)
{
	fuzz_require(from <= to && to <= schema->code_count,
		     "a segment lies in the code");
	while (from < to) {
		const uint32_t *code = schema->code + from;

		fuzz_require(to - from >= PROGRAM_HEAD,
			     "an instruction has a head");
		fuzz_require(program_operation(code) < OPERATION_COUNT,
			     "an operation is known");
		fuzz_require(program_keyword(code) < KEYWORD_COUNT,
			     "a keyword is known");
		fuzz_require(code[1] >= PROGRAM_HEAD && code[1] <= to - from,
			     "an instruction lies in its segment");
		from += code[1];
	}
}

static void check_block(const struct schema *schema, const struct block *block)
{
	for (uint32_t i = 0; i < SEGMENT_COUNT; i++)
		check_segment(schema, block->start[i], block->start[i + 1]);
	fuzz_require(block->location == PROGRAM_NONE ||
			     block->location < schema->location_count,
		     "a block has a location");
}

static void check_key(const struct program_key *key)
{
	const struct span text = {key->text, key->size};

	fuzz_require(key->text[key->size] == '\0', "texts are terminated");
	fuzz_require(key->hash == doc_hash(text), "texts know their hash");
}

static void check_location(const struct schema *schema, uint32_t index)
{
	const struct program_location *location = &schema->locations[index];

	fuzz_require(location->key < schema->key_count,
		     "a location has a name");
	fuzz_require(location->parent == PROGRAM_NONE ||
			     location->parent < index,
		     "a location lies below one that was made before");
}

static void check_anchor(const struct schema *schema,
			 const struct program_anchor *anchor)
{
	fuzz_require(anchor->name < schema->key_count, "an anchor has a name");
	fuzz_require(anchor->block < schema->block_count,
		     "an anchor leads to a block");
}

void check_program(const struct schema *schema)
{
	fuzz_require(schema->entry < schema->block_count,
		     "a program begins with a block of it");
	for (uint32_t i = 0; i < schema->block_count; i++)
		check_block(schema, &schema->blocks[i]);
	for (uint32_t i = 0; i < schema->key_count; i++)
		check_key(&schema->keys[i]);
	for (uint32_t i = 0; i < schema->location_count; i++)
		check_location(schema, i);
	for (uint32_t i = 0; i < schema->anchor_count; i++)
		check_anchor(schema, &schema->anchors[i]);
	for (uint32_t i = 0; i < schema->pattern_count; i++)
		fuzz_require(atomic_load(&schema->patterns[i]),
			     "a pattern is there");
}
