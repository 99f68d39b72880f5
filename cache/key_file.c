#include "cache/key_file.h"

#include "cache/why.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

enum { OTHERS = S_IRWXG | S_IRWXO };

/* What one file is called in messages, and what it must be. */
struct wanted {
	const char *path;
	const char *label; /* "key" */
	bool is_private;
	char **why;
};

static int check(const struct wanted *wanted, int fd, size_t *size)
{
	struct stat facts;

	if (fstat(fd, &facts))
		return -errno;
	if (!S_ISREG(facts.st_mode))
		return why_say(wanted->why, -EINVAL,
			       "the %s '%s' is not a regular file",
			       wanted->label, wanted->path);
	if (wanted->is_private && facts.st_uid != 0 &&
	    facts.st_uid != geteuid())
		return why_say(wanted->why, -EPERM,
			       "the %s '%s' belongs to another user",
			       wanted->label, wanted->path);
	if (wanted->is_private && facts.st_mode & OTHERS)
		return why_say(wanted->why, -EPERM,
			       "the %s '%s' is open to others: chmod 600 it",
			       wanted->label, wanted->path);
	if (facts.st_size > KEY_FILE_MAX)
		return why_say(wanted->why, -EFBIG, "the %s '%s' is too large",
			       wanted->label, wanted->path);
	*size = (size_t)facts.st_size;
	return 0;
}

static int read_all(int fd, char *bytes, size_t size, size_t *got)
{
	*got = 0;
	while (*got < size) {
		const ssize_t part = read(fd, bytes + *got, size - *got);

		if (part < 0 && errno == EINTR)
			continue;
		if (part < 0)
			return -errno;
		if (part == 0)
			break;
		*got += (size_t)part;
	}
	return 0;
}

/* One byte more than the file has is there, zero. */
static int read_file(const struct wanted *wanted, struct key_file *out)
{
	auto_close int fd = open(wanted->path,
				 O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	size_t size = 0;
	int r = fd < 0 ? -errno : check(wanted, fd, &size);
	struct key_file file = {0};

	if (r == 0 && !(file.bytes = calloc(1, size + 1)))
		r = -ENOMEM;
	if (r == 0)
		r = read_all(fd, file.bytes, size, &file.size);
	if (r == 0) {
		*out = file;
		return 0;
	}
	key_file_release(&file);
	return why_say(wanted->why, r, "cannot read the %s '%s': %s",
		       wanted->label, wanted->path, strerrordesc_np(-r));
}

int key_file_read(const char *path, bool must_be_private, struct key_file *out,
		  char **why)
{
	const struct wanted wanted = {path, "key", must_be_private, why};
	struct key_file file = {0};
	const int r = read_file(&wanted, &file);

	if (r)
		return r;
	if (file.size < KEY_FILE_MIN) {
		key_file_release(&file);
		return why_say(why, -EINVAL,
			       "the key '%s' is shorter than %d bytes", path,
			       KEY_FILE_MIN);
	}
	*out = file;
	return 0;
}

void key_file_release(struct key_file *key_file)
{
	if (key_file->bytes)
		explicit_bzero(key_file->bytes, key_file->size);
	free(key_file->bytes);
	*key_file = (struct key_file){0};
}

struct digest key_file_derive(const struct key_file *key_file,
			      const char *label)
{
	struct digest_builder builder;

	digest_begin(&builder);
	digest_add(&builder, span_of(label));
	digest_add(&builder, (struct span){key_file->bytes, key_file->size});
	return digest_end(&builder);
}

int key_file_read_secret(const char *path, char **out, char **why)
{
	const struct wanted wanted = {path, "password file", true, why};
	struct key_file file = {0};
	const int r = read_file(&wanted, &file);

	if (r == 0)
		*out = file.bytes;
	return r;
}
