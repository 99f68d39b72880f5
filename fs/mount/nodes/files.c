#include "fs/mount/nodes/files.h"

#include "fs/mount/nodes/file.h"

#include <errno.h>
#include <sys/resource.h>

enum {
	SNAPSHOT_BYTES = 256 << 20, /* aimed at, for all contents together */
	FALLBACK_DESCRIPTORS = 256,
};

/* Half of what the process may have; the rest is for reads under way. */
static unsigned descriptors_to_keep(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) || limit.rlim_cur == RLIM_INFINITY)
		return FALLBACK_DESCRIPTORS;
	return (unsigned)(limit.rlim_cur / 2);
}

int files_new(const struct files_tools *tools, struct files **out)
{
	struct files *files = calloc(1, sizeof(*files));
	pthread_condattr_t clock;

	if (!files)
		return -ENOMEM;
	if (idmap_init(&files->map)) {
		free(files);
		return -ENOMEM;
	}
	files->tools = *tools;
	files->pool.max_bytes = SNAPSHOT_BYTES;
	files->max_kept = descriptors_to_keep();
	pthread_mutex_init(&files->lock, NULL);
	pthread_condattr_init(&clock);
	pthread_condattr_setclock(&clock, CLOCK_MONOTONIC);
	pthread_cond_init(&files->changed, &clock);
	pthread_condattr_destroy(&clock);
	held_init(&files->held);
	*out = files;
	return 0;
}

static void file_free(struct file *file)
{
	base_close(&file->fd);
	content_release(file->content);
	free(file);
}

static void drop_file(struct idmap_link *link)
{
	file_free((struct file *)link);
}

void files_free(struct files *files)
{
	if (!files)
		return;
	idmap_release(&files->map, drop_file);
	held_release(&files->held);
	pthread_cond_destroy(&files->changed);
	pthread_mutex_destroy(&files->lock);
	free(files);
}

void files_expect_no_opens(struct files *files)
{
	files->has_no_opens = true;
}

bool files_has_no_opens(const struct files *files)
{
	return files->has_no_opens;
}

void files_follow_names(struct files *files)
{
	files->follows_names = true;
}

void files_reread(struct files *files)
{
	files->rereads = true;
}

struct file *file_find_locked(struct files *files, uint64_t node)
{
	return (struct file *)idmap_find(&files->map, node);
}

static struct file *find_or_add_locked(struct files *files, uint64_t node)
{
	struct file *file = file_find_locked(files, node);

	if (file)
		return file;
	file = calloc(1, sizeof(*file));
	if (!file)
		return NULL;
	file->link.id = node;
	file->fd = -1;
	file->ward = WARDS_NONE;
	idmap_add(&files->map, &file->link);
	return file;
}

/* What a file no longer needs, to be given back without the lock. */
struct leftovers {
	int fd;
	struct content *content;
	struct file *file;
};

static void leave_ward_locked(struct files *files, struct file *file)
{
	if (file->ward != WARDS_NONE)
		wards_leave(files->tools.wards, file->ward);
	file->ward = WARDS_NONE;
}

/* Without opens, nothing is remembered of a file that nobody is about to read.
 */
static bool is_idle_locked(const struct files *files, const struct file *file)
{
	return files->has_no_opens && file->opens == 0 && !file->is_half_read;
}

/* Descriptor and content stay as long as readers have the file open. */
static struct leftovers settle_locked(struct files *files, struct file *file)
{
	struct leftovers left = {.fd = -1};

	if (file->users)
		return left;
	if (file->opens == 0 || !file->is_kept) {
		leave_ward_locked(files, file);
		left.fd = steal_fd(&file->fd);
		files->kept -= file->is_kept;
		file->is_kept = false;
	}
	if (file->opens == 0 && (file->is_forgotten || !file->is_half_read))
		left.content = file_detach_locked(files, file);
	if (!file->is_forgotten && is_idle_locked(files, file)) {
		idmap_remove(&files->map, &file->link);
		file->is_forgotten = true;
	}
	if (file->is_forgotten)
		left.file = file;
	return left;
}

static void give_back(struct leftovers *left)
{
	base_close(&left->fd);
	content_release(left->content);
	free(left->file);
}

struct content *file_detach_locked(struct files *files, struct file *file)
{
	struct content *content = file->content;

	if (!content)
		return NULL;
	if (file->newer)
		file->newer->older = file->older;
	else
		files->newest = file->older;
	if (file->older)
		file->older->newer = file->newer;
	else
		files->oldest = file->newer;
	file->newer = file->older = NULL;
	file->content = NULL;
	return content;
}

