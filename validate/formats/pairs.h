/*
 * Keys and values as they come in a file of lines (INI, .env, .properties),
 * with sections or without, and how they become one document: sections of one
 * name are one object, a repeated key has its last value. All memory is the
 * arena's. Nothing here is quadratic.
 */
#ifndef VALIDATE_FORMATS_PAIRS_H
#define VALIDATE_FORMATS_PAIRS_H

#include "validate/format.h"

/* How bad something is: an enum severity, or nothing to speak of. */
enum { PAIRS_ALLOWED = -1 };

/* How bad it is to write things twice. */
struct pairs_policy {
	int repeated_key; /* severities */
	int repeated_section;
	const char *open_section; /* may be repeated in any case, or NULL */
};

/* Where something stands in the source. */
struct pair_place {
	uint32_t offset;
	uint32_t length;
	uint32_t line; /* from 1 */
};

/* A key or a section: as it is shown, and as it is compared (case folded or
 * not). */
struct pair_name {
	struct span text;
	struct span identity;
	uint32_t hash; /* of the identity */
	struct pair_place place;
};

/* A header, and what is below all headers of its name. */
struct pair_section {
	struct pair_name name;
	uint32_t first; /* section of that name that came first */
	uint32_t end;	/* offset behind its last byte */
	uint32_t head;	/* list of its keys, through pair.next */
	uint32_t tail;
	uint32_t count;
	uint32_t node; /* of its name in the doc */
};

/* A key and its value: a caller fills in name, value, its place, flags. */
struct pair {
	struct pair_name name;
	struct span value;
	struct pair_place value_place;
	uint32_t section; /* index, DOC_NONE before the first */
	uint32_t first;	  /* entry of that name that came first */
	uint32_t last;	  /* and the one that counts */
	uint32_t next;
	uint32_t node; /* of its key in the doc */
	uint8_t flags; /* enum node_flag of the value */
};

/* All of a file; start with parse and policy set, the rest 0. */
struct pairs {
	struct parse *parse;
	struct pairs_policy policy;
	struct pair_section *sections;
	uint32_t section_count;
	uint32_t section_capacity;
	struct pair *entries;
	uint32_t entry_count;
	uint32_t entry_capacity;
	bool is_full; /* the limit of nodes was reached and reported */
};

/*
 * A name of which the ASCII case of the first `folded` bytes does not count.
 * 0, -ENOMEM or -E2BIG (arena).
 */
must_check int pairs_name(struct pairs *pairs, struct span text, size_t folded,
			  struct pair_place place, struct pair_name *out);

/* Begin a section, or add a key to the one begun last. Errors as above. */
must_check int pairs_add_section(struct pairs *pairs, struct pair_name name);
must_check int pairs_add(struct pairs *pairs, const struct pair *entry);

/*
 * The end of reading: make the doc's only document of it, and findings of what
 * is repeated; the document has no root if the file is broken or has too many
 * keys. Errors as above, -ECANCELED.
 */
must_check int pairs_finish(struct pairs *pairs, bool is_broken);

#endif
