/*
 * For tests of what is kept: a tree, a state folder, and versions by number
 * that can be told from each other.
 */
#ifndef TESTS_UNIT_KEPT_H
#define TESTS_UNIT_KEPT_H

#include "tests/unit/cached.h"
#include "tests/unit/tree.h"

#include "fs/vault/vault.h"

#include <errno.h>
#include <signal.h>
#include <sys/wait.h>

enum { KEPT_SIZE = 60000, KEPT_PLENTY = 1 << 30 };

struct keeping {
	struct tree tree;
	char *state;
	struct source *source;
	struct vault *vault;
};

static inline void keeping_open(struct keeping *keeping, uint64_t max_bytes)
{
	const struct vault_options options = {.directory = keeping->state,
					      .source = keeping->source,
					      .max_bytes = max_bytes};
	char *why = NULL;

	if (vault_open(&options, &keeping->vault, &why))
		fail_msg("%s", why ? why : "no memory");
}

static inline void keeping_reopen(struct keeping *keeping, uint64_t max_bytes)
{
	vault_close(keeping->vault);
	keeping_open(keeping, max_bytes);
}

static inline void keeping_make(struct keeping *keeping, uint64_t max_bytes)
{
	tree_make(&keeping->tree);
	keeping->state = scratch_make();
	assert_int_equal(source_open(keeping->tree.path, &keeping->source), 0);
	keeping_open(keeping, max_bytes);
}

static inline void keeping_remove(struct keeping *keeping)
{
	vault_close(keeping->vault);
	source_close(keeping->source);
	scratch_remove(keeping->state);
	tree_remove(&keeping->tree);
}

/* Version `number`: its number, then a filling that depends on it. */
static inline struct kept kept_version(unsigned number, char *bytes)
{
	memset(bytes, 'a' + (int)(number % 26), KEPT_SIZE);
	snprintf(bytes, 16, "%u\n", number);
	return (struct kept){
		.content = digest_of((struct span){bytes, KEPT_SIZE}),
		.size = KEPT_SIZE,
		.mtime_ns = number,
		.kept_at = number,
		.mode = 0100644,
	};
}

static inline int kept_put(struct vault *vault, const char *path,
			   unsigned number)
{
	char bytes[KEPT_SIZE];
	const struct kept kept = kept_version(number, bytes);

	return vault_put(vault, path, &kept, bytes);
}

/* The number of the version that is kept; a negative errno; -1: it is mixed. */
static inline int kept_get(struct vault *vault, const char *path)
{
	char wanted[KEPT_SIZE];
	char *bytes = NULL;
	struct kept kept;
	int r = vault_find(vault, path, &kept);

	if (r == 0)
		r = vault_load(vault, &kept, &bytes);
	if (r)
		return r;

	const unsigned number = (unsigned)strtoul(bytes, NULL, 10);
	const struct kept same = kept_version(number, wanted);
	const bool is_whole = kept_equal(&kept, &same) &&
			      memcmp(bytes, wanted, KEPT_SIZE) == 0;

	free(bytes);
	return is_whole ? (int)number : -1;
}

/* Files below a folder of the state; for people's eyes alone does not count. */
static unsigned kept_found;
static char kept_path[PATH_MAX];

static inline int kept_see(const char *path, const struct stat *facts, int kind,
			   struct FTW *walk)
{
	(void)facts;
	if (kind != FTW_F || strcmp(path + walk->base, "source") == 0)
		return 0;
	kept_found++;
	snprintf(kept_path, sizeof(kept_path), "%s", path);
	return 0;
}

/* How many files a folder of the state holds. */
static inline unsigned kept_count(const struct keeping *keeping,
				  const char *folder)
{
	kept_found = 0;
	assert_int_equal(nftw(scratch_path(keeping->state, folder), kept_see, 8,
			      FTW_PHYS),
			 0);
	return kept_found;
}

/* The only file of a folder of the state; free() it. */
static inline char *kept_find_one(const struct keeping *keeping,
				  const char *folder)
{
	assert_int_equal(kept_count(keeping, folder), 1);
	return strdup(kept_path);
}

#endif
