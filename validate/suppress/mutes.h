/*
 * What the comments of a file suppress: rules on a line or in all of the file.
 * Whatever many there are, a look-up tries few: on one line every set of rules
 * counts once.
 */
#ifndef VALIDATE_SUPPRESS_MUTES_H
#define VALIDATE_SUPPRESS_MUTES_H

#include "validate/finding.h"
#include "validate/rule.h"
#include "validate/suppress/comment.h"

/* A rule or group that a comment names. */
struct mute {
	struct rule_set rules;
	struct line_range line;
	struct extent place; /* of the name, in the source */
	bool is_file;	     /* all lines */
	bool is_used;
};

struct mutes {
	struct mute *list; /* of the file, then by line, then repeated ones */
	uint32_t count;
	uint32_t capacity;
	uint32_t file_count;
	uint32_t line_count;
};

/*
 * Read the comments of a file that was read without syntax error. What is
 * wrong with them is added to `remarks` (rules suppression/...). 0, -ENOMEM or
 * -E2BIG (the arena of `remarks`), -ECANCELED; `host` may be NULL.
 */
must_check int mutes_read(const struct comment_syntax *syntax,
			  const struct doc *doc, const struct host *host,
			  struct findings *remarks, struct mutes *out);

/* Is a finding of that rule there suppressed? `marks`: note who did it. */
bool mutes_hit(const struct mutes *mutes, size_t rule, uint32_t offset,
	       bool marks);

/* Add a finding for all that suppressed nothing. Without a look at schemas
 * nothing is said about those that name rules of schemas. */
void mutes_report_unused(const struct mutes *mutes, const struct doc *doc,
			 bool has_schemas, struct findings *remarks);

#endif
