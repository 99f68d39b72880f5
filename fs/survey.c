#include "fs/survey.h"

#include "fs/pool/crew.h"
#include "fs/sighting.h"
#include "fs/walk_ordered.h"

#include <dirent.h>
#include <errno.h>
#include <time.h>

enum {
	CHUNK = 64,	 /* entries that a worker takes at most */
	SHARES = 8,	 /* of each worker at least, so that all end together */
	STEP_MS = 10000, /* after so long at one file others take over */
	WINDOW = 4096,	 /* entries of a stream in memory at a time */
};

/* A survey under way, shared by its workers. */
struct team {
	struct judge *judge;
	const struct survey_options *options;
	struct survey *survey;
	bool uses_index;
	bool uses_batches;
	size_t chunk;	    /* entries taken at a time */
	atomic_size_t next; /* entry to take */
	atomic_int error;   /* the first one ends the work of all */
	struct stamp stamp; /* of the file that the walk is at */
};

static bool is_cancelled(const struct survey_options *options)
{
	return options->cancel && atomic_load(options->cancel);
}

/* Takes the judgement, which may be NULL (unchecked). 0 or -ENOMEM. */
static int add_entry(struct survey *survey, const char *path,
		     struct judgement *judgement)
{
	if (survey->count == survey->capacity) {
		const size_t capacity =
			survey->capacity ? survey->capacity * 2 : 64;
		struct survey_entry *entries =
			realloc(survey->entries, capacity * sizeof(*entries));

		if (!entries) {
			judgement_release(judgement);
			return -ENOMEM;
		}
		survey->entries = entries;
		survey->capacity = capacity;
	}

	char *copy = strdup(path);

	if (!copy) {
		judgement_release(judgement);
		return -ENOMEM;
	}
	survey->entries[survey->count++] =
		(struct survey_entry){.path = copy, .judgement = judgement};
	return 0;
}

static int visit(void *ctx, const char *path, unsigned char type, int error)
{
	struct team *team = ctx;
	struct survey *survey = team->survey;
	struct sighting sighting;
	int r;

	if (is_cancelled(team->options))
		return -ECANCELED;
	r = error ? sighting_of_failure(team->judge, path, error, &sighting)
		  : sighting_of(team->judge, path, type, &sighting);
	if (r || sighting.kind == SIGHTING_NOTHING ||
	    sighting.kind == SIGHTING_FOLDER)
		return r;
	r = add_entry(survey, path, sighting.judgement);
	if (r)
		return r;
	if (sighting.kind == SIGHTING_FILE)
		survey->entries[survey->count - 1].stamp = team->stamp;
	return error ? 0 : WALK_SKIP;
}

static int compare_entries(const void *left, const void *right)
{
	const struct survey_entry *a = left;
	const struct survey_entry *b = right;

	return strcmp(a->path, b->path);
}

static struct judgement *known(struct judge *judge, const char *path)
{
	struct stamp stamp;

	if (!judge_has_result(judge, path) ||
	    source_stat(judge_source(judge), path, &stamp, NULL))
		return NULL;
	return judge_known(judge, path, &stamp);
}

/* A file that has gone meanwhile stays unchecked and is dropped at the end. */
static int complete(struct team *team, struct survey_entry *entry)
{
	if (entry->judgement)
		return 0;
	entry->judgement = known(team->judge, entry->path);
	entry->tier = TIER_MEMORY;
	if (entry->judgement || team->options->depth == SURVEY_KNOWN)
		return 0;

	const int r = team->options->depth == SURVEY_JUDGED
			      ? judge_file(team->judge, entry->path,
					   &entry->judgement)
			      : judge_file_stored(team->judge, entry->path,
						  &entry->judgement);

	if (r == 0)
		entry->tier = entry->judgement->tier;
	return r == -ENOMEM || r == -ECANCELED ? r : 0;
}

/* What the stat index tells of some entries; the others stay as they are. */
static int recall(struct team *team, struct recall *memory,
		  struct survey_entry *entries, size_t count)
{
	struct recalled files[CHUNK];
	struct survey_entry *of[CHUNK];
	size_t used = 0;

	for (size_t i = 0; memory && i < count; i++) {
		struct survey_entry *entry = &entries[i];

		if (entry->judgement || entry->stamp.ino == 0)
			continue;
		entry->judgement =
			judge_known(team->judge, entry->path, &entry->stamp);
		entry->tier = TIER_MEMORY;
		if (entry->judgement)
			continue;
		of[used] = entry;
		files[used++] = (struct recalled){.path = entry->path,
						  .stamp = &entry->stamp};
	}

	const int r = used ? recall_files(memory, files, used) : 0;

	for (size_t i = 0; i < used; i++) {
		of[i]->judgement = files[i].judgement;
		if (files[i].judgement)
			of[i]->tier = files[i].judgement->tier;
	}
	return r;
}

