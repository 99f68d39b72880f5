#include "fs/mount/protect/protect_parts.h"

#include <errno.h>

enum {
	ATTEMPTS = 8,
	PAUSE_NS = 500 * 1000,
	JUDGING_MS = 10000, /* after so long others take over its place */
};

/* Bytes that a worker judges while their reader waits. */
struct question {
	struct protect *protect;
	const char *path;
	struct span bytes;
	const struct stamp *stamp; /* NULL: not of the file */
	int result;
	struct judgement *judgement;
	bool is_answered; /* by lock */
	struct work_job job;
};

static void answer(void *ctx)
{
	struct question *question = ctx;
	struct protect *protect = question->protect;

	question->result = judge_content(protect->tools.judge, question->path,
					 question->bytes, question->stamp,
					 &question->judgement);
	if (question->result == 0 && protect->tools.flusher)
		flusher_wake(protect->tools.flusher);
	pthread_mutex_lock(&protect->lock);
	question->is_answered = true;
	pthread_cond_broadcast(&protect->heard);
	pthread_mutex_unlock(&protect->lock);
}

static int ask(struct question *question)
{
	struct protect *protect = question->protect;

	question->job = (struct work_job){.run = answer,
					  .ctx = question,
					  .class = WORK_CPU,
					  .purpose = WORK_READ,
					  .priority = WORK_NORMAL,
					  .deadline_ms = JUDGING_MS};
	work_submit(protect->tools.work, &question->job);
	pthread_mutex_lock(&protect->lock);
	while (!question->is_answered)
		pthread_cond_wait(&protect->heard, &protect->lock);
	pthread_mutex_unlock(&protect->lock);
	return question->result;
}

/* The verdict that is known of these very bytes under the rules of now, or
 * NULL. */
static struct judgement *recall(struct protect *protect, const char *path,
				const struct snapshot *snapshot)
{
	struct judgement *known =
		judge_known(protect->tools.judge, path, &snapshot->stamp);

	if (known && known->has_digest) {
		const struct digest content = digest_of(
			(struct span){snapshot->bytes, snapshot->size});

		if (digest_equal(&content, &known->content))
			return known;
	}
	judgement_release(known);
	return NULL;
}

int protect_judge(struct protect *protect, const char *path,
		  const struct snapshot *snapshot, bool is_file,
		  struct judgement **out)
{
	struct question question = {
		.protect = protect,
		.path = path,
		.bytes = {snapshot->bytes, snapshot->size},
		.stamp = is_file ? &snapshot->stamp : NULL,
	};

	*out = is_file ? recall(protect, path, snapshot) : NULL;
	if (*out)
		return 0;

	const int r = ask(&question);

	if (r == 0)
		*out = question.judgement;
	return r;
}

void reading_release(struct reading *reading)
{
	snapshot_release(&reading->snapshot);
}

/* One attempt: 0 with bytes or, for what cannot be read, without. */
static int read_once(struct protect *protect, const char *path,
		     struct reading *out)
{
	struct judge *judge = protect->tools.judge;
	struct stamp stamp;
	auto_close int fd =
		source_open_stamped(judge_source(judge), path, &stamp);

	*out = (struct reading){.state = STATE_ERROR};
	if (fd == -EACCES || fd == -EPERM || fd == -EIO)
		return 0;
	if (fd < 0)
		return fd;

	const int r = snapshot_read_stamped(
		fd, &stamp, judge_settings(judge)->max_size, &out->snapshot);

	if (r == -ENOMEM)
		return r;
	out->snapshot.stamp = stamp;
	if (r)
		return source_stat_fd(fd, NULL, &out->facts);
	out->content = digest_of(
		(struct span){out->snapshot.bytes, out->snapshot.size});
	return source_stat_fd(fd, NULL, &out->facts);
}

static void pause_shortly(void)
{
	const struct timespec duration = {.tv_nsec = PAUSE_NS};

	nanosleep(&duration, NULL);
}

/* Bytes that were changed while they were read are nobody's version, unless
 * nobody would judge them anyway. */
static int judge_reading(struct protect *protect, const char *path,
			 struct reading *reading)
{
	const bool is_settled = reading->snapshot.is_settled;
	struct judgement *judgement;
	const int r = protect_judge(protect, path, &reading->snapshot,
				    is_settled, &judgement);

	if (r)
		return r;
	reading->state = (enum state)judgement->verdict->state;
	judgement_release(judgement);
	if (!is_settled && reading->state != STATE_SKIPPED) {
		snapshot_release(&reading->snapshot);
		reading->state = STATE_ERROR;
	}
	return 0;
}

int protect_read(struct protect *protect, const char *path, struct reading *out)
{
	int r = read_once(protect, path, out);

	for (int i = 1; r == 0 && i < ATTEMPTS && out->snapshot.bytes &&
			!out->snapshot.is_settled;
	     i++) {
		reading_release(out);
		pause_shortly();
		r = read_once(protect, path, out);
	}
	if (r == 0 && out->snapshot.bytes)
		r = judge_reading(protect, path, out);
	if (r)
		reading_release(out);
	return r;
}
