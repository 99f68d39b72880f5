/*
 * What must hold of a compiled schema, whatever it was made from.
 */
#ifndef TESTS_FUZZ_CHECK_PROGRAM_H
#define TESTS_FUZZ_CHECK_PROGRAM_H

struct schema;

/* Blocks, instructions, texts and locations stay within the program. */
void check_program(const struct schema *schema);

#endif
