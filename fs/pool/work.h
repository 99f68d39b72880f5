/*
 * The pool of threads that does all work of a mount. What is more important
 * goes first, strictly; kinds of work that wait for each other have places of
 * their own, so that neither can take those of the other; and work in the
 * background gives its place up as soon as somebody waits (work_yield()).
 */
#ifndef FS_POOL_WORK_H
#define FS_POOL_WORK_H

#include "validate/base.h"

/* What a job is done for; the first is the most important. */
enum work_purpose {
	WORK_READ,  /* somebody reads and waits */
	WORK_CHECK, /* somebody asked for a whole tree */
	WORK_WARM,  /* nobody asked yet */
	WORK_PREFETCH,
	WORK_MAINTENANCE,
	WORK_PURPOSES
};

/* What goes first among jobs of one purpose; in order of arrival otherwise. */
enum work_priority {
	WORK_CRITICAL,
	WORK_HIGH,
	WORK_NORMAL,
	WORK_LOW,
	WORK_BACKGROUND,
	WORK_PRIORITIES
};

/*
 * What a job needs. A job may wait for jobs of the classes before its own, and
 * for no others.
 */
enum work_class {
	WORK_COMMAND, /* waits for a program */
	WORK_CPU,     /* judges */
	WORK_IO,      /* answers quickly from what is known */
	WORK_STREAM,  /* waits for verdicts: what is completed first */
	WORK_CLASSES
};

typedef void work_function(void *ctx);

/*
 * A job. Whoever submits it owns it, fills in the first part and keeps it
 * where it is until `run` is called, which may free it.
 */
struct work_job {
	work_function *run;
	void *ctx;
	enum work_class class;
	enum work_purpose purpose;
	enum work_priority priority;
	unsigned deadline_ms; /* of a step: after that another thread takes its
				 place; 0: none */

	struct work_job *next; /* the pool's, as all below */
	struct work_job **at;
	uint64_t queued_ns;
};

/* How many jobs of a class may run at a time. */
struct work_limits {
	unsigned usual;	   /* at least 1 */
	unsigned of_reads; /* counting those that readers wait for, too */
	unsigned most;	   /* when jobs wait for long */
};

struct work_options {
	struct work_limits limits[WORK_CLASSES];
	unsigned grow_ms;     /* a wait for a place that is long */
	unsigned idle_ms;     /* after which a thread ends; one always stays */
	void (*at_end)(void); /* each thread calls it before it ends; or NULL */
};

struct work; /* any thread may submit */

/* The options of a mount with so many judges. */
struct work_options work_options_for(unsigned judges, void (*at_end)(void));

/* Start; the threads take no signals. 0 or a negative errno. */
must_check int work_new(const struct work_options *options, struct work **out);

/* Have job->run(job->ctx) called by a thread of the pool. */
void work_submit(struct work *work, struct work_job *job);

/* Take a job back. False: it has begun, or ended. */
bool work_cancel(struct work *work, struct work_job *job);

/*
 * Called by a job between two steps: wait as long as something more important
 * has no place. Does nothing on other threads. Costs one look at the clock
 * when nobody waits.
 */
void work_yield(void);

/* How many jobs of a class may run together, readers aside. */
unsigned work_places(const struct work *work, enum work_class class);

struct work_stats {
	unsigned threads;
	unsigned stuck;	   /* running beyond their deadline */
	uint64_t replaced; /* stuck ones so far */
	uint64_t yields;   /* places given up so far */
	struct work_class_stats {
		uint64_t queued;
		unsigned running; /* or having given way */
		uint64_t done;
	} classes[WORK_CLASSES];
};
void work_stats(struct work *work, struct work_stats *out);

/* "cpu" ... as in `.status`. */
const char *work_class_name(enum work_class class);

/*
 * Do all that is queued, also what jobs submit meanwhile, and end the threads.
 * Nothing may be submitted from outside any more. NULL is allowed.
 */
void work_free(struct work *work);

#endif
