#include "fs/mount/nodes/file.h"

#include <errno.h>

enum {
	NS_PER_MS = 1000 * 1000,
	NS_PER_SECOND = 1000 * NS_PER_MS,
	CANCEL_POLL_MS = 50,
	JUDGING_MS = 10000, /* after so long others take over its place */
};

/* A content on its way to its verdict. Without content (memory is short, or
 * none is wanted) the file is judged by its name. */
struct hearing_job {
	struct work_job job;
	struct pending pending;
	struct files *files;
	struct content *content;
	bool has_stamp; /* the verdict is about the file of that name, too */
	char path[];
};

static struct timespec after_ms(unsigned ms)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	time.tv_sec += ms / 1000;
	time.tv_nsec += (long)(ms % 1000) * NS_PER_MS;
	if (time.tv_nsec >= NS_PER_SECOND) {
		time.tv_nsec -= NS_PER_SECOND;
		time.tv_sec++;
	}
	return time;
}

static void pending_add_locked(struct files *files, struct pending *pending)
{
	pending->next = files->pending;
	files->pending = pending;
	files->pending_count++;
}

static void pending_remove_locked(struct files *files, struct pending *pending)
{
	struct pending **at = &files->pending;

	while (*at != pending)
		at = &(*at)->next;
	*at = pending->next;
	files->pending_count--;
}

static bool is_pending_locked(struct files *files, const char *path)
{
	for (struct pending *at = files->pending; at; at = at->next)
		if (strcmp(at->path, path) == 0)
			return true;
	return false;
}

static int judge_job(struct hearing_job *job, struct judgement **out)
{
	struct judge *judge = job->files->tools.judge;

	if (!job->content)
		return judge_file(judge, job->path, out);

	const struct snapshot *snapshot = &job->content->snapshot;

	return judge_content(judge, job->path,
			     (struct span){snapshot->bytes, snapshot->size},
			     job->has_stamp ? &snapshot->stamp : NULL, out);
}

/* Whether it succeeded or not, readers need not wait any longer: a file
 * without verdict stays unchecked, and the next look at it tries again. */
static void end_job(struct hearing_job *job)
{
	struct files *files = job->files;

	pthread_mutex_lock(&files->lock);
	pending_remove_locked(files, &job->pending);
	if (job->content)
		job->content->is_judged = true;
	pthread_cond_broadcast(&files->changed);
	pthread_mutex_unlock(&files->lock);
	content_release(job->content);
	free(job);
}

static void run_job(void *ctx)
{
	struct hearing_job *job = ctx;
	struct flusher *flusher = job->files->tools.flusher;
	struct judgement *judgement;

	if (judge_job(job, &judgement) == 0) {
		judgement_release(judgement);
		if (flusher)
			flusher_wake(flusher);
	}
	end_job(job);
}

/* A file that was renamed over or removed may still be read; its verdict must
 * not be taken for that of the file that has its name now. */
static bool has_its_name(struct files *files, const struct file_name *name)
{
	const struct source *source = judge_source(files->tools.judge);
	struct stamp stamp;

	return source_stat(source, name->path, &stamp, NULL) == 0 &&
	       stamp.ino == name->identity.ino &&
	       stamp.dev == name->identity.dev;
}

/* Have a content judged, or (NULL) the file as it is found by its name. */
static void submit_job(struct files *files, const struct file_name *name,
		       struct content *content)
{
	const size_t length = strlen(name->path) + 1;
	struct hearing_job *job = calloc(1, sizeof(*job) + length);

	if (!job)
		return;
	memcpy(job->path, name->path, length);
	job->files = files;
	job->pending.path = job->path;
	job->has_stamp = content && content->snapshot.is_settled &&
			 has_its_name(files, name);
	/* Jobs that wait must not hold more memory than readers may. */
	if (content && !content_pool_is_over(&files->pool))
		job->content = content_share(content);

	pthread_mutex_lock(&files->lock);
	pending_add_locked(files, &job->pending);
	if (content && !job->content)
		content->is_judged = true;
	pthread_mutex_unlock(&files->lock);
	job->job = (struct work_job){.run = run_job,
				     .ctx = job,
				     .class = WORK_CPU,
				     .purpose = WORK_READ,
				     .priority = WORK_NORMAL,
				     .deadline_ms = JUDGING_MS};
	work_submit(files->tools.work, &job->job);
}

