/*
 * Reads common YAML several times as fast as libyaml's events can be pulled:
 * block lists and mappings, plain and quoted scalars, text blocks, flow lists
 * and mappings, comments, documents. Anything else, and any mistake, it leaves
 * to the library; so it has no findings about syntax, and where it does not
 * leave, nodes and findings are the library's exactly (a test compares them).
 */
#ifndef VALIDATE_FORMATS_YAML_QUICK_QUICK_H
#define VALIDATE_FORMATS_YAML_QUICK_QUICK_H

#include "validate/format.h"

/* The file is not for this reader. */
enum { QUICK_LEFT = 1 };

/*
 * 0: the file is read; QUICK_LEFT: doc, findings and arena are as they were
 * (also when a limit is reached or the arena fails); -ECANCELED.
 */
must_check int quick_read(struct parse *parse);

#endif
