#include "fs/report/workers.h"

#include <inttypes.h>

static void write_class(FILE *out, const char *name,
			const struct work_class_stats *stats)
{
	fprintf(out, "workers.%s.queued %" PRIu64 "\n", name, stats->queued);
	fprintf(out, "workers.%s.running %u\n", name, stats->running);
	fprintf(out, "workers.%s.done %" PRIu64 "\n", name, stats->done);
}

void workers_write(FILE *out, struct work *work)
{
	struct work_stats stats;

	work_stats(work, &stats);
	fprintf(out, "workers.threads %u\n", stats.threads);
	fprintf(out, "workers.stuck %u\n", stats.stuck);
	fprintf(out, "workers.replaced %" PRIu64 "\n", stats.replaced);
	fprintf(out, "workers.yields %" PRIu64 "\n", stats.yields);
	for (int i = 0; i < WORK_CLASSES; i++)
		write_class(out, work_class_name((enum work_class)i),
			    &stats.classes[i]);
}
