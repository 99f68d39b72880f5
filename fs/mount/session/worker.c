#include "fs/mount/session/worker.h"

#include "fs/inventory/feed.h"
#include "fs/mount/ops/ops.h"
#include "fs/mount/session/device.h"
#include "fs/mount/session/guard.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>

enum {
	EXIT_TROUBLE = 2,
	LOOP_THREADS = 16,
};

/* All that serves a mount. */
struct session {
	const struct session_options *options;
	const struct preflight *places;
	struct service service;
	struct mount mount;
	struct work *work;
	struct flusher *flusher;
	struct inventory *inventory;
	struct feed feed; /* of the inventory, in a fast mount */
	struct fuse_session *fuse;
	struct channel channel;
	struct wards *wards;
	const struct estate *estate;
};

static int trouble(int error, const char *what)
{
	fprintf(stderr, "cfgfs: %s: %s\n", what, strerrordesc_np(-error));
	return EXIT_TROUBLE;
}

/* A configuration that is broken does not stop the mount: it is told. */
static void tell_about_configuration(struct judge *judge)
{
	auto_free struct verdict *verdict = judge_config_problems(judge);

	for (uint32_t i = 0; verdict && i < verdict->finding_count; i++) {
		const struct finding *finding = &verdict->findings[i];

		fprintf(stderr, "cfgfs: %s:%u:%u: %s: %s [%s]\n", CONFIG_FILE,
			finding->line, finding->column,
			severity_name((enum severity)finding->severity),
			verdict_text(verdict, finding->message),
			verdict_text(verdict, finding->rule));
	}
	if (strcmp(judge_config_state(judge), "invalid") == 0)
		fprintf(stderr,
			"cfgfs: %s is invalid: only the built-in checks are "
			"in force\n",
			CONFIG_FILE);
}

static unsigned judges(const struct settings *settings)
{
	const long processors = sysconf(_SC_NPROCESSORS_ONLN);

	return settings->workers ? settings->workers
	       : processors > 0	 ? (unsigned)processors
				 : 1;
}

static int start_workers(struct session *session)
{
	const struct work_options options = work_options_for(
		judges(&session->service.settings), judge_thread_ends);
	int r = work_new(&options, &session->work);

	if (r == 0 && session->service.cache)
		r = flusher_new(session->service.cache, &session->flusher);
	return r;
}

/* Reports are for the owner of the source, or for the user who mounted what
 * belongs to somebody else. */
static void set_owner(struct mount *mount, const struct stat *root)
{
	const bool is_user = geteuid() != 0;

	mount->owner = is_user ? geteuid() : root->st_uid;
	mount->group = is_user ? getegid() : root->st_gid;
}

/* Is it still open, and the file that the node is? The worker that had it may
 * have died before it could say that it is not. */
static bool is_wanted(const struct session *session,
		      const struct wards_heir *heir)
{
	struct inode inode;
	struct stamp stamp;

	if (heir->opens == 0 ||
	    inodes_get(session->mount.inodes, heir->node, &inode) ||
	    source_stat_fd(heir->fd, &stamp, NULL))
		return false;

	const struct inode_identity identity = ops_identity(&stamp);

	return inode_identity_equal(&inode.identity, &identity);
}

static int adopt_files(struct session *session)
{
	struct wards_heir heir;
	int r = 0;

	while (r == 0 && wards_next_heir(session->estate->keeper, &heir)) {
		if (is_wanted(session, &heir)) {
			r = files_adopt(session->mount.files, &heir);
			continue;
		}
		wards_leave(session->wards, heir.ward);
		close(heir.fd);
	}
	return r;
}

static void describe(void *ctx, struct status_facts *facts)
{
	const struct mount *mount = ctx;

	coherence_describe(mount->coherence, facts);
}

static int make_coherence(struct session *session)
{
	const struct coherence_tools tools = {.judge = session->service.judge,
					      .inodes = session->mount.inodes,
					      .files = session->mount.files,
					      .session = session->fuse};

	return coherence_new(&tools, session->options->coherence,
			     features_named(getenv("CFGFS_WITHOUT")),
			     &session->mount.coherence);
}

/* In a fast mount counts are kept by the changes that are told; else who asks
 * for them looks. */
static int make_inventory(struct session *session)
{
	struct coherence *coherence = session->mount.coherence;
	struct feed *feed = &session->feed;
	const bool is_fed = coherence_is_fast(coherence);
	const struct inventory_source source = feed_source(feed);
	int r = inventory_new(session->service.judge, is_fed ? &source : NULL,
			      &session->inventory);

	if (r)
		return r;
	*feed = (struct feed){.source = session->service.source,
			      .watch = coherence_watch(coherence),
			      .inventory = session->inventory};
	if (is_fed)
		r = watch_add_listener(feed->watch, feed_change, feed);
	return r ? r : inventory_start(session->inventory);
}

