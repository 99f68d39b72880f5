#include "fs/watch/watch_parts.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <time.h>

enum {
	BUFFER_BYTES = 64 * 1024,
	SETTLE_MS = 20,	  /* without changes: they have come to an end */
	LONGEST_MS = 200, /* between two pauses while they have not */
	IDLE_MS = 1000,
	NICENESS = -15,
};

/* Root's means tells of a whole filesystem, which others use too; it is for
 * where the other one does not work. */
static int open_backend(struct watch *watch,
			const struct watch_options *options)
{
	int r = -EOPNOTSUPP;

	if (!options->without_inotify) {
		watch->backend = &backend_inotify;
		r = watch->backend->open(watch->source);
	}
	if (r < 0 && !options->without_fanotify) {
		watch->backend = &backend_fanotify;
		r = watch->backend->open(watch->source);
	}
	if (r < 0)
		return r == -ENOMEM || r == -EMFILE ? r : -EOPNOTSUPP;
	watch->fd = r;
	return 0;
}

static int prepare(struct watch *watch, const struct watch_options *options)
{
	struct stamp root;
	int r = directories_init(&watch->directories);

	if (r == 0)
		r = source_stat(watch->source, "", &root, NULL);
	if (r)
		return r;
	watch->dev = root.dev;
	watch->waking = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (watch->waking < 0)
		return -errno;
	return open_backend(watch, options);
}

int watch_new(const struct source *source, const struct watch_options *options,
	      struct watch **out)
{
	struct watch *watch = calloc(1, sizeof(*watch));

	if (!watch)
		return -ENOMEM;
	watch->source = source;
	watch->fd = watch->waking = watch->sentinel.fd = -1;
	pthread_mutex_init(&watch->lock, NULL);

	const int r = prepare(watch, options);

	if (r) {
		watch_free(watch);
		return r;
	}
	barrier_prepare(watch);
	*out = watch;
	return 0;
}

int watch_add_listener(struct watch *watch, watch_listener *listener, void *ctx)
{
	if (watch->listener_count == MAX_LISTENERS)
		return -ENOMEM;
	watch->listeners[watch->listener_count++] =
		(struct listener){listener, ctx};
	return 0;
}

const char *watch_means(const struct watch *watch)
{
	return watch->backend->name;
}

void watch_tell(struct watch *watch, const struct change *change)
{
	for (size_t i = 0; i < watch->listener_count; i++)
		watch->listeners[i].tell(watch->listeners[i].ctx, change);
}

/* The path of a directory, the parent of `name` in it if there is one; false:
 * too long. */
static bool join(char path[static PATH_MAX], const char *directory,
		 const char *name)
{
	const size_t size = strlen(directory);
	const size_t name_size = strlen(name) + 1;

	if (size + 1 + name_size > (size_t)PATH_MAX)
		return false;

	char *end = stpcpy(path, directory);

	if (size)
		*end++ = '/';
	stpcpy(end, name);
	return true;
}

/* Give up a directory that is out of the table; whoever else has its key goes
 * on being told. */
static void drop_locked(struct watch *watch, const struct directory *directory)
{
	if (directory->key.size &&
	    !directories_of(&watch->directories, directory->key, 0))
		watch->backend->remove(watch, directory->key);
}

static void tell_unwatched(struct watch *watch, struct directory *taken)
{
	while (taken) {
		struct directory *directory = taken;
		const struct change change = {.kind = CHANGE_UNWATCHED,
					      .directory = directory->path};

		taken = directory->next_taken;
		if (directory->key.size)
			watch_tell(watch, &change);
		free(directory);
	}
}

/* Their paths lead elsewhere now, or nowhere. */
static struct directory *take_below(struct watch *watch, const char *path)
{
	pthread_mutex_lock(&watch->lock);

	struct directory *taken =
		directories_take_below(&watch->directories, path);

	for (struct directory *at = taken; at; at = at->next_taken)
		drop_locked(watch, at);
	pthread_mutex_unlock(&watch->lock);
	return taken;
}

