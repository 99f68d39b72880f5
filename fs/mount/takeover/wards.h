/*
 * The files that readers have open, and virtual texts, kept open by the
 * supervisor too: a reader goes on with the file that it opened, whatever has
 * become of the name, when the worker that had it open is dead.
 *
 * A worker enters a file into a table in shared memory, with how often it is
 * open, and sends its descriptor to the supervisor. Closing it is one store:
 * the supervisor looks into the table now and then, and closes what has left.
 */
#ifndef FS_MOUNT_TAKEOVER_WARDS_H
#define FS_MOUNT_TAKEOVER_WARDS_H

#include "validate/base.h"

enum { WARDS_COUNT = 1 << 16, WARDS_NONE = -1 };

/* What is sent to the supervisor; with a descriptor if it is about a file. */
struct wards_message {
	int32_t ward;	 /* WARDS_NONE: the worker is ready */
	uint32_t unused; /* zero */
	uint64_t serial;
};

/* A new table. A descriptor, the caller's; or a negative errno. */
must_check int wards_new(void);

/* The supervisor's side; a worker gets it by fork(). 0 or -ENOMEM. */
struct wards_keeper;
must_check int wards_keeper_new(int table, struct wards_keeper **out);
void wards_keeper_free(struct wards_keeper *keeper);

/* What a worker has sent; *fd, the caller's, is negative if none came with it.
 * 0; -EAGAIN: there is nothing; another negative errno. */
must_check int wards_receive(int from_worker, struct wards_message *out,
			     int *fd);

/* Take in a message and its descriptor (taken). */
void wards_keep(struct wards_keeper *keeper,
		const struct wards_message *message, int fd);

/* Close what has left the table. */
void wards_tidy(struct wards_keeper *keeper);

/*
 * For a supervisor that becomes another program: write what is kept to a file,
 * `wards_kept_count()` rows, and read it from there. Then its descriptors stay
 * open (`flags` 0) or not (FD_CLOEXEC) in what this process becomes. False: the
 * file could not be written; -EBADMSG: these are no such rows.
 */
uint32_t wards_kept_count(const struct wards_keeper *keeper);
must_check bool wards_write_kept(const struct wards_keeper *keeper, int file);
must_check int wards_read_kept(struct wards_keeper *keeper, uint32_t count,
			       struct span *rest);
void wards_let_inherit(const struct wards_keeper *keeper, int flags);

/* The worker's side: safe from any thread. */
struct wards;

/*
 * Begin with what is kept. The keeper must outlive *out; `control` (not taken)
 * leads to the supervisor. 0 or -ENOMEM.
 */
must_check int wards_attach(const struct wards_keeper *keeper, int control,
			    struct wards **out);
void wards_free(struct wards *wards);

/* One file that a dead worker had open. */
struct wards_heir {
	int ward;
	uint64_t node;
	unsigned opens;
	int fd; /* now the caller's */
};

/* In a new worker, after wards_attach(): take one file from the keeper; false:
 * there is no more. */
must_check bool wards_next_heir(struct wards_keeper *keeper,
				struct wards_heir *out);

/* Enter the file of a node, open once. Its ward; WARDS_NONE if there are too
 * many. */
int wards_enter(struct wards *wards, uint64_t node);

/* Tell the supervisor that this worker serves. */
void wards_tell_ready(struct wards *wards);

/* Have the supervisor keep it. What goes wrong only matters after a death. */
void wards_send(struct wards *wards, int ward, int fd);
void wards_count(struct wards *wards, int ward, unsigned opens);
void wards_leave(struct wards *wards, int ward);

/* From now on the table stays as it is: another worker will go on with it. */
void wards_freeze(struct wards *wards);

#endif
