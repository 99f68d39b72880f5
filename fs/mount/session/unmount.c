#include "fs/mount/session/unmount.h"

#include "fs/mount/session/presence.h"
#include "fs/mount/session/target.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/wait.h>

enum { PATIENCE_MS = 30 * 1000 };

extern char **environ;

static const char *const *fusermount(const char *point, bool is_lazy,
				     const char **arguments)
{
	size_t count = 0;

	arguments[count++] = "fusermount3";
	arguments[count++] = "-u";
	arguments[count++] = "-q";
	if (is_lazy)
		arguments[count++] = "-z";
	arguments[count++] = "--";
	arguments[count++] = point;
	arguments[count] = NULL;
	return arguments;
}

/* As a user: by the program that may. 0; -ENOENT: it is missing; -EBUSY: it
 * did not work, whyever. */
static int unmount_as_user(const char *point, bool is_lazy)
{
	const char *arguments[8];
	posix_spawn_file_actions_t actions;
	pid_t pid;
	int status = 0;

	fusermount(point, is_lazy, arguments);
	if (posix_spawn_file_actions_init(&actions))
		return -ENOMEM;
	posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null",
					 O_WRONLY, 0);

	/* The interface wants arguments that it does not change. */
	const int r =
		posix_spawnp(&pid, arguments[0], &actions, NULL,
			     (char *const *)(uintptr_t)arguments, environ);

	posix_spawn_file_actions_destroy(&actions);
	if (r)
		return -r;
	if (waitpid(pid, &status, 0) < 0)
		return -errno;
	return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 0 : -EBUSY;
}

static int unmount_once(const char *point, bool is_lazy)
{
	if (geteuid() != 0)
		return unmount_as_user(point, is_lazy);
	return umount2(point, UMOUNT_NOFOLLOW | (is_lazy ? MNT_DETACH : 0))
		       ? -errno
		       : 0;
}

/* Whoever waits for an answer gets an error, also if a dead process still has
 * the device open: see herald.h. Nothing is left to be done if it does not
 * work. */
void unmount_detach(const char *mountpoint)
{
	const int flags = UMOUNT_NOFOLLOW | MNT_DETACH | MNT_FORCE;
	const int r = geteuid() == 0 ? umount2(mountpoint, flags)
				     : unmount_once(mountpoint, true);

	(void)r;
}

/* A mount without daemon has nothing to lose: who uses it gets errors. */
static int unmount_entry(const struct mount_entry *entry, bool has_daemon)
{
	const int r = unmount_once(entry->point, false);

	return r == -EBUSY && !has_daemon ? unmount_once(entry->point, true)
					  : r;
}

static bool tell_failure(const struct mount_entry *entry, int error, char **why)
{
	switch (error) {
	case -EBUSY:
		return target_refuse(
			why,
			"'%s' is busy: close what uses it (programs with "
			"open files or their working directory there; "
			"'fuser -m' lists them)",
			entry->point);
	case -ENOENT:
		return target_refuse(
			why, "fusermount3 is missing, which users need to "
			     "unmount: install the package fuse3");
	default:
		return target_refuse(why, "cannot unmount '%s': %s",
				     entry->point, strerrordesc_np(-error));
	}
}

static bool unmount_and_wait(const struct mount_entry *entry, char **why)
{
	const uid_t user = geteuid();
	auto_close int daemon = presence_find(entry);
	int r;

	if (user != 0 && user != entry->owner)
		return target_refuse(
			why,
			"'%s' was mounted by another user: only that user "
			"or root can unmount it",
			entry->point);
	r = unmount_entry(entry, daemon != -ESRCH);
	if (r)
		return tell_failure(entry, r, why);
	if (daemon >= 0 && presence_wait_for_end(daemon, PATIENCE_MS))
		return target_refuse(
			why, "'%s' is unmounted, but its daemon has not ended",
			entry->point);
	return true;
}

bool unmount_run(const char *mountpoint, char **why)
{
	struct mount_entry entry;
	bool is_done;

	*why = NULL;
	if (!target_find(mountpoint, &entry, why))
		return false;
	is_done = unmount_and_wait(&entry, why);
	mount_entry_release(&entry);
	return is_done;
}
