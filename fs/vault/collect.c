#include "fs/vault/vault_parts.h"

#include "fs/vault/drawer.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

enum { FIRST_ROOM = 64 };

/* An entry, as far as making room is concerned. */
struct claim {
	struct digest content;
	struct digest name; /* of the entry */
	uint64_t size;
	int64_t kept_at;
	bool has_gone; /* the tree does not have that file any more */
};

/* All that entries say while room is made. */
struct census {
	struct vault *vault;
	bool is_ours;	 /* the tree that is being read */
	bool has_failed; /* something is not known: nothing may be removed */
	struct claim *claims; /* sorted by content when all are there */
	size_t count;
	size_t room;
};

static void census_release(struct census *census)
{
	free(census->claims);
}

static void weigh(void *ctx, int drawer, const char *name)
{
	uint64_t *sum = ctx;
	struct stat facts;

	if (fstatat(drawer, name, &facts, AT_SYMLINK_NOFOLLOW) == 0)
		*sum += vault_weight((uint64_t)facts.st_size);
}

int vault_measure(struct vault *vault)
{
	uint64_t sum = 0;
	const int r = drawer_visit(vault->objects, weigh, &sum);

	if (r == 0)
		atomic_store(&vault->used, sum);
	return r;
}

static void add_claim(struct census *census, const char *path,
		      const struct kept *kept)
{
	if (census->count == census->room) {
		const size_t room =
			census->room ? 2 * census->room : FIRST_ROOM;
		struct claim *more =
			reallocarray(census->claims, room, sizeof(*more));

		if (!more) {
			census->has_failed = true;
			return;
		}
		census->claims = more;
		census->room = room;
	}

	const int r = census->is_ours ? source_stat(census->vault->source, path,
						    NULL, NULL)
				      : 0;

	census->claims[census->count++] = (struct claim){
		.content = kept->content,
		.name = digest_of(span_of(path)),
		.size = kept->size,
		.kept_at = kept->kept_at,
		.has_gone = r == -ENOENT || r == -ENOTDIR,
	};
}

static void see_entry(void *ctx, int drawer, const char *name)
{
	struct census *census = ctx;
	auto_free char *bytes = NULL;
	struct kept kept;
	const char *path;
	size_t size = 0;

	if (drawer_is_unfinished(name))
		unlinkat(drawer, name, 0);
	if (drawer_is_unfinished(name) || strcmp(name, VAULT_NOTE) == 0)
		return;

	int r = drawer_read(drawer, name, VAULT_ENTRY_MAX, &bytes, &size);

	if (r == 0)
		r = kept_decode((struct span){bytes, size}, &kept, &path);
	if (r == 0)
		add_claim(census, path, &kept);
	else if (r == -EBADMSG)
		unlinkat(drawer, name, 0); /* it names nothing any more */
	else
		census->has_failed = true; /* it may need anything */
}

static void see_tree(void *ctx, int drawer, const char *name)
{
	struct census *census = ctx;
	struct stat ours;
	struct stat facts;
	auto_close int tree = openat(
		drawer, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	if (tree < 0 || fstat(tree, &facts) ||
	    fstat(census->vault->tree, &ours)) {
		census->has_failed = true;
		return;
	}
	census->is_ours =
		ours.st_ino == facts.st_ino && ours.st_dev == facts.st_dev;
	if (drawer_visit(tree, see_entry, census))
		census->has_failed = true;
}

static int compare_contents(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct digest)); /* it comes first */
}

/* A claim that may be dropped, by its place among all. */
struct droppable {
	int64_t kept_at;
	size_t claim;
};

static int compare_ages(const void *a, const void *b)
{
	const int64_t left = ((const struct droppable *)a)->kept_at;
	const int64_t right = ((const struct droppable *)b)->kept_at;

	return (left > right) - (left < right);
}

static int take_census(struct census *census)
{
	if (drawer_visit(census->vault->trees, see_tree, census) ||
	    census->has_failed)
		return -ENOSPC;
	if (census->count)
		qsort(census->claims, census->count, sizeof(*census->claims),
		      compare_contents);
	return 0;
}

