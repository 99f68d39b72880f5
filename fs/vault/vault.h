/*
 * The last valid version of each file of a tree, over restarts. Plain files,
 * because nothing here needs more: a version is found by its path, one at a
 * time, and written rarely; a file that is renamed into place is there whole or
 * not at all, whoever is killed, and damage stays in the file that it hit.
 *
 *   objects/DIGEST      a content, once for all trees that have it
 *   trees/ROOT/PATH     what is kept of a path; both are hex digests
 *   trees/ROOT/source   for people: which tree it is
 *   lock                shared by who writes, exclusive for who removes
 *
 * An entry that is replaced is never at risk: the new content is on disk before
 * the entry names it. The first version of a path is on disk about a second
 * after vault_put(), so that a new tree does not wait for the disk file by
 * file.
 *
 * Contents are checked against their digest when they are used; a damaged one
 * counts as not kept, and is written anew when it is put again. When there is
 * no room, what no entry names is removed, then entries of files that the tree
 * does not have any more; what a file of the tree may need is never removed,
 * vault_put() gives -ENOSPC instead and the version before stays.
 */
#ifndef FS_VAULT_VAULT_H
#define FS_VAULT_VAULT_H

#include "fs/source.h"
#include "fs/vault/kept.h"

struct vault; /* safe from any thread; several processes may use one folder */

struct vault_options {
	const char *directory;
	const struct source *source; /* the tree; borrowed */
	uint64_t max_bytes;	     /* of all contents together */
};

/* Open, made if it is not there. 0, or a negative errno with *why (owned). */
must_check int vault_open(const struct vault_options *options,
			  struct vault **out, char **why);

/* All that was put is on disk afterwards. NULL is allowed. */
void vault_close(struct vault *vault);

/*
 * Keep a version of `path`, whose digest and size are in `kept`, in place of
 * the one before. 0; -ENOSPC: there is no room, or another errno of the disk;
 * then the one before is still kept.
 */
must_check int vault_put(struct vault *vault, const char *path,
			 const struct kept *kept, const char *bytes);

/* What is kept of `path`. 0; -ENOENT; -EBADMSG: it is damaged; an errno. */
must_check int vault_find(struct vault *vault, const char *path,
			  struct kept *out);

/*
 * The content of a version, owned, with a NUL behind it. 0; -EBADMSG: it is
 * damaged or has gone; -ENOMEM; another errno of the disk.
 */
must_check int vault_load(struct vault *vault, const struct kept *kept,
			  char **bytes);

/* Bytes taken by contents; what the disk holds may be less. */
uint64_t vault_bytes(struct vault *vault);

#endif
