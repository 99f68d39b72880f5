/* Files that are read together and looked up together. */
#include "fs/judge/judge_private.h"

#include <errno.h>
#include <limits.h>

enum {
	BATCH = 32,
	LARGEST = 256 << 10, /* of the files whose contents are held at once */
};

/* One file, open until all were looked up. */
struct reading {
	struct recalled *file;
	struct snapshot snapshot;
	struct content_facts facts;
	struct plan plan;
};

struct batch {
	struct judge *judge;
	struct setup_config use;
	struct reading readings[BATCH];
	struct recollection list[BATCH];
	size_t count;
	char directory[PATH_MAX]; /* of the plan at hand */
};

static struct span content_of(const struct reading *reading)
{
	return (struct span){reading->snapshot.bytes, reading->snapshot.size};
}

/* Is it one whose content is to be looked up? What is not so clear is left to
 * judge_file(). */
static bool read_file(struct judge *judge, const char *path,
		      struct snapshot *out)
{
	struct stamp stamp;
	auto_close int fd = source_open_stamped(judge->source, path, &stamp);
	struct skip skip = {0};

	if (fd < 0 || stamp.size > LARGEST ||
	    judge_is_configuration(judge, path) ||
	    judge_find_skip(judge, path, fd, stamp.size, &skip))
		return false;
	if (skip.reason) {
		free(skip.reason);
		return false;
	}
	return snapshot_read_stamped(fd, &stamp, judge->settings->max_size,
				     out) == 0;
}

static void add(struct batch *batch, struct recalled *file)
{
	struct reading *reading = &batch->readings[batch->count];
	struct span content;

	file->judgement = NULL;
	if (!read_file(batch->judge, file->path, &reading->snapshot))
		return;
	content = content_of(reading);
	reading->file = file;
	reading->facts = content_facts_of(content);
	config_plan(batch->use.config, file->path, &reading->facts,
		    batch->directory, &reading->plan);
	if (reading->plan.skip) {
		snapshot_release(&reading->snapshot);
		return;
	}
	batch->list[batch->count++] = (struct recollection){
		.plan = &reading->plan,
		.key = hearing_key(&batch->judge->tools, &reading->plan,
				   &reading->facts, content),
		.content = digest_of(content),
	};
}

/* What judge_content() does with what it has found. */
static void keep(struct batch *batch, size_t index)
{
	const struct reading *reading = &batch->readings[index];
	const struct stamp *stamp = &reading->snapshot.stamp;
	const struct result result = {
		.stamp = *stamp,
		.judgement = reading->file->judgement,
		.generation = batch->use.generation,
		.is_racy = stamp_is_racy(stamp),
	};

	if (!reading->snapshot.is_settled)
		return;
	judge_remember(batch->judge, reading->file->path, &result);
	judge_note_file(batch->judge, stamp, &reading->facts,
			content_of(reading), result.judgement);
}

static int finish(struct batch *batch, size_t index, bool may_validate)
{
	struct reading *reading = &batch->readings[index];
	struct recalled *file = reading->file;
	int r = 0;

	file->judgement = batch->list[index].judgement;
	if (file->judgement)
		keep(batch, index);
	else if (may_validate)
		r = judge_content(batch->judge, file->path, content_of(reading),
				  reading->snapshot.is_settled
					  ? &reading->snapshot.stamp
					  : NULL,
				  &file->judgement);
	return r;
}

static int run(struct batch *batch, bool may_validate)
{
	int r = hearing_recall(&batch->judge->tools, batch->list, batch->count);

	for (size_t i = 0; i < batch->count; i++) {
		const int one = finish(batch, i, may_validate && r == 0);

		snapshot_release(&batch->readings[i].snapshot);
		r = r ? r : one;
	}
	return r;
}

bool judge_has_batches(const struct judge *judge)
{
	return judge->tools.cache && cache_is_shared(judge->tools.cache);
}

int judge_batch(struct judge *judge, struct recalled *files, size_t count,
		bool may_validate)
{
	auto_free struct batch *batch = count ? malloc(sizeof(*batch)) : NULL;
	int r = 0;

	if (!count)
		return 0;
	if (!batch)
		return -ENOMEM;
	batch->judge = judge;
	batch->use = setup_acquire(judge->setup);
	for (size_t from = 0; r == 0 && from < count; from += BATCH) {
		batch->count = 0;
		for (size_t i = from; i < count && i < from + BATCH; i++)
			add(batch, &files[i]);
		r = run(batch, may_validate);
	}
	setup_release(judge->setup, &batch->use);
	return r;
}
