/*
 * racing SOURCE MOUNT EDITS MODE: edits files in SOURCE in nine ways while
 * others read them through MOUNT, a mount of it. MODE is fast or strict.
 *
 * What is read must be one version of its file and nothing between two; where
 * writing itself is not atomic, such a thing may be seen until it has ended.
 * strict: an open shows every edit that had ended. fast: how long after the end
 * of an edit what was before is still seen, is printed. Every so often all is
 * synced, and then nothing old may be seen at all.
 */
#include "fs/mount/ops/control.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum {
	READERS = 2,
	RING = 4096,   /* versions whose times are remembered */
	ROUND = 300,   /* edits between two looks at everything */
	BUFFER = 4096, /* all versions are smaller than a page */
	PATIENCE = 8,
	SAMPLES = 1 << 20,
	NS_PER_SECOND = 1000 * 1000 * 1000,
};

/* One file that is edited in one way. Version v is there from its edit on. */
struct target {
	const char *name;
	const char *path; /* from the root of the tree */
	bool is_atomic;	  /* an edit is seen whole or not at all */
	bool alternates;  /* its versions are two in turn */
	bool may_be_gone; /* odd versions are that there is none */
	int (*edit)(const struct target *target, uint64_t version);
	atomic_ullong begun;
	atomic_ullong done;
	atomic_ullong ended_ns[RING];
};

static int source;
static int mount;
static bool is_strict;
static atomic_bool is_over;
static atomic_ullong read_count;
static atomic_ullong failure_count;
static atomic_ullong stale_count;
static atomic_ullong between_count; /* while an edit was under way */
static atomic_ullong refused_count; /* what was meant was replaced twice */
static unsigned long long stale_ns[SAMPLES];

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * NS_PER_SECOND + (uint64_t)now.tv_nsec;
}

static atomic_ullong late_count; /* right at a second look, in strict mode */
static _Thread_local bool is_second_look;
static _Thread_local bool must_look_again;

/*
 * Strict is as new as the kernel lets it be: two walks of one path at the same
 * time share one look-up, also if an edit ended between their beginnings. Who
 * asks again must be right.
 */
static void fail(const struct target *target, const char *what, uint64_t number)
{
	if (is_strict && !is_second_look) {
		must_look_again = true;
		return;
	}
	if (atomic_fetch_add(&failure_count, 1) < 10)
		fprintf(stderr, "%s: %s (%llu)\n", target->name, what,
			(unsigned long long)number);
}

static void must(bool is_good, const char *what)
{
	if (is_good)
		return;
	perror(what);
	exit(2);
}

/* How many words a version has; it differs only where sizes do. */
static size_t words(const struct target *target, uint64_t version)
{
	if (strcmp(target->name, "grow") == 0 ||
	    strcmp(target->name, "shrink") == 0)
		return 20 + version * 7 % 150;
	return 100;
}

/* Valid YAML, each word of which says which version it is of. */
static size_t compose(const struct target *target, uint64_t version, char *text)
{
	const uint64_t shown = target->alternates ? version % 2 : version;
	const size_t count = words(target, shown);
	size_t size = 0;

	for (size_t i = 0; i < count; i++)
		size += (size_t)sprintf(text + size, "- v%010llu\n",
					(unsigned long long)shown);
	return size;
}

static void write_file(const char *path, int flags, const char *text,
		       size_t size)
{
	const int fd = openat(source, path, O_WRONLY | O_CLOEXEC | flags, 0644);

	must(fd >= 0 && pwrite(fd, text, size, 0) == (ssize_t)size, path);
	close(fd);
}

static int edit_rename(const struct target *target, uint64_t version)
{
	char text[BUFFER];
	char name[64];

	snprintf(name, sizeof(name), "%s.new", target->path);
	write_file(name, O_CREAT | O_TRUNC, text,
		   compose(target, version, text));
	return renameat(source, name, source, target->path);
}

static int edit_in_place(const struct target *target, uint64_t version)
{
	char text[BUFFER];

	write_file(target->path, 0, text, compose(target, version, text));
	return 0;
}