/* What is not known yet, read and looked up together if that pays. */
static int complete_together(struct team *team, struct survey_entry *entries,
			     size_t count)
{
	struct recalled files[CHUNK];
	struct survey_entry *of[CHUNK];
	size_t used = 0;
	int r;

	for (size_t i = 0; i < count; i++) {
		struct survey_entry *entry = &entries[i];

		if (entry->judgement)
			continue;
		entry->judgement = known(team->judge, entry->path);
		entry->tier = TIER_MEMORY;
		if (entry->judgement)
			continue;
		of[used] = entry;
		files[used++] = (struct recalled){.path = entry->path};
	}
	r = judge_batch(team->judge, files, used,
			team->options->depth == SURVEY_JUDGED);
	for (size_t i = 0; i < used; i++) {
		of[i]->judgement = files[i].judgement;
		if (files[i].judgement)
			of[i]->tier = files[i].judgement->tier;
	}
	return r;
}

static int complete_all(struct team *team, struct recall *memory,
			struct survey_entry *entries, size_t count)
{
	int r = recall(team, memory, entries, count);

	if (r == 0 && team->uses_batches && !is_cancelled(team->options))
		r = complete_together(team, entries, count);
	for (size_t i = 0; r == 0 && i < count; i++) {
		work_yield();
		r = is_cancelled(team->options) ? -ECANCELED
						: complete(team, &entries[i]);
		if (team->options->progress)
			atomic_fetch_add(&team->options->progress->done, 1);
	}
	return r;
}

static void work_with(struct team *team, struct recall *memory)
{
	struct survey *survey = team->survey;

	while (atomic_load(&team->error) == 0) {
		const size_t from = atomic_fetch_add(&team->next, team->chunk);

		if (from >= survey->count)
			return;

		const size_t left = survey->count - from;
		const int r =
			complete_all(team, memory, &survey->entries[from],
				     left < team->chunk ? left : team->chunk);

		if (r)
			atomic_store(&team->error, r);
	}
}

static void work(void *ctx)
{
	struct team *team = ctx;
	struct recall *memory = NULL;

	/* Without memory for it the files are read. */
	if (team->uses_index && recall_new(team->judge, &memory))
		memory = NULL;
	work_with(team, memory);
	recall_free(memory);
}

/* One file is judged by whoever asks; of many, judges see to each. */
static bool is_swept(const struct team *team)
{
	return team->options->depth != SURVEY_KNOWN && team->survey->count > 1;
}

/* Knowing is so quick that threads do not pay. */
static unsigned hands_for(const struct team *team)
{
	const struct work *pool = team->options->work;

	if (!is_swept(team))
		return 1;
	return pool ? work_places(pool, WORK_CPU)
		    : judge_settings(team->judge)->workers;
}

static void work_together(struct team *team)
{
	const struct crew_order order = {
		.work = team->options->work,
		.purpose = team->options->purpose,
		.deadline_ms = STEP_MS,
		.hands = hands_for(team),
		.at_end = judge_thread_ends,
	};
	const unsigned hands = order.hands ? order.hands : 1;

	team->chunk = team->survey->count / hands / SHARES;
	if (team->chunk > CHUNK)
		team->chunk = CHUNK;
	if (team->chunk == 0)
		team->chunk = 1;
	if (!is_swept(team))
		work(team);
	else
		crew_run(&order, work, team);
}

void survey_count(struct survey *survey)
{
	for (size_t i = 0; i < survey->count; i++) {
		struct survey_entry *entry = &survey->entries[i];
		const struct verdict *verdict =
			entry->judgement ? entry->judgement->verdict : NULL;

		entry->state =
			verdict ? (enum state)verdict->state : STATE_UNCHECKED;
		survey->by_state[entry->state]++;
		for (int j = 0; verdict && j < SEVERITY_COUNT; j++)
			survey->by_severity[j] += verdict->totals[j];
		survey->suppressed += verdict ? verdict_suppressed(verdict) : 0;
		score_add(&survey->score, verdict);
	}
}

/* After judging, unchecked means: vanished between the walk and the look. */
static void drop_vanished(struct survey *survey)
{
	size_t kept = 0;

	for (size_t i = 0; i < survey->count; i++) {
		if (survey->entries[i].judgement)
			survey->entries[kept++] = survey->entries[i];
		else
			free(survey->entries[i].path);
	}
	survey->count = kept;
}

static int collect(struct team *team, const char *path)
{
	const struct source *source = judge_source(team->judge);
	struct stat stat;
	int r = source_is_gone(source)
			? -ESTALE
			: source_stat(source, path, &team->stamp, &stat);

	if (r)
		return r;
	if (!S_ISDIR(stat.st_mode))
		return visit(team, path, (unsigned char)IFTODT(stat.st_mode),
			     0);
	if (!team->uses_index)
		return walk_tree(source, path, visit, team);
	return walk_tree_stamped(source, path, visit, team, &team->stamp);
}

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static void begin_progress(struct survey_progress *progress, size_t total)
{
	atomic_store(&progress->walked_ns, now_ns());
	atomic_store(&progress->total, total);
}

