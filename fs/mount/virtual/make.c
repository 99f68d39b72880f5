#include "fs/mount/virtual/make.h"

#include "fs/report/explain.h"
#include "fs/report/metrics.h"
#include "fs/report/output.h"
#include "fs/report/report.h"
#include "fs/report/status.h"
#include "fs/survey.h"

#include <errno.h>

static int survey_for(const struct virtual_job *job, enum survey_depth depth,
		      struct survey *out)
{
	const struct survey_options options = {
		.depth = depth,
		.cancel = job->cancel,
		.work = job->tools->work,
		.purpose = WORK_CHECK,
	};

	judge_refresh(job->tools->judge);
	if (job->tools->flusher)
		flusher_wake(job->tools->flusher);
	return survey_run(job->tools->judge, job->path, &options, out);
}

/* What the mount says of itself. */
static struct status_facts mount_facts(const struct virtual_tools *tools)
{
	struct status_facts facts = {
		.scan = "complete",
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
	struct survey survey;
	const int r = survey_for(job, SURVEY_KNOWN, &survey);

	if (r)
		return r;

	const struct status_facts facts = mount_facts(job->tools);
	const struct survey_counts counts = survey_counts(&survey);

	status_write(out, job->tools->judge, &counts, &facts);
	survey_release(&survey);
	return 0;
}

int make_report(const struct virtual_job *job, FILE *out)
{
	struct survey survey;
	const int r = survey_for(job, SURVEY_JUDGED, &survey);

	if (r)
		return r;
	report_write(out, job->tools->judge, &survey, job->path);
	survey_release(&survey);
	return 0;
}

int make_file_status(const struct virtual_job *job, FILE *out)
{
	struct survey survey;

	files_wait_for_verdict(job->tools->files, job->path, job->cancel);

	int r = survey_for(job, SURVEY_KNOWN, &survey);

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
	struct survey survey;
	const int r =
		directory ? survey_for(job, SURVEY_JUDGED, &survey) : -ENOMEM;

	if (r)
		return r;
	report_write(out, job->tools->judge, &survey, directory);
	survey_release(&survey);
	return 0;
}

int make_explain(const struct virtual_job *job, FILE *out)
{
	judge_refresh(job->tools->judge);
	return explain_write(out, job->tools->judge, job->path, job->path);
}

int make_output(const struct virtual_job *job, FILE *out)
{
	const char *format = virtual_kind_of(job->kind)->format;
	struct survey survey;
	const int r = survey_for(job, SURVEY_JUDGED, &survey);

	if (r)
		return r;

	const struct output_part part = {.judge = job->tools->judge,
					 .survey = &survey,
					 .prefix = "",
					 .inside = ""};
	const struct output output = {.file = out,
				      .parts = &part,
				      .part_count = 1,
				      .version = CFGFS_VERSION};

	output_find(format)->write(&output);
	survey_release(&survey);
	return 0;
}

int make_metrics(const struct virtual_job *job, FILE *out)
{
	struct survey survey;
	const int r = survey_for(job, SURVEY_KNOWN, &survey);

	if (r)
		return r;

	const struct status_facts facts = mount_facts(job->tools);
	const struct survey_counts counts = survey_counts(&survey);

	metrics_write(out, job->tools->judge, &counts, &facts, CFGFS_VERSION);
	survey_release(&survey);
	return 0;
}

int make_profile(const struct virtual_job *job, FILE *out)
{
	report_write_profile(out, judge_profile(job->tools->judge));
	return 0;
}