static bool is_meant(const struct file_name *name, const struct stamp *stamp)
{
	return stamp->ino == name->identity.ino &&
	       stamp->dev == name->identity.dev &&
	       stamp->btime_ns == name->identity.btime_ns;
}

static int check_identity(int fd, const struct file_name *name)
{
	struct stamp stamp;
	const int r = source_stat_fd(fd, &stamp, NULL);

	if (r)
		return r;
	return is_meant(name, &stamp) ? 0 : -ESTALE;
}

/* A descriptor of what has the name now. */
static int open_named(struct files *files, const struct file_name *name)
{
	const struct source *source = judge_source(files->tools.judge);
	const int fd = name->is_directory
			       ? source_open_directory(source, name->path)
			       : source_open_file(source, name->path);

	/* What is of another kind now is another file. */
	if (fd == -EINVAL || fd == -ELOOP || fd == -ENOTDIR || fd == -ENOENT)
		return -ESTALE;
	return fd;
}

/* A descriptor of the very file that was looked up. */
static int open_by_name(struct files *files, const struct file_name *name)
{
	auto_close int fd = open_named(files, name);

	if (fd < 0)
		return fd;

	const int r = check_identity(fd, name);

	return r ? r : steal_fd(&fd);
}

/* One that was held before it lost its name; the number of its node may have
 * been another's. */
static int open_held(struct files *files, const struct file_name *name)
{
	auto_close int fd = files->has_no_opens
				    ? held_open(&files->held, name->node)
				    : -ESTALE;

	if (fd >= 0 && check_identity(fd, name))
		return -ESTALE;
	return steal_fd(&fd);
}

/* The same, or of one that is held. */
static int open_anew(struct files *files, const struct file_name *name)
{
	const int fd = open_by_name(files, name);

	return fd == -ESTALE ? open_held(files, name) : fd;
}

int files_grasp(const struct file_name *name, int place)
{
	auto_close int fd = place;

	if (fd == -ENOENT || (fd >= 0 && check_identity(fd, name)))
		return -ESTALE;
	return steal_fd(&fd);
}

static void let_go(struct files *files, struct held_file file)
{
	if (file.ward != WARDS_NONE) {
		pthread_mutex_lock(&files->lock);
		wards_leave(files->tools.wards, file.ward);
		pthread_mutex_unlock(&files->lock);
	}
	base_close(&file.fd);
}

/* The worker that follows holds it too. */
static void enter_held(struct files *files, struct held_file *file)
{
	struct wards *wards = files->tools.wards;

	if (!wards)
		return;
	pthread_mutex_lock(&files->lock);
	file->ward = wards_enter(wards, file->node);
	pthread_mutex_unlock(&files->lock);
	if (file->ward != WARDS_NONE)
		wards_send(wards, file->ward, file->fd);
}

void files_hold_by(struct files *files, uint64_t node, int fd)
{
	struct held_file file = {.node = node, .fd = fd, .ward = WARDS_NONE};

	if (fd < 0)
		return;
	if (held_touch(&files->held, node)) {
		close(fd);
		return;
	}
	enter_held(files, &file);
	let_go(files, held_put(&files->held, &file));
}

void files_hold_name(struct files *files, const struct file_name *name)
{
	const struct source *source = judge_source(files->tools.judge);

	if (files->has_no_opens && !held_touch(&files->held, name->node))
		files_hold_by(files, name->node,
			      files_grasp(name, source_open_place(source,
								  name->path)));
}

static void keep_descriptor_locked(struct files *files, struct file *file)
{
	if (!file->is_kept && files->kept < files->max_kept) {
		file->is_kept = true;
		files->kept++;
	}
}

static bool pages_may_stay_locked(const struct files *files, struct file *file,
				  const struct stamp *stamp)
{
	const bool is_same = !files->rereads &&
			     file->filled == FILLED_ONE_STATE &&
			     stamp_equal(&file->filled_stamp, stamp);

	if (!is_same)
		file->filled = FILLED_NOTHING;
	return is_same;
}

/* Pages that were judged under a configuration or a schema that has changed
 * are dropped: the next read judges anew. */
static bool is_judged(struct files *files, const struct file_name *name,
		      const struct stamp *stamp)
{
	judge_refresh(files->tools.judge);

	struct judgement *known =
		judge_known(files->tools.judge, name->path, stamp);

	judgement_release(known);
	return known != NULL;
}

/* Enter an open file, or note how often it is open. */
static void enter_ward_locked(struct files *files, struct file *file)
{
	struct wards *wards = files->tools.wards;

	if (file->ward == WARDS_NONE && file->is_kept && wards) {
		file->ward = wards_enter(wards, file->link.id);
		atomic_store(&file->is_sent, false);
	}
	if (file->ward != WARDS_NONE)
		wards_count(wards, file->ward, file->opens);
}

