/*
 * For tests of the cache: entries by number that can be told from each other,
 * and a folder that goes away again.
 */
#ifndef TESTS_UNIT_CACHED_H
#define TESTS_UNIT_CACHED_H

#include "tests/unit/unit.h"

#include "cache/item.h"
#include "cache/record.h"

#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>

/* A new folder below the one for temporary files; scratch_remove() it. */
static inline char *scratch_make(void)
{
	const char *parent = getenv("TMPDIR");
	char *path;

	if (asprintf(&path, "%s/cfgfs-cache-XXXXXX",
		     parent ? parent : P_tmpdir) < 0 ||
	    !mkdtemp(path))
		fail_msg("no folder for temporary files");
	return path;
}

static inline int scratch_unlink(const char *path, const struct stat *status,
				 int kind, struct FTW *walk)
{
	(void)status;
	(void)kind;
	(void)walk;
	return remove(path);
}

static inline void scratch_remove(char *path)
{
	nftw(path, scratch_unlink, 8, FTW_DEPTH | FTW_PHYS);
	free(path);
}

/* The path of a file of a folder, until the next call. */
static inline const char *scratch_path(const char *folder, const char *name)
{
	static char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	return path;
}

/* The whole file, exactly sized; free() the data. */
static inline struct span scratch_read(const char *path)
{
	struct stat status;
	const int fd = open(path, O_RDONLY | O_CLOEXEC);

	assert_true(fd >= 0);
	assert_int_equal(fstat(fd, &status), 0);

	const size_t size = (size_t)status.st_size;
	char *bytes = malloc(size ? size : 1);

	assert_int_equal(read(fd, bytes, size), (ssize_t)size);
	close(fd);
	return (struct span){bytes, size};
}

/* Write it anew, with a new time. */
static inline void scratch_write(const char *path, struct span bytes)
{
	const int fd =
		open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes.data, bytes.size),
			 (ssize_t)bytes.size);
	close(fd);
}

/* Entry `n`: content, plan and verdict follow from the number. */
struct sample {
	struct cache_key key;
	struct cache_entry entry;
	struct dependency dependencies[2];
	struct verdict *verdict;
	char path[32];
};

static inline void sample_make_sized(struct sample *sample, unsigned n,
				     int reason_size)
{
	char text[32];
	auto_free char *reason = NULL;

	snprintf(text, sizeof(text), "content %u", n);
	snprintf(sample->path, sizeof(sample->path), "schema-%u.json", n);
	sample->key = (struct cache_key){digest_tag_of(span_of(text)),
					 digest_of(span_of("plan"))};
	assert_true(asprintf(&reason, "%*u", reason_size, n) > 0);
	assert_int_equal(verdict_plain(STATE_SKIPPED, reason, &sample->verdict),
			 0);
	sample->dependencies[0] = (struct dependency){
		.path = sample->path,
		.exists = true,
		.digest = digest_of(span_of(sample->path)),
	};
	sample->dependencies[1] = (struct dependency){.path = "absent"};
	sample->entry = (struct cache_entry){
		.content = digest_of(span_of(text)),
		.validated_at = 1700000000 + (int64_t)n,
		.usec = n + 1,
		.dependency_count = n % 3,
		.dependencies = sample->dependencies,
		.verdict = sample->verdict,
	};
}

static inline void sample_make(struct sample *sample, unsigned n)
{
	sample_make_sized(sample, n, 1);
}

static inline void sample_release(struct sample *sample)
{
	free(sample->verdict);
}

static inline bool dependency_equal(const struct dependency *a,
				    const struct dependency *b)
{
	return strcmp(a->path, b->path) == 0 && a->exists == b->exists &&
	       digest_equal(&a->digest, &b->digest);
}

static inline bool entry_equal(const struct cache_entry *a,
			       const struct cache_entry *b)
{
	if (!digest_equal(&a->content, &b->content) ||
	    a->validated_at != b->validated_at || a->usec != b->usec ||
	    a->dependency_count != b->dependency_count ||
	    a->verdict->size != b->verdict->size ||
	    memcmp(a->verdict, b->verdict, a->verdict->size) != 0)
		return false;
	for (uint32_t i = 0; i < a->dependency_count; i++)
		if (!dependency_equal(&a->dependencies[i], &b->dependencies[i]))
			return false;
	return true;
}

/* The same as an item, for the tiers themselves; blob_release() the blob. */
static inline struct item sample_item(const struct sample *sample)
{
	const size_t size = record_size(&sample->entry);
	struct blob *blob = blob_new(size);

	assert_non_null(blob);
	record_encode(&sample->entry, blob->bytes, size);
	return (struct item){item_key_of(&sample->key, &sample->entry.content),
			     blob};
}

static inline struct item item_of_number(unsigned n)
{
	struct sample sample;

	sample_make(&sample, n);

	const struct item item = sample_item(&sample);

	sample_release(&sample);
	return item;
}

/* Is `blob` the record of number `n`, whole? */
static inline bool blob_is_number(const struct blob *blob, unsigned n)
{
	const struct item item = item_of_number(n);
	const bool same = span_equal(blob_span(item.blob), blob_span(blob));

	blob_release(item.blob);
	return same;
}

#endif
