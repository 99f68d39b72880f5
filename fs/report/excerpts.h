/*
 * Excerpts from the files of a tree: a file is read again for its findings,
 * and only if it still is what was judged.
 */
#ifndef FS_REPORT_EXCERPTS_H
#define FS_REPORT_EXCERPTS_H

#include "fs/report/output.h"
#include "validate/excerpt/excerpt.h"

/* One file at a time. */
struct excerpts {
	struct arena arena;
	struct snapshot snapshot;
	struct excerpt_source source;
	const struct survey_entry *entry; /* the file; NULL: none yet */
	bool is_open; /* false: nothing can be shown of that file */
};

void excerpts_init(struct excerpts *excerpts);
void excerpts_release(struct excerpts *excerpts);

/*
 * The line of an item. False: there is none to show (the file has changed or
 * cannot be read, memory failed, all of it is hidden). *out lives until the
 * next call.
 */
must_check bool excerpts_find(struct excerpts *excerpts,
			      const struct output_item *item,
			      struct excerpt *out);

#endif
