/*
 * Standard input as a file to be checked.
 */
#ifndef TOOLS_INPUT_H
#define TOOLS_INPUT_H

#include "validate/base.h"

/* All of standard input, owned. 0; -EFBIG; -ENOMEM; errno of reading. */
must_check int input_read(uint64_t max_bytes, char **bytes, size_t *size);

/* Without a name, what begins as JSON is JSON, all else YAML. */
const char *input_guess_name(const char *bytes, size_t size);

#endif
