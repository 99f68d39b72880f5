/*
 * Readers of a mount while its source is edited and its worker is killed.
 *
 *   load SOURCE MOUNT SUPERVISOR KILLS
 *
 * Makes files in SOURCE that say their version at both ends, replaces and edits
 * them, reads them through MOUNT, and kills the worker of SUPERVISOR (0: none,
 * KILLS is a number of seconds). Prints what happened as `name value` lines.
 * Exit 1 if a reader saw an error, or bytes that no version had.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum {
	FILES = 24,
	READERS = 4,
	MAX_FILE = 20000,
	PATH_SIZE = 4096,
	EDIT_US = 300,
	KILL_LEAST_MS = 20,
	KILL_SPREAD_MS = 120,
	MAX_COMPLAINTS = 10,
};

static const char *source;
static const char *mount;
static atomic_bool is_over;
static atomic_ulong reads;
static atomic_ulong edits;
static atomic_ulong errors;
static atomic_ulong wrong;
static atomic_ulong longest_us;

static uint64_t now_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

static void pause_us(unsigned us)
{
	const struct timespec time = {.tv_sec = us / 1000000,
				      .tv_nsec = us % 1000000 * 1000L};

	nanosleep(&time, NULL);
}

static void complain(atomic_ulong *counter, const char *format, ...)
{
	va_list arguments;

	if (atomic_fetch_add(counter, 1) >= MAX_COMPLAINTS)
		return;
	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
	fputc('\n', stderr);
}

/* A JSON text of a length that depends on its version. */
static size_t make_text(unsigned file, unsigned version, char *to)
{
	const unsigned fill = version * 977 % (MAX_FILE - 200);
	int at = sprintf(to, "{\"file\": %u, \"version\": %08u, \"fill\": \"",
			 file, version);

	memset(to + at, 'a' + (int)(version % 26), fill);
	at += (int)fill;
	at += sprintf(to + at, "\", \"end\": %08u}\n", version);
	return (size_t)at;
}

static bool write_whole(const char *path, const char *bytes, size_t size)
{
	const int fd =
		open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	const bool is_done = fd >= 0 && write(fd, bytes, size) == (ssize_t)size;

	if (fd >= 0)
		close(fd);
	return is_done;
}

static void replace_file(unsigned file, unsigned version)
{
	char text[MAX_FILE];
	char path[PATH_SIZE];
	char new_path[PATH_SIZE];
	const size_t size = make_text(file, version, text);

	snprintf(path, sizeof(path), "%s/f%u.json", source, file);
	snprintf(new_path, sizeof(new_path), "%s/new.tmp", source);
	if (!write_whole(new_path, text, size) || rename(new_path, path)) {
		perror("edit");
		exit(2);
	}
}

static void *edit(void *ctx)
{
	unsigned version = 1;

	(void)ctx;
	while (!is_over) {
		replace_file(version % FILES, version);
		atomic_fetch_add(&edits, 1);
		version++;
		pause_us(EDIT_US);
	}
	return NULL;
}

/* Is it one whole version of that file? */
static bool is_whole(unsigned file, const char *bytes, size_t size)
{
	static const char key[] = "\"version\": ";
	const char *at = strstr(bytes, key);
	char text[MAX_FILE];

	if (!at)
		return false;

	const unsigned long version = strtoul(at + strlen(key), NULL, 10);

	return make_text(file, (unsigned)version, text) == size &&
	       memcmp(text, bytes, size) == 0;
}

static ssize_t read_whole(int fd, char *to)
{
	size_t size = 0;
	ssize_t got;

	while ((got = read(fd, to + size, MAX_FILE - size)) > 0)
		size += (size_t)got;
	return got < 0 ? got : (ssize_t)size;
}

static void read_file(unsigned file)
{
	char bytes[MAX_FILE + 1];
	char path[PATH_SIZE];
	ssize_t size;

	snprintf(path, sizeof(path), "%s/f%u.json", mount, file);

	const int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0) {
		complain(&errors, "open %s: %s", path, strerror(errno));
		return;
	}
	size = read_whole(fd, bytes);
	if (size < 0) {
		complain(&errors, "read %s: %s", path, strerror(errno));
	} else {
		bytes[size] = '\0';
		if (!is_whole(file, bytes, (size_t)size))
			complain(&wrong, "%s: %zd bytes: %.60s", path, size,
				 bytes);
	}
	close(fd);
}

static void note_time(uint64_t us)
{
	unsigned long most = longest_us;

	while (most < us &&
	       !atomic_compare_exchange_weak(&longest_us, &most, us))
		;
}

static void *read_files(void *ctx)
{
	unsigned file = (unsigned)(uintptr_t)ctx * 7;

	while (!is_over) {
		const uint64_t start = now_us();

		read_file(file++ % FILES);
		note_time(now_us() - start);
		atomic_fetch_add(&reads, 1);
	}
	return NULL;
}

static bool read_line(const char *path, char *to, size_t size)
{
	FILE *file = fopen(path, "re");
	const bool is_there = file && fgets(to, (int)size, file);

	if (file)
		fclose(file);
	return is_there;
}

/* 0: there is none at present. */
static pid_t find_worker(const char *supervisor)
{
	char path[PATH_SIZE];
	char children[256];
	char name[64];

	snprintf(path, sizeof(path), "/proc/%s/task/%s/children", supervisor,
		 supervisor);
	if (!read_line(path, children, sizeof(children)))
		return 0;
	for (char *at = children; *at >= '0' && *at <= '9'; at++) {
		const pid_t pid = (pid_t)strtol(at, &at, 10);

		snprintf(path, sizeof(path), "/proc/%d/comm", pid);
		if (read_line(path, name, sizeof(name)) &&
		    strcmp(name, "cfgfs-worker\n") == 0)
			return pid;
		if (!*at)
			break;
	}
	return 0;
}

static unsigned kill_workers(const char *supervisor, unsigned wanted)
{
	unsigned kills = 0;
	unsigned state = 12345;
	pid_t last = 0;

	while (kills < wanted) {
		const pid_t worker = find_worker(supervisor);

		if (worker && worker != last) {
			kill(worker, SIGKILL);
			last = worker;
			kills++;
			state = state * 1103515245 + 12345;
			pause_us(1000 * (KILL_LEAST_MS +
					 (state >> 16) % KILL_SPREAD_MS));
		}
		pause_us(1000);
	}
	return kills;
}

int main(int argc, char **argv)
{
	pthread_t threads[READERS + 1];
	unsigned kills = 0;

	if (argc != 5)
		return 2;
	source = argv[1];
	mount = argv[2];
	for (unsigned i = 0; i < FILES; i++)
		replace_file(i, i);
	for (unsigned i = 0; i < READERS; i++)
		pthread_create(&threads[i], NULL, read_files,
			       (void *)(uintptr_t)i);
	pthread_create(&threads[READERS], NULL, edit, NULL);

	const uint64_t start = now_us();
	const unsigned number = (unsigned)strtoul(argv[4], NULL, 10);

	if (strcmp(argv[3], "0") == 0)
		pause_us(number * 1000000);
	else
		kills = kill_workers(argv[3], number);
	is_over = true;
	for (unsigned i = 0; i < READERS + 1; i++)
		pthread_join(threads[i], NULL);
	printf("seconds %.1f\nkills %u\nreads %lu\nedits %lu\nerrors %lu\n"
	       "wrong %lu\nlongest_ms %.1f\n",
	       (double)(now_us() - start) / 1e6, kills, reads, edits, errors,
	       wrong, (double)longest_us / 1e3);
	return errors || wrong || !reads;
}
