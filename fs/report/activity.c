#include "fs/report/activity.h"

#include <inttypes.h>
#include <math.h>

size_t activity_pending(struct sweeps *sweeps)
{
	const struct sweeps_state state = sweeps_read(sweeps);

	return state.total > state.done ? state.total - state.done : 0;
}

static void write_progress(FILE *out, const struct sweeps_state *state,
			   unsigned running)
{
	fprintf(out, "progress.sweeps %zu\n", state->count);
	fprintf(out, "progress.running %u\n", running);
	fprintf(out, "progress.done %zu\n", state->done);
	fprintf(out, "progress.total %zu\n", state->total);
	if (state->eta_seconds < 0)
		fputs("progress.eta -\n", out);
	else
		fprintf(out, "progress.eta %.0f\n", ceil(state->eta_seconds));
}

static void write_class(FILE *out, const char *name,
			const struct work_class_stats *stats)
{
	fprintf(out, "workers.%s.queued %" PRIu64 "\n", name, stats->queued);
	fprintf(out, "workers.%s.running %u\n", name, stats->running);
	fprintf(out, "workers.%s.done %" PRIu64 "\n", name, stats->done);
}

void activity_write(FILE *out, struct work *work, struct sweeps *sweeps)
{
	const struct sweeps_state state = sweeps_read(sweeps);
	struct work_stats stats;

	work_stats(work, &stats);
	write_progress(out, &state, stats.classes[WORK_CPU].running);
	fprintf(out, "workers.threads %u\n", stats.threads);
	fprintf(out, "workers.stuck %u\n", stats.stuck);
	fprintf(out, "workers.replaced %" PRIu64 "\n", stats.replaced);
	fprintf(out, "workers.yields %" PRIu64 "\n", stats.yields);
	for (int i = 0; i < WORK_CLASSES; i++)
		write_class(out, work_class_name((enum work_class)i),
			    &stats.classes[i]);
}
