/*
 * The inside of a judge, for the files that make it up.
 */
#ifndef FS_JUDGE_JUDGE_PRIVATE_H
#define FS_JUDGE_JUDGE_PRIVATE_H

#include "fs/config/setup.h"
#include "fs/judge/hearing.h"
#include "fs/judge/judge.h"
#include "fs/judge/results.h"

struct judge {
	struct source *source;
	const struct settings *settings;
	struct folders *folders;
	struct hearing_tools tools;
	struct setup *setup;
	struct results *results;
};

/* Why a file is not judged, and by which configuration. */
struct skip {
	char *reason; /* owned; NULL: it is judged */
	uint32_t generation;
};

/*
 * Is an open file of that size skipped? By name alone where that is enough,
 * else by its first and last bytes. 0 and *out; -ENOMEM; errno of reading.
 */
must_check int judge_find_skip(struct judge *judge, const char *path, int fd,
			       uint64_t size, struct skip *out);

#endif
