#include "fs/baseline/audit.h"

#include "validate/text.h"

/* Was the survey of this path? */
static bool is_covered(const struct audit *audit, const char *path)
{
	const size_t size = strlen(audit->path);

	return size == 0 || (strncmp(path, audit->path, size) == 0 &&
			     (path[size] == '\0' || path[size] == '/'));
}

static int compare_path(const void *path, const void *entry)
{
	return strcmp(path, ((const struct survey_entry *)entry)->path);
}

static const struct survey_entry *find_entry(const struct audit *audit,
					     const char *path)
{
	const struct survey *survey = audit->survey;

	return survey->count ? bsearch(path, survey->entries, survey->count,
				       sizeof(*survey->entries), compare_path)
			     : NULL;
}

/* How often a rule was found in a file, by its verdict. */
static uint32_t tally_of(const struct verdict *verdict, const char *rule)
{
	const struct tally *tallies = verdict_tallies(verdict);

	for (uint32_t i = 0; i < verdict->tally_count; i++)
		if (strcmp(verdict_text(verdict, tallies[i].rule), rule) == 0)
			return tallies[i].count;
	return 0;
}

static bool was_looked_for(const struct survey_entry *entry, const char *rule)
{
	if (entry->state == STATE_ERROR || entry->state == STATE_UNCHECKED ||
	    entry->state == STATE_SKIPPED)
		return false;
	return entry->judgement->level > LEVEL_FAST ||
	       strncmp(rule, "schema/", 7) != 0;
}

/* As many as an entry should allow now; never more than it does. */
static uint32_t needed(const struct audit *audit, const char *path,
		       const struct allowance *allowance)
{
	const struct survey_entry *entry;
	uint32_t found = 0;

	if (!is_covered(audit, path))
		return allowance->at_most;
	entry = find_entry(audit, path);
	if (entry && !was_looked_for(entry, allowance->rule))
		return allowance->at_most;
	if (entry)
		found = tally_of(entry->judgement->verdict, allowance->rule);
	return found < allowance->at_most ? found : allowance->at_most;
}

size_t audit_stale(const struct audit *audit, const struct baseline *baseline)
{
	size_t stale = 0;

	for (size_t i = 0; i < baseline_count(baseline); i++) {
		const struct baseline_file *file = baseline_at(baseline, i);

		for (size_t j = 0; j < file->count; j++)
			stale += needed(audit, file->path, &file->list[j]) <
				 file->list[j].at_most;
	}
	return stale;
}

static int prune_file(const struct audit *audit,
		      const struct baseline_file *file,
		      struct baseline_maker *maker)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < file->count; i++)
		r = baseline_add(maker, file->path, file->list[i].rule,
				 needed(audit, file->path, &file->list[i]));
	return r;
}

static int finish(struct baseline_maker *maker, int r, struct baseline **out)
{
	if (r == 0)
		return baseline_make(maker, out);
	free(maker->items);
	return r;
}

int audit_prune(const struct audit *audit, const struct baseline *baseline,
		struct baseline **out)
{
	struct baseline_maker maker = {0};
	int r = 0;

	for (size_t i = 0; r == 0 && i < baseline_count(baseline); i++)
		r = prune_file(audit, baseline_at(baseline, i), &maker);
	return finish(&maker, r, out);
}

static int keep_others(const struct audit *audit, const struct baseline *old,
		       struct baseline_maker *maker)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < baseline_count(old); i++)
		if (!is_covered(audit, baseline_at(old, i)->path))
			r = prune_file(audit, baseline_at(old, i), maker);
	return r;
}

static int record_entry(const struct survey_entry *entry,
			struct baseline_maker *maker, size_t *left_out)
{
	const struct verdict *verdict =
		entry->judgement ? entry->judgement->verdict : NULL;
	const struct span path = span_of(entry->path);
	int r = 0;

	if (!verdict || verdict->tally_count == 0)
		return 0;
	if (text_utf8_prefix(path) < path.size) {
		++*left_out;
		return 0;
	}
	for (uint32_t i = 0; r == 0 && i < verdict->tally_count; i++) {
		const struct tally *tally = &verdict_tallies(verdict)[i];

		r = baseline_add(maker, entry->path,
				 verdict_text(verdict, tally->rule),
				 tally->count);
	}
	return r;
}

int audit_record(const struct audit *audit, const struct baseline *old,
		 struct baseline **out, size_t *left_out)
{
	const struct survey *survey = audit->survey;
	struct baseline_maker maker = {0};
	int r = old ? keep_others(audit, old, &maker) : 0;

	*left_out = 0;
	for (size_t i = 0; r == 0 && i < survey->count; i++)
		r = record_entry(&survey->entries[i], &maker, left_out);
	return finish(&maker, r, out);
}
