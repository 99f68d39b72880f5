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

/* With some files on their way from stamps to judgements. */
struct recall {
	struct judge *judge;
	struct setup_config use;
	struct recalled *files[CHUNK];
	struct index_row rows[CHUNK];
	struct plan plans[CHUNK];
	struct recollection list[CHUNK];
	size_t asked[CHUNK]; /* which file each of the list is */
	size_t asked_count;
	char directory[PATH_MAX]; /* of the plan at hand */
	struct plan_memo memo;	  /* of plans of the configuration... */
	uint32_t memo_generation; /* ... of this generation */
};

static bool is_usable(const struct recall *recall, size_t index,
		      struct content_facts *facts)
{
	const struct judge *judge = recall->judge;
	const struct recalled *file = recall->files[index];
	const struct index_row *row = &recall->rows[index];
	const struct index_stamp now = judge_index_stamp(file->stamp);

	return index_stamp_equal(&row->stamp, &now) &&
	       row->facts_version == judge->facts_version &&
	       file->stamp->size <= judge->settings->max_size &&
	       content_facts_unpack(row->facts, facts) &&
	       !judge_is_configuration(judge, file->path);
}

static int skip(struct recall *recall, size_t index, const char *reason,
		const struct plan *plan)
{
	return judgement_plain(STATE_SKIPPED, reason, plan,
			       &recall->files[index]->judgement);
}

/* Ask the cache for the content of a file under its plan. */
static void ask(struct recall *recall, size_t index,
		const struct content_facts *facts)
{
	const struct index_row *row = &recall->rows[index];
	const struct plan *plan = &recall->plans[index];

	recall->asked[recall->asked_count] = index;
	recall->list[recall->asked_count++] = (struct recollection){
		.plan = plan,
		.key = {row->tag, plan_memo_digest(&recall->memo, plan, facts)},
		.content = row->digest,
	};
}

/*
 * The same steps as for an open file: first by name alone, then by what is
 * inside, so that what is skipped is skipped in the same words.
 */
static int plan_file(struct recall *recall, size_t index)
{
	static const struct content_facts nothing;
	const char *path = recall->files[index]->path;
	struct plan *plan = &recall->plans[index];
	struct content_facts facts;
	bool is_by_content = false;

	if (!is_usable(recall, index, &facts))
		return 0;
	judge_plan(recall->judge, recall->use.config, path, &facts,
		   recall->directory, plan);
	/* Without a modeline no name is skipped whose content is not. */
	if (plan->skip || facts.modeline) {
		struct plan by_name;

		judge_plan(recall->judge, recall->use.config, path, &nothing,
			   recall->directory, &by_name);
		is_by_content = by_name.skip && !by_name.choice.format;
		if (by_name.skip && !is_by_content)
			return skip(recall, index, by_name.skip, NULL);
	}
	if (plan->skip)
		return skip(recall, index, plan->skip,
			    is_by_content ? NULL : plan);
	if (recall->rows[index].has_digest)
		ask(recall, index, &facts);
	return 0;
}

static void keep(struct recall *recall, size_t index)
{
	const struct recalled *file = recall->files[index];
	const struct result result = {
		.stamp = *file->stamp,
		.judgement = file->judgement,
		.generation = recall->use.generation,
		.is_racy = stamp_is_racy(file->stamp),
	};

	if (file->judgement)
		judge_remember(recall->judge, file->path, &result);
}

static void take_answers(struct recall *recall)
{
	size_t unread = 0;

	for (size_t i = 0; i < recall->asked_count; i++) {
		struct judgement *judgement = recall->list[i].judgement;

		recall->files[recall->asked[i]]->judgement = judgement;
		if (judgement) {
			judgement->tier = TIER_INDEX;
			unread++;
		}
	}
	if (unread)
		cache_count_unread(recall->judge->tools.cache, unread);
}

static int run(struct recall *recall, size_t count)
{
	uint64_t since = profile_start(recall->judge->tools.profile);
	bool is_found[CHUNK];
	int r = 0;

	for (size_t i = 0; i < count; i++) {
		recall->files[i]->judgement = NULL;
		recall->rows[i].stamp =
			judge_index_stamp(recall->files[i]->stamp);
	}
	cache_find_files(recall->judge->tools.cache, recall->rows, is_found,
			 count);
	profile_lap(recall->judge->tools.profile, PHASE_INDEX, &since);
	for (size_t i = 0; r == 0 && i < count; i++)
		if (is_found[i])
			r = plan_file(recall, i);
	if (r == 0)
		r = hearing_recall(&recall->judge->tools, recall->list,
				   recall->asked_count);
	take_answers(recall);
	for (size_t i = 0; i < count; i++)
		keep(recall, i);
	return r;
}

/* What a memo knows is good for one configuration. */
static void begin(struct recall *recall)
{
	recall->use = setup_acquire(recall->judge->setup);
	if (recall->use.generation == recall->memo_generation)
		return;
	for (size_t i = 0; i < array_size(recall->memo.entries); i++)
		recall->memo.entries[i].is_used = false;
	recall->memo_generation = recall->use.generation;
}

int recall_new(struct judge *judge, struct recall **out)
{
	struct recall *recall = calloc(1, sizeof(*recall));

	if (!recall)
		return -ENOMEM;
	recall->judge = judge;
	*out = recall;
	return 0;
}

void recall_free(struct recall *recall)
{
	free(recall);
}

int recall_files(struct recall *recall, struct recalled *files, size_t count)
{
	int r = 0;

	begin(recall);
	for (size_t from = 0; r == 0 && from < count; from += CHUNK) {
		const size_t some = count - from < CHUNK ? count - from : CHUNK;

		recall->asked_count = 0;
		for (size_t i = 0; i < some; i++)
			recall->files[i] = &files[from + i];
		r = run(recall, some);
	}
	setup_release(recall->judge->setup, &recall->use);
	return r;
}
