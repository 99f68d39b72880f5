/*
 * What a comment says after "cfgfs:": a directive and the rules it is about,
 * "disable-line=schema/type, yaml/ambiguous -- why" (in XML "- why").
 */
#ifndef VALIDATE_SUPPRESS_DIRECTIVE_H
#define VALIDATE_SUPPRESS_DIRECTIVE_H

#include "validate/base.h"

enum directive_kind {
	DIRECTIVE_LINE,	     /* of the comment itself */
	DIRECTIVE_NEXT_LINE, /* the next one with more than comments */
	DIRECTIVE_FILE,
};

struct directive {
	enum directive_kind kind;
	struct span rules; /* in the text; at least one, commas between */
};

/* What is wrong and where; the message is static, `where` in the text. */
struct directive_fault {
	const char *message;
	struct span where;
};

/*
 * Read the text of a comment behind "cfgfs:", without its end. True and *out,
 * or false and *fault. Linear in the text.
 */
must_check bool directive_read(struct span text, struct directive *out,
			       struct directive_fault *fault);

/* Take the next rule off directive.rules; false: there is none left. */
must_check bool directive_next_rule(struct span *rules, struct span *rule);

#endif
