/*
 * Reading the parts of a configuration from its document: for the config*.c
 * files alone. What is kept is counted, so that a small file cannot say much
 * by aliases.
 */
#ifndef FS_CONFIG_READER_H
#define FS_CONFIG_READER_H

#include "fs/config/config_parts.h"

struct reader {
	struct config *config;
	const struct doc *doc;
	struct findings *findings;
	size_t cost;
	uint32_t line; /* of the byte at `scanned` */
	size_t scanned;
};

/* Where all that is kept lives. */
struct arena *reader_arena(const struct reader *reader);

/* Count a string or an entry; says once that there are too many. Then
 * reader_is_full(), and nothing more is to be read. */
void reader_count(struct reader *reader, uint32_t node);
bool reader_is_full(const struct reader *reader);

/* An error finding about a node. */
void reader_complain(struct reader *reader, const char *rule, uint32_t node,
		     const char *message);

/* The array or string that is the value of `key`, DOC_NONE if there is none. */
uint32_t reader_find_array(const struct reader *reader, uint32_t object,
			   const char *key);
uint32_t reader_find_string(const struct reader *reader, uint32_t object,
			    const char *key);

/* The functions below: 0, or the error of the configuration's arena. */

/* Patterns of an array (DOC_NONE: none), which origins call `label`. */
must_check int reader_globs(struct reader *reader, uint32_t array,
			    const char *label, struct glob_list *out);

/* Text as a tidy path from the root, "" for it; NULL: it is no path in the
 * tree. */
must_check int reader_path(struct reader *reader, struct span text,
			   const char **out);

/* Call `read` for every object of an array (DOC_NONE: none). */
must_check int reader_entries(struct reader *reader, uint32_t array,
			      int (*read)(struct reader *reader,
					  uint32_t object));

/* Room for all entries of an array, each of that size; NULL: the arena
 * failed. */
must_check void *reader_room(struct reader *reader, uint32_t array,
			     size_t size);

/* The key `policy` (config_policy.c). */
must_check int config_read_policy(struct reader *reader, uint32_t root);

/* The keys `suppress` and `baseline` (config_suppress.c). */
must_check int config_read_suppress(struct reader *reader, uint32_t root);
must_check int config_read_baseline(struct reader *reader, uint32_t root);

/* The key `cache` (config_remote.c). */
must_check int config_read_remote(struct reader *reader, uint32_t root);

#endif
