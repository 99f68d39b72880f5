#include "fs/mount/session/session.h"

#include "fs/mount/ops/ops.h"
#include "fs/mount/session/guard.h"
#include "fs/mount/session/preflight.h"
#include "fs/mount/session/presence.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

enum {
	EXIT_TROUBLE = 2,
	LOOP_THREADS = 16,
	GENERATORS =
		2, /* for answers that are quick, that wait, that are slow */
	LEAST_JUDGES = 4,
	MOST_DESCRIPTORS = 1 << 20,
};

/* All of a running mount. */
struct session {
	const struct session_options *options;
	const struct preflight *places;
	struct service service;
	struct mount mount;
	struct work *judging;
	struct work *quick;
	struct work *waiting;
	struct work *slow;
	struct flusher *flusher;
	struct fuse_session *fuse;
	int ready_fd; /* -1: in the foreground */
};

void session_options_release(struct session_options *options)
{
	free(options->libfuse_options);
	free(options->cache_directory);
	settings_release(&options->service.settings);
	options->libfuse_options = NULL;
	options->cache_directory = NULL;
}

static int trouble(int error, const char *what)
{
	fprintf(stderr, "cfgfs: %s: %s\n", what, strerrordesc_np(-error));
	return EXIT_TROUBLE;
}

static void say_mounted(const struct preflight *places)
{
	printf("mounted %s at %s\n"
	       "status: %s/.status\n"
	       "report: %s/.report\n",
	       places->source, places->mountpoint, places->mountpoint,
	       places->mountpoint);
	fflush(stdout);
}

/* The descriptors are needed by nobody; the terminal must not stay in use. */
static void leave_terminal(void)
{
	auto_close int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (null < 0)
		return;
	dup2(null, STDIN_FILENO);
	dup2(null, STDOUT_FILENO);
	dup2(null, STDERR_FILENO);
}

/* The kernel has been greeted: whoever comes now is served. */
static void ready(void *ctx)
{
	struct session *session = ctx;

	if (session->ready_fd < 0) {
		say_mounted(session->places);
		return;
	}
	/* The parent prints; without it there is nobody to tell. */
	if (write(session->ready_fd, "", 1) < 0)
		return;
	base_close(&session->ready_fd);
	session->ready_fd = -1;
	leave_terminal();
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
	const unsigned wanted = settings->workers ? settings->workers
				: processors > 0  ? (unsigned)processors
						  : 1;

	/* One slow file must not make the readers of others wait. */
	return wanted < LEAST_JUDGES ? LEAST_JUDGES : wanted;
}

static int start_workers(struct session *session)
{
	const struct settings *settings = &session->service.settings;
	int r = work_new(judges(settings), judge_thread_ends,
			 &session->judging);

	if (r == 0)
		r = work_new(GENERATORS, judge_thread_ends, &session->quick);
	if (r == 0)
		r = work_new(GENERATORS, judge_thread_ends, &session->waiting);
	if (r == 0)
		r = work_new(GENERATORS, judge_thread_ends, &session->slow);
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

static int make_tables(struct session *session)
{
	struct mount *mount = &session->mount;
	struct stamp stamp;
	struct stat facts;
	int r = source_stat(session->service.source, "", &stamp, &facts);

	if (r)
		return r;
	set_owner(mount, &facts);

	const struct inode_identity root = ops_identity(&stamp);
	const struct files_tools files = {.judge = session->service.judge,
					  .flusher = session->flusher,
					  .work = session->judging};

	r = inodes_new(INODE_CAPACITY, &root, &mount->inodes);
	if (r == 0)
		r = files_new(&files, &mount->files);
	if (r)
		return r;

	const struct virtual_tools virtuals = {.judge = session->service.judge,
					       .files = mount->files,
					       .flusher = session->flusher,
					       .quick = session->quick,
					       .waiting = session->waiting,
					       .slow = session->slow};

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
		.ready = ready,
		.ready_ctx = session,
	};

	const int r = start_workers(session);

	return r ? r : make_tables(session);
}

/* Those who make texts wait for those who judge: they end first. Nothing that
 * is left to do takes long any more. */
static void stop_working(struct session *session)
{
	if (session->mount.virtuals)
		virtuals_cancel(session->mount.virtuals);
	judge_cancel(session->service.judge);
	work_free(session->slow);
	work_free(session->waiting);
	work_free(session->quick);
	work_free(session->judging);
	session->slow = session->waiting = NULL;
	session->quick = session->judging = NULL;
}

static void free_mount(struct session *session)
{
	virtuals_free(session->mount.virtuals);
	files_free(session->mount.files);
	inodes_free(session->mount.inodes);
	flusher_free(session->flusher);
}

