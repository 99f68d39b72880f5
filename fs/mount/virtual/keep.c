#include "fs/mount/virtual/keep.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

static bool write_all(int fd, const char *bytes, size_t size)
{
	while (size) {
		const ssize_t written = write(fd, bytes, size);

		if (written < 0)
			return false;
		bytes += written;
		size -= (size_t)written;
	}
	return true;
}

/* Its time is the text's. */
static int make_file(const struct virtual_text *text)
{
	const struct timespec times[2] = {text->made_at, text->made_at};
	const bool has_file = text->fd >= 0;
	auto_close int fd = has_file ? fcntl(text->fd, F_DUPFD_CLOEXEC, 0)
				     : memfd_create("cfgfs-text", MFD_CLOEXEC);

	if (fd < 0 || (!has_file && !write_all(fd, text->bytes, text->size)) ||
	    futimens(fd, times))
		return -errno;
	return steal_fd(&fd);
}

int keep_text(struct wards *wards, uint64_t node,
	      const struct virtual_text *text)
{
	auto_close int fd = wards ? make_file(text) : -EINVAL;
	int ward;

	if (fd < 0)
		return WARDS_NONE;
	ward = wards_enter(wards, node);
	if (ward != WARDS_NONE)
		wards_send(wards, ward, fd);
	return ward;
}

/* A long one stays where it is. */
static int read_text(int fd, struct virtual_text *text)
{
	size_t have = 0;

	if (text->size > VIRTUAL_TEXT_MEMORY_BYTES) {
		text->fd = fcntl(fd, F_DUPFD_CLOEXEC, 0);
		return text->fd < 0 ? -errno : 0;
	}

	text->bytes = malloc(text->size ? text->size : 1);
	if (!text->bytes)
		return -ENOMEM;
	while (have < text->size) {
		const ssize_t got = pread(fd, text->bytes + have,
					  text->size - have, (off_t)have);

		if (got <= 0)
			return got < 0 ? -errno : -EIO;
		have += (size_t)got;
	}
	return 0;
}

int keep_read(int fd, struct virtual_text **out)
{
	struct virtual_text *text;
	struct stat stat;
	int r;

	if (fstat(fd, &stat))
		return -errno;
	text = calloc(1, sizeof(*text));
	if (!text)
		return -ENOMEM;
	text->references = 1;
	text->fd = -1;
	text->size = (size_t)stat.st_size;
	text->made_at = stat.st_mtim;
	r = read_text(fd, text);
	if (r) {
		virtual_text_release(text);
		return r;
	}
	*out = text;
	return 0;
}
