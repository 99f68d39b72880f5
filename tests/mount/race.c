/*
 * Edits of nine kinds race with readers of a mount that shows valid content
 * only.
 *
 *   race SOURCE MOUNT EDITS SEED
 *
 * SOURCE/d/a.json is edited, half of the time into something broken; readers of
 * MOUNT/d/a.json look at every byte that they get. What they get must be valid,
 * as long as fstat says, and the same when it is read again by the same
 * descriptor and by mmap. Prints what happened; 1 if something must not have.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { READERS = 3, SIZE_MAX_BYTES = 12000, KINDS = 9 };

/* A valid file is HEAD, letters, TAIL. */
#define HEAD "{\"k\":\""
#define TAIL "\"}\n"

enum { EDGES = sizeof(HEAD) - 1 + sizeof(TAIL) - 1 };

static char mounted[4096];
static atomic_bool is_over;
static atomic_ulong good, denied, absent, stale, wrong;

static void complain(const char *what, long detail)
{
	printf("wrong: %s (%ld)\n", what, detail);
	atomic_fetch_add(&wrong, 1);
}

static bool is_valid(const char *bytes, size_t size)
{
	if (size < EDGES || memcmp(bytes, HEAD, sizeof(HEAD) - 1) != 0 ||
	    memcmp(bytes + size - (sizeof(TAIL) - 1), TAIL, sizeof(TAIL) - 1) !=
		    0)
		return false;
	for (size_t i = sizeof(HEAD) - 1; i < size - (sizeof(TAIL) - 1); i++)
		if (bytes[i] < 'a' || bytes[i] > 'z')
			return false;
	return true;
}

static ssize_t read_whole(int fd, char *buf, size_t room)
{
	size_t size = 0;
	ssize_t got;

	while ((got = pread(fd, buf + size,
			    room - size > 1000 ? 1000 : room - size,
			    (off_t)size)) > 0)
		size += (size_t)got;
	return got < 0 ? -errno : (ssize_t)size;
}

static void look_by_mmap(int fd, const char *bytes, size_t size)
{
	void *map =
		mmap(NULL, size, PROT_READ, MAP_SHARED | MAP_POPULATE, fd, 0);

	if (map == MAP_FAILED) {
		complain("mmap", errno);
		return;
	}
	if (memcmp(map, bytes, size) != 0)
		complain("mmap shows another content", (long)size);
	munmap(map, size);
}

static void look_at(int fd)
{
	static _Thread_local char once[SIZE_MAX_BYTES + 1];
	static _Thread_local char again[SIZE_MAX_BYTES + 1];
	struct stat facts;
	const ssize_t size = read_whole(fd, once, sizeof(once));

	if (size < 0 || fstat(fd, &facts)) {
		complain("read fails after open", (long)size);
		return;
	}
	if (!is_valid(once, (size_t)size))
		complain("a content that is not valid", (long)size);
	if (facts.st_size != size)
		complain("the size is not that of the content",
			 (long)(facts.st_size - size));
	if (read_whole(fd, again, sizeof(again)) != size ||
	    memcmp(once, again, (size_t)size) != 0)
		complain("the second read differs", (long)size);
	if (size > 0)
		look_by_mmap(fd, once, (size_t)size);
	atomic_fetch_add(&good, 1);
}

static void *read_on(void *ctx)
{
	(void)ctx;
	while (!atomic_load(&is_over)) {
		const int fd = open(mounted, O_RDONLY | O_CLOEXEC);

		if (fd >= 0) {
			look_at(fd);
			close(fd);
		} else if (errno == EACCES) {
			atomic_fetch_add(&denied, 1);
		} else if (errno == ENOENT) {
			atomic_fetch_add(&absent, 1);
		} else if (errno == ESTALE) {
			atomic_fetch_add(&stale, 1);
		} else {
			complain("open", errno);
		}
	}
	return NULL;
}

static uint64_t seed;

static unsigned pick(unsigned below)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (unsigned)(seed % below);
}

/* A content, half of the time broken in one of some ways. */
static size_t make_content(char *bytes)
{
	static const char broken[] = {'"', '\t', '\n', '\1'};
	const size_t letters = 1 + pick(SIZE_MAX_BYTES - EDGES - 1);
	size_t size = sizeof(HEAD) - 1;

	memcpy(bytes, HEAD, size);
	memset(bytes + size, 'a' + (int)pick(26), letters);
	if (pick(2))
		bytes[size + pick((unsigned)letters)] =
			broken[pick(sizeof(broken))];
	size += letters;
	memcpy(bytes + size, TAIL, sizeof(TAIL) - 1);
	return size + sizeof(TAIL) - 1;
}