static char *mount_options(const struct session *session)
{
	const struct session_options *options = session->options;
	char *list = NULL;
	auto_free char *name = NULL;

	if (asprintf(&name, "fsname=%s", session->places->source) < 0)
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

static int new_fuse_session(struct session *session)
{
	struct fuse_args args = FUSE_ARGS_INIT(0, NULL);
	auto_free char *list = mount_options(session);

	if (!list || fuse_opt_add_arg(&args, "cfgfs") ||
	    fuse_opt_add_arg(&args, "-o") || fuse_opt_add_arg(&args, list))
		return -ENOMEM;
	session->fuse = fuse_session_new(&args, &ops_table, sizeof(ops_table),
					 &session->mount);
	fuse_opt_free_args(&args);
	return session->fuse ? 0 : -EINVAL;
}

/* Called on the guard's thread: a signal asks to end. */
static void stop(void *ctx)
{
	struct session *session = ctx;

	virtuals_cancel(session->mount.virtuals);
	judge_cancel(session->service.judge);
	fuse_session_exit(session->fuse);
}

/* An address that is taken or refused only makes `cfgfs umount` not wait. */
static int announce(const struct session *session)
{
	struct mount_entry entry;

	if (mounts_find(session->places->mountpoint, &entry))
		return -1;

	const int listener =
		mount_entry_is_ours(&entry) ? presence_announce(&entry) : -1;

	mount_entry_release(&entry);
	return listener;
}

static int run_loop(struct session *session)
{
	struct fuse_loop_config *config = fuse_loop_cfg_create();
	struct guard *guard;
	int r;

	if (!config)
		return trouble(-ENOMEM, "cannot serve the mount");
	fuse_loop_cfg_set_max_threads(config, LOOP_THREADS);
	r = guard_start(stop, session, announce(session), &guard);
	if (r == 0) {
		r = -abs(fuse_session_loop_mt(session->fuse, config));
		guard_end(guard);
	}
	fuse_loop_cfg_destroy(config);
	return r ? trouble(r, "the mount ended") : 0;
}

/* From here on the service is open, and no thread runs yet. */
static int serve_mount(struct session *session)
{
	int r = new_fuse_session(session);
	int status = EXIT_TROUBLE;

	if (r)
		return trouble(r, "cannot prepare the mount");
	/* It has said on stderr what is wrong. */
	if (fuse_session_mount(session->fuse, session->places->mountpoint)) {
		fprintf(stderr, "cfgfs: cannot mount on '%s'\n",
			session->places->mountpoint);
		fuse_session_destroy(session->fuse);
		return EXIT_TROUBLE;
	}
	r = make_mount(session);
	if (r)
		status = trouble(r, "cannot serve the mount");
	else
		status = run_loop(session);
	stop_working(session);
	fuse_session_unmount(session->fuse);
	fuse_session_destroy(session->fuse);
	free_mount(session);
	return status;
}

static void raise_descriptor_limit(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit))
		return;
	limit.rlim_cur = limit.rlim_max < MOST_DESCRIPTORS ? limit.rlim_max
							   : MOST_DESCRIPTORS;
	setrlimit(RLIMIT_NOFILE, &limit);
}

/* The process that serves; LMDB and threads begin here, after the last fork. */
static int serve(const struct session_options *options,
		 const struct preflight *places, int ready_fd)
{
	struct session session = {
		.options = options, .places = places, .ready_fd = ready_fd};
	struct service_options service = options->service;

	service.root = places->source;
	guard_block_signals();
	signal(SIGPIPE, SIG_IGN);
	raise_descriptor_limit();
	umask(077);

	const int r = service_open(&service, &session.service);

	if (r)
		return trouble(r, "cannot open the source");
	if (session.service.cache_trouble)
		fprintf(stderr, "cfgfs: %s\n", session.service.cache_trouble);
	tell_about_configuration(session.service.judge);

	const int status = serve_mount(&session);

	service_close(&session.service);
	return status;
}

/* Until the daemon is ready its messages are ours, and so is its failure. */
static int wait_for_daemon(pid_t daemon, int fd, const struct preflight *places)
{
	ssize_t got;
	char byte;
	int status = 0;

	do {
		got = read(fd, &byte, 1);
	} while (got < 0 && errno == EINTR);
	if (got == 1) {
		say_mounted(places);
		return 0;
	}
	waitpid(daemon, &status, 0);
	if (WIFSIGNALED(status))
		fprintf(stderr, "cfgfs: the daemon ended by signal %d\n",
			WTERMSIG(status));
	return EXIT_TROUBLE;
}

static int daemonise(const struct session_options *options,
		     const struct preflight *places)
{
	int pipe_fds[2];

	if (pipe2(pipe_fds, O_CLOEXEC))
		return trouble(-errno, "cannot start the daemon");
	fflush(NULL);

	const pid_t daemon = fork();

	if (daemon < 0)
		return trouble(-errno, "cannot start the daemon");
	if (daemon > 0) {
		close(pipe_fds[1]);
		return wait_for_daemon(daemon, pipe_fds[0], places);
	}
	close(pipe_fds[0]);
	setsid();
	if (chdir("/"))
		return trouble(-errno, "cannot leave the working directory");
	return serve(options, places, pipe_fds[1]);
}

int session_run(const struct session_options *options)
{
	struct preflight places;
	auto_free char *why = NULL;

	if (!preflight_check(options, &places, &why)) {
		fprintf(stderr, "cfgfs: %s\n", why ? why : "no memory");
		return EXIT_TROUBLE;
	}

	const int status = options->is_foreground ? serve(options, &places, -1)
						  : daemonise(options, &places);

	preflight_release(&places);
	return status;
}
