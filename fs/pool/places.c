#include "fs/pool/pool.h"

enum { READS_ONLY = WORK_PRIORITIES - 1 }; /* the last rank of readers */

/* Readers have places of their own; what is added for long waits is no place
 * for the background while there are readers. */
static unsigned allowed(const struct places *places, unsigned rank)
{
	if (queue_is_for_readers(rank))
		return places->limits.of_reads + places->extra;
	return places->limits.usual + (places->of_reads ? 0 : places->extra);
}

static bool has_place(const struct places *places, unsigned rank)
{
	return places->taken < allowed(places, rank);
}

/* The most important rank that has given way; UINT_MAX: none has. */
static unsigned first_paused(const struct places *places)
{
	for (unsigned i = 0; places->paused_count && i < QUEUE_RANKS; i++)
		if (places->paused[i])
			return i;
	return UINT32_MAX;
}

/* Who has begun goes before who has not, if they are equals. */
static struct work_job *next_of(const struct places *places)
{
	struct work_job *job = queue_first(&places->queue);

	return job && has_place(places, queue_rank(job)) &&
			       queue_rank(job) < first_paused(places)
		       ? job
		       : NULL;
}

struct work_job *places_next_locked(struct work *work)
{
	struct work_job *best = NULL;

	for (unsigned i = 0; i < WORK_CLASSES; i++) {
		struct work_job *job = next_of(&work->classes[i]);

		if (job && (!best || queue_rank(job) < queue_rank(best)))
			best = job;
	}
	return best;
}

static unsigned least_allowed(const struct places *places)
{
	const struct work_job *job = queue_first(&places->queue);
	unsigned least = first_paused(places);

	if (job && !has_place(places, queue_rank(job)) &&
	    queue_rank(job) < least)
		least = queue_rank(job);
	if (places->of_reads && places->taken > places->limits.usual &&
	    least > READS_ONLY)
		least = READS_ONLY;
	return least;
}

void places_update_locked(struct work *work, enum work_class class)
{
	struct places *places = &work->classes[class];

	atomic_store(&places->least, least_allowed(places));
}

static void take(struct places *places, unsigned rank)
{
	places->taken++;
	if (queue_is_for_readers(rank))
		places->of_reads++;
}

static void give_up(struct places *places, unsigned rank)
{
	places->taken--;
	if (queue_is_for_readers(rank))
		places->of_reads--;
	/* The rush is over. */
	if (places->queue.count == 0 && places->taken <= places->limits.usual)
		places->extra = 0;
}

void places_take_locked(struct work *work, struct worker *worker,
			struct work_job *job)
{
	struct places *places = &work->classes[job->class];

	queue_remove(&places->queue, job);
	worker->is_busy = true;
	worker->class = job->class;
	worker->rank = queue_rank(job);
	worker->deadline_ms = job->deadline_ms;
	atomic_store(&worker->since_ns, pool_now_ns());
	work->busy++;
	places->begun++;
	take(places, worker->rank);
	places_update_locked(work, job->class);
	/* Those that are left may have to wait. */
	if (places->queue.count)
		watcher_call_locked(work);
}

/* The place of a worker becomes free, unless it had been replaced. */
static void vacate_locked(struct work *work, struct worker *worker)
{
	struct places *places = &work->classes[worker->class];

	if (atomic_load(&worker->is_stuck)) {
		atomic_store(&worker->is_stuck, false);
		work->stuck--;
	} else {
		give_up(places, worker->rank);
	}
}

static void call_next_locked(struct work *work, enum work_class class)
{
	places_update_locked(work, class);
	if (work->classes[class].paused_count)
		pthread_cond_broadcast(&work->turn);
	threads_call_locked(work);
}

void places_leave_locked(struct work *work, struct worker *worker)
{
	struct places *places = &work->classes[worker->class];

	vacate_locked(work, worker);
	worker->is_busy = false;
	work->busy--;
	places->begun--;
	places->done++;
	places_update_locked(work, worker->class);
	if (places->paused_count)
		pthread_cond_broadcast(&work->turn);
	if (work->is_ending && work->busy == 0)
		pthread_cond_broadcast(&work->job_waits);
}

void places_grow_locked(struct work *work, enum work_class class, uint64_t now)
{
	struct places *places = &work->classes[class];
	const struct work_job *job = queue_first(&places->queue);

	if (!job || has_place(places, queue_rank(job)) ||
	    (places->of_reads && !queue_is_for_readers(queue_rank(job))) ||
	    places->limits.of_reads + places->extra >= places->limits.most)
		return;

	const uint64_t waits_since = places->grown_ns > job->queued_ns
					     ? places->grown_ns
					     : job->queued_ns;

	if (now - waits_since < work->options.grow_ms * UINT64_C(1000000))
		return;
	places->extra++;
	places->grown_ns = now;
	call_next_locked(work, class);
}

void places_replace_locked(struct work *work, struct worker *worker)
{
	give_up(&work->classes[worker->class], worker->rank);
	atomic_store(&worker->is_stuck, true);
	work->stuck++;
	work->replaced++;
	call_next_locked(work, worker->class);
}

static bool has_turn(const struct places *places, unsigned rank)
{
	const struct work_job *job = queue_first(&places->queue);

	return has_place(places, rank) && first_paused(places) >= rank &&
	       !(job && queue_rank(job) < rank);
}

static void give_way_locked(struct work *work, struct worker *self)
{
	struct places *places = &work->classes[self->class];

	vacate_locked(work, self);
	self->has_given_way = true;
	work->yields++;
	places->paused[self->rank]++;
	places->paused_count++;
	call_next_locked(work, self->class);
	watcher_call_locked(work);
	while (!has_turn(places, self->rank))
		pthread_cond_wait(&work->turn, &work->lock);
	places->paused[self->rank]--;
	places->paused_count--;
	take(places, self->rank);
	self->has_given_way = false;
	call_next_locked(work, self->class);
	atomic_store(&self->since_ns, pool_now_ns());
}

static bool must_give_way(struct worker *self)
{
	const struct places *places = &self->work->classes[self->class];

	return self->rank > atomic_load(&places->least) ||
	       atomic_load(&self->is_stuck);
}

void work_yield(void)
{
	struct worker *self = threads_self();

	if (!self)
		return;
	atomic_store(&self->since_ns, pool_now_ns());
	if (!must_give_way(self))
		return;
	pthread_mutex_lock(&self->work->lock);
	if (must_give_way(self))
		give_way_locked(self->work, self);
	pthread_mutex_unlock(&self->work->lock);
}
