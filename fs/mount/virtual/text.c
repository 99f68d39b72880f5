#include "fs/mount/virtual/text.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>

enum { FIRST_BYTES = 4096, STREAM_BYTES = 64 * 1024 };

struct virtual_text *virtual_text_share(struct virtual_text *text)
{
	atomic_fetch_add(&text->references, 1);
	return text;
}

void virtual_text_release(struct virtual_text *text)
{
	if (!text || atomic_fetch_sub(&text->references, 1) != 1)
		return;
	base_close(&text->fd);
	free(text->bytes);
	free(text);
}

/* Nobody else can open it, and it is gone when it is closed. */
static int open_nameless(void)
{
	const char *named = getenv("TMPDIR");
	const char *places[] = {named && *named == '/' ? named : "/var/tmp",
				"/var/tmp", "/tmp"};

	for (size_t i = 0; i < array_size(places); i++) {
		const int fd = open(places[i], O_TMPFILE | O_RDWR | O_CLOEXEC,
				    S_IRUSR | S_IWUSR);

		if (fd >= 0)
			return fd;
	}

	const int fd = memfd_create("cfgfs-text", MFD_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

static int write_all(int fd, const char *bytes, size_t size)
{
	while (size) {
		const ssize_t done = write(fd, bytes, size);

		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0)
			return -errno;
		bytes += done;
		size -= (size_t)done;
	}
	return 0;
}

/* It has become too long to be kept in memory. */
static int spill(struct virtual_text *text)
{
	const int fd = open_nameless();

	if (fd < 0)
		return fd;
	text->fd = fd;

	const int r = write_all(fd, text->bytes, text->size);

	free(text->bytes);
	text->bytes = NULL;
	text->capacity = 0;
	return r;
}

static int grow(struct virtual_text *text, size_t size)
{
	size_t capacity = text->capacity ? text->capacity : FIRST_BYTES;

	while (capacity < size)
		capacity *= 2;
	if (capacity == text->capacity)
		return 0;

	char *bytes = realloc(text->bytes, capacity);

	if (!bytes)
		return -ENOMEM;
	text->bytes = bytes;
	text->capacity = capacity;
	return 0;
}

static int append(struct virtual_text *text, const char *bytes, size_t size)
{
	int r = 0;

	if (text->fd < 0 && text->size + size > VIRTUAL_TEXT_MEMORY_BYTES)
		r = spill(text);
	if (r == 0 && text->fd >= 0)
		r = write_all(text->fd, bytes, size);
	else if (r == 0)
		r = grow(text, text->size + size);
	if (r)
		return r;
	if (text->fd < 0)
		memcpy(text->bytes + text->size, bytes, size);
	text->size += size;
	return 0;
}

/* As the C library wants it: 0 is an error. */
static ssize_t take_bytes(void *cookie, const char *bytes, size_t size)
{
	struct virtual_text *text = cookie;

	if (text->error == 0)
		text->error = append(text, bytes, size);
	return text->error ? 0 : (ssize_t)size;
}

static int fill(virtual_text_writer *write, void *ctx,
		struct virtual_text *text)
{
	const cookie_io_functions_t functions = {.write = take_bytes};
	FILE *out = fopencookie(text, "w", functions);

	if (!out)
		return -ENOMEM;
	setvbuf(out, NULL, _IOFBF, STREAM_BYTES);

	const int r = write(ctx, out);
	const bool is_lost = fclose(out) != 0;

	/* What went wrong first is why the rest did. */
	if (text->error)
		return text->error;
	return r == 0 && is_lost ? -ENOMEM : r;
}

int virtual_text_make(virtual_text_writer *write, void *ctx,
		      struct virtual_text **out)
{
	struct virtual_text *text = calloc(1, sizeof(*text));

	if (!text)
		return -ENOMEM;
	text->references = 1;
	text->fd = -1;

	const int r = fill(write, ctx, text);

	clock_gettime(CLOCK_REALTIME, &text->made_at);
	if (r) {
		virtual_text_release(text);
		return r;
	}
	*out = text;
	return 0;
}
