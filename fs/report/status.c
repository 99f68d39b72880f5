#include "fs/report/status.h"

#include "fs/report/activity.h"
#include "fs/report/report.h"

#include <inttypes.h>

static const char *tree_state(const struct survey_counts *counts,
			      const struct status_facts *facts,
			      const char *config)
{
	if (counts->by_state[STATE_INVALID] || counts->by_state[STATE_ERROR] ||
	    strcmp(config, "invalid") == 0)
		return "degraded";
	if (counts->by_state[STATE_UNCHECKED] || facts->pending ||
	    strcmp(facts->scan, "complete") != 0)
		return "unchecked";
	return "ok";
}

static void write_number(FILE *out, const char *key, uint64_t value)
{
	fprintf(out, "%s %" PRIu64 "\n", key, value);
}

static void write_counts(FILE *out, const struct survey_counts *counts,
			 const struct status_facts *facts)
{
	static const enum state order[] = {STATE_VALID,	  STATE_WARNING,
					   STATE_INVALID, STATE_ERROR,
					   STATE_SKIPPED, STATE_UNCHECKED};

	write_number(out, "files", counts->files);
	for (size_t i = 0; i < array_size(order); i++)
		write_number(out, state_name(order[i]),
			     counts->by_state[order[i]]);
	write_number(out, "pending", facts->pending);
	write_number(out, "serving_last_good", facts->serving_last_good);
	write_number(out, "findings.error",
		     counts->by_severity[SEVERITY_ERROR]);
	write_number(out, "findings.warning",
		     counts->by_severity[SEVERITY_WARNING]);
	write_number(out, "findings.info", counts->by_severity[SEVERITY_INFO]);
}

static void write_cache(FILE *out, struct cache *cache)
{
	struct cache_stats stats = {0};
	uint64_t hits = 0;

	if (cache)
		cache_stats(cache, &stats);
	for (size_t i = 0; i < TIER_INDEX; i++)
		hits += stats.hits[i];

	const uint64_t asked = hits + stats.misses;

	write_number(out, "cache.hits", hits);
	write_number(out, "cache.hits.memory", stats.hits[TIER_MEMORY]);
	write_number(out, "cache.hits.disk", stats.hits[TIER_DISK]);
	write_number(out, "cache.hits.remote", stats.hits[TIER_REMOTE]);
	write_number(out, "cache.misses", stats.misses);
	fprintf(out, "cache.hit_ratio %.6f\n",
		asked ? (double)hits / (double)asked : 0.0);
	write_number(out, "cache.entries",
		     stats.disk_on ? stats.disk_entries : stats.memory_entries);
	write_number(out, "cache.bytes",
		     stats.disk_on ? stats.disk_bytes : stats.memory_bytes);
	fprintf(out, "cache.disk %s\n", stats.disk_on ? "on" : "off");
}

static void write_evictions(FILE *out, struct cache *cache)
{
	struct cache_stats stats = {0};

	if (cache)
		cache_stats(cache, &stats);
	write_number(out, "cache.evictions", stats.evictions);
}

static void write_text(FILE *out, const char *key, const char *text)
{
	fprintf(out, "%s ", key);
	report_write_field(out, text);
	fputc('\n', out);
}

static void write_remote(FILE *out, struct cache *cache)
{
	struct remote_stats stats = {.state = REMOTE_OFF};

	if (cache)
		cache_remote_stats(cache, &stats);
	write_text(out, "cache.remote", remote_state_name(stats.state));
	write_text(out, "cache.remote_reason", stats.reason);
	write_number(out, "cache.remote_asked", stats.asked);
	write_number(out, "cache.remote_written", stats.written);
	write_number(out, "cache.remote_rejected", stats.rejected);
	write_number(out, "cache.remote_failures", stats.failures);
}

