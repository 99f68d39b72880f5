/* For tests of the disk tier: numbered entries go in and are looked for. */
#ifndef TESTS_UNIT_STORED_H
#define TESTS_UNIT_STORED_H

#include "tests/unit/cached.h"

#include "cache/store.h"

#include <errno.h>
#include <sys/wait.h>

/* Open a store that must be usable; what it says goes to *why or nowhere. */
static inline struct store *stored_open_limited(const char *folder,
						uint64_t max_bytes, char **why)
{
	const struct store_options options = {.folder = folder,
					      .max_bytes = max_bytes};
	struct store *store = NULL;
	char *reason = NULL;
	const int r = store_open(&options, &store, &reason);

	if (r)
		fail_msg("not opened: %d, %s", r, reason ? reason : "");
	if (why)
		*why = reason;
	else
		free(reason);
	return store;
}

static inline struct store *stored_open(const char *folder)
{
	return stored_open_limited(folder, 0, NULL);
}

/* Write the entries of some numbers in one transaction. */
static inline int stored_put(struct store *store, unsigned first,
			     unsigned count)
{
	struct item *items = calloc(count, sizeof(*items));
	uint64_t evicted;

	for (unsigned i = 0; i < count; i++)
		items[i] = item_of_number(first + i);

	const struct store_batch batch = {.items = items, .count = count};
	const int r = store_put(store, &batch, &evicted);

	items_free(items, count);
	return r;
}

/* 1: there and right; 0: not there, or refused; -1: accepted and wrong. */
static inline int stored_look(struct store *store, unsigned n)
{
	const struct item item = item_of_number(n);
	struct cache_entry entry;
	struct blob *blob = NULL;
	void *block = NULL;
	int seen = 0;

	if (store_get(store, &item.key, &blob) == 0 &&
	    record_decode(blob_span(blob), &entry, &block) == 0)
		seen = span_equal(blob_span(blob), blob_span(item.blob)) ? 1
									 : -1;
	free(block);
	blob_release(item.blob);
	blob_release(blob);
	return seen;
}

/* How many of some numbers are there; all of them must be right. */
static inline unsigned stored_count(struct store *store, unsigned first,
				    unsigned count)
{
	unsigned seen = 0;

	for (unsigned i = 0; i < count; i++) {
		const int one = stored_look(store, first + i);

		assert_true(one >= 0);
		seen += (unsigned)one;
	}
	return seen;
}

/* Wait for a child; its exit status, or 1000 + the signal. */
static inline int stored_wait(pid_t child)
{
	int status;

	assert_int_equal(waitpid(child, &status, 0), child);
	return WIFEXITED(status) ? WEXITSTATUS(status)
				 : 1000 + WTERMSIG(status);
}

#endif
