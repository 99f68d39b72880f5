/*
 * What must hold of a document, whichever reader made it from whatever bytes.
 */
#ifndef TESTS_FUZZ_CHECK_DOC_H
#define TESTS_FUZZ_CHECK_DOC_H

#include "validate/doc.h"

/* What a format promises beyond the rest. */
enum check_doc_promise {
	/* values lie inside their containers, in the order of the source */
	CHECK_DOC_NESTED = 1,
	/* aliases and merged keys may occur */
	CHECK_DOC_SHARED = 2,
};

/*
 * Documents, links, places, texts, hashes and flags of all nodes; ends the
 * process when something is not as doc.h says. `max_depth` is the limit that
 * the reader had.
 */
void check_doc(struct doc *doc, unsigned promises, uint32_t max_depth);

/* Does any key of the document have this text inside? */
bool check_doc_key_has(const struct doc *doc, struct span part);

#endif
