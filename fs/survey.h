/*
 * All files below a directory, in order, with what is known of each; on demand
 * completed by judging what is unchecked, in parallel.
 */
#ifndef FS_SURVEY_H
#define FS_SURVEY_H

#include "fs/judge/judge.h"
#include "fs/pool/work.h"
#include "fs/score.h"

struct survey_entry {
	char *path; /* from the root */
	enum state state;
	enum cache_tier tier;	     /* where this answer came from now */
	struct judgement *judgement; /* NULL: unchecked */
	struct stamp stamp;	     /* during the walk; ino 0: none */
};

/* Progress so far; any thread may read it while the survey runs. */
struct survey_progress {
	atomic_size_t total; /* 0 while the tree is being walked */
	atomic_size_t done;
	atomic_uint_fast64_t walked_ns; /* when that was over */
};

/* Seconds that are left at the pace so far; negative: not known yet. */
double survey_eta_seconds(const struct survey_progress *progress);

struct survey {
	struct survey_entry *entries; /* sorted by path, memcmp order */
	size_t count;
	size_t capacity;
	size_t by_state[STATE_COUNT];
	uint64_t by_severity[SEVERITY_COUNT];
	uint64_t suppressed; /* findings, not among the others */
	struct score score;
};

/* How many there are of each sort. */
struct survey_counts {
	size_t files;
	size_t by_state[STATE_COUNT];
	uint64_t by_severity[SEVERITY_COUNT];
	uint64_t suppressed;
	struct score score;
};

/* How much is done to know more than what is known already. */
enum survey_depth {
	SURVEY_KNOWN,  /* nothing */
	SURVEY_STORED, /* files are read and looked up in the cache */
	SURVEY_JUDGED, /* what is not there is validated */
};

struct survey_options {
	enum survey_depth depth;	  /* false: only say what is known */
	const atomic_bool *cancel;	  /* may be NULL */
	struct survey_progress *progress; /* may be NULL */
	struct work *work; /* whose threads judge; NULL: threads of its own */
	enum work_purpose purpose; /* with a pool */
};

/*
 * Survey a directory ("" is the root) or one file with the judges of a pool,
 * or with the number of workers of the settings, the calling thread among them.
 * Symbolic links that dangle or lead out of the tree, reserved names and
 * unreadable folders are entries with a judgement of their own. 0 and *out
 * (survey_release()); -ENOENT; -ENOMEM; -ECANCELED; -ESTALE: the root itself
 * was removed or replaced.
 */
must_check int survey_run(struct judge *judge, const char *path,
			  const struct survey_options *options,
			  struct survey *out);
/* Fill in the states and the counts of the entries that it has. */
void survey_count(struct survey *survey);
void survey_release(struct survey *survey);

/* Takes a piece of a survey, which is released afterwards. 0 to go on; a
 * negative errno ends the survey with it. */
typedef int survey_consumer(void *ctx, const struct survey *piece);

/*
 * The same, told piece by piece in order, while the walk goes on: memory does
 * not grow with the tree. Called on the calling thread. Results as of
 * survey_run(), and what `consume` returned. The progress knows of the pieces
 * so far.
 */
must_check int survey_stream(struct judge *judge, const char *path,
			     const struct survey_options *options,
			     survey_consumer *consume, void *ctx);

void survey_add_counts(struct survey_counts *to,
		       const struct survey_counts *counts);
struct survey_counts survey_counts(const struct survey *survey);

#endif
