#include "fs/mount/virtual/make.h"

#include "fs/report/activity.h"
#include "fs/report/explain.h"
#include "fs/report/metrics.h"
#include "fs/report/output.h"
#include "fs/report/profile_text.h"
#include "fs/report/report.h"
#include "fs/report/status.h"
#include "fs/survey.h"

#include <errno.h>

/* A look at the tree, and how far it is. */
struct view {
	const struct virtual_job *job;
	struct survey_options options;
	struct sweep sweep;
};

static void begin_view(struct view *view, const struct virtual_job *job,
		       enum survey_depth depth)
{
	const struct virtual_tools *tools = job->tools;

	judge_refresh(tools->judge);
	if (tools->flusher)
		flusher_wake(tools->flusher);
	*view = (struct view){.job = job,
			      .options = {.depth = depth,
					  .cancel = job->cancel,
					  .work = tools->work,
					  .purpose = WORK_CHECK}};
	if (depth == SURVEY_KNOWN)
		return;
	view->options.progress = &view->sweep.progress;
	sweeps_begin(tools->sweeps, &view->sweep);
}

static void end_view(struct view *view)
{
	if (view->options.progress)
		sweeps_end(view->job->tools->sweeps, &view->sweep);
}

static int survey_for(const struct virtual_job *job, enum survey_depth depth,
		      struct survey *out)
{
	struct view view;
	int r;

	begin_view(&view, job, depth);
	r = survey_run(job->tools->judge, job->path, &view.options, out);
	end_view(&view);
	return r;
}

static int stream_for(const struct virtual_job *job, enum survey_depth depth,
		      survey_consumer *consume, void *ctx)
{
	struct view view;
	int r;

	begin_view(&view, job, depth);
	r = survey_stream(job->tools->judge, job->path, &view.options, consume,
			  ctx);
	end_view(&view);
	return r;
}

/* What is counted of a tree. */
struct tally_of_tree {
	struct judge *judge;
	struct survey_counts counts;
	uint64_t last_good; /* files that are served in an earlier version */
	bool is_complete;
};

static int add_piece(void *ctx, const struct survey *piece)
{
	struct tally_of_tree *tally = ctx;
	const struct survey_counts counts = survey_counts(piece);

	survey_add_counts(&tally->counts, &counts);
	for (size_t i = 0; i < piece->count; i++) {
		const struct survey_entry *entry = &piece->entries[i];
		struct shown_facts shown = {0};

		if (entry->state == STATE_INVALID ||
		    entry->state == STATE_ERROR)
			judge_tell_shown(tally->judge, entry->path,
					 entry->state, &shown);
		tally->last_good += shown.shown == SHOWN_LAST_GOOD;
	}
	return 0;
}

/* The inventory tells of directories. A survey does of what is excluded, and
 * where files may be shown in another version than they are. */
static int count(const struct virtual_job *job, struct tally_of_tree *out)
{
	const struct virtual_tools *tools = job->tools;
	int r = -ENOENT;

	*out = (struct tally_of_tree){.judge = tools->judge};
	judge_refresh(tools->judge);
	if (!judge_has_teller(tools->judge))
		r = inventory_counts(tools->inventory, job->path, job->cancel,
				     &out->counts, &out->is_complete);
	if (r != -ENOENT)
		return r;
	out->is_complete = true;
	return stream_for(job, SURVEY_KNOWN, add_piece, out);
}

/* What the mount says of itself. */
static struct status_facts mount_facts(const struct virtual_tools *tools,
				       const struct tally_of_tree *tally)
{
	struct status_facts facts = {
		.scan = tally->is_complete ? "complete" : "running",
		.serving_last_good = tally->last_good,
		.pending = files_pending(tools->files) +
			   activity_pending(tools->sweeps),
		.restarts = tools->restarts,
		.takeover = "replay",
		.work = tools->work,
		.sweeps = tools->sweeps,
	};

	tools->describe(tools->describe_ctx, &facts);
	return facts;
}

int make_status(const struct virtual_job *job, FILE *out)
{
	struct tally_of_tree tally;
	const int r = count(job, &tally);

	if (r)
		return r;

	const struct status_facts facts = mount_facts(job->tools, &tally);

	status_write(out, job->tools->judge, &tally.counts, &facts);
	return 0;
}

/* A report that is being written. */
struct report {
	struct judge *judge;
	FILE *out;
	const char *directory; /* that its paths are relative to */
	bool is_of_file;
};

static int write_files(void *ctx, const struct survey *piece)
{
	const struct report *report = ctx;

	if (report->is_of_file)
		report_write_why(report->out, report->judge,
				 &piece->entries[0]);
	report_write_files(report->out, report->judge, piece,
			   report->directory);
	return ferror(report->out) ? -EIO : 0;
}

static int write_report(const struct virtual_job *job, struct report *report)
{
	int r;

	report_write_head(report->out);
	r = stream_for(job, SURVEY_JUDGED, write_files, report);
	if (r == 0)
		report_write_end(report->out, report->judge);
	return r;
}

int make_report(const struct virtual_job *job, FILE *out)
{
	struct report report = {
		.judge = job->tools->judge, .out = out, .directory = job->path};

	return write_report(job, &report);
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
	struct report report = {.judge = job->tools->judge,
				.out = out,
				.directory = directory,
				.is_of_file = true};

	return directory ? write_report(job, &report) : -ENOMEM;
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
	struct lines lines = {.job = job, .out = out};

	return stream_for(job, SURVEY_JUDGED, write_lines, &lines);
}

int make_metrics(const struct virtual_job *job, FILE *out)
{
	struct tally_of_tree tally;
	const int r = count(job, &tally);

	if (r)
		return r;

	const struct status_facts facts = mount_facts(job->tools, &tally);

	metrics_write(out, job->tools->judge, &tally.counts, &facts,
		      CFGFS_VERSION);
	return 0;
}

int make_profile(const struct virtual_job *job, FILE *out)
{
	return profile_write(out, judge_profile(job->tools->judge));
}
