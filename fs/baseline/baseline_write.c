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

/* A new file is as any; one that is replaced keeps its permissions. */
static mode_t mode_for(const char *path)
{
	struct stat old;

	if (stat(path, &old) == 0)
		return old.st_mode & 0777;

	const mode_t mask = umask(0);

	umask(mask);
	return 0666 & ~mask;
}

static int replace(const struct baseline *baseline, const char *path,
		   char *temporary)
{
	const int fd = mkostemp(temporary, O_CLOEXEC);

	if (fd < 0)
		return -errno;

	int r = fchmod(fd, mode_for(path)) ? -errno : 0;

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

int baseline_save(const struct baseline *baseline, const char *path)
{
	/* A link stays one: what it leads to is replaced. */
	auto_free char *real = realpath(path, NULL);
	const char *target = real ? real : path;
	char *temporary = NULL;

	if (asprintf(&temporary, "%s.XXXXXX", target) < 0)
		return -ENOMEM;

	const int r = replace(baseline, target, temporary);

	free(temporary);
	return r;
}
