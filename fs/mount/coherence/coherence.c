#include "fs/mount/coherence/coherence_parts.h"

#define FUSE_USE_VERSION 314
#include <errno.h>
#include <fuse_lowlevel.h>
#include <stdio.h>

static void give_reason(struct coherence *coherence, const char *reason)
{
	snprintf(coherence->reason, sizeof(coherence->reason), "%s", reason);
}

/* 0, or why it cannot be watched. */
static const char *watch_root(struct coherence *coherence)
{
	const struct source *source = judge_source(coherence->tools.judge);
	auto_close int root = source_open_directory(source, "");
	const struct watch_options options = {
		.without_inotify = coherence->without.inotify,
		.without_fanotify = coherence->without.fanotify};
	struct stat facts;

	if (root < 0 || fstat(root, &facts))
		return "the source cannot be opened";
	if (!source_is_local(root))
		return "the source is on a filesystem that others may change";
	if (watch_new(source, &options, &coherence->watch)) {
		coherence->watch = NULL;
		return "changes of the source cannot be watched here";
	}

	const struct watch_place place = {
		.path = "", .dev = facts.st_dev, .ino = facts.st_ino};

	return watch_directory(coherence->watch, &place)
		       ? NULL
		       : "the limit of watches is reached";
}

static void choose(struct coherence *coherence,
		   const struct coherence_options *options)
{
	const enum coherence_wish wish = options->wish;
	const bool wants_fast =
		wish == COHERENCE_AUTO || wish == COHERENCE_FAST;
	const char *trouble = options->asks_always ? "the policy asks each time"
						   : watch_root(coherence);

	if (wish == COHERENCE_REHASH)
		files_reread(coherence->tools.files);
	if (trouble) {
		watch_free(coherence->watch);
		coherence->watch = NULL;
		give_reason(coherence, trouble);
		return;
	}
	coherence->is_fast = wants_fast;
	snprintf(coherence->reason, sizeof(coherence->reason),
		 "%schanges are told by %s",
		 wants_fast		    ? ""
		 : wish == COHERENCE_REHASH ? "asked for, as rehash; "
					    : "asked for; ",
		 watch_means(coherence->watch));
}

int coherence_new(const struct coherence_tools *tools,
		  const struct coherence_options *options,
		  struct coherence **out)
{
	struct coherence *coherence = calloc(1, sizeof(*coherence));

	if (!coherence)
		return -ENOMEM;
	coherence->tools = *tools;
	coherence->without = options->without;
	coherence->choice = options->choice;
	/* As a worker before has agreed with the kernel. */
	if (atomic_load(&options->choice->bits) & CHOICE_NO_OPEN)
		files_expect_no_opens(tools->files);
	choose(coherence, options);
	if (coherence->watch &&
	    watch_add_listener(coherence->watch, follow_change, coherence)) {
		coherence_free(coherence);
		return -ENOMEM;
	}
	*out = coherence;
	return 0;
}

struct watch *coherence_watch(struct coherence *coherence)
{
	return coherence->watch;
}

int coherence_begin(struct coherence *coherence)
{
	if (!coherence->watch)
		return 0;
	const int r = herald_new(coherence->tools.session, &coherence->herald);

	if (r)
		return r;
	coherence->footing = judge_footing(coherence->tools.judge);
	return watch_start(coherence->watch);
}

void coherence_stop(struct coherence *coherence)
{
	if (!coherence || !coherence->watch)
		return;
	watch_stop(coherence->watch);
	herald_free(steal(&coherence->herald));
}

void coherence_free(struct coherence *coherence)
{
	if (!coherence)
		return;
	coherence_stop(coherence);
	watch_free(coherence->watch);
	free(coherence);
}