static void attach_locked(struct files *files, struct file *file,
			  struct content *content)
{
	file->content = content;
	file->older = files->newest;
	file->newer = NULL;
	if (files->newest)
		files->newest->newer = file;
	else
		files->oldest = file;
	files->newest = file;
}

static void touch_locked(struct files *files, struct file *file)
{
	if (files->newest != file)
		attach_locked(files, file, file_detach_locked(files, file));
}

/* Contents that were not read for longest make room; their readers' next read
 * takes a new snapshot. */
static void make_room(struct files *files, const struct file *except)
{
	while (content_pool_is_over(&files->pool)) {
		pthread_mutex_lock(&files->lock);

		struct file *victim = files->oldest;
		struct content *content =
			victim && victim != except
				? file_detach_locked(files, victim)
				: NULL;

		pthread_mutex_unlock(&files->lock);
		if (!content)
			return;
		content_release(content);
	}
}

/* Take a snapshot. 0 and *out; -EFBIG. */
static int load_content(struct files *files, struct file *file,
			struct content **out)
{
	struct judge *judge = files->tools.judge;
	const struct settings *settings = judge_settings(judge);
	uint64_t since = profile_start(judge_profile(judge));
	struct snapshot snapshot;
	const int r = snapshot_read(file->fd, settings->max_size, &snapshot);

	if (r)
		return r;
	profile_lap(judge_profile(judge), PHASE_READ, &since);
	*out = content_new(&files->pool, &snapshot);
	if (!*out) {
		snapshot_release(&snapshot);
		return -ENOMEM;
	}
	(*out)->deadline = after_ms(settings->wait_ms);
	return 0;
}

/* What a read found to do. */
enum step { STEP_SERVE, STEP_DECIDE, STEP_LOAD };

/* The content in hand, if it is that of the file's present state. */
static struct content *take_content_locked(struct files *files,
					   struct file *file,
					   const struct stamp *stamp)
{
	if (!file->content || !content_is_of(file->content, stamp))
		return NULL;
	touch_locked(files, file);
	file_note_filled_locked(file, stamp, true);
	return content_share(file->content);
}

static void note_direct_locked(struct file *file, const struct stamp *stamp)
{
	file_note_filled_locked(file, stamp, !stamp_is_racy(stamp));
}

/* One thread at a time looks at a file; others wait, then look again. */
static enum step begin_step(struct files *files, struct file *file,
			    const struct stamp *stamp, struct content **out)
{
	enum step step = STEP_LOAD;

	pthread_mutex_lock(&files->lock);
	while (file->is_loading)
		pthread_cond_wait(&files->changed, &files->lock);
	if (file->serving == SERVING_UNDECIDED ||
	    !stamp_equal(&file->serving_stamp, stamp)) {
		step = STEP_DECIDE;
	} else if (file->serving == SERVING_DIRECTLY) {
		step = STEP_SERVE;
		note_direct_locked(file, stamp);
	} else {
		*out = take_content_locked(files, file, stamp);
		step = *out ? STEP_SERVE : STEP_LOAD;
	}
	file->is_loading = step != STEP_SERVE;
	file->is_changed = false;
	pthread_mutex_unlock(&files->lock);
	return step;
}

static void end_step(struct files *files, struct file *file,
		     struct content *loaded)
{
	struct content *old = NULL;

	pthread_mutex_lock(&files->lock);
	file->is_loading = false;
	if (loaded) {
		loaded->is_outdated = file->is_changed;
		old = file_detach_locked(files, file);
		if (old)
			old->is_outdated = true;
		attach_locked(files, file, content_share(loaded));
		file_note_filled_locked(file, &loaded->snapshot.stamp,
					loaded->is_final);
	}
	pthread_cond_broadcast(&files->changed);
	pthread_mutex_unlock(&files->lock);
	content_release(old);
}

/* Is the file served without a look at its content? Then that is its verdict.
 */
static bool decide_serving(struct files *files, struct file *file,
			   const struct file_name *name,
			   const struct stamp *stamp, struct content **out)
{
	char *reason =
		judge_skip_reason(files->tools.judge, name->path, file->fd);
	const bool is_direct = reason != NULL;

	free(reason);
	pthread_mutex_lock(&files->lock);
	file->serving = is_direct ? SERVING_DIRECTLY : SERVING_JUDGED;
	file->serving_stamp = *stamp;
	if (is_direct)
		note_direct_locked(file, stamp);
	else
		*out = take_content_locked(files, file, stamp);
	pthread_mutex_unlock(&files->lock);
	if (is_direct)
		submit_job(files, name, NULL);
	return is_direct || *out;
}

