/*
 * What stands before the content of a YAML document: directives, and the
 * comment that names its schema.
 */
#ifndef VALIDATE_FORMATS_YAML_YAML_HEAD_H
#define VALIDATE_FORMATS_YAML_YAML_HEAD_H

#include "validate/base.h"

/*
 * The name in `# yaml-language-server: $schema=NAME` or `# $schema: NAME`, the
 * first among the comments of `head`. data NULL: none.
 */
struct span yaml_head_schema(struct span head);

/*
 * Offset of a byte order mark behind the comments that begin a file (YAML has
 * it before any document, tools that put a comment first leave one there), or
 * source.size.
 */
size_t yaml_head_bom(struct span source);

/* Directive lines (%TAG, %YAML) of a file, or up to the one that is too many.
 */
struct yaml_directives {
	uint32_t count;
	size_t longest;
	size_t last; /* offset of the last one counted */
};

/*
 * Count them before libyaml sees them, whose time is quadratic. Stops behind
 * `max_count`.
 */
struct yaml_directives yaml_head_directives(struct span source,
					    uint32_t max_count);

#endif
