#include "fs/mount/session/warm.h"

static void run(void *ctx)
{
	struct warm *warm = ctx;
	struct sweep sweep;
	struct survey survey;

	sweeps_begin(warm->sweeps, &sweep);

	const struct survey_options options = {.depth = SURVEY_JUDGED,
					       .cancel = &warm->cancel,
					       .progress = &sweep.progress,
					       .work = warm->work,
					       .purpose = WORK_WARM};

	if (warm->flusher)
		flusher_wake(warm->flusher);
	/* What is known of each file is all that is wanted. */
	if (survey_run(warm->judge, "", &options, &survey) == 0)
		survey_release(&survey);
	sweeps_end(warm->sweeps, &sweep);
}

void warm_start(struct warm *warm)
{
	warm->job = (struct work_job){.run = run,
				      .ctx = warm,
				      .class = WORK_STREAM,
				      .purpose = WORK_WARM,
				      .priority = WORK_NORMAL};
	work_submit(warm->work, &warm->job);
}
