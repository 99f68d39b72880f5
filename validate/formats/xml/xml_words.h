/*
 * Plain words for what is wrong in a tag, a reference or a piece of text of an
 * XML file, and where exactly. Knows nothing of the library that found it.
 */
#ifndef VALIDATE_FORMATS_XML_XML_WORDS_H
#define VALIDATE_FORMATS_XML_XML_WORDS_H

#include "validate/base.h"

/* A mistake: static words, and the bytes that are meant. */
struct xml_mistake {
	const char *words;
	size_t offset;
	size_t length;
};

/*
 * The token that begins at `token` cannot go on with the byte at `at`, which is
 * in the source or its end. One pass over the token.
 */
struct xml_mistake xml_words_invalid(struct span source, size_t token,
				     size_t at);

/* The token that begins at `token` has no end. */
struct xml_mistake xml_words_unclosed(struct span source, size_t token);

/* The name that begins at `at`: up to what can end one. */
struct span xml_words_name(struct span source, size_t at);

/*
 * The name in the tag at `tag` whose prefix is declared nowhere before the
 * tag's end, or else the name of the tag. Looks at the first few names only.
 */
struct span xml_words_prefixed(struct span source, size_t tag);

/*
 * The first reference in the tag at `tag` to an entity that is declared nowhere
 * before it (looks at the first few), "&name;", or just the '<' if there is
 * none.
 */
struct span xml_words_reference(struct span source, size_t tag);

#endif
