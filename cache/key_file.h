/*
 * A file of random bytes that machines share, and the keys that come from it.
 */
#ifndef CACHE_KEY_FILE_H
#define CACHE_KEY_FILE_H

#include "validate/digest.h"

enum { KEY_FILE_MIN = 32, KEY_FILE_MAX = 1 << 20 };

struct key_file {
	char *bytes; /* owned */
	size_t size;
};

/*
 * Read a key file. 0 and *out (key_file_release()), or a negative errno with
 * *why saying what is wrong: unreadable, too short, or, if it must be private,
 * another user's or open to others.
 */
must_check int key_file_read(const char *path, bool must_be_private,
			     struct key_file *out, char **why);

/* Wipes the bytes. Safe on zeros. */
void key_file_release(struct key_file *key_file);

/* The key that the file stands for under a label. */
struct digest key_file_derive(const struct key_file *key_file,
			      const char *label);

/*
 * Read a small text file that only its owner may read, such as one with a
 * password. 0 and *out, owned, terminated; else as key_file_read().
 */
must_check int key_file_read_secret(const char *path, char **out, char **why);

#endif