static void must(bool is_done, const char *what)
{
	if (is_done)
		return;
	perror(what);
	exit(2);
}

static void write_file(const char *path, int flags)
{
	char bytes[SIZE_MAX_BYTES];
	const size_t size = make_content(bytes);
	const int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | flags, 0644);

	must(fd >= 0, path);
	must(pwrite(fd, bytes, size, 0) == (ssize_t)size, "pwrite");
	must(ftruncate(fd, (off_t)size) == 0, "ftruncate");
	close(fd);
}

static void rename_over(void)
{
	write_file("new", O_TRUNC);
	must(rename("new", "d/a.json") == 0, "rename");
}

static void in_place(void)
{
	write_file("d/a.json", 0);
}

static void grow(void)
{
	write_file("d/a.json", O_TRUNC);
}

static void shrink(void)
{
	struct stat facts;

	must(stat("d/a.json", &facts) == 0, "stat");
	must(truncate("d/a.json", facts.st_size / 2) == 0, "truncate");
}

static void same_mtime(void)
{
	const struct timespec times[2] = {{.tv_sec = 1000000000},
					  {.tv_sec = 1000000000}};

	write_file("d/a.json", 0);
	must(utimensat(AT_FDCWD, "d/a.json", times, 0) == 0, "utimensat");
}

/* One byte, which leaves no trace in the times once the page is dirty. */
static void by_mmap(void)
{
	const int fd = open("d/a.json", O_RDWR | O_CLOEXEC);
	struct stat facts;

	must(fd >= 0 && fstat(fd, &facts) == 0, "mmap");
	if (facts.st_size > EDGES) {
		const size_t size = (size_t)facts.st_size;
		char *map = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED,
				 fd, 0);

		must(map != MAP_FAILED, "mmap");
		for (int i = 0; i < 3; i++)
			map[sizeof(HEAD) - 1 + pick((unsigned)(size - EDGES))] =
				pick(2) ? '"' : 'z';
		munmap(map, size);
	}
	close(fd);
}

static void swap(void)
{
	write_file("d/b.json", O_TRUNC);
	must(renameat2(AT_FDCWD, "d/a.json", AT_FDCWD, "d/b.json",
		       RENAME_EXCHANGE) == 0,
	     "renameat2");
}

static void swap_parents(void)
{
	write_file("e/a.json", O_TRUNC);
	must(renameat2(AT_FDCWD, "d", AT_FDCWD, "e", RENAME_EXCHANGE) == 0,
	     "renameat2");
}

static void unlink_and_create(void)
{
	must(unlink("d/a.json") == 0, "unlink");
	write_file("d/a.json", O_EXCL);
}

static void edit(unsigned count)
{
	static void (*const kinds[KINDS])(void) = {
		rename_over, in_place,	   grow,
		shrink,	     same_mtime,   by_mmap,
		swap,	     swap_parents, unlink_and_create,
	};

	for (unsigned i = 0; i < count; i++) {
		kinds[pick(KINDS)]();
		if (pick(4) == 0)
			usleep(pick(300));
	}
}

int main(int argc, char **argv)
{
	pthread_t readers[READERS];

	if (argc != 5 || chdir(argv[1]))
		return 2;
	snprintf(mounted, sizeof(mounted), "%s/d/a.json", argv[2]);
	seed = strtoull(argv[4], NULL, 10) | 1;
	mkdir("d", 0755);
	mkdir("e", 0755);
	write_file("d/a.json", O_TRUNC);
	for (int i = 0; i < READERS; i++)
		must(pthread_create(&readers[i], NULL, read_on, NULL) == 0,
		     "pthread_create");
	edit((unsigned)strtoul(argv[3], NULL, 10));
	atomic_store(&is_over, true);
	for (int i = 0; i < READERS; i++)
		pthread_join(readers[i], NULL);
	printf("edits %s good %lu denied %lu absent %lu stale %lu wrong %lu\n",
	       argv[3], good, denied, absent, stale, wrong);
	return wrong || !good;
}
