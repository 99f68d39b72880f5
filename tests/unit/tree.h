/*
 * A tree of files in a temporary folder, for tests that need a real one.
 */
#ifndef TESTS_UNIT_TREE_H
#define TESTS_UNIT_TREE_H

#include "tests/unit/unit.h"

#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>

struct tree {
	char path[64];
};

static inline void tree_make(struct tree *tree)
{
	strcpy(tree->path, "/tmp/cfgfs-test-XXXXXX");
	assert_non_null(mkdtemp(tree->path));
}

static inline const char *tree_path(const struct tree *tree, const char *name,
				    char *buf)
{
	snprintf(buf, PATH_MAX, "%s/%s", tree->path, name);
	return buf;
}

/* Write a file; folders on the way are made. */
static inline void tree_write(const struct tree *tree, const char *name,
			      const char *text)
{
	char path[PATH_MAX];

	tree_path(tree, name, path);
	for (char *slash = path + strlen(tree->path) + 1;
	     (slash = strchr(slash, '/')); slash++) {
		*slash = '\0';
		mkdir(path, 0777);
		*slash = '/';
	}

	FILE *file = fopen(path, "we");

	assert_non_null(file);
	assert_int_equal(fwrite(text, 1, strlen(text), file), strlen(text));
	assert_int_equal(fclose(file), 0);
}

static inline int tree_remove_one(const char *path, const struct stat *stat,
				  int type, struct FTW *where)
{
	(void)stat, (void)type, (void)where;
	return remove(path);
}

static inline void tree_remove(const struct tree *tree)
{
	nftw(tree->path, tree_remove_one, 20, FTW_DEPTH | FTW_PHYS);
}

#endif
