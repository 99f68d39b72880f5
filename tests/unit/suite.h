/*
 * For tests over the public suites: files of a folder, their bytes, and a list
 * of known exceptions that is held exactly.
 */
#ifndef TESTS_UNIT_SUITE_H
#define TESTS_UNIT_SUITE_H

#include "tests/unit/unit.h"

#include <dirent.h>
#include <limits.h>
#include <stdio.h>

/* Path of the suites; NULL with a message when they are not there. */
static inline const char *suite_root(void)
{
	const char *root = getenv("CFGFS_SUITES");

	if (!root || access(root, R_OK) != 0) {
		print_message("CFGFS_SUITES is not set or not there\n");
		return NULL;
	}
	return root;
}

/* The whole file, exactly sized; false if there is none. free() the data. */
static inline bool suite_read(const char *path, struct span *out)
{
	*out = (struct span){NULL, 0};

	FILE *file = fopen(path, "re");
	long size;

	if (!file)
		return false;
	if (fseek(file, 0, SEEK_END) != 0 || (size = ftell(file)) < 0 ||
	    size == LONG_MAX) {
		fclose(file);
		return false;
	}
	rewind(file);

	char *data = malloc(size > 0 ? (size_t)size : 1);

	out->size = fread(data, 1, (size_t)size, file);
	out->data = data;
	fclose(file);
	return true;
}

/* Lines of known exceptions, from a file of the tests' data folder. */
struct known_list {
	char *text;
	size_t unexpected; /* failures that are not in the list */
};

static inline void known_load(struct known_list *list, const char *name)
{
	const char *data = getenv("CFGFS_TEST_DATA");
	char path[1024];
	struct span text;

	snprintf(path, sizeof(path), "%s/%s", data ? data : "tests/data", name);
	*list = (struct known_list){0};
	if (!suite_read(path, &text)) {
		list->text = strdup("\n");
		return;
	}
	list->text = malloc(text.size + 2);
	list->text[0] = '\n';
	memcpy(list->text + 1, text.data, text.size);
	list->text[text.size + 1] = '\0';
	free((void *)(uintptr_t)text.data);
}

/*
 * Is the case a known exception, for its line begins with `name` and a tab or
 * ends so? The line is crossed out.
 */
static inline bool known_take(struct known_list *list, const char *name)
{
	const size_t size = strlen(name);

	for (char *at = list->text; (at = strchr(at, '\n')); at++) {
		if (strncmp(at + 1, name, size) == 0 &&
		    strchr("\t\n", at[1 + size])) {
			at[1] = '#';
			return true;
		}
	}
	return false;
}

/* Note a failure; it is printed if nobody expected it. */
static inline void known_fail(struct known_list *list, const char *name,
			      const char *why)
{
	if (known_take(list, name))
		return;
	list->unexpected++;
	print_message("unexpected: %s\t%s\n", name, why);
}

/* Is the line about a file of the folder ("": any), not of one below it? */
static inline bool known_is_in(const char *line, const char *folder)
{
	const size_t size = strlen(folder);

	if (!*line || *line == '#' || *line == '\n')
		return false;
	return !size ||
	       (strncmp(line, folder, size) == 0 && line[size] == '/' &&
		line[size + 1 + strcspn(line + size + 1, "/:")] == ':');
}

/* How many exceptions of a folder did not show up; they are printed. */
static inline size_t known_left(const struct known_list *list,
				const char *folder)
{
	size_t count = 0;

	for (const char *at = list->text; (at = strchr(at, '\n')); at++) {
		if (!known_is_in(at + 1, folder))
			continue;
		count++;
		print_message("no longer fails: %.*s\n",
			      (int)strcspn(at + 1, "\n"), at + 1);
	}
	return count;
}

#endif
