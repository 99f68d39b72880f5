/*
 * Which verdicts of a store are meant: by content, by what they rest on, by
 * what they found, by age.
 */
#ifndef CACHE_MAINTAIN_SELECT_H
#define CACHE_MAINTAIN_SELECT_H

#include "cache/maintain/maintain.h"

enum { CONTENT_NAME_SIZE = DIGEST_TAG_SIZE + ITEM_PROOF_SIZE };

/* A set of contents, by what a key says of them. contents_release() it. */
struct contents {
	uint8_t (*names)[CONTENT_NAME_SIZE];
	size_t count;
	size_t capacity;
	bool is_sorted;
};

/* Add a content. 0 or -ENOMEM. */
must_check int contents_add(struct contents *contents, struct span bytes);

/* Call it once all are added, before any question. */
void contents_sort(struct contents *contents);

/* Is the content of this key among them? Needs contents_sort(). */
bool contents_has(const struct contents *contents, const struct item_key *key);
void contents_release(struct contents *contents);

/* A verdict is selected if one of these holds; all zero selects none. */
struct selection {
	const struct contents *among;	  /* its content is one of these */
	const struct contents *not_among; /* its content is none of these */
	const char *hash; /* its content's digest begins so, in hex */
	const char *const *dependencies; /* it rests on one of these paths */
	size_t dependency_count;
	const char *rule;    /* a finding is of this rule; `*`, `?`, `[]` */
	int64_t made_before; /* seconds since 1970; 0: whenever */
};

bool selection_is_empty(const struct selection *selection);

/* Does it select this record? Damaged ones only by what their key says. */
must_check int selection_has(const struct selection *selection,
			     const struct item_key *key, struct span record,
			     bool *out);

/* Add the keys of all that are selected. 0 or a negative errno. */
must_check int selection_keys(const struct selection *selection,
			      struct store *store, struct keys *out);

#endif