/* No reader hears that a file is open before the supervisor has it; the caller
 * has it open, so that it stays in its ward. Several may send it. */
static void send_ward(struct files *files, struct file *file)
{
	pthread_mutex_lock(&files->lock);

	const int ward = file->ward;
	const int fd = file->fd;

	pthread_mutex_unlock(&files->lock);
	if (ward == WARDS_NONE || atomic_load(&file->is_sent))
		return;
	wards_send(files->tools.wards, ward, fd);
	atomic_store(&file->is_sent, true);
}

/* What has been opened for one more reader. */
struct opening {
	int *fd;
	struct stamp stamp;
	bool is_other; /* than the file that was looked up */
};

static struct opened open_locked(struct files *files, struct file *file,
				 const struct opening *opening)
{
	file->opens++;
	file->serving = SERVING_UNDECIDED;
	keep_descriptor_locked(files, file);
	if (file->fd < 0) {
		file->fd = steal_fd(opening->fd);
		file->is_other = opening->is_other;
	}
	enter_ward_locked(files, file);
	return (struct opened){
		.is_other = file->is_other,
		.keeps_pages =
			pages_may_stay_locked(files, file, &opening->stamp),
		.keeps_attributes =
			stamp_equal(&file->told_stamp, &opening->stamp),
	};
}

static int open_more(struct files *files, const struct file_name *name,
		     const struct opening *opening, struct opened *opened)
{
	struct leftovers left = {.fd = -1};
	struct content *outdated = NULL;
	int r = -ENOMEM;

	pthread_mutex_lock(&files->lock);

	struct file *file = find_or_add_locked(files, name->node);

	if (file && file->fd >= 0 && (opening->is_other || file->is_other)) {
		r = -ESTALE; /* the kernel looks the name up again */
	} else if (file) {
		*opened = open_locked(files, file, opening);
		if (files->rereads)
			outdated = file_detach_locked(files, file);
		left = settle_locked(files, file);
		r = 0;
	}
	pthread_mutex_unlock(&files->lock);
	content_release(outdated);
	give_back(&left);
	if (r == 0)
		send_ward(files, file);
	return r;
}

static void drop_pages(struct files *files, uint64_t node)
{
	pthread_mutex_lock(&files->lock);

	struct file *file = file_find_locked(files, node);

	if (file)
		file->filled = FILLED_NOTHING;
	pthread_mutex_unlock(&files->lock);
}

/*
 * A file may have been replaced after it was looked up, and again after that
 * was told. As long as nobody has it open, its node can as well stand for the
 * one that has its name now: nothing that the kernel kept of it is used.
 */
static int open_newest(struct files *files, const struct file_name *name,
		       struct opening *opening)
{
	auto_close int fd = open_named(files, name);
	const int r = fd < 0 ? fd : source_stat_fd(fd, &opening->stamp, NULL);

	if (r)
		return r;
	opening->is_other = !is_meant(name, &opening->stamp);
	if (opening->is_other && (name->is_directory || !files->follows_names))
		return -ESTALE;
	return steal_fd(&fd);
}

int files_open(struct files *files, const struct file_name *name,
	       struct opened *opened)
{
	struct opening opening;
	auto_close int fd = open_newest(files, name, &opening);
	int r;

	*opened = (struct opened){0};
	opening.fd = &fd;
	r = fd < 0 ? fd : open_more(files, name, &opening, opened);
	if (r)
		return r;
	if (opened->keeps_pages) {
		opened->keeps_pages = is_judged(files, name, &opening.stamp);
		if (opened->keeps_pages)
			return 0;
		drop_pages(files, name->node);
	}
	file_outlast_reads(files, name->node);
	return 0;
}

void files_tell(struct files *files, uint64_t node, const struct stamp *stamp)
{
	pthread_mutex_lock(&files->lock);

	struct file *file = file_find_locked(files, node);

	if (file)
		file->told_stamp = *stamp;
	pthread_mutex_unlock(&files->lock);
}

static void close_locked(struct files *files, struct file *file)
{
	if (file->opens == 0)
		return;
	file->opens--;
	if (file->ward != WARDS_NONE)
		wards_count(files->tools.wards, file->ward, file->opens);
}

void files_close(struct files *files, uint64_t node)
{
	files_close_held(files, files_hold(files, node));
}

struct file *files_hold(struct files *files, uint64_t node)
{
	pthread_mutex_lock(&files->lock);

