/*
 * What is wrong with an XML file, as findings: where exactly, in plain words,
 * with the names of what is open. Knows nothing of the library that found it.
 */
#ifndef VALIDATE_FORMATS_XML_XML_REPORT_H
#define VALIDATE_FORMATS_XML_XML_REPORT_H

#include "validate/format.h"

/* A name in the source; size 0: it is not there but comes from an entity. */
struct xml_name {
	uint32_t offset;
	uint32_t size;
};

/* Where the reader is. */
struct xml_state {
	struct parse *parse;
	struct xml_name *open; /* elements, outermost first */
	uint32_t depth;	       /* how many they are */
	struct xml_name root;
	uint32_t root_end; /* behind its closing tag; 0: not there yet */
	uint32_t token;	   /* where the token begins that is read now */
	uint32_t cdata;	   /* where the last CDATA section begins */
	bool in_doctype;
};

/* An error "syntax/xml" with these words. */
void xml_report(struct xml_state *state, uint32_t offset, uint32_t length,
		const char *words);

/* The tag whose name is at `offset` closes another element than the last. */
void xml_report_mismatch(struct xml_state *state, uint32_t offset);

/* The file ends, and there is no element or one is open. */
void xml_report_end(struct xml_state *state);

/* Something stands behind the outermost element. */
void xml_report_junk(struct xml_state *state, uint32_t offset);

/* The reference at `offset` is to nothing. */
void xml_report_entity(struct xml_state *state, uint32_t offset);

/* The attribute at `offset` is there twice. */
void xml_report_repeated(struct xml_state *state, uint32_t offset);

/* The byte at `offset` cannot stand there. */
void xml_report_invalid(struct xml_state *state, uint32_t offset);

/* The token that begins at `offset` has no end. */
void xml_report_unclosed(struct xml_state *state, uint32_t offset);

/*
 * A warning "xml/namespace" about the tag at `offset`: a prefix that is not
 * declared, or else a declaration that cannot be.
 */
void xml_report_namespace(struct xml_state *state, uint32_t offset,
			  bool is_unbound);

#endif