/* Longer and shorter: the end is cut or added first. */
static int edit_size(const struct target *target, uint64_t version)
{
	char text[BUFFER];
	const size_t size = compose(target, version, text);
	const int fd = openat(source, target->path, O_WRONLY | O_CLOEXEC);

	must(fd >= 0 && ftruncate(fd, (off_t)size) == 0 &&
		     pwrite(fd, text, size, 0) == (ssize_t)size,
	     target->path);
	close(fd);
	return 0;
}

static int edit_same_time(const struct target *target, uint64_t version)
{
	static const struct timespec old[2] = {{.tv_sec = 978307200},
					       {.tv_sec = 978307200}};
	char text[BUFFER];
	const size_t size = compose(target, version, text);
	const int fd = openat(source, target->path, O_WRONLY | O_CLOEXEC);

	must(fd >= 0 && pwrite(fd, text, size, 0) == (ssize_t)size &&
		     futimens(fd, old) == 0,
	     target->path);
	close(fd);
	return 0;
}

static int edit_store(const struct target *target, uint64_t version)
{
	char text[BUFFER];
	const size_t size = compose(target, version, text);
	const int fd = openat(source, target->path, O_RDWR | O_CLOEXEC);
	void *bytes;

	must(fd >= 0, target->path);
	bytes = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	must(bytes != MAP_FAILED, "mmap");
	close(fd);
	memcpy(bytes, text, size);
	return munmap(bytes, size);
}

/* With the same file or folder beside it, which has the other version. */
static int edit_exchange(const struct target *target, uint64_t version)
{
	const char *slash = strchr(target->path, '/');
	const int size =
		slash ? (int)(slash - target->path) : (int)strlen(target->path);
	char one[64];
	char other[80];

	(void)version;
	snprintf(one, sizeof(one), "%.*s", size, target->path);
	snprintf(other, sizeof(other), "%s.other", one);
	return renameat2(source, one, source, other, RENAME_EXCHANGE);
}

static int edit_unlink(const struct target *target, uint64_t version)
{
	return version % 2 ? unlinkat(source, target->path, 0)
			   : edit_rename(target, version);
}

static struct target targets[] = {
	{"rename", "rename.yaml", true, false, false, edit_rename, 0, 0, {0}},
	{"in place",
	 "inplace.yaml",
	 false,
	 false,
	 false,
	 edit_in_place,
	 0,
	 0,
	 {0}},
	{"grow", "grow.yaml", false, false, false, edit_size, 0, 0, {0}},
	{"shrink", "shrink.yaml", false, false, false, edit_size, 0, 0, {0}},
	{"same time",
	 "time.yaml",
	 false,
	 false,
	 false,
	 edit_same_time,
	 0,
	 0,
	 {0}},
	{"store", "store.yaml", false, false, false, edit_store, 0, 0, {0}},
	{"swap", "swap.yaml", true, true, false, edit_exchange, 0, 0, {0}},
	{"parent",
	 "parent/x.yaml",
	 true,
	 true,
	 false,
	 edit_exchange,
	 0,
	 0,
	 {0}},
	{"unlink", "unlink.yaml", true, false, true, edit_unlink, 0, 0, {0}},
};
enum { TARGETS = sizeof(targets) / sizeof(targets[0]) };

static void make_targets(void)
{
	char text[BUFFER];

	for (size_t i = 0; i < TARGETS; i++) {
		const struct target *target = &targets[i];

		if (strcmp(target->name, "parent") == 0)
			must(mkdirat(source, "parent", 0755) == 0 &&
				     mkdirat(source, "parent.other", 0755) == 0,
			     "mkdir");
		write_file(target->path, O_CREAT, text,
			   compose(target, 0, text));
	}
	for (size_t i = 0; i < TARGETS; i++)
		if (targets[i].alternates)
			write_file(strchr(targets[i].path, '/')
					   ? "parent.other/x.yaml"
					   : "swap.yaml.other",
				   O_CREAT, text,
				   compose(&targets[i], 1, text));
}

/* The size read, or a negative errno. */
static ssize_t read_file(const char *path, char *text)
{
	const int fd = openat(mount, path, O_RDONLY | O_CLOEXEC);
	size_t size = 0;
	ssize_t got = 1;

	if (fd < 0)
		return -errno;
	while (got > 0 && size < BUFFER) {
		got = read(fd, text + size, BUFFER - size);
		if (got > 0)
			size += (size_t)got;
	}

	const int error = errno;

	close(fd);
	return got < 0 ? -error : (ssize_t)size;
}

