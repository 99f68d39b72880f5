/* What the files of this folder share; for them alone. */
#ifndef FS_MOUNT_PROTECT_PROTECT_PARTS_H
#define FS_MOUNT_PROTECT_PROTECT_PARTS_H

#include "fs/mount/nodes/idmap.h"
#include "fs/mount/protect/protect.h"
#include "fs/mount/protect/shelf.h"

/* A node, and what its readers get. */
struct hold {
	struct idmap_link link; /* by node number */
	unsigned opens;
	struct edition *edition; /* NULL: not opened yet */
	struct content *bytes;	 /* while it is open */
};

/* What was last decided about a path. */
struct decision {
	struct idmap_link link; /* by a hash of the path */
	struct edition *edition;
	uint64_t age; /* of the protection, then */
	char path[];
};

/* A path that changed between look-up and open. */
struct hurry {
	uint64_t path; /* a hash */
	time_t until;
};

enum { PROTECT_HURRIES = 64 };

struct protect {
	struct protect_tools tools;
	struct shelf shelf;
	struct digest secret;	  /* so that nobody can make versions alike */
	atomic_uint_fast64_t age; /* counts what no stamp tells */
	pthread_mutex_t lock;
	pthread_cond_t heard;		       /* by lock: a verdict is there */
	struct idmap holds;		       /* by lock */
	struct idmap decisions;		       /* by lock */
	struct hurry hurries[PROTECT_HURRIES]; /* by lock */
};

/* The policy for a path. */
struct policy_rules protect_rules(struct protect *protect, const char *path);

/* The version of a file in a state that nobody has read yet. */
uint64_t protect_version_of_stamp(struct protect *protect,
				  const struct stamp *stamp);

/* The version of a content. */
uint64_t protect_version_of_content(struct protect *protect,
				    const struct digest *content);

/*
 * The verdict on bytes as the content of a path, made now if need be. If it
 * `is_file` it is that of the file of this name. 0 and *out, to be released; a
 * negative errno.
 */
must_check int protect_judge(struct protect *protect, const char *path,
			     const struct snapshot *snapshot, bool is_file,
			     struct judgement **out);

/*
 * Read a file as it is between two changes. *state: the verdict. 0 and *out
 * (snapshot_release()); the state is `error`, without bytes, when it cannot be
 * read, is too large or is being written; -ENOENT, -EINVAL, -ELOOP ...: there
 * is no such file; -ENOMEM.
 */
struct reading {
	struct snapshot snapshot; /* bytes NULL: none */
	struct stat facts;	  /* that belong to it */
	struct digest content;
	enum state state;
};
must_check int protect_read(struct protect *protect, const char *path,
			    struct reading *out);
void reading_release(struct reading *reading);

/*
 * What is shown of a file that was found with these facts: read it, or take
 * what is kept. 0 or an errno as of protect_read().
 */
must_check int protect_decide(struct protect *protect, const char *path,
			      const struct stamp *stamp,
			      const struct stat *found, struct edition **out);

/*
 * Get the bytes of an edition again. 0 and a share of them; the error of the
 * policy; -ESTALE: the file is to be looked up again; -ENOMEM.
 */
must_check int protect_bring(struct protect *protect, const char *path,
			     struct edition *edition, struct content **out);

/*
 * Judge a file that was only looked at so far. 0, what is shown of it and a
 * share of its bytes; else as protect_bring().
 */
must_check int protect_admit(struct protect *protect,
			     const struct file_name *name, struct edition **out,
			     struct content **bytes);

/* May a version that is kept be shown to those who can read the file now? */
bool protect_may_show(const struct kept *kept, const struct stat *facts);

/* Is its content there and sound? */
must_check bool protect_has_bytes(struct protect *protect,
				  const struct kept *kept);

/* Why the version that was last decided on could not be kept, or 0. */
int protect_keeping(struct protect *protect, const char *path);

/*
 * Files that are edited faster than they are opened: for a second they are
 * judged, and their bytes held, from look-up on. The kernel tries an open that
 * is -ESTALE once more, and that one finds what it looked up.
 */
void protect_hurry(struct protect *protect, const char *path);
must_check bool protect_is_hurried(struct protect *protect, const char *path);

void hold_free(struct idmap_link *link);

#endif
