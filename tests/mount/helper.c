/*
 * What mount tests cannot do with a shell.
 *
 *   helper sizes FILE        size by fstat, read and mmap of one descriptor
 *   helper mmap FILE         the content by mmap
 *   helper later FILE        the same; all but its first page is only looked at
 *                            when a line of input has come
 *   helper again FILE        the content, read once more for each line of input
 *   helper uncached FILE     the same, the kernel's pages of it dropped each
 *                            time
 *   helper reload FILE       as a service: opened anew and read for each line
 * of input; prints "read CONTENT" or "failed ERRNO" helper store FILE TEXT
 * overwrite its start through a shared mapping helper xattr FILE NAME   its
 * value helper xattrs FILE       the names helper set FILE NAME VALUE   an
 * attribute helper refuse DIR FILE SUBDIR LINK every changing call must fail
 * with EROFS
 */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

static int complain(const char *what)
{
	printf("%s: %s\n", what, strerror(errno));
	return 1;
}

static size_t read_size(int fd)
{
	static char buf[1000]; /* not a multiple of a page */
	size_t size = 0;
	ssize_t got;

	while ((got = read(fd, buf, sizeof(buf))) > 0)
		size += (size_t)got;
	return got < 0 ? SIZE_MAX : size;
}

static int map(const char *path, int fd, size_t size, const char **out)
{
	*out = "";
	if (size == 0)
		return 0;

	void *bytes = mmap(NULL, size, PROT_READ, MAP_SHARED, fd, 0);

	if (bytes == MAP_FAILED)
		return complain(path);
	*out = bytes;
	return 0;
}

static int do_sizes(const char *path)
{
	const int fd = open(path, O_RDONLY | O_CLOEXEC);
	const char *bytes;
	struct stat stat;
	int r = 0;

	if (fd < 0)
		return complain(path);

	/* First read, then fstat: nothing may depend on the order. */
	const size_t by_read = read_size(fd);

	if (fstat(fd, &stat) || map(path, fd, (size_t)stat.st_size, &bytes))
		return complain(path);

	const size_t by_map = strnlen(bytes, (size_t)stat.st_size);

	printf("fstat %lld read %zu mmap %zu\n", (long long)stat.st_size,
	       by_read, by_map);
	if (by_read != (size_t)stat.st_size || by_map != by_read)
		r = 1;
	close(fd);
	return r;
}

static int do_mmap(const char *path, bool later)
{
	const int fd = open(path, O_RDONLY | O_CLOEXEC);
	const char *bytes;
	struct stat stat;

	if (fd < 0 || fstat(fd, &stat) ||
	    map(path, fd, (size_t)stat.st_size, &bytes))
		return complain(path);
	if (later) {
		fputc(bytes[0], stdout);
		fflush(stdout);
		close(fd);
		if (getchar() != '\n')
			return 1;
		fwrite(bytes + 1, 1, (size_t)stat.st_size - 1, stdout);
		return 0;
	}
	fwrite(bytes, 1, (size_t)stat.st_size, stdout);
	close(fd);
	return 0;
}

/* One descriptor all the time: its reader sees edits in place. */
static int do_again(const char *path, bool drops_pages)
{
	static char buf[65536];
	const int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return complain(path);
	while (getchar() == '\n') {
		if (drops_pages)
			posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);

		const ssize_t got = pread(fd, buf, sizeof(buf), 0);

		if (got < 0)
			return complain(path);
		fwrite(buf, 1, (size_t)got, stdout);
		fflush(stdout);
	}
	close(fd);
	return 0;
}

/* A service that is told to read its configuration again. */
static int do_reload(const char *path)
{
	static char buf[65536];

	while (getchar() == '\n') {
		const int fd = open(path, O_RDONLY | O_CLOEXEC);
		const ssize_t got = fd < 0 ? -1 : read(fd, buf, sizeof(buf));

		if (got < 0)
			printf("failed %s\n", strerror(errno));
		else
			printf("read %.*s\n", (int)strcspn(buf, "\n"), buf);
		fflush(stdout);
		if (fd >= 0)
			close(fd);
	}
	return 0;
}

/* The stores are told of when the file is closed, which the mapping delays. */
static int do_store(const char *path, const char *text)
{
	const int fd = open(path, O_RDWR | O_CLOEXEC);
	const size_t size = strlen(text);
	void *bytes;

	if (fd < 0)
		return complain(path);
	bytes = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (bytes == MAP_FAILED)
		return complain(path);
	close(fd);
	memcpy(bytes, text, size);
	return munmap(bytes, size) ? complain(path) : 0;
}

