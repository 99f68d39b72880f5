/*
 * What files.c (descriptors) and serve.c (contents) share; for them alone.
 */
#ifndef FS_MOUNT_NODES_FILE_H
#define FS_MOUNT_NODES_FILE_H

#include "fs/mount/nodes/files.h"
#include "fs/mount/nodes/held.h"
#include "fs/mount/nodes/idmap.h"

#include <pthread.h>

/* What the kernel's pages of a file were filled from since they were empty. */
enum filled { FILLED_NOTHING, FILLED_ONE_STATE, FILLED_MIXED };

/* How a file is served; decided anew with every open and change. */
enum serving { SERVING_UNDECIDED, SERVING_JUDGED, SERVING_DIRECTLY };

/* All by the lock of the files; `fd` stays as it is while `users` > 0. */
struct file {
	struct idmap_link link; /* by node number */
	int fd;
	unsigned opens;
	unsigned users;
	unsigned reads[2]; /* being answered, by the turn that they began in */
	bool turn;
	int ward; /* by which the supervisor keeps it, or WARDS_NONE */
	atomic_bool is_sent; /* to the supervisor, under that ward */
	bool is_kept;	     /* counts among the descriptors kept open */
	bool is_other;	     /* fd is not the file that was looked up */
	bool is_forgotten;   /* out of the map: the last user frees it */
	bool is_loading;     /* someone is reading its content */
	bool is_changed;     /* since that began */
	bool is_half_read;   /* without opens: its reader will ask for more */
	enum filled filled;
	struct stamp filled_stamp;
	struct stamp told_stamp; /* of the attributes that the kernel keeps */
	enum serving serving;
	struct stamp serving_stamp;
	struct content *content;
	struct file *newer; /* list of files with a content, by last use */
	struct file *older;
};

/* A verdict under way. */
struct pending {
	struct pending *next;
	const char *path;
};

struct files {
	struct files_tools tools;
	struct content_pool pool;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	struct idmap map; /* by lock, as all below */
	struct file *newest;
	struct file *oldest;
	struct pending *pending;
	size_t pending_count;
	unsigned kept;
	unsigned max_kept;
	struct held held;  /* without opens */
	bool has_no_opens; /* fixed before the first request, as the next */
	bool rereads;
	bool follows_names;
};

/*
 * Return when all reads of a node that have begun are answered. Their bytes may
 * be of a state before the present one; what the kernel drops afterwards, they
 * cannot bring back.
 */
void file_outlast_reads(struct files *files, uint64_t node);

/* Of this node, or NULL. */
struct file *file_find_locked(struct files *files, uint64_t node);

/* Take the content off a file; the caller releases it. */
struct content *file_detach_locked(struct files *files, struct file *file);

/* Note that a read is answered from this state of the file. */
void file_note_filled_locked(struct file *file, const struct stamp *stamp,
			     bool is_final);

#endif
