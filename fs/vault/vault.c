#include "fs/vault/vault_parts.h"

#include "cache/folder.h"
#include "cache/why.h"
#include "fs/vault/drawer.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>

/* The folder of a tree is found by the path of its root. */
static int open_tree(struct vault *vault)
{
	const char *root = source_root(vault->source);
	const struct digest digest = digest_of(span_of(root));
	char name[VAULT_NAME_SIZE];

	digest_to_hex(&digest, name);
	vault->tree = drawer_open(vault->trees, name);
	if (vault->tree < 0)
		return vault->tree;
	if (faccessat(vault->tree, VAULT_NOTE, F_OK, 0) == 0)
		return 0;
	/* Nothing depends on it: on a full disk it is left out. */
	const int r =
		drawer_write(vault->tree, VAULT_NOTE, span_of(root), false);

	return r == -ENOSPC || r == -EDQUOT ? 0 : r;
}

static int open_folders(struct vault *vault)
{
	int r;

	vault->objects = drawer_open(vault->root, "objects");
	if (vault->objects < 0)
		return vault->objects;
	vault->trees = drawer_open(vault->root, "trees");
	if (vault->trees < 0)
		return vault->trees;
	r = open_tree(vault);
	return r ? r : vault_measure(vault);
}

static void close_folders(struct vault *vault)
{
	base_close(&vault->tree);
	base_close(&vault->trees);
	base_close(&vault->objects);
	base_close(&vault->root);
	free(vault);
}

int vault_open(const struct vault_options *options, struct vault **out,
	       char **why)
{
	struct folder folder;
	int r = folder_open(&folder, "state", options->directory, false, why);

	if (r)
		return r;

	struct vault *vault = calloc(1, sizeof(*vault));

	if (!vault) {
		folder_close(&folder);
		return -ENOMEM;
	}
	*vault = (struct vault){.source = options->source,
				.max_bytes = options->max_bytes,
				.root = folder.fd,
				.objects = -1,
				.trees = -1,
				.tree = -1};
	r = open_folders(vault);
	if (r == 0)
		r = vault_start_syncer(vault);
	if (r) {
		close_folders(vault);
		return why_say(why, r, "the state folder %s cannot be used: %s",
			       options->directory, strerrordesc_np(-r));
	}
	*out = vault;
	return 0;
}

void vault_close(struct vault *vault)
{
	if (!vault)
		return;
	vault_end_syncer(vault);
	close_folders(vault);
}

int vault_lock(struct vault *vault, int operation)
{
	auto_close int fd = openat(
		vault->root, "lock",
		O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0600);

	if (fd < 0)
		return -errno;
	while (flock(fd, operation))
		if (errno != EINTR)
			return -errno;
	return steal_fd(&fd);
}

static void entry_name(const char *path, char name[static VAULT_NAME_SIZE])
{
	const struct digest digest = digest_of(span_of(path));

	digest_to_hex(&digest, name);
}

int vault_find(struct vault *vault, const char *path, struct kept *out)
{
	char name[VAULT_NAME_SIZE];
	auto_free char *bytes = NULL;
	const char *of;
	size_t size;

	entry_name(path, name);

	int r = drawer_read(vault->tree, name, VAULT_ENTRY_MAX, &bytes, &size);

	if (r == 0)
		r = kept_decode((struct span){bytes, size}, out, &of);
	if (r)
		return r == -ESTALE ? -EBADMSG : r;
	return strcmp(of, path) == 0 ? 0 : -EBADMSG;
}

static bool holds(const char *bytes, size_t size, const struct kept *kept)
{
	const struct digest digest = digest_of((struct span){bytes, size});

	return size == kept->size && digest_equal(&digest, &kept->content);
}

int vault_load(struct vault *vault, const struct kept *kept, char **bytes)
{
	char name[VAULT_NAME_SIZE];
	auto_free char *found = NULL;
	size_t size;

	digest_to_hex(&kept->content, name);

	const int r =
		drawer_read(vault->objects, name, kept->size, &found, &size);

	if (r)
		return r == -ENOENT ? -EBADMSG : r;
	if (!holds(found, size, kept))
		return -EBADMSG;
	*bytes = steal(&found);
	return 0;
}

/* A content that is there already must be sound: it may be needed soon. */
static bool has_object(struct vault *vault, const struct kept *kept)
{
	auto_free char *bytes = NULL;

	return vault_load(vault, kept, &bytes) == 0;
}

static int put_object(struct vault *vault, const struct kept *kept,
		      const char *bytes, bool lasts)
{
	const uint64_t weight = vault_weight(kept->size);
	char name[VAULT_NAME_SIZE];

	if (has_object(vault, kept))
		return 0;
	if (atomic_load(&vault->used) + weight > vault->max_bytes)
		return -ENOSPC;
	digest_to_hex(&kept->content, name);

	const int r = drawer_write(vault->objects, name,
				   (struct span){bytes, kept->size}, lasts);

	if (r == 0)
		atomic_fetch_add(&vault->used, weight);
	return r;
}

static int put_entry(struct vault *vault, const char *path,
		     const struct kept *kept, bool lasts)
{
	char name[VAULT_NAME_SIZE];
	auto_free char *bytes = NULL;
	size_t size;
	int r = kept_encode(kept, path, &bytes, &size);

	if (r)
		return r;
	entry_name(path, name);
	return drawer_write(vault->tree, name, (struct span){bytes, size},
			    lasts);
}

/* What another process removes meanwhile must not be what is put here. */
static int put(struct vault *vault, const char *path, const struct kept *kept,
	       const char *bytes)
{
	auto_close int lock = vault_lock(vault, LOCK_SH);
	struct kept before;
	const int found = vault_find(vault, path, &before);
	const bool lasts = found == 0;

	if (lock < 0)
		return lock;
	if (found == 0 && kept_equal(&before, kept) && has_object(vault, kept))
		return 0;

	int r = put_object(vault, kept, bytes, lasts);

	if (r == 0)
		r = put_entry(vault, path, kept, lasts);
	if (r == 0 && !lasts)
		vault_wake_syncer(vault);
	return r;
}

int vault_put(struct vault *vault, const char *path, const struct kept *kept,
	      const char *bytes)
{
	int r = put(vault, path, kept, bytes);

	if (r != -ENOSPC && r != -EDQUOT)
		return r;
	r = vault_collect(vault, vault_weight(kept->size));
	return r ? r : put(vault, path, kept, bytes);
}

uint64_t vault_bytes(struct vault *vault)
{
	return atomic_load(&vault->used);
}
