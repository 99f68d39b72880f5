#include "fs/mount/session/worker.h"

#include "fs/inventory/feed.h"
#include "fs/mount/ops/ops.h"
#include "fs/mount/session/device.h"
#include "fs/mount/session/guard.h"
#include "fs/mount/session/options_policy.h"
#include "fs/mount/session/privileges.h"
#include "fs/mount/session/warm.h"

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
	struct sweeps *sweeps;
	struct warm warm;
	struct flusher *flusher;
	struct inventory *inventory;
	struct feed feed; /* of the inventory, in a fast mount */
	struct policy_demands demands;
	struct vault *vault; /* NULL: no policy needs it */
	struct fuse_session *fuse;
	struct channel channel;
	struct wards *wards;
	struct coherence_choice *choice;
	const struct estate *estate;
};

static int trouble(int error, const char *what)
{
	fprintf(stderr, "cfgfs: %s: %s\n", what, strerrordesc_np(-error));
	return EXIT_TROUBLE;
}

/* Did a worker before this one have the kernel ask at each open, as policies
 * need it? They may be those of a trusted configuration. */
static bool may_have_protected(const struct estate *estate)
{
	struct coherence_choice *choice;
	bool asked;

	if (estate->restarts == 0 ||
	    choice_attach(estate->fds[ESTATE_CHOICE], &choice))
		return estate->restarts > 0;
	asked = !(atomic_load(&choice->bits) & CHOICE_NO_OPEN);
	choice_free(choice);
	return asked;
}

/*
 * A configuration of the tree that is broken does not stop the mount: it is
 * told. One from outside was asked for by name, and its policies and schemas
 * are what readers rely on: without them there is no mount. So it is with the
 * tree's own if that is trusted and may have protected readers before.
 */
