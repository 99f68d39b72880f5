/*
 * Directories and what is in each, with counts by state summed up to the root:
 * how many files of which state are below any directory is there to be read.
 *
 * A file takes 16 bytes and its name. No path is kept: a directory has its
 * name and its parent. Not safe for threads; knows no disk.
 */
#ifndef FS_INVENTORY_TREE_H
#define FS_INVENTORY_TREE_H

#include "fs/inventory/classes.h"
#include "fs/survey.h"

/* What a record is of. */
enum record_kind {
	RECORD_FILE,
	RECORD_ENTRY, /* told without being read: a link, a reserved name */
};

struct record {
	uint64_t stamp; /* of the file in the state that is its class */
	uint32_t name;	/* offset in the directory's names */
	uint32_t class : CLASS_BITS;
	uint32_t kind : 1;	  /* enum record_kind */
	uint32_t is_dirty : 1;	  /* may have changed: counts as unchecked */
	uint32_t is_verified : 1; /* dirty, and nothing came since a look at it
				     began */
};

/* Work that a directory waits for. */
enum { DIRECTORY_TO_LIST = 1, DIRECTORY_TO_VERIFY = 2 };

struct directory {
	struct directory *parent;    /* NULL: the root */
	struct directory **children; /* sorted by name */
	struct record *records;	     /* sorted by name */
	char *names;		     /* of the records, terminated */
	uint32_t name_bytes;
	uint32_t child_count;
	uint32_t record_count;
	uint32_t link_count;
	uint32_t to_do;		/* DIRECTORY_TO_ */
	struct directory *next; /* of those that wait */
	bool is_waiting;
	bool is_gone;	   /* about to be freed */
	bool is_unwatched; /* changes of it are not reported */
	struct survey_counts below;
	char name[];
};

struct tree {
	struct directory *root;
	struct classes classes;
	size_t directory_count;
	size_t link_count;	/* of all directories */
	size_t unwatched_count; /* directories */
};

/* 0 or -ENOMEM. */
must_check int tree_init(struct tree *tree);
void tree_release(struct tree *tree);

/* The directory of a path from the root; NULL: not known. */
struct directory *tree_find(const struct tree *tree, const char *path);
struct directory *tree_child(const struct directory *directory,
			     const char *name);
struct record *tree_record(const struct directory *directory, const char *name);
const char *record_name(const struct directory *directory,
			const struct record *record);

/* The path of a directory from the root. False: longer than PATH_MAX. */
must_check bool tree_path(const struct directory *directory, char *path);

/* Put a file into a class, whose use is taken over. */
void tree_set(struct tree *tree, struct directory *directory,
	      struct record *record, uint32_t class);

/* It counts as unchecked until tree_set(). */
void tree_doubt(struct tree *tree, struct directory *directory,
		struct record *record);

/* Files whose class is stale, or all files, are unchecked from now on. */
void tree_forget(struct tree *tree, bool only_stale);

/* What a directory holds besides directories; all of it is owned. */
struct contents {
	struct record *records; /* sorted by name, with classes in use */
	char *names;
	uint32_t name_bytes;
	uint32_t count;
	uint32_t link_count; /* of links, also such as have no record */
};

/* Take over new contents. The old ones are freed, their classes dropped. */
void tree_replace(struct tree *tree, struct directory *directory,
		  const struct contents *contents);

/* A new record of a file, unchecked; NULL: no memory. Moves the others. */
struct record *tree_insert(struct tree *tree, struct directory *directory,
			   const char *name);

/* A new child; -ENOMEM. The children stay sorted. */
must_check int tree_add_child(struct tree *tree, struct directory *parent,
			      const char *name, struct directory **out);

/* The next directory of the tree in a fixed order, beginning with NULL; below
 * `top` only. */
struct directory *tree_next(const struct directory *top,
			    struct directory *directory);

/* Take a child, with all below it, out of the tree and free it. */
void tree_remove_child(struct tree *tree, struct directory *child);

#endif
