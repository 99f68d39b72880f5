/*
 * What the parts share: inventory.c (what is known), hear.c (of what is
 * judged), look.c (at the disk) and ask.c (for counts). For them alone.
 */
#ifndef FS_INVENTORY_INVENTORY_PARTS_H
#define FS_INVENTORY_INVENTORY_PARTS_H

#include "fs/inventory/inventory.h"
#include "fs/inventory/tree.h"

#include <pthread.h>

/* A file was judged that had no record yet: it is kept until it has one. */
struct news {
	struct news *next;
	uint64_t stamp;
	uint32_t class; /* in use */
	uint32_t forgotten;
	char path[];
};

struct inventory {
	struct judge *judge;
	struct inventory_source source; /* watch NULL: there is none */
	pthread_t thread;
	bool has_thread;
	atomic_bool is_ending;
	atomic_ullong changes; /* that were reported, or are being looked for;
				  counted with `lock` held */
	atomic_uint askers;    /* who wait for `work`: they go first */

	/* Held by whoever looks at the disk. Nobody else adds or removes
	 * directories and records; taken before `lock`. */
	pthread_mutex_t work;

	pthread_mutex_t lock;
	pthread_cond_t changed;
	struct tree tree;	 /* by lock, as all below */
	struct directory *first; /* of those that wait for a look */
	struct directory **last;
	uint32_t generation; /* of the configuration */
	enum level level;
	uint32_t forgotten; /* times that all was forgotten */
	bool are_links_in_doubt;
	bool has_shared; /* a record's file has more names than one */
	bool are_shared_in_doubt;
	bool is_blind;	   /* a look failed: a change may have been missed */
	bool was_complete; /* the first scan has ended */
	struct news *news; /* newest first */
};

/* The same for the files in it alone, without asking for a look. */
void inventory_doubt_records_locked(struct inventory *inventory,
				    struct directory *directory);

/* Another configuration or level: what was judged by the old is unchecked. */
void inventory_set_rules_locked(struct inventory *inventory,
				uint32_t generation, enum level level);

/* Nothing is known of any file any more. */
void inventory_forget_all(struct inventory *inventory);

/* Look at what waits for longest. With `work` held. False: nothing waits. */
bool inventory_look_at_next(struct inventory *inventory);

/* A path cut in two: all before the last slash to `directory` (PATH_MAX bytes),
 * the rest is returned; NULL: it is too long. */
const char *inventory_split(const char *path, char *directory);

/*
 * hear.c: a file was judged (a judge_listener). If it still is what was judged
 * any later edit will be reported, and makes it unchecked again.
 */
void inventory_hear(void *ctx, const struct judge_news *news);

/* Let records be made for all that was heard of. With `work` held. */
void inventory_take_news(struct inventory *inventory);

/* Have a directory looked at. */
void inventory_want_locked(struct inventory *inventory,
			   struct directory *directory, uint32_t to_do);

/* Everything in it and below may have changed. */
void inventory_doubt_locked(struct inventory *inventory,
			    struct directory *directory);

/* Take a directory with all below it out of the tree. */
void inventory_remove_locked(struct inventory *inventory,
			     struct directory *directory);

/* In what a record keeps of a stamp. */
enum {
	STAMP_PROVES = 1, /* a file with the same is unchanged */
	STAMP_SHARED = 2  /* the file has more names than one: a change of it
			     may be reported under another */
};

/* What a record keeps of the stamp that its class is about; 0: nothing. */
uint64_t inventory_stamp(const struct stamp *stamp);
void inventory_set_stamp_locked(struct inventory *inventory,
				struct record *record, uint64_t stamp);

/* This thread looks at files: what it finds out on the way is no news. */
extern _Thread_local bool inventory_is_looking;

/* look.c: do what a directory waits for. With `work` held, without `lock`. 0 or
 * -ENOMEM: not all of it was done. */
must_check int inventory_look(struct inventory *inventory,
			      struct directory *directory, uint32_t to_do);

#endif
