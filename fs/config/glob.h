/*
 * Patterns for paths in the syntax of gitignore(5), kept in order with the
 * place where each was written. Bytes are compared, as git does, and "." at
 * the start of a name is nothing special. Matching never backtracks over more
 * than one `*`: time is at most pattern bytes times path bytes.
 */
#ifndef FS_CONFIG_GLOB_H
#define FS_CONFIG_GLOB_H

#include "validate/arena.h"

/* Why a pattern can never match anything. */
enum glob_fault {
	GLOB_FINE,
	GLOB_EMPTY,	     /* nothing, or a part between two `/` is */
	GLOB_OPEN_BRACKET,   /* `[` without `]` */
	GLOB_UNKNOWN_CLASS,  /* `[[:name:]]` with a name that there is not */
	GLOB_LONE_BACKSLASH, /* at the end */
	GLOB_RELATIVE_STEP,  /* `.` or `..` as a part */
	GLOB_TOO_MUCH,	     /* the list has reached GLOB_LIST_MAX_COST */
};

/* What is wrong and what to do, without the pattern; "" for GLOB_FINE. */
const char *glob_fault_text(enum glob_fault fault);

enum {
	/* A list's bytes of patterns; each pattern counts 16 more. */
	GLOB_LIST_MAX_COST = 256 * 1024,
	/* Longer paths, terminator included, match nothing. */
	GLOB_PATH_SIZE = 4096,
};

/* One pattern, compiled. */
struct glob {
	const struct glob_segment *segments; /* in the arena */
	uint32_t segment_count;
	bool is_negated;     /* written with `!` */
	bool directory_only; /* written with `/` at the end */
	bool is_anchored;    /* against the path; else against every name */
	uint32_t line;
	const char *origin; /* for people: "LABEL:LINE (PATTERN)" */
};

/* The later a pattern stands, the more it counts. Lives in the arena. */
struct glob_list {
	struct arena *arena;
	struct glob *globs;
	size_t count;
	size_t capacity;
	size_t cost;
};

void glob_list_init(struct glob_list *list, struct arena *arena);

/* Where a pattern was written. */
struct glob_place {
	const char *label; /* what its origin begins with: ".cfgfs.yaml" */
	uint32_t line;
};

/*
 * Append one pattern, taken as it is (`#` and spaces are part of it). One that
 * can never match is left out, and *fault says why.
 * 0, -ENOMEM or -E2BIG (arena).
 */
must_check int glob_list_add(struct glob_list *list, struct span pattern,
			     struct glob_place place, enum glob_fault *fault);

/*
 * Append the lines of an ignore file: comments, blank lines, trailing spaces
 * and CR as git reads them; what can never match is left out without a word.
 * 0, -ENOMEM or -E2BIG (arena), -EFBIG beyond GLOB_LIST_MAX_COST.
 */
must_check int glob_list_add_lines(struct glob_list *list, struct span text,
				   const char *label);

/*
 * As an ignore list: the pattern that excludes the path or the first directory
 * above it that is excluded (nothing below that comes back), NULL if none.
 */
const struct glob *glob_list_exclude(const struct glob_list *list,
				     const char *path, bool is_directory);

/*
 * As a choice of files: the last pattern that matches the path or a directory
 * above it, unless it is negated; else NULL. So a part can be taken out again:
 * "nginx/" and "!nginx/README".
 */
const struct glob *glob_list_select(const struct glob_list *list,
				    const char *path);

/* A path taken apart once, for many patterns. It borrows the path. */
struct glob_path {
	const char *path;
	size_t count;
	uint16_t starts[GLOB_PATH_SIZE / 2 + 1]; /* the last tells the end */
};
/* False: it is empty or too long; then nothing matches it. */
must_check bool glob_path_split(struct glob_path *out, const char *path);

/* Does a pattern (its `!` left aside) match the whole path of a file? */
bool glob_fits(const struct glob *glob, const struct glob_path *path);

#endif
