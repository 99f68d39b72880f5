/*
 * Writes the quick form of a program out of the full one.
 */
#ifndef VALIDATE_SCHEMA_COMPILE_QUICK_H
#define VALIDATE_SCHEMA_COMPILE_QUICK_H

#include "validate/schema/compile/emit.h"

/*
 * Append the quick form of all blocks; a program with dynamic names gets none.
 * Failures of the arena are noted in the emitter. Linear in the program.
 */
void quick_write(struct emitter *emitter);

#endif