static int tell_about_configuration(struct judge *judge,
				    const struct estate *estate)
{
	const struct settings *settings = judge_settings(judge);
	const char *file = settings->config_file;
	const bool is_trusted = (file && *file == '/') ||
				(settings->trust_config &&
				 !policy_protects(&settings->policy) &&
				 may_have_protected(estate));
	const char *name = file ? file : CONFIG_FILE;
	auto_free struct verdict *verdict = judge_config_problems(judge);

	for (uint32_t i = 0; verdict && i < verdict->finding_count; i++) {
		const struct finding *finding = &verdict->findings[i];

		fprintf(stderr, "cfgfs: %s:%u:%u: %s: %s [%s]\n", name,
			finding->line, finding->column,
			severity_name((enum severity)finding->severity),
			verdict_text(verdict, finding->message),
			verdict_text(verdict, finding->rule));
	}
	if (strcmp(judge_config_state(judge), "invalid") != 0)
		return 0;
	if (verdict && *verdict_text(verdict, verdict->reason))
		fprintf(stderr, "cfgfs: %s\n",
			verdict_text(verdict, verdict->reason));
	fprintf(stderr, "cfgfs: %s is invalid: %s\n", name,
		is_trusted ? "nothing is mounted"
			   : "only the built-in checks are in force");
	return is_trusted ? EXIT_TROUBLE : 0;
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

	session->sweeps = sweeps_new();
	if (r == 0 && !session->sweeps)
		r = -ENOMEM;
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

static bool is_file_of(const struct inode *inode, int fd)
{
	struct stamp stamp;

	if (source_stat_fd(fd, &stamp, NULL))
		return false;

	const struct inode_identity identity = ops_identity(&stamp);

	return inode_identity_equal(&inode->identity, &identity);
}

/* -ESTALE: the worker that had it died before it could say that it is no longer
 * open, or what else became of it. */
static int adopt(struct session *session, const struct wards_heir *heir)
{
	struct inode inode;

	if (heir->opens == 0 ||
	    inodes_get(session->mount.inodes, heir->node, &inode))
		return -ESTALE;
	if (inode.kind != INODE_REAL)
		return virtuals_adopt(session->mount.virtuals, heir);
	return is_file_of(&inode, heir->fd)
		       ? files_adopt(session->mount.files, heir)
		       : -ESTALE;
}

/* What cannot be had any more is served anew when it is asked for. */
static void adopt_all(struct session *session)
{
	struct wards_heir heir;

	while (wards_next_heir(session->estate->keeper, &heir)) {
		if (adopt(session, &heir)) {
			wards_leave(session->wards, heir.ward);
			close(heir.fd);
		}
	}
}

static void describe(void *ctx, struct status_facts *facts)
{
	const struct mount *mount = ctx;

	coherence_describe(mount->coherence, facts);
}

/* Who is protected must be asked at each open. */
static enum coherence_wish find_wish(const struct session *session)
{
	const enum coherence_wish wish = session->options->coherence;

	return session->demands.protects && wish != COHERENCE_REHASH
		       ? COHERENCE_STRICT
		       : wish;
}

static int make_coherence(struct session *session)
{
	const struct coherence_tools tools = {.judge = session->service.judge,
					      .inodes = session->mount.inodes,
					      .files = session->mount.files,
					      .session = session->fuse};
	const struct coherence_options options = {
		.wish = find_wish(session),
		.without = features_named(getenv("CFGFS_WITHOUT")),
		.choice = session->choice,
	};

	return coherence_new(&tools, &options, &session->mount.coherence);
}

/* Who asked for speed is told, once, that there is none. */
static void tell_if_slow(const struct session *session)
{
	struct coherence *coherence = session->mount.coherence;
	struct status_facts facts = {0};

	if (session->options->coherence != COHERENCE_FAST ||
	    session->estate->restarts > 0 || coherence_is_fast(coherence))
		return;
	coherence_describe(coherence, &facts);
	fprintf(stderr,
		"cfgfs: option 'coherence=fast': %s, so each open is "
		"asked for as under 'strict'\n",
		facts.coherence_reason);
}

/* What the kernel keeps was told by a worker that is dead; who knows what has
 * changed since. */
static int begin_coherence(struct session *session)
{
	struct coherence *coherence = session->mount.coherence;

	if (session->estate->restarts > 0)
		coherence_forget(coherence);
	return coherence_begin(coherence);
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

	r = inodes_attach(session->estate->fds[ESTATE_NODES], &mount->inodes);
	if (r == 0)
		r = wards_attach(session->estate->keeper,
				 session->estate->fds[ESTATE_CONTROL],
				 &session->wards);
	if (r)
		return r;

	const struct files_tools files = {.judge = session->service.judge,
					  .flusher = session->flusher,
					  .work = session->work,
					  .wards = session->wards};

	r = files_new(&files, &mount->files);
	if (r == 0)
		r = choice_attach(session->estate->fds[ESTATE_CHOICE],
				  &session->choice);
	if (r == 0)
		r = make_coherence(session);
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
		.sweeps = session->sweeps,
		.restarts = session->estate->restarts,
		.wards = session->wards,
		.describe = describe,
		.describe_ctx = mount};

	r = virtuals_new(&virtuals, &mount->virtuals);
	if (r == 0)
		adopt_all(session);
	return r;
}

static bool has_trusted(const struct settings *settings)
{
	return settings->trust_config ||
	       (settings->config_file && *settings->config_file == '/');
}

/* A trusted configuration can ask for protection later, too. */
static struct policy_demands find_demands(struct judge *judge,
					  const struct session_options *options)
{
	struct policy_demands demands = judge_policy_demands(judge);

	if (demands.untrusted)
		fputs("cfgfs: 'policy' in " CONFIG_FILE " is not used: "
		      "the tree may not say that without -o trust-config\n",
		      stderr);
	if (has_trusted(&options->service.settings))
		demands.protects = true;
	return demands;
}

static int check_coherence(const struct session *session)
{
	if (!session->demands.protects ||
	    session->options->coherence != COHERENCE_FAST)
		return 0;
	fputs("cfgfs: option 'coherence=fast': what is not valid can be kept "
	      "from readers only if they ask at each open; use auto or "
	      "strict\n",
	      stderr);
	return EXIT_TROUBLE;
}

/* Without a place to keep versions the mount could not do what it was asked
 * for, so it does not come up. */
static int open_vault(struct session *session)
{
	const struct session_options *options = session->options;
	const struct settings *settings = &session->service.settings;
	auto_free char *why = NULL;
	auto_free char *place = options->state_directory
					? strdup(options->state_directory)
					: options_state_directory();
	const struct vault_options vault = {.directory = place,
					    .source = session->service.source,
					    .max_bytes = options->state_bytes};
	int r = -ENOENT;

	if (!session->demands.may_show_another && !has_trusted(settings))
		return 0;
	if (place)
		r = vault_open(&vault, &session->vault, &why);
	if (r)
		fprintf(stderr, "cfgfs: %s\n",
			why ? why
			    : "no place to keep valid versions in: use "
			      "-o state=DIR");
	/* It may never be needed. */
	return session->demands.may_show_another ? r : 0;
}

