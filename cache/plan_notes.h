/*
 * Plans in words, on their way to the disk: one row for each plan, not for
 * each verdict, since most files share a few. Only people ask for them.
 */
#ifndef CACHE_PLAN_NOTES_H
#define CACHE_PLAN_NOTES_H

#include "validate/digest.h"

#include <pthread.h>

enum {
	PLAN_NOTES_KNOWN = 256, /* plans that are not asked about again */
	PLAN_NOTES_MAX = 32,	/* that wait */
	PLAN_TEXT_MAX = 2048,	/* bytes; longer ones are not kept */
};

struct plan_note {
	struct digest plan;
	char *text; /* owned by the list */
};

struct plan_notes {
	pthread_mutex_t lock;
	struct digest known[PLAN_NOTES_KNOWN]; /* by lock, like all below */
	size_t known_count;		       /* of all times */
	struct plan_note list[PLAN_NOTES_MAX];
	size_t count;
};

void plan_notes_init(struct plan_notes *notes);
void plan_notes_release(struct plan_notes *notes);

/* Was it not noted yet, and is there room? */
bool plan_notes_wants(struct plan_notes *notes, const struct digest *plan);

/* Note it; without memory or room, or if it is noted already, nothing. */
void plan_notes_add(struct plan_notes *notes, const struct digest *plan,
		    const char *text);

/* What was on disk is gone: each plan is noted anew. */
void plan_notes_forget(struct plan_notes *notes);

/* Take out what waits: `list` has PLAN_NOTES_MAX places, the texts in it are
 * the caller's. How many. */
size_t plan_notes_take(struct plan_notes *notes, struct plan_note *list);

#endif
