/* What the files of the store share; for them alone. */
#ifndef FS_VAULT_VAULT_PARTS_H
#define FS_VAULT_VAULT_PARTS_H

#include "fs/vault/vault.h"

#include <pthread.h>
#include <stdatomic.h>

enum {
	/* A path, and what is noted of it. */
	VAULT_ENTRY_MAX = 8192,
	/* What a small file takes on disk. */
	VAULT_OVERHEAD = 4096,
	/* A digest in hex, which names a file; with its NUL. */
	VAULT_NAME_SIZE = 2 * DIGEST_SIZE + 1,
};

#define VAULT_NOTE "source"

struct vault {
	const struct source *source;
	uint64_t max_bytes;
	int root;
	int objects;
	int trees;
	int tree; /* of trees: ours */
	_Atomic uint64_t used;

	pthread_t syncer;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	bool is_dirty;	/* by lock: something is not on disk yet */
	bool is_ending; /* by lock */
};

/* Who writes waits for who removes. A descriptor to close, or an errno. */
must_check int vault_lock(struct vault *vault, int operation);

/* Bytes that a content of this size counts for. */
static inline uint64_t vault_weight(uint64_t size)
{
	return size + VAULT_OVERHEAD;
}

/* Count what there is, in vault->used. 0 or a negative errno. */
must_check int vault_measure(struct vault *vault);

/* Make room for `bytes` more. 0, -ENOSPC, or another errno. */
must_check int vault_collect(struct vault *vault, uint64_t bytes);

/* A thread that brings first versions to the disk. 0 or a negative errno. */
must_check int vault_start_syncer(struct vault *vault);
void vault_wake_syncer(struct vault *vault);
void vault_end_syncer(struct vault *vault);

#endif