/* NULL: the names, each with a line end. Asks for the size first. */
static int do_xattr(const char *path, const char *name)
{
	static char value[65536];
	const ssize_t wanted = name ? lgetxattr(path, name, NULL, 0)
				    : llistxattr(path, NULL, 0);
	const ssize_t got = name ? lgetxattr(path, name, value, sizeof(value))
				 : llistxattr(path, value, sizeof(value));

	if (got < 0 || got != wanted)
		return complain(path);
	for (ssize_t i = 0; i < got; i++)
		putchar(value[i] ? value[i] : '\n');
	return 0;
}

static int failures;

/* The call must have failed with EROFS. */
static void refused(const char *what, int result)
{
	const int error = errno;

	if (result >= 0 || error != EROFS) {
		printf("%s: %s\n", what,
		       result >= 0 ? "succeeded" : strerror(error));
		failures++;
	}
	errno = 0;
}

static int do_refuse(char **argv)
{
	const char *file = argv[1];
	const char *directory = argv[2];
	const char *link_name = argv[3];
	char name[4096];
	const struct timespec times[2] = {{.tv_nsec = UTIME_NOW},
					  {.tv_nsec = UTIME_NOW}};

	snprintf(name, sizeof(name), "%s/new", argv[0]);
	refused("open for writing", open(file, O_WRONLY | O_CLOEXEC));
	refused("open for both", open(file, O_RDWR | O_CLOEXEC));
	refused("open to append", open(file, O_WRONLY | O_APPEND | O_CLOEXEC));
	refused("open with O_TRUNC",
		open(file, O_WRONLY | O_TRUNC | O_CLOEXEC));
	refused("create", open(name, O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
	refused("create exclusively",
		open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
	refused("truncate", truncate(file, 0));
	refused("mkdir", mkdir(name, 0700));
	refused("mknod", mknod(name, S_IFREG | 0600, 0));
	refused("mkfifo", mkfifo(name, 0600));
	refused("symlink", symlink("target", name));
	refused("link", link(file, name));
	refused("unlink", unlink(file));
	refused("unlink of a link", unlink(link_name));
	refused("rmdir", rmdir(directory));
	refused("rename", rename(file, name));
	refused("rename of a directory", rename(directory, name));
	refused("chmod", chmod(file, 0600));
	refused("chown", chown(file, 1, 1));
	refused("lchown", lchown(link_name, 1, 1));
	refused("utimensat", utimensat(AT_FDCWD, file, times, 0));
	refused("setxattr", setxattr(file, "user.x", "1", 1, 0));
	refused("removexattr", removexattr(file, "user.x"));
	refused("fallocate of what cannot be opened",
		open(file, O_RDWR | O_DSYNC | O_CLOEXEC));
	return failures != 0;
}

int main(int argc, char **argv)
{
	if (argc == 3 && strcmp(argv[1], "sizes") == 0)
		return do_sizes(argv[2]);
	if (argc == 3 && strcmp(argv[1], "mmap") == 0)
		return do_mmap(argv[2], false);
	if (argc == 3 && strcmp(argv[1], "later") == 0)
		return do_mmap(argv[2], true);
	if (argc == 3 && strcmp(argv[1], "again") == 0)
		return do_again(argv[2], false);
	if (argc == 3 && strcmp(argv[1], "uncached") == 0)
		return do_again(argv[2], true);
	if (argc == 3 && strcmp(argv[1], "reload") == 0)
		return do_reload(argv[2]);
	if (argc == 4 && strcmp(argv[1], "store") == 0)
		return do_store(argv[2], argv[3]);
	if (argc == 4 && strcmp(argv[1], "xattr") == 0)
		return do_xattr(argv[2], argv[3]);
	if (argc == 5 && strcmp(argv[1], "set") == 0)
		return lsetxattr(argv[2], argv[3], argv[4], strlen(argv[4]),
				 0) != 0;
	if (argc == 3 && strcmp(argv[1], "xattrs") == 0)
		return do_xattr(argv[2], NULL);
	if (argc == 6 && strcmp(argv[1], "refuse") == 0)
		return do_refuse(argv + 2);
	fputs("usage: helper sizes|mmap|later|again|uncached|reload|xattrs "
	      "FILE | xattr FILE NAME | refuse DIR FILE SUBDIR "
	      "LINK\n",
	      stderr);
	return 2;
}