static int make_protection(struct session *session)
{
	const struct protect_tools tools = {.judge = session->service.judge,
					    .flusher = session->flusher,
					    .work = session->work,
					    .vault = session->vault,
					    .secret = &session->estate->secret};

	if (!session->demands.protects)
		return 0;

	const int r = protect_new(&tools, &session->mount.protect);

	if (r == 0)
		judge_set_teller(session->service.judge, protect_tell,
				 session->mount.protect);
	return r;
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

	int r = start_workers(session);

	if (r == 0)
		r = make_tables(session);
	return r ? r : make_protection(session);
}

/* Nothing that is left to do takes long any more. */
static void stop_working(struct session *session)
{
	if (session->mount.virtuals)
		virtuals_cancel(session->mount.virtuals);
	atomic_store(&session->warm.cancel, true);
	judge_cancel(session->service.judge);
	coherence_stop(session->mount.coherence);
	work_free(steal(&session->work));
}

static void free_mount(struct session *session)
{
	virtuals_free(session->mount.virtuals);
	protect_free(session->mount.protect);
	inventory_free(session->inventory);
	coherence_free(session->mount.coherence);
	files_free(session->mount.files);
	inodes_free(session->mount.inodes);
	flusher_free(session->flusher);
	sweeps_free(session->sweeps);
}

static int new_fuse_session(struct session *session)
{
	session->fuse =
		device_session(session->options, session->places, &ops_table,
			       sizeof(ops_table), &session->mount);
	if (!session->fuse)
		return -EINVAL;
	return channel_connect(session->fuse,
			       session->estate->fds[ESTATE_DEVICE]);
}

/* Called on the guard's thread: a signal asks to end. Whoever leaves says
 * nothing any more, and changes nothing of what is left. */
static void stop(void *ctx, int number)
{
	struct session *session = ctx;

	if (number == GUARD_LEAVE) {
		wards_freeze(session->wards);
		channel_leave(&session->channel);
	}
	virtuals_cancel(session->mount.virtuals);
	atomic_store(&session->warm.cancel, true);
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
	r = guard_start(stop, session, &guard);
	if (r == 0) {
		r = -abs(fuse_session_loop_mt(session->fuse, config));
		guard_end(guard);
	}
	fuse_loop_cfg_destroy(config);
	return r;
}

static void start_warming(struct session *session)
{
	session->warm = (struct warm){.judge = session->service.judge,
				      .sweeps = session->sweeps,
				      .flusher = session->flusher,
				      .work = session->work};
	warm_start(&session->warm);
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
	r = begin_coherence(session);
	if (r)
		return trouble(r, "cannot follow changes");
	tell_if_slow(session);
	wards_tell_ready(session->wards);
	if (session->options->warms)
		start_warming(session);
	r = run_loop(session);
	return r ? trouble(r, "the mount ended") : 0;
}

/* From here on the service is open, and no thread runs yet. */
static int serve_mount(struct session *session)
{
	int r = slots_attach(session->estate->fds[ESTATE_REQUESTS],
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
	choice_free(session->choice);
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
	service.root_descriptor = estate->fds[ESTATE_ROOT];
	service.is_cache_sound = estate->is_cache_sound;
	guard_block_signals();

	int r = privileges_keep(PRIVILEGES_WORKER);

	if (r)
		return trouble(r, "cannot give privileges up");
	r = service_open(&service, &session.service);
	if (r)
		return trouble(r, "cannot open the source");
	if (session.service.cache_trouble)
		fprintf(stderr, "cfgfs: %s\n", session.service.cache_trouble);
	if (session.service.share_trouble)
		fprintf(stderr, "cfgfs: %s\n", session.service.share_trouble);
	session.demands = find_demands(session.service.judge, options);

	const bool is_fit =
		tell_about_configuration(session.service.judge, estate) == 0 &&
		open_vault(&session) == 0 && check_coherence(&session) == 0;
	const int status = is_fit ? serve_mount(&session) : EXIT_TROUBLE;

	vault_close(session.vault);
	service_close(&session.service);
	return status;
}
