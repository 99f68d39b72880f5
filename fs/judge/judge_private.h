/*
 * The inside of a judge, for the files that make it up.
 */
#ifndef FS_JUDGE_JUDGE_PRIVATE_H
#define FS_JUDGE_JUDGE_PRIVATE_H

#include "fs/config/setup.h"
#include "fs/judge/hearing.h"
#include "fs/judge/judge.h"
#include "fs/judge/results.h"

#include <limits.h>

struct judge {
	struct source *source;
	const struct settings *settings;
	struct folders *folders;
	struct hearing_tools tools;
	struct setup *setup;
	struct results *results;
	uint64_t facts_version; /* of this build */
	atomic_int level;	/* enum level; may change at any time */
	atomic_uint_fast64_t level_changes;
	_Atomic uint64_t forgotten; /* cache_generation() that results know */
	judge_listener *listen;	    /* NULL: nobody */
	void *listen_ctx;
	shown_teller *teller; /* or NULL */
	void *teller_ctx;
};

/* Why a file is not judged, and by which configuration. */
struct skip {
	char *reason; /* owned; NULL: it is judged */
	uint32_t generation;
	bool is_too_large;
	bool has_facts; /* it took a look at the content */
	struct content_facts facts;
};

/*
 * Is an open file of that size skipped? By name alone where that is enough,
 * else by its first and last bytes. 0 and *out; -ENOMEM; errno of reading.
 */
must_check int judge_find_skip(struct judge *judge, const char *path, int fd,
			       uint64_t size, struct skip *out);

/* The plan for a file by its configuration, at the level in force now. */
void judge_plan(struct judge *judge, const struct config *config,
		const char *path, const struct content_facts *facts,
		char directory[static PATH_MAX], struct plan *out);

/* Is it of the level in force? What is skipped is so at any level. */
bool judge_is_at_level(const struct judge *judge,
		       const struct judgement *judgement);

/* Remember what is known of a path. */
void judge_remember(struct judge *judge, const char *path,
		    const struct result *result);

/* Is the path that of the configuration? Its verdict is not in the cache. */
bool judge_is_configuration(const struct judge *judge, const char *path);

/* The stamp as the index has it. */
struct index_stamp judge_index_stamp(const struct stamp *stamp);

/* Why the stat index does not spare reading a file, static; NULL: it does. */
const char *judge_index_doubt(const struct judge *judge, const char *path,
			      const struct stamp *stamp);

/*
 * Note in the stat index what a file held, if its stamp, taken before it was
 * read, can tell that later. `judgement` without digest: only the facts.
 */
void judge_note_file(struct judge *judge, const struct stamp *stamp,
		     const struct content_facts *facts, struct span content,
		     const struct judgement *judgement);

#endif