static unsigned hex_value(char digit)
{
	return digit <= '9' ? (unsigned)(digit - '0')
			    : (unsigned)(digit - 'a') + 10;
}

static bool parse_name(const char *name, struct digest *out)
{
	if (strlen(name) != VAULT_NAME_SIZE - 1 ||
	    strspn(name, "0123456789abcdef") != VAULT_NAME_SIZE - 1)
		return false;
	for (size_t i = 0; i < DIGEST_SIZE; i++)
		out->bytes[i] = (uint8_t)(hex_value(name[2 * i]) << 4 |
					  hex_value(name[2 * i + 1]));
	return true;
}

/* Whatever is not a content that an entry names; also what a dead writer left.
 */
static void drop_unclaimed(void *ctx, int drawer, const char *name)
{
	const struct census *census = ctx;
	struct digest content;

	if (parse_name(name, &content) && census->count &&
	    bsearch(&content, census->claims, census->count,
		    sizeof(*census->claims), compare_contents))
		return;
	unlinkat(drawer, name, 0);
}

/* Equal contents lie side by side. */
static bool is_claimed_by_another(const struct census *census,
				  const struct claim *claim)
{
	const struct claim *end = census->claims + census->count;

	return (claim > census->claims &&
		digest_equal(&claim[-1].content, &claim->content)) ||
	       (claim + 1 < end &&
		digest_equal(&claim[1].content, &claim->content));
}

static void drop_claim(struct census *census, const struct claim *claim)
{
	struct vault *vault = census->vault;
	char name[VAULT_NAME_SIZE];

	digest_to_hex(&claim->name, name);
	unlinkat(vault->tree, name, 0);
	if (is_claimed_by_another(census, claim))
		return;
	digest_to_hex(&claim->content, name);
	if (unlinkat(vault->objects, name, 0) == 0)
		atomic_fetch_sub(&vault->used, vault_weight(claim->size));
}

/*
 * How much may be in use for `bytes` more to fit. Below the limit it is the
 * disk that is full: then as much as is wanted has to go.
 */
static int find_target(struct vault *vault, uint64_t bytes, uint64_t *target)
{
	const uint64_t used = atomic_load(&vault->used);
	const bool is_over =
		bytes > vault->max_bytes || used > vault->max_bytes - bytes;
	const uint64_t from = is_over ? vault->max_bytes : used;

	if (bytes > from)
		return -ENOSPC;
	*target = from - bytes;
	return 0;
}

static bool is_over(struct vault *vault, uint64_t target)
{
	return atomic_load(&vault->used) > target;
}

/* The oldest first, as many as it takes. */
static int drop_gone(struct census *census, uint64_t target)
{
	auto_free struct droppable *gone =
		calloc(census->count + 1, sizeof(*gone));
	size_t count = 0;

	if (!gone)
		return -ENOSPC;
	for (size_t i = 0; i < census->count; i++)
		if (census->claims[i].has_gone)
			gone[count++] = (struct droppable){
				census->claims[i].kept_at, i};
	if (count)
		qsort(gone, count, sizeof(*gone), compare_ages);
	for (size_t i = 0; i < count && is_over(census->vault, target); i++)
		drop_claim(census, &census->claims[gone[i].claim]);
	return is_over(census->vault, target) ? -ENOSPC : 0;
}

int vault_collect(struct vault *vault, uint64_t bytes)
{
	auto_close int lock = vault_lock(vault, LOCK_EX);
	release_by(census_release) struct census census = {.vault = vault};

	uint64_t target;

	if (lock < 0)
		return lock;

	int r = find_target(vault, bytes, &target);

	if (r == 0)
		r = take_census(&census);
	if (r == 0)
		r = drawer_visit(vault->objects, drop_unclaimed, &census);
	if (r == 0)
		r = vault_measure(vault);
	return r ? r : drop_gone(&census, target);
}
