#include "fs/mount/coherence/herald.h"

#define FUSE_USE_VERSION 314
#include <errno.h>
#include <fuse_lowlevel.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>

enum { NICENESS = -15 };

struct herald {
	struct fuse_session *session;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	const struct herald_message *message; /* by lock, as all below */
	int result;
	bool is_ending;
};

/* Without it a death could not be seen: then it is better not to begin. */
static int leave_descriptors(int device)
{
	const unsigned kept = (unsigned)device;

	if (unshare(CLONE_FILES))
		return -errno;
	if (kept > STDERR_FILENO + 1 &&
	    close_range(STDERR_FILENO + 1, kept - 1, 0))
		return -errno;
	return close_range(kept + 1, ~0u, 0) ? -errno : 0;
}

static int tell(struct fuse_session *session,
		const struct herald_message *message)
{
	switch (message->order) {
	case HERALD_NODE:
		return fuse_lowlevel_notify_inval_inode(session, message->node,
							0, 0);
	case HERALD_NAME:
		return fuse_lowlevel_notify_inval_entry(session, message->node,
							message->name.data,
							message->name.size);
	case HERALD_EXPIRE:
		break;
	}
	return fuse_lowlevel_notify_expire_entry(
		session, message->node, message->name.data, message->name.size,
		FUSE_LL_EXPIRE_ONLY);
}

static const struct herald_message *wait_for_message(struct herald *herald)
{
	const struct herald_message *message;

	pthread_mutex_lock(&herald->lock);
	while (!herald->message && !herald->is_ending)
		pthread_cond_wait(&herald->changed, &herald->lock);
	message = herald->message;
	pthread_mutex_unlock(&herald->lock);
	return message;
}

static void answer(struct herald *herald, int result)
{
	pthread_mutex_lock(&herald->lock);
	herald->message = NULL;
	herald->result = result;
	pthread_cond_broadcast(&herald->changed);
	pthread_mutex_unlock(&herald->lock);
}

static void *herald_thread(void *ctx)
{
	struct herald *herald = ctx;
	const struct herald_message *message;
	const int r = leave_descriptors(fuse_session_fd(herald->session));

	/* Readers see what was before until it has run. Not everybody may. */
	(void)setpriority(PRIO_PROCESS, (id_t)gettid(), NICENESS);
	answer(herald, r);
	while (r == 0 && (message = wait_for_message(herald)))
		answer(herald, tell(herald->session, message));
	return NULL;
}

static int start_thread(struct herald *herald)
{
	static const struct herald_message none;
	sigset_t all;
	sigset_t old;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	herald->message = &none;

	const int r =
		pthread_create(&herald->thread, NULL, herald_thread, herald);

	pthread_sigmask(SIG_SETMASK, &old, NULL);
	return -r;
}

static int wait_for_answer(struct herald *herald)
{
	pthread_mutex_lock(&herald->lock);
	while (herald->message)
		pthread_cond_wait(&herald->changed, &herald->lock);

	const int result = herald->result;

	pthread_mutex_unlock(&herald->lock);
	return result;
}

static void release(struct herald *herald)
{
	pthread_cond_destroy(&herald->changed);
	pthread_mutex_destroy(&herald->lock);
	free(herald);
}

int herald_new(struct fuse_session *session, struct herald **out)
{
	struct herald *herald = calloc(1, sizeof(*herald));
	int r;

	if (!herald)
		return -ENOMEM;
	herald->session = session;
	pthread_mutex_init(&herald->lock, NULL);
	pthread_cond_init(&herald->changed, NULL);
	r = start_thread(herald);
	if (r) {
		release(herald);
		return r;
	}
	r = wait_for_answer(herald);
	if (r) {
		herald_free(herald);
		return r;
	}
	*out = herald;
	return 0;
}

void herald_free(struct herald *herald)
{
	if (!herald)
		return;
	pthread_mutex_lock(&herald->lock);
	herald->is_ending = true;
	pthread_cond_broadcast(&herald->changed);
	pthread_mutex_unlock(&herald->lock);
	pthread_join(herald->thread, NULL);
	release(herald);
}

int herald_tell(struct herald *herald, const struct herald_message *message)
{
	pthread_mutex_lock(&herald->lock);
	herald->message = message;
	pthread_cond_broadcast(&herald->changed);
	pthread_mutex_unlock(&herald->lock);
	return wait_for_answer(herald);
}
