#include "fs/mount/session/device.h"

#define FUSE_USE_VERSION 314

#include "fs/mount/session/unmount.h"

#include <errno.h>
#include <fcntl.h>
#include <fuse_lowlevel.h>
#include <poll.h>
#include <stdio.h>

static char *mount_options(const struct session_options *options,
			   const struct preflight *places)
{
	char *list = NULL;
	auto_free char *name = NULL;

	if (asprintf(&name, "fsname=%s", places->source) < 0)
		return NULL;
	if (fuse_opt_add_opt(&list, "default_permissions,ro,subtype=cfgfs") ||
	    fuse_opt_add_opt_escaped(&list, name) ||
	    (options->allow_other && fuse_opt_add_opt(&list, "allow_other")) ||
	    (options->libfuse_options &&
	     fuse_opt_add_opt(&list, options->libfuse_options))) {
		free(list);
		return NULL;
	}
	return list;
}

struct fuse_session *device_session(const struct session_options *options,
				    const struct preflight *places,
				    const struct fuse_lowlevel_ops *ops,
				    size_t ops_size, void *userdata)
{
	struct fuse_args args = FUSE_ARGS_INIT(0, NULL);
	auto_free char *list = mount_options(options, places);
	struct fuse_session *session = NULL;

	if (list && fuse_opt_add_arg(&args, "cfgfs") == 0 &&
	    fuse_opt_add_arg(&args, "-o") == 0 &&
	    fuse_opt_add_arg(&args, list) == 0)
		session = fuse_session_new(&args, ops, ops_size, userdata);
	fuse_opt_free_args(&args);
	return session;
}

/* What libfuse needs to make a session, which here only mounts. */
static const struct fuse_lowlevel_ops no_ops;

static int mount_session(struct fuse_session *session, const char *mountpoint)
{
	int device;

	if (fuse_session_mount(session, mountpoint)) {
		fprintf(stderr, "cfgfs: cannot mount on '%s'\n", mountpoint);
		return -EINVAL;
	}
	device = fcntl(fuse_session_fd(session), F_DUPFD_CLOEXEC, 0);
	if (device < 0) {
		device = -errno;
		fuse_session_unmount(session);
	}
	return device;
}

int device_mount(const struct session_options *options,
		 const struct preflight *places, int *device,
		 struct fuse_session **session)
{
	struct fuse_session *made =
		device_session(options, places, &no_ops, sizeof(no_ops), NULL);
	int fd;

	if (!made) {
		fputs("cfgfs: cannot prepare the mount\n", stderr);
		return -EINVAL;
	}
	fd = mount_session(made, places->mountpoint);
	if (fd < 0) {
		fuse_session_destroy(made);
		return fd;
	}
	*device = fd;
	*session = made;
	return 0;
}

/* As libfuse does it. */
static void unmount_place(const char *mountpoint, int device)
{
	struct pollfd state = {.fd = device};
	const bool has_gone =
		poll(&state, 1, 0) == 1 && state.revents & POLLERR;

	/* While it is open, whoever waits for an answer keeps waiting. */
	close(device);
	if (!has_gone)
		unmount_detach(mountpoint);
}

void device_unmount(const char *mountpoint, int device,
		    struct fuse_session *session)
{
	if (!session) {
		unmount_place(mountpoint, device);
		return;
	}
	close(device);
	fuse_session_unmount(session);
	fuse_session_destroy(session);
}