/* Which version a text is; false: none, but something between. */
static bool recognise(const struct target *target, const char *text,
		      size_t size, uint64_t *version)
{
	char wanted[BUFFER];
	uint64_t number;

	if (size < 14 || memcmp(text, "- v", 3) != 0)
		return false;
	number = strtoull(text + 3, NULL, 10);
	*version = number;
	return compose(target, number, wanted) == size &&
	       memcmp(wanted, text, size) == 0;
}

struct span_of_time {
	uint64_t done_before; /* the version that had ended before reading */
	uint64_t begun_after; /* the one that may have been seen after */
	uint64_t start_ns;
};

static void note_stale(const struct target *target, uint64_t version,
		       const struct span_of_time *span)
{
	const uint64_t next = version + 1;
	const uint64_t ended = atomic_load(&target->ended_ns[next % RING]);
	const uint64_t at = atomic_fetch_add(&stale_count, 1);

	if (is_strict)
		fail(target, "an edit that had ended is not seen", version);
	if (span->done_before - version >= RING)
		fail(target, "very old", span->done_before - version);
	else if (at < SAMPLES)
		stale_ns[at] =
			span->start_ns > ended ? span->start_ns - ended : 0;
}

/* A version of two in turn stands for the newest one that looks like it. */
static uint64_t newest_like(const struct target *target, uint64_t shown,
			    const struct span_of_time *span)
{
	if (!target->alternates)
		return shown;
	return span->begun_after % 2 == shown ? span->begun_after
					      : span->begun_after - 1;
}

static void judge_version(const struct target *target, uint64_t version,
			  const struct span_of_time *span)
{
	if (version > span->begun_after)
		fail(target, "a version that is not there yet", version);
	else if (version < span->done_before)
		note_stale(target, version, span);
}

/* That there is none is an odd version: the newest that may be meant. */
static void judge_absence(const struct target *target,
			  const struct span_of_time *span)
{
	const uint64_t newest = span->begun_after;

	judge_version(target, newest % 2 ? newest : newest - 1, span);
}

static void judge_between(const struct target *target,
			  const struct span_of_time *span, size_t size)
{
	/* Its writer had not ended, or began again, or the kernel has not been
	 * told of its end yet. */
	const bool may_be =
		!target->is_atomic && span->begun_after > span->done_before;
	const uint64_t ended =
		atomic_load(&target->ended_ns[span->done_before % RING]);

	atomic_fetch_add(&between_count, 1);
	if (may_be)
		return;
	if (target->is_atomic || is_strict)
		fail(target, "something between two versions", size);
	else if (span->start_ns > ended)
		stale_ns[atomic_fetch_add(&stale_count, 1) % SAMPLES] =
			span->start_ns - ended;
}

/*
 * The kernel looks a name up once more when its file turns out to be another
 * one; who meets two replacements on his way is refused, and asks again.
 */
static ssize_t read_patiently(struct target *target, char *text,
			      struct span_of_time *span)
{
	ssize_t size;

	for (int i = 0; i < PATIENCE; i++) {
		span->start_ns = now_ns();
		span->done_before = atomic_load(&target->done);
		size = read_file(target->path, text);
		if (size != -ESTALE)
			break;
		atomic_fetch_add(&refused_count, 1);
	}
	return size;
}

static void look_once(struct target *target)
{
	char text[BUFFER];
	struct span_of_time span = {0};
	uint64_t version;
	const ssize_t size = read_patiently(target, text, &span);

	span.begun_after = atomic_load(&target->begun);
	atomic_fetch_add(&read_count, 1);
	if (size == -ENOENT && target->may_be_gone)
		judge_absence(target, &span);
	else if (size < 0)
		fail(target, strerror((int)-size), span.done_before);
	else if (recognise(target, text, (size_t)size, &version))
		judge_version(target, newest_like(target, version, &span),
			      &span);
	else
		judge_between(target, &span, (size_t)size);
}

