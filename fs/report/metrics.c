#include "fs/report/metrics.h"

#include <inttypes.h>

/* The two lines in front of a metric's samples. Counters are those whose name
 * ends in `_total`. */
static void write_head(FILE *out, const char *name, const char *help)
{
	static const char ending[] = "_total";
	const size_t size = strlen(name);
	const size_t ending_size = sizeof(ending) - 1;
	const bool is_counter = size > ending_size &&
				strcmp(name + size - ending_size, ending) == 0;

	fprintf(out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name,
		is_counter ? "counter" : "gauge");
}

static void write_one(FILE *out, const char *name, const char *help,
		      uint64_t value)
{
	write_head(out, name, help);
	fprintf(out, "%s %" PRIu64 "\n", name, value);
}

static void write_labelled(FILE *out, const char *name, const char *label,
			   const char *text, uint64_t value)
{
	fprintf(out, "%s{%s=\"%s\"} %" PRIu64 "\n", name, label, text, value);
}

static void write_files(FILE *out, const struct survey_counts *counts)
{
	write_head(out, "cfgfs_files", "Files of the tree by state.");
	for (int i = 0; i < STATE_COUNT; i++)
		write_labelled(out, "cfgfs_files", "state",
			       state_name((enum state)i), counts->by_state[i]);
	write_head(out, "cfgfs_findings", "Findings on these files.");
	for (int i = 0; i < SEVERITY_COUNT; i++)
		write_labelled(out, "cfgfs_findings", "severity",
			       severity_name((enum severity)i),
			       counts->by_severity[i]);
	write_one(out, "cfgfs_findings_suppressed",
		  "Findings that comments, configuration or baseline suppress.",
		  counts->suppressed);
}

static void write_mount(FILE *out, const struct status_facts *facts,
			const char *config)
{
	write_one(out, "cfgfs_config_valid",
		  "0 if the configuration on disk is broken.",
		  strcmp(config, "invalid") != 0);
	write_one(out, "cfgfs_scan_complete",
		  "0 while the files of the tree are being counted.",
		  strcmp(facts->scan, "complete") == 0);
	write_one(out, "cfgfs_pending", "Verdicts that are being made.",
		  facts->pending);
	write_one(out, "cfgfs_unwatched",
		  "Folders whose changes are not watched.", facts->unwatched);
	write_one(out, "cfgfs_serving_last_good",
		  "Files that are served in an earlier version.",
		  facts->serving_last_good);
}

static void write_cache(FILE *out, struct cache *cache)
{
	static const enum cache_tier tiers[] = {TIER_MEMORY, TIER_DISK,
						TIER_REMOTE};
	struct cache_stats stats = {0};

	if (cache)
		cache_stats(cache, &stats);
	write_head(out, "cfgfs_cache_hits_total",
		   "Verdicts found in the cache.");
	for (size_t i = 0; i < array_size(tiers); i++)
		write_labelled(out, "cfgfs_cache_hits_total", "tier",
			       cache_tier_name(tiers[i]), stats.hits[tiers[i]]);
	write_one(out, "cfgfs_cache_misses_total",
		  "Verdicts that had to be made.", stats.misses);
	write_one(out, "cfgfs_cache_evictions_total",
		  "Verdicts dropped to make room.", stats.evictions);
	write_one(out, "cfgfs_cache_entries", "Verdicts in the cache.",
		  stats.disk_on ? stats.disk_entries : stats.memory_entries);
	write_one(out, "cfgfs_cache_bytes", "Size of the cache.",
		  stats.disk_on ? stats.disk_bytes : stats.memory_bytes);
}

static void write_phases(FILE *out, const struct profile *profile)
{
	write_head(out, "cfgfs_phase_seconds_total",
		   "Time spent in each phase of the work.");
	for (int i = 0; i < PHASE_COUNT; i++) {
		const struct profile_line line =
			profile_read(profile, (enum profile_phase)i);

		fprintf(out, "cfgfs_phase_seconds_total{phase=\"%s\"} %.9f\n",
			line.name, line.seconds);
	}
	write_head(out, "cfgfs_phase_runs_total",
		   "How often each phase was run.");
	for (int i = 0; i < PHASE_COUNT; i++) {
		const struct profile_line line =
			profile_read(profile, (enum profile_phase)i);

		write_labelled(out, "cfgfs_phase_runs_total", "phase",
			       line.name, line.count);
	}
}

void metrics_write(FILE *out, struct judge *judge,
		   const struct survey_counts *counts,
		   const struct status_facts *facts, const char *version)
{
	write_head(out, "cfgfs_info", "What is running; always 1.");
	fprintf(out,
		"cfgfs_info{version=\"%s\",level=\"%s\",coherence=\"%s\"} 1\n",
		version, level_name(judge_settings(judge)->level),
		facts->coherence);
	write_files(out, counts);
	write_mount(out, facts, judge_config_state(judge));
	write_cache(out, judge_cache(judge));
	write_phases(out, judge_profile(judge));
}