static void note_unjudged(struct files *files, struct file *file)
{
	pthread_mutex_lock(&files->lock);
	file->filled = FILLED_MIXED;
	pthread_mutex_unlock(&files->lock);
}

/* Load what the file holds now; *out NULL: it is served directly. */
static int load(struct files *files, struct file *file,
		const struct file_name *name, struct content **out)
{
	const int r = load_content(files, file, out);

	if (r == 0) {
		judge_refresh(files->tools.judge);
		submit_job(files, name, *out);
	}
	end_step(files, file, *out);
	make_room(files, file);
	if (r != -EFBIG)
		return r;
	/* It has grown too large since it was decided how to serve it. */
	note_unjudged(files, file);
	return 0;
}

static int serve(struct files *files, struct file *file,
		 const struct file_name *name, struct content **out)
{
	struct stamp stamp;
	const int r = source_stat_fd(file->fd, &stamp, NULL);

	if (r)
		return r;

	const enum step step = begin_step(files, file, &stamp, out);

	if (step == STEP_SERVE)
		return 0;
	if (step == STEP_DECIDE &&
	    decide_serving(files, file, name, &stamp, out)) {
		end_step(files, file, NULL);
		return 0;
	}
	return load(files, file, name, out);
}

static void wait_for_verdict(struct files *files, const struct content *content)
{
	int r = 0;

	pthread_mutex_lock(&files->lock);
	while (r != ETIMEDOUT && !content->is_judged && !content->is_outdated)
		r = pthread_cond_timedwait(&files->changed, &files->lock,
					   &content->deadline);
	pthread_mutex_unlock(&files->lock);
}

static void begin_read(struct files *files, struct served *served)
{
	struct file *file = served->file;

	pthread_mutex_lock(&files->lock);
	served->turn = file->turn;
	file->reads[served->turn]++;
	pthread_mutex_unlock(&files->lock);
}

static void end_read_locked(struct files *files, const struct served *served)
{
	if (--served->file->reads[served->turn] == 0)
		pthread_cond_broadcast(&files->changed);
}

/* Reads that begin from now on have another turn: those are not waited for. */
void file_outlast_reads(struct files *files, uint64_t node)
{
	pthread_mutex_lock(&files->lock);

	struct file *file = file_find_locked(files, node);

	if (file) {
		file->users++;
		while (file->reads[!file->turn])
			pthread_cond_wait(&files->changed, &files->lock);

		const bool before = file->turn;

		file->turn = !before;
		while (file->reads[before] && file->turn != before)
			pthread_cond_wait(&files->changed, &files->lock);
	}
	pthread_mutex_unlock(&files->lock);
	if (file)
		files_unuse(files, file);
}

int files_serve(struct files *files, const struct file_name *name,
		struct served *out)
{
	struct served served = {0};
	int r = files_use(files, name, &served.file);

	if (r)
		return r;
	begin_read(files, &served);
	r = serve(files, served.file, name, &served.content);
	if (r) {
		pthread_mutex_lock(&files->lock);
		end_read_locked(files, &served);
		pthread_mutex_unlock(&files->lock);
		files_unuse(files, served.file);
		return r;
	}
	if (served.content)
		wait_for_verdict(files, served.content);
	*out = served;
	return 0;
}

void files_served_release(struct files *files, struct served *served)
{
	pthread_mutex_lock(&files->lock);
	served->file->is_half_read =
		files->has_no_opens && !served->reaches_end;
	end_read_locked(files, served);
	pthread_mutex_unlock(&files->lock);
	content_release(served->content);
	files_unuse(files, served->file);
	*served = (struct served){0};
}

void files_wait_for_verdict(struct files *files, const char *path,
			    const atomic_bool *cancel)
{
	pthread_mutex_lock(&files->lock);
	while (is_pending_locked(files, path) &&
	       !(cancel && atomic_load(cancel))) {
		const struct timespec poll = after_ms(CANCEL_POLL_MS);

		pthread_cond_timedwait(&files->changed, &files->lock, &poll);
	}
	pthread_mutex_unlock(&files->lock);
}

size_t files_pending(struct files *files)
{
	pthread_mutex_lock(&files->lock);

	const size_t count = files->pending_count;

	pthread_mutex_unlock(&files->lock);
	return count;
}
