/* The files that operands of `cfgfs cache` mean, and their contents. */
#include "tools/cache/request.h"

#include "fs/config/glob.h"
#include "fs/walk.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>

enum { PATTERN_MAX_BYTES = 1 << 20 }; /* of one, compiled */

static const char wildcards[] = "*?[";

struct search {
	const char *base; /* where it begins */
	struct glob_list patterns;
	bool has_pattern;
	request_file *file;
	void *ctx;
	bool found;
};

static int visit(void *ctx, const char *path, unsigned char type, int error)
{
	struct search *search = ctx;
	auto_free char *full = NULL;

	if (error)
		return error;
	if (type != DT_REG ||
	    (search->has_pattern && !glob_list_select(&search->patterns, path)))
		return 0;
	if (asprintf(&full, "%s/%s", search->base, path) < 0)
		return -ENOMEM;
	search->found = true;
	return search->file(search->ctx, full);
}

static int walk(struct search *search)
{
	struct source *source;
	int r = source_open(search->base, &source);

	if (r)
		return r;
	r = walk_tree(source, "", visit, search);
	source_close(source);
	if (!r && search->has_pattern && !search->found)
		return -ENOENT;
	return r;
}

/* What stands before the part with the first wildcard is a directory. */
static int walk_pattern(const char *pattern, struct search *search)
{
	const size_t plain = strcspn(pattern, wildcards);
	const char *slash = memrchr(pattern, '/', plain);
	auto_free char *base =
		slash ? strndup(pattern, (size_t)(slash - pattern))
		      : strdup(".");
	struct arena arena;
	enum glob_fault fault;
	int r;

	if (!base)
		return -ENOMEM;
	arena_init(&arena, PATTERN_MAX_BYTES);
	search->base = slash && !*base ? "/" : base;
	search->has_pattern = true;
	glob_list_init(&search->patterns, &arena);
	/* The slash in front ties it to that directory. */
	r = glob_list_add(&search->patterns, span_of(slash ? slash : pattern),
			  (struct glob_place){"", 0}, &fault);
	if (!r)
		r = walk(search);
	arena_release(&arena);
	return r;
}

int request_each_file(const char *operand, request_file *file, void *ctx)
{
	struct search search = {.base = operand, .file = file, .ctx = ctx};
	struct stat facts;

	if (stat(operand, &facts) == 0) {
		if (S_ISDIR(facts.st_mode))
			return walk(&search);
		return S_ISREG(facts.st_mode) ? file(ctx, operand) : -EINVAL;
	}
	if (errno == ENOENT && strpbrk(operand, wildcards))
		return walk_pattern(operand, &search);
	return -errno;
}

static int add_content(void *ctx, const char *path)
{
	enum { MAX_BYTES = 1 << 30 }; /* larger files are never judged */
	struct snapshot snapshot = {0};
	auto_close int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	int r = fd < 0 ? -errno : snapshot_read(fd, MAX_BYTES, &snapshot);

	if (r == -EFBIG)
		return 0;
	if (r) {
		fprintf(stderr, "cfgfs: cannot read '%s': %s\n", path,
			strerrordesc_np(-r));
		return -ECANCELED;
	}
	r = contents_add(ctx, (struct span){snapshot.bytes, snapshot.size});
	snapshot_release(&snapshot);
	return r;
}

bool request_contents(char *const *operands, size_t count, struct contents *out)
{
	for (size_t i = 0; i < count; i++) {
		const int r = request_each_file(operands[i], add_content, out);

		if (r == 0)
			continue;
		if (r != -ECANCELED)
			fprintf(stderr, "cfgfs: no files for '%s': %s\n",
				operands[i], strerrordesc_np(-r));
		return false;
	}
	contents_sort(out);
	return true;
}