static void tell_in_directory(struct watch *watch, const char *directory,
			      uint32_t events, const char *name)
{
	enum { MOVES = EVENT_MOVED_FROM | EVENT_MOVED_TO | EVENT_DELETE };
	const bool is_directory = events & EVENT_ONDIR;
	struct directory *taken = NULL;
	char path[PATH_MAX];
	const struct change change = {
		.kind = !name			       ? CHANGE_DIRECTORY
			: (events & EVENTS_OF_ENTRIES) ? CHANGE_ENTRY
						       : CHANGE_CONTENT,
		.is_directory = is_directory,
		.directory = directory,
		.name = name,
	};

	if (name && is_directory && (events & MOVES) &&
	    join(path, directory, name))
		taken = take_below(watch, path);
	watch_tell(watch, &change);
	tell_unwatched(watch, taken);
}

/* The path by which a key was asked for, the index-th if there are several. */
static bool copy_path(struct watch *watch, struct span key, size_t index,
		      char path[static PATH_MAX])
{
	pthread_mutex_lock(&watch->lock);

	const struct directory *directory =
		directories_of(&watch->directories, key, index);

	if (directory)
		memcpy(path, directory->path, strlen(directory->path) + 1);
	pthread_mutex_unlock(&watch->lock);
	return directory != NULL;
}

void watch_tell_event(struct watch *watch, struct span key, uint32_t events,
		      const char *name)
{
	char path[PATH_MAX];

	if (barrier_take_event(watch, key, name))
		return;
	for (size_t i = 0; copy_path(watch, key, i, path); i++)
		tell_in_directory(watch, path, events, name);
}

void watch_tell_gone(struct watch *watch, struct span key)
{
	struct directory *taken = NULL;

	pthread_mutex_lock(&watch->lock);
	for (;;) {
		const struct directory *found =
			directories_of(&watch->directories, key, 0);

		if (!found)
			break;

		struct directory *directory =
			directories_find(&watch->directories, found->path);

		directories_take(&watch->directories, directory);
		directory->next_taken = taken;
		taken = directory;
	}
	pthread_mutex_unlock(&watch->lock);
	tell_unwatched(watch, taken);
}

void watch_tell_lost(struct watch *watch)
{
	static const struct change lost = {.kind = CHANGE_LOST};

	/* Which directories are where may be among what was lost. */
	for (struct directory *taken = take_below(watch, ""); taken;) {
		struct directory *directory = taken;

		taken = taken->next_taken;
		free(directory);
	}
	watch_tell(watch, &lost);
	barrier_lost(watch);
}

static bool take_order(struct watch *watch)
{
	eventfd_t count;

	(void)eventfd_read(watch->waking, &count);
	pthread_mutex_lock(&watch->lock);

	const bool is_ending = watch->is_ending;
	const bool is_to_lose = watch->is_to_lose;

	watch->is_to_lose = false;
	pthread_mutex_unlock(&watch->lock);
	if (is_to_lose && !is_ending)
		watch_tell_lost(watch);
	return !is_ending;
}

static void tell_what_is_there(struct watch *watch, char *buffer)
{
	const ssize_t got = read(watch->fd, buffer, BUFFER_BYTES);

	if (got > 0)
		watch->backend->tell(watch, buffer, (size_t)got);
}

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * INT64_C(1000) + now.tv_nsec / 1000000;
}

/* A pause comes soon after the last change, seldom without one, and now and
 * then while changes do not end. */
static void *watch_thread(void *ctx)
{
	_Alignas(8) char buffer[BUFFER_BYTES];
	static const struct change pause = {.kind = CHANGE_PAUSE};
	struct watch *watch = ctx;
	struct pollfd fds[] = {{.fd = watch->fd, .events = POLLIN},
			       {.fd = watch->waking, .events = POLLIN}};
	int64_t last_pause = now_ms();
	int patience = IDLE_MS;

	/* Until it has run, readers see what was before. Not everybody may. */
	(void)setpriority(PRIO_PROCESS, (id_t)gettid(), NICENESS);

	for (;;) {
		const int ready = poll(fds, array_size(fds), patience);

		if (ready > 0 && fds[1].revents && !take_order(watch))
			return NULL;
		if (ready > 0 && fds[0].revents)
			tell_what_is_there(watch, buffer);
		patience = SETTLE_MS;
		if (ready == 0 || now_ms() - last_pause > LONGEST_MS) {
			watch_tell(watch, &pause);
			last_pause = now_ms();
			patience = ready == 0 ? IDLE_MS : SETTLE_MS;
		}
	}
}

