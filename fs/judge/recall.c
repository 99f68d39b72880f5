#include "fs/judge/judge_private.h"

#include <errno.h>
#include <limits.h>

enum { CHUNK = 64 };

struct index_stamp judge_index_stamp(const struct stamp *stamp)
{
	return (struct index_stamp){
		.dev = stamp->dev,
		.ino = stamp->ino,
		.btime_ns = stamp->btime_ns,
		.mtime_ns = stamp->mtime_ns,
		.ctime_ns = stamp->ctime_ns,
		.size = stamp->size,
		.mode = stamp->mode,
	};
}

void judge_note_file(struct judge *judge, const struct stamp *stamp,
		     const struct content_facts *facts, struct span content,
		     const struct judgement *judgement)
{
	struct index_row row = {
		.stamp = judge_index_stamp(stamp),
		.facts = content_facts_pack(facts),
		.facts_version = judge->facts_version,
		.has_digest = judgement->has_digest,
	};

	if (!judge->tools.cache || source_doubt(judge->source, stamp))
		return;
	if (row.has_digest) {
		row.tag = digest_tag_of(content);
		row.digest = judgement->content;
	}
	cache_note_file(judge->tools.cache, &row);
}

bool judge_has_index(const struct judge *judge)
{
	return judge->settings->use_index && judge->tools.cache &&
	       cache_has_index(judge->tools.cache);
}

const char *judge_index_doubt(const struct judge *judge, const char *path,
			      const struct stamp *stamp)
{
	const struct index_stamp now = judge_index_stamp(stamp);
	struct index_row row = {.stamp = now};
	const char *doubt = source_doubt(judge->source, stamp);
	bool is_found;

	if (!judge_has_index(judge))
		return "it is off";
	if (judge_is_configuration(judge, path))
		return "the configuration is always read";
	if (doubt)
		return doubt;
	cache_find_files(judge->tools.cache, &row, &is_found, 1);
	if (!is_found || row.facts_version != judge->facts_version)
		return "not noted yet: the next check reads the file";
	if (!index_stamp_equal(&row.stamp, &now))
		return "the file is not what it was when it was noted";
	return NULL;
}

/* Some files on their way from stamps to judgements. */
struct round {
	struct judge *judge;
	struct setup_config use;
	struct recalled *files[CHUNK];
	struct index_row rows[CHUNK];
	struct plan plans[CHUNK];
	struct recollection list[CHUNK];
	size_t asked[CHUNK]; /* which file each of the list is */
	size_t asked_count;
};

static bool is_usable(const struct round *round, size_t index,
		      struct content_facts *facts)
{
	const struct judge *judge = round->judge;
	const struct recalled *file = round->files[index];
	const struct index_row *row = &round->rows[index];
	const struct index_stamp now = judge_index_stamp(file->stamp);

	return index_stamp_equal(&row->stamp, &now) &&
	       row->facts_version == judge->facts_version &&
	       file->stamp->size <= judge->settings->max_size &&
	       content_facts_unpack(row->facts, facts) &&
	       !judge_is_configuration(judge, file->path);
}

static int skip(struct round *round, size_t index, const char *reason,
		const struct plan *plan)
{
	return judgement_plain(STATE_SKIPPED, reason, plan,
			       &round->files[index]->judgement);
}

/* Ask the cache for the content of a file under its plan. */
static void ask(struct round *round, size_t index,
		const struct content_facts *facts)
{
	const struct index_row *row = &round->rows[index];
	const struct plan *plan = &round->plans[index];

	round->asked[round->asked_count] = index;
	round->list[round->asked_count++] = (struct recollection){
		.plan = plan,
		.key = {row->tag, plan_digest(plan, facts)},
		.content = row->digest,
	};
}

/*
 * The same steps as for an open file: first by name alone, then by what is
 * inside, so that what is skipped is skipped in the same words.
 */
static int plan_file(struct round *round, size_t index)
{
	static const struct content_facts nothing;
	const char *path = round->files[index]->path;
	struct plan *plan = &round->plans[index];
	struct content_facts facts;
	char directory[PATH_MAX];

	if (!is_usable(round, index, &facts))
		return 0;
	config_plan(round->use.config, path, &nothing, directory, plan);

	const bool is_by_content = plan->skip && !plan->choice.format;

	if (plan->skip && !is_by_content)
		return skip(round, index, plan->skip, NULL);
	config_plan(round->use.config, path, &facts, directory, plan);
	if (plan->skip)
		return skip(round, index, plan->skip,
			    is_by_content ? NULL : plan);
	if (round->rows[index].has_digest)
		ask(round, index, &facts);
	return 0;
}

static void keep(struct round *round, size_t index)
{
	const struct recalled *file = round->files[index];
	const struct result result = {
		.stamp = *file->stamp,
		.judgement = file->judgement,
		.generation = round->use.generation,
		.is_racy = stamp_is_racy(file->stamp),
	};

	if (file->judgement)
		judge_remember(round->judge, file->path, &result);
}

static int run(struct round *round, size_t count)
{
	bool is_found[CHUNK];
	int r = 0;

	for (size_t i = 0; i < count; i++) {
		round->files[i]->judgement = NULL;
		round->rows[i].stamp =
			judge_index_stamp(round->files[i]->stamp);
	}
	cache_find_files(round->judge->tools.cache, round->rows, is_found,
			 count);
	for (size_t i = 0; r == 0 && i < count; i++)
		if (is_found[i])
			r = plan_file(round, i);
	if (r == 0)
		r = hearing_recall(&round->judge->tools, round->list,
				   round->asked_count);
	for (size_t i = 0; i < round->asked_count; i++) {
		struct judgement *judgement = round->list[i].judgement;

		round->files[round->asked[i]]->judgement = judgement;
		if (judgement)
			judgement->tier = TIER_INDEX;
	}
	for (size_t i = 0; i < count; i++)
		keep(round, i);
	return r;
}

int judge_recall(struct judge *judge, struct recalled *files, size_t count)
{
	auto_free struct round *round = calloc(1, sizeof(*round));
	int r = 0;

	if (!round)
		return -ENOMEM;
	round->judge = judge;
	round->use = setup_acquire(judge->setup);
	for (size_t from = 0; r == 0 && from < count; from += CHUNK) {
		const size_t some = count - from < CHUNK ? count - from : CHUNK;

		round->asked_count = 0;
		for (size_t i = 0; i < some; i++)
			round->files[i] = &files[from + i];
		r = run(round, some);
	}
	setup_release(judge->setup, &round->use);
	return r;
}