static void look(struct target *target)
{
	must_look_again = false;
	look_once(target);
	if (!must_look_again)
		return;
	atomic_fetch_add(&late_count, 1);
	is_second_look = true;
	look_once(target);
	is_second_look = false;
}

static void *reader(void *ctx)
{
	unsigned seed = (unsigned)(uintptr_t)ctx;

	while (!atomic_load(&is_over))
		look(&targets[(unsigned)rand_r(&seed) % TARGETS]);
	return NULL;
}

static void edit(struct target *target)
{
	const uint64_t version = atomic_load(&target->begun) + 1;

	atomic_store(&target->begun, version);
	must(target->edit(target, version) == 0, target->name);
	atomic_store(&target->ended_ns[version % RING], now_ns());
	atomic_store(&target->done, version);
}

/* Nothing old may be seen when this returns. */
static void sync_and_look(void)
{
	struct control_request request = {.order = CONTROL_SYNC};
	const uint64_t before = atomic_load(&stale_count);

	must(ioctl(mount, CONTROL_IOCTL, &request) == 0, "sync");
	atomic_store(&is_over, true);
	for (size_t i = 0; i < TARGETS; i++) {
		char text[BUFFER];
		char wanted[BUFFER];
		struct target *target = &targets[i];
		const uint64_t version = atomic_load(&target->done);
		const ssize_t size = read_file(target->path, text);
		const bool is_gone = target->may_be_gone && version % 2;

		if (is_gone ? size != -ENOENT
			    : size != (ssize_t)compose(target, version,
						       wanted) ||
				      memcmp(text, wanted, (size_t)size) != 0)
			fail(target, "not seen after a sync", version);
	}
	(void)before;
}

static void start_readers(pthread_t *threads)
{
	atomic_store(&is_over, false);
	for (size_t i = 0; i < READERS; i++)
		must(pthread_create(&threads[i], NULL, reader,
				    (void *)(uintptr_t)(i + 1)) == 0,
		     "thread");
}

static void run(uint64_t edits)
{
	pthread_t threads[READERS];
	unsigned seed = 7;

	for (uint64_t at = 0; at < edits; at += ROUND) {
		start_readers(threads);
		for (uint64_t i = 0; i < ROUND; i++) {
			const struct timespec pause = {
				.tv_nsec = rand_r(&seed) % 200 * 1000L};

			edit(&targets[(unsigned)rand_r(&seed) % TARGETS]);
			nanosleep(&pause, NULL);
		}
		sync_and_look();
		for (size_t i = 0; i < READERS; i++)
			pthread_join(threads[i], NULL);
	}
}

static int compare(const void *left, const void *right)
{
	const unsigned long long a = *(const unsigned long long *)left;
	const unsigned long long b = *(const unsigned long long *)right;

	return a < b ? -1 : a > b;
}

static void print_staleness(void)
{
	size_t count = atomic_load(&stale_count);

	if (count > SAMPLES)
		count = SAMPLES;
	qsort(stale_ns, count, sizeof(stale_ns[0]), compare);
	if (count)
		printf("what was before, after the end of an edit: p50 %llu "
		       "p99 %llu max %llu us\n",
		       stale_ns[count / 2] / 1000,
		       stale_ns[count * 99 / 100] / 1000,
		       stale_ns[count - 1] / 1000);
}

int main(int argc, char **argv)
{
	uint64_t edits;

	if (argc != 5) {
		fputs("usage: racing SOURCE MOUNT EDITS fast|strict\n", stderr);
		return 2;
	}
	source = open(argv[1], O_PATH | O_DIRECTORY | O_CLOEXEC);
	mount = open(argv[2], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	must(source >= 0 && mount >= 0, "open");
	edits = strtoull(argv[3], NULL, 10);
	is_strict = strcmp(argv[4], "strict") == 0;
	make_targets();
	run(edits);
	printf("%llu edits, %llu reads, %llu of them old, %llu between two "
	       "versions, %llu refused, %llu late, %llu failures\n",
	       (unsigned long long)edits, atomic_load(&read_count),
	       atomic_load(&stale_count), atomic_load(&between_count),
	       atomic_load(&refused_count), atomic_load(&late_count),
	       atomic_load(&failure_count));
	print_staleness();
	return atomic_load(&failure_count) != 0;
}
