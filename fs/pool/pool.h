/*
 * The inside of the pool, for the files that make it up: work.c (jobs come and
 * go), places.c (who may run), threads.c (who runs them), watcher.c (what waits
 * for too long).
 */
#ifndef FS_POOL_POOL_H
#define FS_POOL_POOL_H

#include "fs/pool/queue.h"

#include <pthread.h>
#include <stdatomic.h>

/* A thread of the pool. */
struct worker {
	struct worker *next;
	struct work *work;
	pthread_t thread;
	bool is_busy; /* by lock, as those below */
	enum work_class class;
	unsigned rank;
	unsigned deadline_ms;
	bool has_given_way;
	atomic_bool is_stuck;	       /* set by lock */
	atomic_uint_fast64_t since_ns; /* when its step began */
};

/* The places of a class. */
struct places {
	struct work_limits limits;
	struct queue queue; /* by lock, as all below */
	unsigned extra;	    /* places more than usual, for waits were long */
	uint64_t grown_ns;
	unsigned taken;
	unsigned of_reads;	      /* of these */
	unsigned begun;		      /* taken, given up or stuck */
	unsigned paused[QUEUE_RANKS]; /* have given way */
	unsigned paused_count;
	uint64_t done;
	atomic_uint least; /* jobs of a higher rank than this give way */
};

struct work {
	struct work_options options;
	pthread_mutex_t lock;
	pthread_cond_t job_waits; /* for threads without a job */
	pthread_cond_t turn;	  /* for jobs that have given way */
	pthread_cond_t watched;	  /* for the watcher */
	struct places classes[WORK_CLASSES];
	struct worker *workers; /* by lock, as all below */
	struct worker *ended;	/* threads to be joined */
	unsigned thread_count;
	unsigned idle;	   /* wait for a job and were not woken */
	unsigned woken;	   /* shall take one, and were idle */
	unsigned starting; /* shall take one, and are new */
	unsigned busy;
	unsigned stuck;
	uint64_t replaced;
	uint64_t yields;
	bool is_ending;
	bool has_watcher;
	bool watcher_sleeps; /* until it is called */
	bool watcher_must_end;
	pthread_t watcher;
};

/* places.c: who may run; all expect the lock. */

/* The most important job that has a place now, NULL if there is none. */
struct work_job *places_next_locked(struct work *work);
void places_take_locked(struct work *work, struct worker *worker,
			struct work_job *job);
void places_leave_locked(struct work *work, struct worker *worker);

/* Tell running jobs whether they are to give way. */
void places_update_locked(struct work *work, enum work_class class);

/* Add a place for the job that waits for longest, if there may be one more. */
void places_grow_locked(struct work *work, enum work_class class, uint64_t now);

/* A job takes too long: its place is free for another. */
void places_replace_locked(struct work *work, struct worker *worker);

/* threads.c */

/* Have a thread take the next job, if one has a place. */
void threads_call_locked(struct work *work);
must_check int threads_start_locked(struct work *work);

/* Wait until all have ended. */
void threads_join(struct work *work);

/* The worker that the calling thread is, NULL on any other thread. */
struct worker *threads_self(void);

/* watcher.c: without a watcher no place is added, and none replaced. */
void watcher_start(struct work *work);

/* Somebody waits now. */
void watcher_call_locked(struct work *work);
void watcher_end(struct work *work);

uint64_t pool_now_ns(void);

#endif
