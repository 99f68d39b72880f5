#include "fs/pool/crew.h"

#include <pthread.h>

enum { MOST_HANDS = 256 };

/* A crew of a pool. */
struct crew {
	work_function *run;
	void *ctx;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	unsigned left; /* by lock */
	struct work_job jobs[MOST_HANDS];
};

static void run_job(void *ctx)
{
	struct crew *crew = ctx;

	crew->run(crew->ctx);
	pthread_mutex_lock(&crew->lock);
	crew->left--;
	pthread_cond_signal(&crew->changed);
	pthread_mutex_unlock(&crew->lock);
}

static void wait_until(struct crew *crew, unsigned left)
{
	pthread_mutex_lock(&crew->lock);
	while (crew->left > left)
		pthread_cond_wait(&crew->changed, &crew->lock);
	pthread_mutex_unlock(&crew->lock);
}

/* One returns when nothing is left: those that have not begun need not. */
static unsigned take_back(struct crew *crew, struct work *work, unsigned count)
{
	unsigned taken = 0;

	for (unsigned i = 0; i < count; i++)
		taken += work_cancel(work, &crew->jobs[i]);
	return taken;
}

static void submit_all(struct crew *crew, const struct crew_order *order,
		       unsigned count)
{
	crew->left = count;
	for (unsigned i = 0; i < count; i++) {
		crew->jobs[i] =
			(struct work_job){.run = run_job,
					  .ctx = crew,
					  .class = WORK_CPU,
					  .purpose = order->purpose,
					  .priority = WORK_NORMAL,
					  .deadline_ms = order->deadline_ms};
		work_submit(order->work, &crew->jobs[i]);
	}
}

static void run_in_pool(const struct crew_order *order, unsigned count,
			work_function *run, void *ctx)
{
	struct crew crew = {.run = run, .ctx = ctx};

	pthread_mutex_init(&crew.lock, NULL);
	pthread_cond_init(&crew.changed, NULL);
	submit_all(&crew, order, count);
	wait_until(&crew, count - 1);
	wait_until(&crew, take_back(&crew, order->work, count));
	pthread_cond_destroy(&crew.changed);
	pthread_mutex_destroy(&crew.lock);
}

struct hand {
	const struct crew_order *order;
	work_function *run;
	void *ctx;
};

static void *run_hand(void *ctx)
{
	const struct hand *hand = ctx;

	hand->run(hand->ctx);
	if (hand->order->at_end)
		hand->order->at_end();
	return NULL;
}

/* A thread that cannot be started only makes it slower. */
static void run_by_itself(const struct crew_order *order, unsigned count,
			  work_function *run, void *ctx)
{
	struct hand hand = {order, run, ctx};
	pthread_t threads[MOST_HANDS];
	unsigned started = 0;

	while (started + 1 < count &&
	       pthread_create(&threads[started], NULL, run_hand, &hand) == 0)
		started++;
	run(ctx);
	for (unsigned i = 0; i < started; i++)
		pthread_join(threads[i], NULL);
}

void crew_run(const struct crew_order *order, work_function *run, void *ctx)
{
	unsigned count = order->hands ? order->hands : 1;

	if (count > MOST_HANDS)
		count = MOST_HANDS;
	if (order->work)
		run_in_pool(order, count, run, ctx);
	else
		run_by_itself(order, count, run, ctx);
}