	struct file *file = file_find_locked(files, node);

	if (file)
		file->users++;
	pthread_mutex_unlock(&files->lock);
	return file;
}

void files_close_held(struct files *files, struct file *file)
{
	struct leftovers left;

	if (!file)
		return;
	pthread_mutex_lock(&files->lock);
	close_locked(files, file);
	file->users--;
	left = settle_locked(files, file);
	pthread_mutex_unlock(&files->lock);
	give_back(&left);
}

void files_changed(struct files *files, uint64_t node)
{
	struct content *content = NULL;

	pthread_mutex_lock(&files->lock);

	struct file *file = file_find_locked(files, node);

	if (file) {
		file->is_changed = true;
		content = file_detach_locked(files, file);
	}
	if (content)
		content->is_outdated = true;
	pthread_cond_broadcast(&files->changed);
	pthread_mutex_unlock(&files->lock);
	content_release(content);
}

void files_forget(struct files *files, uint64_t node)
{
	struct leftovers left = {.fd = -1};

	pthread_mutex_lock(&files->lock);

	struct file *file = file_find_locked(files, node);

	if (file) {
		idmap_remove(&files->map, &file->link);
		file->is_forgotten = true;
		file->opens = 0;
		left = settle_locked(files, file);
	}
	pthread_mutex_unlock(&files->lock);
	give_back(&left);
	if (files->has_no_opens)
		let_go(files, held_take(&files->held, node));
}

/* What the kernel has of it was read by others: it must not be taken for one
 * state. */
int files_adopt(struct files *files, const struct wards_heir *heir)
{
	if (files->has_no_opens) {
		const struct held_file held = {heir->node, heir->fd,
					       heir->ward};

		let_go(files, held_put(&files->held, &held));
		return 0;
	}

	struct file *file = find_or_add_locked(files, heir->node);

	if (!file)
		return -ENOMEM;
	file->fd = heir->fd;
	file->opens = heir->opens;
	file->ward = heir->ward;
	atomic_store(&file->is_sent, true);
	file->filled = FILLED_MIXED;
	file->is_kept = true;
	files->kept++;
	return 0;
}

static struct file *use_if_open(struct files *files, uint64_t node)
{
	pthread_mutex_lock(&files->lock);

	struct file *file = file_find_locked(files, node);

	if (file && file->fd < 0)
		file = NULL;
	if (file)
		file->users++;
	pthread_mutex_unlock(&files->lock);
	return file;
}

static int use_anew(struct files *files, const struct file_name *name,
		    struct file **out)
{
	auto_close int fd = open_anew(files, name);

	if (fd < 0)
		return fd;
	pthread_mutex_lock(&files->lock);

	struct file *file = file_find_locked(files, name->node);

	/* Read without having been opened here: it was open before. */
	if (!file) {
		file = find_or_add_locked(files, name->node);
		if (file)
			file->filled = FILLED_MIXED;
	}
	if (file) {
		file->users++;
		if (file->fd < 0)
			file->fd = steal_fd(&fd);
	}
	pthread_mutex_unlock(&files->lock);
	*out = file;
	return file ? 0 : -ENOMEM;
}

int files_use(struct files *files, const struct file_name *name,
	      struct file **out)
{
	*out = use_if_open(files, name->node);
	return *out ? 0 : use_anew(files, name, out);
}

int file_descriptor(const struct file *file)
{
	return file->fd;
}

void files_unuse(struct files *files, struct file *file)
{
	pthread_mutex_lock(&files->lock);
	file->users--;

	struct leftovers left = settle_locked(files, file);

	pthread_mutex_unlock(&files->lock);
	give_back(&left);
}

int files_stat_held(struct files *files, const struct file_name *name,
		    struct stat *stat)
{
	auto_close int fd = open_held(files, name);

	return fd < 0 ? fd : source_stat_fd(fd, NULL, stat);
}

int files_stat(struct files *files, uint64_t node, struct stat *stat)
{
	struct file *file = use_if_open(files, node);

	if (!file)
		return -ENOENT;

	const int r = source_stat_fd(file->fd, NULL, stat);

	files_unuse(files, file);
	return r;
}

void file_note_filled_locked(struct file *file, const struct stamp *stamp,
			     bool is_final)
{
	if (file->filled == FILLED_NOTHING && is_final) {
		file->filled = FILLED_ONE_STATE;
		file->filled_stamp = *stamp;
	} else if (file->filled == FILLED_NOTHING || !is_final ||
		   !stamp_equal(&file->filled_stamp, stamp)) {
		file->filled = FILLED_MIXED;
	}
}