static int make_tables(struct session *session)
{
	struct mount *mount = &session->mount;
	struct stat facts;
	int r = source_stat(session->service.source, "", NULL, &facts);

	if (r)
		return r;
	set_owner(mount, &facts);

	r = inodes_attach(session->estate->nodes, &mount->inodes);
	if (r == 0)
		r = wards_attach(session->estate->keeper,
				 session->estate->control, &session->wards);
	if (r)
		return r;

	const struct files_tools files = {.judge = session->service.judge,
					  .flusher = session->flusher,
					  .work = session->work,
					  .wards = session->wards};

	r = files_new(&files, &mount->files);
	if (r == 0)
		r = make_coherence(session);
	if (r == 0)
		r = adopt_files(session);
	if (r == 0)
		r = make_inventory(session);
	if (r)
		return r;

	const struct virtual_tools virtuals = {
		.judge = session->service.judge,
		.files = mount->files,
		.inventory = session->inventory,
		.flusher = session->flusher,
		.work = session->work,
		.restarts = session->estate->restarts,
		.describe = describe,
		.describe_ctx = mount};

	return virtuals_new(&virtuals, &mount->virtuals);
}

static int make_mount(struct session *session)
{
	const struct session_options *options = session->options;

	session->mount = (struct mount){
		.judge = session->service.judge,
		.given_root = session->places->given_source,
		.status_mode = options->status_mode,
		.report_mode = options->report_mode,
		.virtual_visible = options->virtual_visible,
		.has_xattrs = options->has_xattrs,
		.channel = &session->channel,
	};
	clock_gettime(CLOCK_REALTIME, &session->mount.began_at);

	const int r = start_workers(session);

	return r ? r : make_tables(session);
}

/* Nothing that is left to do takes long any more. */
static void stop_working(struct session *session)
{
	if (session->mount.virtuals)
		virtuals_cancel(session->mount.virtuals);
	judge_cancel(session->service.judge);
	coherence_stop(session->mount.coherence);
	work_free(steal(&session->work));
}

static void free_mount(struct session *session)
{
	virtuals_free(session->mount.virtuals);
	inventory_free(session->inventory);
	coherence_free(session->mount.coherence);
	files_free(session->mount.files);
	inodes_free(session->mount.inodes);
	flusher_free(session->flusher);
}

static int new_fuse_session(struct session *session)
{
	session->fuse =
		device_session(session->options, session->places, &ops_table,
			       sizeof(ops_table), &session->mount);
	if (!session->fuse)
		return -EINVAL;
	return channel_connect(session->fuse, session->estate->device);
}

/* Called on the guard's thread: a signal asks to end. */
static void stop(void *ctx)
{
	struct session *session = ctx;

	virtuals_cancel(session->mount.virtuals);
	judge_cancel(session->service.judge);
	coherence_stop(session->mount.coherence);
	fuse_session_exit(session->fuse);
}

static int run_loop(struct session *session)
{
	struct fuse_loop_config *config = fuse_loop_cfg_create();
	struct guard *guard;
	int r;

	if (!config)
		return -ENOMEM;
	fuse_loop_cfg_set_max_threads(config, LOOP_THREADS);
	r = coherence_start(session->mount.coherence);
	if (r == 0)
		r = guard_start(stop, session, &guard);
	if (r == 0) {
		r = -abs(fuse_session_loop_mt(session->fuse, config));
		guard_end(guard);
	}
	fuse_loop_cfg_destroy(config);
	return r;
}

/* The kernel is greeted when all is ready to serve whoever comes then. */
static int greet_and_serve(struct session *session)
{
	int r = make_mount(session);

	if (r)
		return trouble(r, "cannot serve the mount");
	r = channel_greet(&session->channel, session->fuse);
	if (r == -ENODEV)
		return 0; /* it was unmounted while nobody served it */
	if (r)
		return trouble(r, "cannot agree with the kernel");
	wards_tell_ready(session->wards);
	r = run_loop(session);
	return r ? trouble(r, "the mount ended") : 0;
}

/* From here on the service is open, and no thread runs yet. */
static int serve_mount(struct session *session)
{
	int r = slots_attach(session->estate->requests,
			     &session->channel.slots);
	int status = EXIT_TROUBLE;

	if (r == 0)
		r = new_fuse_session(session);
	if (r)
		trouble(r, "cannot prepare the mount");
	else
		status = greet_and_serve(session);
	stop_working(session);
	if (session->fuse)
		fuse_session_destroy(session->fuse);
	free_mount(session);
	wards_free(session->wards);
	slots_free(session->channel.slots);
	return status;
}

int worker_run(const struct session_options *options,
	       const struct preflight *places, const struct estate *estate)
{
	struct session session = {
		.options = options, .places = places, .estate = estate};
	struct service_options service = options->service;

	service.root = places->source;
	service.root_descriptor = estate->root;
	guard_block_signals();

	const int r = service_open(&service, &session.service);

	if (r)
		return trouble(r, "cannot open the source");
	if (session.service.cache_trouble)
		fprintf(stderr, "cfgfs: %s\n", session.service.cache_trouble);
	if (session.service.share_trouble)
		fprintf(stderr, "cfgfs: %s\n", session.service.share_trouble);
	if (estate->restarts == 0)
		tell_about_configuration(session.service.judge);

	const int status = serve_mount(&session);

	service_close(&session.service);
	return status;
}