static unsigned make_choice(const struct coherence *coherence,
			    const struct fuse_conn_info *connection)
{
	const unsigned opens =
		FUSE_CAP_NO_OPEN_SUPPORT | FUSE_CAP_NO_OPENDIR_SUPPORT;
	unsigned bits = CHOICE_MADE;

	if (coherence->watch)
		bits |= CHOICE_KEEPS;
	if (coherence->is_fast && !coherence->without.no_open &&
	    (connection->capable & opens) == opens)
		bits |= CHOICE_NO_OPEN;
	return bits;
}

/* What is asked for follows from the choice alone. */
static void ask(const struct coherence *coherence, unsigned bits,
		struct fuse_conn_info *connection)
{
	const unsigned plus = FUSE_CAP_READDIRPLUS | FUSE_CAP_READDIRPLUS_AUTO;

	/* The library asks for it by itself. What is kept is worth having at
	 * once: a look-up for each name costs ten times as much. */
	connection->want &= ~plus;
	if (bits & CHOICE_KEEPS && !coherence->without.readdirplus)
		connection->want |= connection->capable & FUSE_CAP_READDIRPLUS;
	if (bits & CHOICE_KEEPS)
		connection->want |=
			connection->capable & FUSE_CAP_CACHE_SYMLINKS;
	/* Or truncating by an open that nobody is asked about would pass. */
	if (bits & CHOICE_NO_OPEN)
		connection->want &= ~(unsigned)FUSE_CAP_ATOMIC_O_TRUNC;
}

void coherence_greet(struct coherence *coherence,
		     struct fuse_conn_info *connection)
{
	const struct features *without = &coherence->without;
	struct features *has = &coherence->has;
	unsigned bits = atomic_load(&coherence->choice->bits);

	if (!bits) {
		bits = make_choice(coherence, connection);
		atomic_store(&coherence->choice->bits, bits);
	}
	has->no_open = bits & CHOICE_NO_OPEN;
	has->expire =
		!without->expire && connection->capable & FUSE_CAP_EXPIRE_ONLY;
	has->epoch = bits & CHOICE_KEEPS && !without->epoch &&
		     take_back_has_epoch(coherence);
	ask(coherence, bits, connection);
	if (has->no_open)
		files_expect_no_opens(coherence->tools.files);
	else if (coherence->watch)
		files_follow_names(coherence->tools.files);
}

bool coherence_keeps(const struct coherence *coherence)
{
	return coherence->watch != NULL;
}

bool coherence_is_fast(const struct coherence *coherence)
{
	return coherence->is_fast;
}

bool coherence_has_no_open(const struct coherence *coherence)
{
	return coherence->has.no_open;
}

unsigned coherence_ticket(const struct coherence *coherence)
{
	return atomic_load(&coherence->ticket);
}

bool coherence_covers(struct coherence *coherence, const char *directory,
		      const struct inode_identity *identity)
{
	const struct watch_place place = {
		.path = directory, .dev = identity->dev, .ino = identity->ino};

	return coherence->watch && watch_directory(coherence->watch, &place);
}

/* One that is lost could not be found again to be taken back. */
bool coherence_keeps_absence(const struct coherence *coherence)
{
	return coherence->is_fast && coherence->has.epoch;
}

void coherence_drop_attributes(struct coherence *coherence, uint64_t node)
{
	if (coherence->watch)
		(void)fuse_lowlevel_notify_inval_inode(coherence->tools.session,
						       node, -1, 0);
}

void coherence_describe(struct coherence *coherence, struct status_facts *facts)
{
	facts->coherence = coherence->is_fast ? "fast" : "strict";
	facts->coherence_reason = coherence->reason;
	facts->unwatched =
		coherence->watch ? watch_unwatched(coherence->watch) : 0;
	facts->has_no_open = coherence->has.no_open;
	facts->has_epoch = coherence->has.epoch;
}

void coherence_forget(struct coherence *coherence)
{
	if (coherence->watch)
		watch_lose(coherence->watch);
}

int coherence_sync(struct coherence *coherence, struct watch_waiter *waiter)
{
	return coherence->watch ? watch_barrier(coherence->watch, waiter)
				: -EOPNOTSUPP;
}
