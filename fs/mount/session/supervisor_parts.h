/*
 * What the parts of the supervisor share; for them alone.
 */
#ifndef FS_MOUNT_SESSION_SUPERVISOR_PARTS_H
#define FS_MOUNT_SESSION_SUPERVISOR_PARTS_H

#include "fs/mount/session/notify.h"
#include "fs/mount/session/upgrade.h"
#include "fs/mount/takeover/deaths.h"

#include <limits.h>

struct fuse_session;

enum { EXIT_TROUBLE = 2 };

struct supervisor {
	const struct session_options *options;
	struct upgrade_legacy legacy; /* what outlives workers, and this */
	struct fuse_session *mounter; /* NULL: another program mounted */
	void (*ready)(void *ctx);     /* NULL: it has been called */
	void *ready_ctx;
	struct deaths deaths;
	struct notify *notify; /* NULL: nobody wants to know */
	int signals;	       /* a signalfd */
	int life;  /* a pipe that closes with the worker's descriptors */
	pid_t pid; /* our own */
	pid_t worker;
	bool is_worker_ready;
	bool is_ending;	   /* by a signal */
	bool is_upgrading; /* the worker was asked to leave */
	bool is_resting;   /* what workers say is looked at later */
	bool is_over;
	int status;		/* the exit status then */
	int64_t deadline_ms;	/* of what is waited for; 0: nothing is */
	char program[PATH_MAX]; /* where it lay when this one began */
};

/* A message for whoever looks after the machine: a daemon has no terminal any
 * more once it is ready. */
printf_like(2, 3) void supervisor_say(const struct supervisor *supervisor,
				      const char *format, ...);

/* Say an error on stderr. Returns the exit status for it. */
int supervisor_trouble(int error, const char *what);

int64_t supervisor_now_ms(void);

/* succession.c */

/* Start a worker. 0 or a negative errno. */
must_check int succession_start(struct supervisor *supervisor);

/* The worker has ended; start another one, or note that it is over. */
void succession_worker_ended(struct supervisor *supervisor, int status);

/* clients.c: who connects to the supervisor. */
void clients_accept(struct supervisor *supervisor);
void clients_hear(struct supervisor *supervisor);
void clients_drop(struct supervisor *supervisor);

/* Tell the one who waits that it is done, or why not. */
void clients_tell(struct supervisor *supervisor, const char *text);

#endif
