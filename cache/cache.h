/*
 * The store of verdicts: memory in front of LMDB. It only ever saves time:
 * whatever is in doubt (version, damage, a full disk) is a miss.
 *
 * A verdict is found by the tag of the content and the digest of the plan. It
 * counts only if the content's digest is the one it was made for and if all
 * that it read beyond its file is unchanged.
 */
#ifndef CACHE_CACHE_H
#define CACHE_CACHE_H

#include "cache/index.h"
#include "validate/verdict.h"

struct cache; /* safe from any thread */

/* Where an answer came from. TIER_INDEX: the file was not even read; as a hit
 * it counts for the tier that held the verdict. */
enum cache_tier { TIER_MISS, TIER_MEMORY, TIER_DISK, TIER_REMOTE, TIER_INDEX };

/* "miss", "memory", "disk", "remote", "index" as in `.report`. */
const char *cache_tier_name(enum cache_tier tier);

struct cache_key {
	struct digest_tag content; /* finds */
	struct digest plan;
};

/* A file that a verdict rests on, by its path from the root. */
struct dependency {
	const char *path;
	bool exists;
	struct digest digest; /* of its content; if it does not exist, of the
				 way that it does not, zero for the usual */
};

/* What is kept for one key. Pointers are borrowed by cache_put(). */
struct cache_entry {
	struct digest content; /* proves */
	int64_t validated_at;  /* seconds since 1970 */
	uint32_t usec;	       /* what the validation took */
	uint32_t dependency_count;
	const struct dependency *dependencies;
	const struct verdict *verdict; /* NULL: `blob` is kept instead */
	struct span blob;
};

struct cache_options {
	const char *directory;	   /* NULL: memory only */
	uint64_t max_memory_bytes; /* of the memory tier; 0: none */
	uint64_t max_disk_bytes;   /* beyond it old entries are dropped */
	bool read_only;		   /* never write to the disk */
	bool is_brief; /* each entry will be asked for about once: what the disk
			  has, or is about to get, is not kept in memory too */
	bool is_sound; /* nobody wrote but a process that was killed: that
			  leaves whole transactions, and no damage */
};

/*
 * Open the store, making its directory (mode 0700) if need be. A directory
 * that cannot be used (not ours, not writable, damaged beyond repair) leaves a
 * store in memory only; then *why (owned, free()) says why, else it is NULL.
 * A damaged store is moved aside and begun anew; *why says so too.
 * Open it before threads start: a child process checks a store that was not
 * closed cleanly. One struct cache per process and directory; not across fork.
 * 0 or -ENOMEM.
 */
must_check int cache_open(const struct cache_options *options,
			  struct cache **out, char **why);

/*
 * Ask a server that other machines use too for what is neither in memory nor on
 * disk, and give it what is put here (see cache/remote/remote.h). At most once,
 * before threads use the cache. 0, or a negative errno and *why (owned): then
 * the cache goes on without.
 */
struct remote_options;
struct remote_stats;
must_check int cache_share(struct cache *cache,
			   const struct remote_options *options, char **why);
void cache_remote_stats(struct cache *cache, struct remote_stats *out);

/* Say why there is none, for cache_remote_stats(). */
void cache_stay_alone(struct cache *cache, const char *reason);

/* Is there one, whether it answers or not? */
bool cache_is_shared(const struct cache *cache);

/* Write what is pending and close. */
void cache_close(struct cache *cache);

/* Is this dependency as it was? Called without any lock held. */
typedef bool cache_is_fresh(void *ctx, const struct dependency *dependency);

/* A copy of an entry, owned by the caller: cache_found_release(). */
struct cache_found {
	enum cache_tier tier;
	struct cache_entry entry;
	void *block; /* holds what entry points to */
};
void cache_found_release(struct cache_found *found);

/* Release it but for its verdict, which the caller owns (free()). */
must_check struct verdict *cache_found_verdict(struct cache_found *found);

/*
 * Look an entry up. 0 and *out; -ENOENT: a miss (absent, another content with
 * the same tag, damaged, or a dependency that changed: then *stale, if not
 * NULL, gets the owned path of it, else NULL); -ENOMEM. Hits and misses are
 * counted.
 */
must_check int cache_get(struct cache *cache, const struct cache_key *key,
			 const struct digest *content, cache_is_fresh *is_fresh,
			 void *ctx, struct cache_found *out, char **stale);

