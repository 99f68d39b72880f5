#include "fs/mount/virtual/make.h"

#include "fs/report/explain.h"
#include "fs/report/metrics.h"
#include "fs/report/output.h"
#include "fs/report/profile_text.h"
#include "fs/report/report.h"
#include "fs/report/status.h"
#include "fs/survey.h"

#include <errno.h>

static struct survey_options options_for(const struct virtual_job *job,
					 enum survey_depth depth)
{
	judge_refresh(job->tools->judge);
	if (job->tools->flusher)
		flusher_wake(job->tools->flusher);
	return (struct survey_options){
		.depth = depth,
		.cancel = job->cancel,
		.work = job->tools->work,
		.purpose = WORK_CHECK,
	};
}

static int survey_for(const struct virtual_job *job, enum survey_depth depth,
		      struct survey *out)
{
	const struct survey_options options = options_for(job, depth);

	return survey_run(job->tools->judge, job->path, &options, out);
}

static int add_counts(void *ctx, const struct survey *piece)
{
	const struct survey_counts counts = survey_counts(piece);

	survey_add_counts(ctx, &counts);
	return 0;
}

/* The inventory tells of directories; of what is excluded a survey does. */
static int count(const struct virtual_job *job, struct survey_counts *out,
		 bool *is_complete)
{
	const struct survey_options options = options_for(job, SURVEY_KNOWN);
	int r = inventory_counts(job->tools->inventory, job->path, job->cancel,
				 out, is_complete);

	if (r != -ENOENT)
		return r;
	*out = (struct survey_counts){0};
	*is_complete = true;
	return survey_stream(job->tools->judge, job->path, &options, add_counts,
			     out);
}

/* What the mount says of itself. */
static struct status_facts mount_facts(const struct virtual_tools *tools,
				       bool is_complete)
{
	struct status_facts facts = {
		.scan = is_complete ? "complete" : "running",
		.pending = files_pending(tools->files),
		.restarts = tools->restarts,
		.takeover = "replay",
		.work = tools->work,
	};

	tools->describe(tools->describe_ctx, &facts);
	return facts;
}

int make_status(const struct virtual_job *job, FILE *out)
{
	struct survey_counts counts;
	bool is_complete;
	const int r = count(job, &counts, &is_complete);

	if (r)
		return r;

	const struct status_facts facts = mount_facts(job->tools, is_complete);

	status_write(out, job->tools->judge, &counts, &facts);
	return 0;
}

/* A report that is being written. */
struct report {
	FILE *out;
	const char *directory; /* that its paths are relative to */
};

static int write_files(void *ctx, const struct survey *piece)
{
	const struct report *report = ctx;

	report_write_files(report->out, piece, report->directory);
	return ferror(report->out) ? -EIO : 0;
}

static int write_report(const struct virtual_job *job, FILE *out,
			const char *directory)
{
	const struct survey_options options = options_for(job, SURVEY_JUDGED);
	struct report report = {.out = out, .directory = directory};
	int r;

	report_write_head(out);
	r = survey_stream(job->tools->judge, job->path, &options, write_files,
			  &report);
	if (r == 0)
		report_write_end(out, job->tools->judge);
	return r;
}

int make_report(const struct virtual_job *job, FILE *out)
{
	return write_report(job, out, job->path);
}

/* What is known of a file; if it was judged, but that is no longer in memory,
 * it is looked up in the cache. */
static int survey_file(const struct virtual_job *job, struct survey *out)
{
	const int r = survey_for(job, SURVEY_KNOWN, out);
	const bool is_known = r || out->count == 0 ||
			      out->entries[0].judgement ||
			      inventory_state(job->tools->inventory,
					      job->path) == STATE_UNCHECKED;

	if (is_known)
		return r;
	survey_release(out);
	return survey_for(job, SURVEY_STORED, out);
}

int make_file_status(const struct virtual_job *job, FILE *out)
{
	struct survey survey;
	int r;

	files_wait_for_verdict(job->tools->files, job->path, job->cancel);
	r = survey_file(job, &survey);
	if (r)
		return r;
	if (survey.count)
		status_write_file(out, job->tools->judge, &survey.entries[0]);
	else
		r = -ENOENT;
	survey_release(&survey);
	return r;
}

/* The directory part of a path from the root; "" is the root. */
static char *directory_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	return strndup(path, slash ? (size_t)(slash - path) : 0);
}

int make_file_report(const struct virtual_job *job, FILE *out)
{
	auto_free char *directory = directory_of(job->path);

	return directory ? write_report(job, out, directory) : -ENOMEM;
}

int make_explain(const struct virtual_job *job, FILE *out)
{
	judge_refresh(job->tools->judge);
	return explain_write(out, job->tools->judge, job->path, job->path);
}

/* Write entries in the format of a kind. */
static void write_output(const struct virtual_job *job, FILE *out,
			 const struct survey *survey)
{
	const struct output_part part = {.judge = job->tools->judge,
					 .survey = survey,
					 .prefix = "",
					 .inside = ""};
	const struct output output = {.file = out,
				      .parts = &part,
				      .part_count = 1,
				      .version = CFGFS_VERSION};

	output_find(virtual_kind_of(job->kind)->format)->write(&output);
}

int make_output(const struct virtual_job *job, FILE *out)
{
	struct survey survey;
	const int r = survey_for(job, SURVEY_JUDGED, &survey);

	if (r)
		return r;
	write_output(job, out, &survey);
	survey_release(&survey);
	return 0;
}

/* Lines that are being written. */
struct lines {
	const struct virtual_job *job;
	FILE *out;
};

static int write_lines(void *ctx, const struct survey *piece)
{
	const struct lines *lines = ctx;

	write_output(lines->job, lines->out, piece);
	return ferror(lines->out) ? -EIO : 0;
}

int make_lines(const struct virtual_job *job, FILE *out)
{
	const struct survey_options options = options_for(job, SURVEY_JUDGED);
	struct lines lines = {.job = job, .out = out};

	return survey_stream(job->tools->judge, job->path, &options,
			     write_lines, &lines);
}

int make_metrics(const struct virtual_job *job, FILE *out)
{
	struct survey_counts counts;
	bool is_complete;
	const int r = count(job, &counts, &is_complete);

	if (r)
		return r;

	const struct status_facts facts = mount_facts(job->tools, is_complete);

	metrics_write(out, job->tools->judge, &counts, &facts, CFGFS_VERSION);
	return 0;
}

int make_profile(const struct virtual_job *job, FILE *out)
{
	return profile_write(out, judge_profile(job->tools->judge));
}