double survey_eta_seconds(const struct survey_progress *progress)
{
	const size_t total = atomic_load(&progress->total);
	const size_t done = atomic_load(&progress->done);
	const uint64_t since = atomic_load(&progress->walked_ns);

	if (total == 0 || done == 0)
		return -1;
	if (done >= total)
		return 0;
	return (double)(now_ns() - since) / 1e9 * (double)(total - done) /
	       (double)done;
}

/* Find out about all entries of a survey, and count them. */
static int complete_survey(struct team *team)
{
	atomic_store(&team->next, 0);
	work_together(team);

	const int r = atomic_load(&team->error);

	if (r)
		return r;
	if (team->options->depth == SURVEY_JUDGED)
		drop_vanished(team->survey);
	survey_count(team->survey);
	return 0;
}

int survey_run(struct judge *judge, const char *path,
	       const struct survey_options *options, struct survey *out)
{
	struct survey survey = {0};
	struct team team = {
		.judge = judge,
		.options = options,
		.survey = &survey,
		.uses_index = options->depth != SURVEY_KNOWN &&
			      judge_has_index(judge),
		.uses_batches = options->depth != SURVEY_KNOWN &&
				judge_has_batches(judge),
	};
	int r = collect(&team, path);

	if (r < 0) {
		survey_release(&survey);
		return r;
	}
	if (options->progress)
		begin_progress(options->progress, survey.count);
	if (survey.count)
		qsort(survey.entries, survey.count, sizeof(*survey.entries),
		      compare_entries);
	r = complete_survey(&team);
	if (r) {
		survey_release(&survey);
		return r;
	}
	*out = survey;
	return 0;
}

/* A survey that is told piece by piece. */
struct stream {
	struct team team;
	struct survey survey; /* the piece at hand */
	survey_consumer *consume;
	void *ctx;
};

static int tell(struct stream *stream)
{
	struct survey_progress *progress = stream->team.options->progress;
	int r;

	/* What is still to come is not known. */
	if (progress)
		begin_progress(progress, atomic_load(&progress->total) +
						 stream->survey.count);
	r = stream->survey.count ? complete_survey(&stream->team) : 0;

	if (r == 0 && stream->survey.count)
		r = stream->consume(stream->ctx, &stream->survey);
	survey_release(&stream->survey);
	return r;
}

static int visit_stream(void *ctx, const char *path, unsigned char type,
			int error)
{
	struct stream *stream = ctx;
	const int r = visit(&stream->team, path, type, error);
	int told = 0;

	if (r >= 0 && stream->survey.count >= WINDOW)
		told = tell(stream);
	return told ? told : r;
}

static int stream_below(struct stream *stream, const char *path)
{
	struct team *team = &stream->team;
	const struct source *source = judge_source(team->judge);
	struct stat stat;
	int r = source_is_gone(source)
			? -ESTALE
			: source_stat(source, path, &team->stamp, &stat);

	if (r)
		return r;
	if (S_ISDIR(stat.st_mode))
		return walk_ordered(source, path, visit_stream, stream,
				    &team->stamp);
	r = visit(team, path, (unsigned char)IFTODT(stat.st_mode), 0);
	return r < 0 ? r : 0;
}

int survey_stream(struct judge *judge, const char *path,
		  const struct survey_options *options,
		  survey_consumer *consume, void *ctx)
{
	struct stream stream = {.team = {.judge = judge, .options = options},
				.consume = consume,
				.ctx = ctx};
	int r;

	stream.team.survey = &stream.survey;
	stream.team.uses_index =
		options->depth != SURVEY_KNOWN && judge_has_index(judge);
	stream.team.uses_batches =
		options->depth != SURVEY_KNOWN && judge_has_batches(judge);
	r = stream_below(&stream, path);
	if (r == 0)
		return tell(&stream);
	survey_release(&stream.survey);
	return r;
}

void survey_release(struct survey *survey)
{
	for (size_t i = 0; i < survey->count; i++) {
		judgement_release(survey->entries[i].judgement);
		free(survey->entries[i].path);
	}
	free(survey->entries);
	*survey = (struct survey){0};
}

struct survey_counts survey_counts(const struct survey *survey)
{
	struct survey_counts counts = {.files = survey->count,
				       .suppressed = survey->suppressed,
				       .score = survey->score};

	memcpy(counts.by_state, survey->by_state, sizeof(counts.by_state));
	memcpy(counts.by_severity, survey->by_severity,
	       sizeof(counts.by_severity));
	return counts;
}

void survey_add_counts(struct survey_counts *to,
		       const struct survey_counts *counts)
{
	to->files += counts->files;
	for (int i = 0; i < STATE_COUNT; i++)
		to->by_state[i] += counts->by_state[i];
	for (int i = 0; i < SEVERITY_COUNT; i++)
		to->by_severity[i] += counts->by_severity[i];
	to->suppressed += counts->suppressed;
	score_add_all(&to->score, &counts->score);
}