/* One of several look-ups. */
struct cache_ask {
	struct cache_key key;
	struct digest content;
	void *ctx; /* for cache_is_fresh */
	bool is_found;
	struct cache_found found; /* if so */
};

/*
 * Look entries up as cache_get() does, on disk all in one transaction. Only
 * hits are counted: whoever gets none asks again with cache_get(). 0; -ENOMEM:
 * what was found until then is the caller's to release.
 */
must_check int cache_get_many(struct cache *cache, struct cache_ask *asks,
			      size_t count, cache_is_fresh *is_fresh);

/* Find the rows of the stat index for the devices and inodes of rows[].stamp;
 * is_found[] says which were. On disk only: nothing that was just noted. */
void cache_find_files(struct cache *cache, struct index_row *rows,
		      bool *is_found, size_t count);

/*
 * Under which plans the disk has a verdict on a content, and what is known of
 * them: for telling why there is none under another. store_plans_release() it.
 */
enum { STORE_PLANS_MAX = 16 };
struct store_plans {
	size_t count;		      /* of plans */
	char *texts[STORE_PLANS_MAX]; /* owned; of those that were noted */
	size_t text_count;
};
void cache_find_plans(struct cache *cache, const struct digest_tag *tag,
		      const struct digest *content, struct store_plans *out);
void store_plans_release(struct store_plans *plans);

/* Is a plan still to be noted? Asked before its text is made. */
bool cache_wants_plan(struct cache *cache, const struct digest *plan);

/* Note what a plan is, in words, for the disk with the next cache_flush(). */
void cache_note_plan(struct cache *cache, const struct digest *plan,
		     const char *text);

/* Note what a file holds, for the disk with the next cache_flush(). */
void cache_note_file(struct cache *cache, const struct index_row *row);

/* Hits so far were for files that were not read: the index knew them. Such a
 * hit is counted for its tier already, and once more for TIER_INDEX. */
void cache_count_unread(struct cache *cache, size_t count);

/* Does it have a stat index that can be read? Costs no look at the disk. */
bool cache_has_index(const struct cache *cache);

/*
 * Keep an entry: at once in memory, on disk with the next cache_flush(). An
 * entry of the same key is replaced. 0 or -ENOMEM (then it is not kept).
 */
must_check int cache_put(struct cache *cache, const struct cache_key *key,
			 const struct cache_entry *entry);

/*
 * The same for bytes that are no verdict, under keys of their own: of the
 * entry `verdict` is NULL and `blob` counts. They are kept on disk only, where
 * they share the limit with verdicts, and are not counted as hits or misses.
 */
must_check int cache_get_blob(struct cache *cache, const struct cache_key *key,
			      const struct digest *content,
			      cache_is_fresh *is_fresh, void *ctx,
			      struct cache_found *out);
must_check int cache_put_blob(struct cache *cache, const struct cache_key *key,
			      const struct cache_entry *entry);

/* Would a blob be kept? */
bool cache_keeps_blobs(struct cache *cache);

/*
 * Write what is pending in one transaction, durably; growth of the map and
 * the disk limit are handled here. Safe beside get and put. 0; a negative
 * errno when the disk failed (entries stay in memory; the disk tier may be
 * switched off, see cache_stats).
 */
must_check int cache_flush(struct cache *cache);

/* How much waits for cache_flush(): entries, also for other machines, and rows
 * of the index. */
size_t cache_pending(struct cache *cache);

/*
 * A number that grows when somebody, perhaps another process, forgot verdicts
 * on purpose; what is in memory here is forgotten with it. Whoever keeps
 * answers of his own forgets them when it is another than before. Cheap.
 */
uint64_t cache_generation(struct cache *cache);

/* Why the disk was given up since it was opened, static, or NULL. */
const char *cache_trouble(const struct cache *cache);

struct cache_stats {
	bool disk_on;
	uint64_t hits[TIER_INDEX + 1]; /* by enum cache_tier; [TIER_MISS] 0;
					  [TIER_INDEX] are among the others */
	uint64_t misses;
	uint64_t evictions;
	uint64_t memory_entries;
	uint64_t memory_bytes;
	uint64_t disk_entries; /* with those pending; rows of the index are not
				  among them, but in the bytes */
	uint64_t disk_bytes;   /* in use by entries */
	uint64_t total_hits;   /* of all runs on this directory, this one too */
	uint64_t total_misses;
};
void cache_stats(struct cache *cache, struct cache_stats *out);

/* Forget everything, in memory and on disk. 0 or a negative errno. */
must_check int cache_clear(struct cache *cache);

#endif
