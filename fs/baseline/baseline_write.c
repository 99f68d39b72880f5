/* A baseline as a file. */
#include "fs/baseline/baseline.h"

#include "fs/report/quote.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

static void write_file(FILE *out, const struct baseline_file *file)
{
	fputs("    ", out);
	quote_json(out, file->path);
	fputs(": {", out);
	for (size_t i = 0; i < file->count; i++) {
		fputs(i ? ",\n      " : "\n      ", out);
		quote_json(out, file->list[i].rule);
		fprintf(out, ": %u", file->list[i].at_most);
	}
	fputs("\n    }", out);
}

void baseline_write(FILE *out, const struct baseline *baseline)
{
	fputs("{\n  \"version\": 1,\n  \"files\": {", out);
	for (size_t i = 0; i < baseline_count(baseline); i++) {
		fputs(i ? ",\n" : "\n", out);
		write_file(out, baseline_at(baseline, i));
	}
	fputs(baseline_count(baseline) ? "\n  }\n}\n" : "}\n}\n", out);
}

static int write_all(int fd, const struct baseline *baseline)
{
	FILE *out = fdopen(fd, "w");

	if (!out) {
		const int error = errno;

		close(fd);
		return -error;
	}
	baseline_write(out, baseline);

	const bool is_whole =
		fflush(out) == 0 && !ferror(out) && fsync(fd) == 0;
	const int error = errno;

	if (fclose(out) && is_whole)
		return -EIO;
	return is_whole ? 0 : -error;
}

/* A new file is as any; one that is replaced keeps its permissions. Devices,
 * pipes and the like are never replaced. */
static int find_mode(const char *path, mode_t *mode)
{
	struct stat old;

	if (stat(path, &old) == 0) {
		*mode = old.st_mode & 0777;
		return S_ISREG(old.st_mode) ? 0 : -EINVAL;
	}

	const mode_t mask = umask(0);

	umask(mask);
	*mode = 0666 & ~mask;
	return 0;
}

static int replace(const struct baseline *baseline, const char *path,
		   char *temporary)
{
	mode_t mode;
	int r = find_mode(path, &mode);

	if (r)
		return r;

	const int fd = mkostemp(temporary, O_CLOEXEC);

	if (fd < 0)
		return -errno;
	r = fchmod(fd, mode) ? -errno : 0;
	if (r)
		close(fd);
	else
		r = write_all(fd, baseline);
	if (r == 0 && rename(temporary, path))
		r = -errno;
	if (r)
		unlink(temporary);
	return r;
}

/* The path without links, of a file that need not exist. Owned; NULL: errno. */
static char *resolve(const char *path)
{
	char *real = realpath(path, NULL);

	if (real || errno != ENOENT)
		return real;

	const char *slash = strrchr(path, '/');
	auto_free char *parent =
		slash ? strndup(path, (size_t)(slash - path) + 1) : strdup(".");
	auto_free char *folder = parent ? realpath(parent, NULL) : NULL;

	if (!folder)
		return NULL;
	return asprintf(&real, "%s/%s", folder, slash ? slash + 1 : path) < 0
		       ? NULL
		       : real;
}

static bool is_below(const char *path, const char *folder)
{
	const size_t size = strlen(folder);

	return strcmp(folder, "/") == 0 ||
	       (strncmp(path, folder, size) == 0 && path[size] == '/');
}

int baseline_save(const struct baseline *baseline, const char *path,
		  const char *root)
{
	/* A link stays one: what it leads to is replaced. */
	auto_free char *target = resolve(path);
	char *temporary = NULL;

	if (!target)
		return -errno;
	if (root && !is_below(target, root))
		return -EXDEV;
	if (asprintf(&temporary, "%s.XXXXXX", target) < 0)
		return -ENOMEM;

	const int r = replace(baseline, target, temporary);

	free(temporary);
	return r;
}
