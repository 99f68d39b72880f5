#include "fs/mount/session/upgrade.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>

enum { CHECK_SECONDS = 10, FEW_ARGUMENTS = 3 };
static const char magic[8] = "cfgfsup";

/* What is written for the new program: this, then the wards that are kept, then
 * the three places, each with its NUL. */
struct letter {
	char magic[8];
	uint32_t version;
	uint32_t restarts;
	int32_t fds[ESTATE_COUNT];
	uint32_t kept_count;
	sigset_t old_signals;
	struct digest secret;
};

/* "cfgfs resume HOW mount ...", owned: the words after that are borrowed. */
static char **make_arguments(const struct session_options *options,
			     const char *how)
{
	size_t count = 0;

	while (options->arguments[count])
		count++;

	const char **list = calloc(count + FEW_ARGUMENTS + 1, sizeof(*list));

	if (!list)
		return NULL;
	list[0] = "cfgfs";
	list[1] = "resume";
	list[2] = how;
	memcpy(list + FEW_ARGUMENTS, options->arguments, count * sizeof(*list));
	return (char **)(uintptr_t)list; /* the interface wants it so */
}

/* The child: its words go to the client. */
static void ask_program(const char *program,
			const struct session_options *options,
			const struct estate *estate)
{
	char how[32];
	sigset_t none;

	snprintf(how, sizeof(how), "check:%d", TAKEOVER_VERSION);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	alarm(CHECK_SECONDS);
	dup2(estate->fds[ESTATE_CLIENT], STDOUT_FILENO);
	dup2(estate->fds[ESTATE_CLIENT], STDERR_FILENO);
	if (fchdir(estate->fds[ESTATE_START]) == 0)
		execv(program, make_arguments(options, how));
	fprintf(stderr, "cfgfs: cannot run %s: %s\n", program,
		strerrordesc_np(errno));
}

int upgrade_check(const char *program, const struct session_options *options,
		  const struct estate *estate)
{
	int status;

	fflush(NULL);

	const pid_t child = fork();

	if (child == 0) {
		ask_program(program, options, estate);
		_exit(1);
	}
	if (child < 0)
		return -errno;
	while (waitpid(child, &status, 0) < 0)
		if (errno != EINTR)
			return -errno;
	return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 0 : -EPROTO;
}

static bool write_all(int fd, const void *bytes, size_t size)
{
	return write(fd, bytes, size) == (ssize_t)size;
}

static bool write_letter(int fd, const struct upgrade_legacy *legacy)
{
	const struct preflight *places = &legacy->places;
	struct letter letter = {.version = TAKEOVER_VERSION,
				.restarts = legacy->estate.restarts,
				.kept_count =
					wards_kept_count(legacy->estate.keeper),
				.old_signals = legacy->old_signals,
				.secret = legacy->estate.secret};

	memcpy(letter.magic, magic, sizeof(magic));
	for (size_t i = 0; i < ESTATE_COUNT; i++)
		letter.fds[i] = legacy->estate.fds[i];
	return write_all(fd, &letter, sizeof(letter)) &&
	       wards_write_kept(legacy->estate.keeper, fd) &&
	       write_all(fd, places->source, strlen(places->source) + 1) &&
	       write_all(fd, places->given_source,
			 strlen(places->given_source) + 1) &&
	       write_all(fd, places->mountpoint,
			 strlen(places->mountpoint) + 1);
}

/* Whether what is left goes over to another program. */
static void let_inherit(const struct estate *estate, bool is_inherited)
{
	const int flags = is_inherited ? 0 : FD_CLOEXEC;

	for (size_t i = 0; i < ESTATE_COUNT; i++)
		if (estate->fds[i] >= 0)
			fcntl(estate->fds[i], F_SETFD, flags);
	wards_let_inherit(estate->keeper, flags);
}

int upgrade_become(const char *program, const struct session_options *options,
		   const struct upgrade_legacy *legacy)
{
	auto_close int fd = memfd_create("cfgfs-upgrade", 0);
	char how[32];
	int r;

	if (fd < 0 || !write_letter(fd, legacy))
		return -errno;
	snprintf(how, sizeof(how), "%d", fd);

	auto_free char **arguments = make_arguments(options, how);
	auto_close int here = open(".", O_PATH | O_DIRECTORY | O_CLOEXEC);

	if (!arguments || here < 0 || fchdir(legacy->estate.fds[ESTATE_START]))
		return -errno;
	let_inherit(&legacy->estate, true);
	execv(program, arguments);
	r = -errno;
	let_inherit(&legacy->estate, false);
	return fchdir(here) ? -errno : r;
}

/* The next text of the letter, copied. */
static char *take_text(struct span *rest)
{
	const char *end = memchr(rest->data, '\0', rest->size);
	char *text = end ? strdup(rest->data) : NULL;

	if (end) {
		rest->size -= (size_t)(end + 1 - rest->data);
		rest->data = end + 1;
	}
	return text;
}

static int read_places(struct span rest, struct preflight *out)
{
	struct preflight places = {0};

	places.source = take_text(&rest);
	places.given_source = take_text(&rest);
	places.mountpoint = take_text(&rest);
	if (!places.source || !places.given_source || !places.mountpoint) {
		preflight_release(&places);
		return -EBADMSG;
	}
	*out = places;
	return 0;
}

static int read_letter(struct span bytes, struct upgrade_legacy *out)
{
	const struct letter *letter = (const void *)bytes.data;
	struct span rest;
	int r;

	if (bytes.size < sizeof(*letter) ||
	    memcmp(letter->magic, magic, sizeof(magic)) != 0 ||
	    letter->version != TAKEOVER_VERSION)
		return -EBADMSG;
	out->estate.restarts = letter->restarts;
	out->estate.secret = letter->secret;
	out->old_signals = letter->old_signals;
	for (size_t i = 0; i < ESTATE_COUNT; i++)
		out->estate.fds[i] = letter->fds[i];
	rest = (struct span){bytes.data + sizeof(*letter),
			     bytes.size - sizeof(*letter)};
	r = wards_keeper_new(out->estate.fds[ESTATE_OPEN], &out->estate.keeper);
	if (r == 0)
		r = wards_read_kept(out->estate.keeper, letter->kept_count,
				    &rest);
	return r ? r : read_places(rest, &out->places);
}

int upgrade_load(int fd, struct upgrade_legacy *out)
{
	auto_close int letter = fd;
	struct stat stat;

	*out = (struct upgrade_legacy){0};
	estate_init(&out->estate);
	if (fstat(letter, &stat))
		return -errno;

	const size_t size = (size_t)stat.st_size;
	void *bytes =
		mmap(NULL, size ? size : 1, PROT_READ, MAP_PRIVATE, letter, 0);

	if (bytes == MAP_FAILED)
		return -errno;

	const int r = read_letter((struct span){bytes, size}, out);

	munmap(bytes, size);
	if (r)
		estate_release(&out->estate);
	else
		let_inherit(&out->estate, false);
	return r;
}
