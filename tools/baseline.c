#include "tools/baseline.h"

#include "fs/report/report.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>

static bool fail(const char *what, const char *path, int error)
{
	const char *why = error == -EXDEV    ? "it leads out of the tree"
			  : error == -EINVAL ? "it is not a regular file"
					     : strerrordesc_np(-error);

	fprintf(stderr, "cfgfs: cannot %s '", what);
	report_write_line(stderr, path);
	fprintf(stderr, "': %s\n", why);
	return false;
}

/* Where a file is that the tree calls so. Owned; NULL: no memory. */
static char *place_of(const char *root, const char *name)
{
	char *path = NULL;

	if (*name == '/')
		return strdup(name);
	return asprintf(&path, "%s/%s", strcmp(root, "/") ? root : "", name) < 0
		       ? NULL
		       : path;
}

/* What the tree names stays in it. */
static int save(const struct baseline *baseline, const char *root,
		const char *name, const char *place)
{
	return baseline_save(baseline, place, *name == '/' ? NULL : root);
}

/* A baseline that stands somewhere; *out is NULL if there is no file. */
static int read_old(const char *path, const struct limits *limits,
		    struct baseline **out)
{
	auto_close int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	auto_free char *why = NULL;
	struct snapshot snapshot;

	*out = NULL;
	if (fd < 0)
		return errno == ENOENT ? 0 : -errno;

	int r = snapshot_read(fd, UINT32_MAX / 2, &snapshot);

	if (r)
		return r;
	r = baseline_read((struct span){snapshot.bytes, snapshot.size}, limits,
			  out, &why);
	snapshot_release(&snapshot);
	return r;
}

static void tell_written(const char *path, const struct baseline *baseline,
			 size_t left_out)
{
	const size_t entries = baseline_entries(baseline);
	const size_t files = baseline_count(baseline);

	fputs("cfgfs: wrote ", stderr);
	report_write_line(stderr, path);
	fprintf(stderr, ": %zu entr%s for %zu file%s\n", entries,
		entries == 1 ? "y" : "ies", files, files == 1 ? "" : "s");
	if (left_out)
		fprintf(stderr,
			"cfgfs: %zu file%s left out: a name is not UTF-8\n",
			left_out, left_out == 1 ? "" : "s");
}

/* A baseline that nobody names has no effect. */
static void tell_use(const char *name)
{
	if (*name == '/')
		fprintf(stderr,
			"cfgfs: to use it, check with --baseline '%s'\n", name);
	else
		fprintf(stderr,
			"cfgfs: to use it, put this into " CONFIG_FILE
			":\n  baseline: %s\n",
			name);
}

static bool record(const struct service *service, const struct survey *survey,
		   const char *path, const char *name)
{
	const struct audit audit = {survey, path};
	auto_free char *place = place_of(source_root(service->source), name);
	struct baseline *old = NULL;
	struct baseline *baseline;
	size_t left_out;
	int r = place ? 0 : -ENOMEM;

	/* Of a part of the tree the rest is kept. */
	if (r == 0 && *path)
		r = read_old(place, &service->settings.limits, &old);
	if (r == -EBADMSG) {
		fprintf(stderr,
			"cfgfs: '%s' is broken: write it for the whole tree\n",
			place);
		return false;
	}
	if (r == 0)
		r = audit_record(&audit, old, &baseline, &left_out);
	baseline_release(old);
	if (r)
		return fail("write", name, r);
	r = save(baseline, source_root(service->source), name, place);
	if (r == 0)
		tell_written(place, baseline, left_out);
	baseline_release(baseline);
	return r == 0 || fail("write", place, r);
}

/* The file to write, and whether anything names it already. */
static char *choose_name(struct judge *judge, const char *to, bool *is_named)
{
	auto_free char *used = NULL;
	struct baseline *baseline = NULL;

	if (judge_baseline(judge, &used, &baseline))
		return NULL;
	baseline_release(baseline);
	*is_named = used && (!to || strcmp(to, used) == 0);
	if (to)
		return strdup(to);
	return used ? steal(&used) : strdup(BASELINE_FILE);
}

static bool write_judged(const struct service *service, const char *path,
			 const char *to, char **written)
{
	const struct survey_options options = {.depth = SURVEY_JUDGED};
	struct survey survey;
	bool is_named = false;

	if (strcmp(judge_config_state(service->judge), "invalid") == 0) {
		fputs("cfgfs: " CONFIG_FILE
		      " is invalid: no baseline is written\n",
		      stderr);
		return false;
	}

	auto_free char *name = choose_name(service->judge, to, &is_named);
	const int r = name ? survey_run(service->judge, path, &options, &survey)
			   : -ENOMEM;

	if (r)
		return fail("check", *path ? path : ".", r);

	const bool is_done = record(service, &survey, path, name);

	survey_release(&survey);
	if (is_done && !is_named)
		tell_use(name);
	if (is_done)
		*written = steal(&name);
	return is_done;
}

bool tool_baseline_write(const struct service_options *options,
			 const char *path, const char *to, char **written)
{
	struct service_options recording = *options;
	struct service service;

	/* Nobody asks for these verdicts again. */
	recording.use_cache = false;
	recording.lent_cache = NULL;
	recording.settings.records_baseline = true;

	const int r = service_open(&recording, &service);

	if (r)
		return fail("check", options->root, r);

	const bool is_done = write_judged(&service, path, to, written);

	service_close(&service);
	return is_done;
}

static bool prune(struct judge *judge, const struct audit *audit,
		  const char *name, const struct baseline *baseline)
{
	const size_t stale = audit_stale(audit, baseline);
	auto_free char *place =
		place_of(source_root(judge_source(judge)), name);
	struct baseline *pruned;
	int r = 0;

	if (place && stale) {
		r = audit_prune(audit, baseline, &pruned);
		if (r == 0) {
			r = save(pruned, source_root(judge_source(judge)), name,
				 place);
			baseline_release(pruned);
		}
	}
	if (r || !place)
		return fail("write", name, place ? r : -ENOMEM);
	fprintf(stderr, "cfgfs: %zu entr%s of ", stale,
		stale == 1 ? "y" : "ies");
	report_write_line(stderr, place);
	fputs(" lowered or taken out\n", stderr);
	return true;
}

bool tool_baseline_prune(struct judge *judge, const struct audit *audit)
{
	auto_free char *name = NULL;
	struct baseline *baseline = NULL;
	const int r = judge_baseline(judge, &name, &baseline);

	if (r)
		return fail("prune", "the baseline", r);
	if (!baseline) {
		fputs(name ? "cfgfs: the baseline cannot be pruned: it is "
			     "broken\n"
			   : "cfgfs: there is no baseline to prune: name it "
			     "in " CONFIG_FILE " or by --baseline\n",
		      stderr);
		return false;
	}

	const bool is_done = prune(judge, audit, name, baseline);

	baseline_release(baseline);
	return is_done;
}

size_t tool_baseline_stale(struct judge *judge, const struct audit *audit)
{
	auto_free char *name = NULL;
	struct baseline *baseline = NULL;
	size_t stale = 0;

	if (judge_baseline(judge, &name, &baseline) == 0 && baseline)
		stale = audit_stale(audit, baseline);
	baseline_release(baseline);
	return stale;
}