int watch_start(struct watch *watch)
{
	sigset_t all;
	sigset_t old;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);

	const int r = pthread_create(&watch->thread, NULL, watch_thread, watch);

	pthread_sigmask(SIG_SETMASK, &old, NULL);
	watch->is_running = r == 0;
	return -r;
}

void watch_stop(struct watch *watch)
{
	pthread_mutex_lock(&watch->lock);
	watch->is_ending = true;
	pthread_mutex_unlock(&watch->lock);
	if (watch->is_running) {
		eventfd_write(watch->waking, 1);
		pthread_join(watch->thread, NULL);
		watch->is_running = false;
	}
	barrier_end(watch);
}

void watch_free(struct watch *watch)
{
	if (!watch)
		return;
	watch_stop(watch);
	base_close(&watch->fd);
	base_close(&watch->waking);
	if (watch->directories.by_path)
		directories_release(&watch->directories);
	pthread_mutex_destroy(&watch->lock);
	free(watch);
}

static bool is_watched_locked(const struct watch *watch, const char *path)
{
	const struct directory *directory =
		directories_find(&watch->directories, path);

	return directory && directory->key.size;
}

/* Only while its parent is watched it is known to be where it is. */
static bool has_parent_locked(const struct watch *watch, const char *path)
{
	char parent[PATH_MAX];
	const char *slash = strrchr(path, '/');
	const size_t size = slash ? (size_t)(slash - path) : 0;

	if (!*path)
		return true;
	memcpy(parent, path, size);
	parent[size] = '\0';
	return is_watched_locked(watch, parent);
}

/* Whether it is the one that is meant, and on a filesystem whose changes are
 * all made here. */
static int check_directory(const struct watch *watch, int fd,
			   const struct watch_place *place)
{
	struct stat facts;

	if (fstat(fd, &facts))
		return -errno;
	if (facts.st_dev != place->dev || facts.st_ino != place->ino)
		return -ESTALE;
	return facts.st_dev == watch->dev || source_is_local(fd) ? 0 : -EXDEV;
}

static int add_backend_watch(struct watch *watch,
			     const struct watch_place *place,
			     struct watch_key *key)
{
	auto_close int fd = source_open_directory(watch->source, place->path);
	int r = fd < 0 ? fd : check_directory(watch, fd, place);

	key->size = 0;
	return r ? r : watch->backend->add(watch, fd, key);
}

/* One that has gone need not be remembered. */
static bool is_refusal(int error)
{
	return error && error != -ENOENT && error != -ENOTDIR &&
	       error != -ELOOP && error != -ESTALE;
}

static bool add_locked(struct watch *watch, const struct watch_place *place)
{
	struct watch_key key = {0};
	int r;

	if (!has_parent_locked(watch, place->path))
		return false;
	r = add_backend_watch(watch, place, &key);
	if (r && !is_refusal(r))
		return false;

	const struct directory directory = {
		.dev = place->dev,
		.ino = place->ino,
		.path = place->path,
		.key = {key.bytes, r ? 0 : key.size}};

	if (directories_add(&watch->directories, &directory) == 0)
		return r == 0;
	drop_locked(watch, &directory);
	return false;
}

bool watch_directory(struct watch *watch, const struct watch_place *place)
{
	bool is_watched;

	pthread_mutex_lock(&watch->lock);

	struct directory *known =
		directories_find(&watch->directories, place->path);

	if (watch->is_ending) {
		pthread_mutex_unlock(&watch->lock);
		return false;
	}
	if (known && known->key.size && known->dev == place->dev &&
	    known->ino == place->ino) {
		pthread_mutex_unlock(&watch->lock);
		return true;
	}
	/* Another one was there, or it was tried in vain: once more. */
	if (known)
		directories_take(&watch->directories, known);
	is_watched = add_locked(watch, place);
	if (known)
		drop_locked(watch, known);
	free(known);
	pthread_mutex_unlock(&watch->lock);
	return is_watched;
}

uint64_t watch_unwatched(struct watch *watch)
{
	pthread_mutex_lock(&watch->lock);

	const uint64_t count = watch->directories.unwatched;

	pthread_mutex_unlock(&watch->lock);
	return count;
}

void watch_lose(struct watch *watch)
{
	pthread_mutex_lock(&watch->lock);
	watch->is_to_lose = true;
	pthread_mutex_unlock(&watch->lock);
	eventfd_write(watch->waking, 1);
}
