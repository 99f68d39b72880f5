/*
 * What the choice of a plan takes from a content: a few facts, worked out once
 * from the bytes. Whoever knows them needs no bytes to tell how a file is
 * judged.
 */
#ifndef VALIDATE_FACTS_H
#define VALIDATE_FACTS_H

#include "validate/format.h"

/* Zero: of an empty content, or of one that was not looked at. */
struct content_facts {
	bool has_bytes;
	bool has_header;      /* '[' comes first, comments left out */
	bool has_tag;	      /* '<' comes first */
	bool has_declaration; /* "<?xml " or "<!DOCTYPE " comes first */
	bool is_binary;	      /* NUL in the first 8 KiB */
	bool may_refer;	      /* may name a file relative to its own folder */
	uint8_t modeline;     /* number of the format that one names; 0: none */
};

/*
 * The facts of a content. All but `may_refer` can be had of its first 8 KiB
 * and last 1 KiB, with a line break between.
 */
struct content_facts content_facts_of(struct span content);

/* The format that a modeline names; format NULL: none does. */
struct format_choice content_facts_modeline(const struct content_facts *facts);

/* Facts as a number to be stored, and back: false if it is not one of those.
 * Good only beside the content_facts_version() of the one who wrote it. */
uint32_t content_facts_pack(const struct content_facts *facts);
must_check bool content_facts_unpack(uint32_t number,
				     struct content_facts *out);

/* Changes when the facts of a content could be others, or their numbers. */
uint64_t content_facts_version(void);

#endif
