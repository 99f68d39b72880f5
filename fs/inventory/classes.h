/*
 * What can be said of a file, kept once for all files of which the same is
 * said: most files of a tree share a handful of these.
 */
#ifndef FS_INVENTORY_CLASSES_H
#define FS_INVENTORY_CLASSES_H

#include "fs/judge/judge.h"
#include "fs/score.h"

/* The class of files of which nothing is known; always there. */
enum { CLASS_UNCHECKED = 0, CLASS_BITS = 29 };
#define CLASS_MASK ((1u << CLASS_BITS) - 1)

struct class
{
	enum state state;
	uint32_t totals[SEVERITY_COUNT];
	uint32_t suppressed;
	struct score score;
	struct links links; /* what it rests on */
	uint64_t hash;
	uint32_t users; /* how many say it; 0: free */
	uint32_t next;	/* in its bucket, or of the free ones */
	bool is_stale;	/* what it rests on has changed */
};

struct classes {
	struct class *list;
	uint32_t count;
	uint32_t capacity;
	uint32_t free; /* 0: none */
	uint32_t *buckets;
	uint32_t bucket_count; /* a power of two */
};

/* 0 or -ENOMEM. */
must_check int classes_init(struct classes *classes);
void classes_release(struct classes *classes);

/* The class that a judgement puts a file into, with one more user.
 * CLASS_UNCHECKED also when there is no memory. */
uint32_t classes_take(struct classes *classes,
		      const struct judgement *judgement);
uint32_t classes_share(struct classes *classes, uint32_t id);
void classes_drop(struct classes *classes, uint32_t id);

/* Lives until the next classes_take(). */
const struct class *classes_at(const struct classes *classes, uint32_t id);

/* Mark those that rest on what has changed; false: there are none. */
bool classes_mark_stale(struct classes *classes, struct judge *judge);

#endif
