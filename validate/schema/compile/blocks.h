/*
 * Blocks of a program: asked for by number, written one after the other until
 * nothing that can be reached is missing.
 */
#ifndef VALIDATE_SCHEMA_COMPILE_BLOCKS_H
#define VALIDATE_SCHEMA_COMPILE_BLOCKS_H

#include "validate/schema/compile/compiler.h"

/* Write all blocks that were asked for, and those they ask for. */
must_check int blocks_write(struct compiler *compiler);

#endif