/* Time spent in finding out, not in reading, hashing or the cache. */
static double check_seconds(const struct profile *profile)
{
	double seconds = 0;

	for (int i = PHASE_PARSE_YAML; i <= PHASE_SCHEMA; i++)
		seconds += profile_read(profile, (enum profile_phase)i).seconds;
	return seconds;
}

void status_write(FILE *out, struct judge *judge,
		  const struct survey_counts *counts,
		  const struct status_facts *facts)
{
	const char *config = judge_config_state(judge);
	char score[SCORE_TEXT_BYTES];

	fputs("cfgfs.status 1\n", out);
	fprintf(out, "state %s\n", tree_state(counts, facts, config));
	fprintf(out, "scan %s\n", facts->scan);
	fprintf(out, "config %s\n", config);
	fprintf(out, "coherence %s\n", facts->coherence);
	write_number(out, "unwatched", facts->unwatched);
	fprintf(out, "level %s\n", level_name(judge_level(judge)));
	write_counts(out, counts, facts);
	write_cache(out, judge_cache(judge));
	fprintf(out, "check.seconds_total %.3f\n",
		check_seconds(judge_profile(judge)));
	fprintf(out, "feature.no_open %d\n", facts->has_no_open);
	fprintf(out, "feature.resend %d\n", facts->has_resend);
	fprintf(out, "feature.epoch %d\n", facts->has_epoch);
	write_number(out, "findings.suppressed", counts->suppressed);
	write_evictions(out, judge_cache(judge));
	write_number(out, "worker.restarts", facts->restarts);
	fprintf(out, "takeover %s\n",
		facts->takeover ? facts->takeover : "none");
	write_remote(out, judge_cache(judge));
	if (facts->work)
		activity_write(out, facts->work, facts->sweeps);
	if (facts->coherence_reason)
		fprintf(out, "coherence.reason %s\n", facts->coherence_reason);
	write_number(out, "retries", judge_retries(judge));
	fprintf(out, "score %s\n", score_text(&counts->score, score));
}

static void write_finding_counts(FILE *out, const struct verdict *verdict)
{
	static const char *const keys[SEVERITY_COUNT] = {
		"findings.error", "findings.warning", "findings.info"};

	for (int i = 0; i < SEVERITY_COUNT; i++)
		write_number(out, keys[i], verdict ? verdict->totals[i] : 0);
}

void status_write_file(FILE *out, struct judge *judge,
		       const struct survey_entry *entry)
{
	const struct judgement *judgement = entry->judgement;
	const struct verdict *verdict = judgement ? judgement->verdict : NULL;
	char text[SCORE_TEXT_BYTES];
	struct shown_facts shown;
	struct score score = {0};
	char hash[65] = "";

	judge_tell_shown(judge, entry->path, entry->state, &shown);
	score_add(&score, verdict);
	if (judgement && judgement->has_digest)
		digest_to_hex(&judgement->content, hash);
	fputs("cfgfs.status 1\n", out);
	write_text(out, "state", state_name(entry->state));
	write_text(out, "reason",
		   verdict ? verdict_text(verdict, verdict->reason) : "");
	write_text(out, "served", shown_name(shown.shown));
	write_text(out, "format", judgement ? judgement->format : "");
	write_text(out, "schema",
		   verdict ? verdict_text(verdict, verdict->schema) : "");
	write_text(out, "mode", "");
	write_text(out, "level", level_name(judge_level(judge)));
	write_number(out, "documents", verdict ? verdict->documents : 0);
	write_finding_counts(out, verdict);
	fprintf(out, "score %s\n", score_text(&score, text));
	write_text(out, "hash", hash);
	write_text(out, "cached", *hash ? cache_tier_name(entry->tier) : "");
	fprintf(out, "validated_at %lld\n",
		*hash ? (long long)judgement->validated_at : 0);
	write_number(out, "usec", judgement ? judgement->usec : 0);
	write_number(out, "findings.suppressed",
		     verdict ? verdict_suppressed(verdict) : 0);
	write_text(out, "served.why", shown.why);
}
