#include "fs/judge/judge_private.h"

#include "fs/judge/retry.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>

enum {
	HEAD_BYTES = 8192, /* what tells a binary file, and modelines */
	TAIL_BYTES = 1024,
};

int judge_new(struct source *source, struct cache *cache,
	      struct profile *profile, const struct settings *settings,
	      struct judge **out)
{
	struct judge *judge = calloc(1, sizeof(*judge));
	int r;

	if (!judge)
		return -ENOMEM;
	judge->source = source;
	judge->tools.cache = cache;
	judge->tools.profile = profile;
	judge->settings = settings;
	judge->facts_version = content_facts_version();
	engine_describe(judge->tools.engine);
	atomic_init(&judge->level, (int)settings->level);
	judge->forgotten = cache ? cache_generation(cache) : 0;
	r = folders_new(source, settings, &judge->folders);
	if (r == 0)
		r = dependencies_new(judge->folders,
				     settings->watch_dependencies,
				     &judge->tools.dependencies);
	if (r == 0)
		r = schemas_new(judge->tools.dependencies, cache, profile,
				&settings->schema_options,
				&judge->tools.schemas);
	if (r == 0)
		r = setup_new(judge->tools.dependencies, judge->folders,
			      settings, &judge->setup);
	if (r == 0)
		r = results_new(RESULTS_MAX, &judge->results);
	if (r == 0)
		r = flights_new(&judge->tools.flights);
	if (r) {
		judge_free(judge);
		return r;
	}
	*out = judge;
	return 0;
}

void judge_free(struct judge *judge)
{
	if (!judge)
		return;
	flights_free(judge->tools.flights);
	results_free(judge->results);
	setup_free(judge->setup);
	schemas_free(judge->tools.schemas);
	dependencies_free(judge->tools.dependencies);
	folders_free(judge->folders);
	free(judge);
}

struct source *judge_source(struct judge *judge)
{
	return judge->source;
}

struct cache *judge_cache(struct judge *judge)
{
	return judge->tools.cache;
}

struct profile *judge_profile(struct judge *judge)
{
	return judge->tools.profile;
}

const struct settings *judge_settings(struct judge *judge)
{
	return judge->settings;
}

enum level judge_level(const struct judge *judge)
{
	return (enum level)atomic_load(&judge->level);
}

int judge_set_level(struct judge *judge, enum level level)
{
	if (level > LEVEL_STANDARD)
		return -ENOTSUP;
	if (atomic_exchange(&judge->level, (int)level) != (int)level)
		atomic_fetch_add(&judge->level_changes, 1);
	return 0;
}

bool judge_is_at_level(const struct judge *judge,
		       const struct judgement *judgement)
{
	return !judgement->has_digest || judgement->level == judge_level(judge);
}

void judge_plan(struct judge *judge, const struct config *config,
		const char *path, const struct content_facts *facts,
		char directory[static PATH_MAX], struct plan *out)
{
	config_plan(config, path, facts, directory, out);
	out->level = judge_level(judge);
}

char *judge_exclusion(struct judge *judge, const char *path)
{
	struct setup_config use = setup_acquire(judge->setup);
	const char *reason = config_excluded_directory(use.config, path);
	char *copy = reason ? strdup(reason) : NULL;

	setup_release(judge->setup, &use);
	return copy;
}

const char *judge_config_state(struct judge *judge)
{
	return setup_state(judge->setup);
}

struct verdict *judge_config_problems(struct judge *judge)
{
	return setup_problems(judge->setup);
}

int judge_baseline(struct judge *judge, char **path, struct baseline **baseline)
{
	struct setup_config use = setup_acquire(judge->setup);
	const char *name = config_baseline_path(use.config);
	struct baseline *found = config_baseline(use.config);
	int r = 0;

	*path = name ? strdup(name) : NULL;
	if (name && !*path)
		r = -ENOMEM;
	else
		*baseline = found ? baseline_share(found) : NULL;
	setup_release(judge->setup, &use);
	return r;
}

void judge_thread_ends(void)
{
	hearing_thread_ends();
}

void judge_cancel(struct judge *judge)
{
	atomic_store(&judge->tools.cancel, true);
}

uint64_t judge_retries(const struct judge *judge)
{
	return atomic_load(&judge->tools.retries);
}

/* What somebody had forgotten is to be judged anew here too. */
static void forget_with_cache(struct judge *judge)
{
	const uint64_t now =
		judge->tools.cache ? cache_generation(judge->tools.cache) : 0;

	if (atomic_exchange(&judge->forgotten, now) == now)
		return;
	results_clear(judge->results);
	if (judge->listen)
		judge->listen(judge->listen_ctx, &(struct judge_news){0});
}

void judge_refresh(struct judge *judge)
{
	forget_with_cache(judge);
	if (judge->settings->watch_dependencies)
		setup_look(judge->setup);
	dependencies_refresh(judge->tools.dependencies);
	setup_refresh(judge->setup);
}

static void remember(struct judge *judge, const char *path,
		     const struct stamp *stamp, uint32_t generation,
		     struct judgement *judgement)
{
	const struct result result = {
		.stamp = *stamp,
		.judgement = judgement,
		.generation = generation,
		.is_racy = stamp_is_racy(stamp),
	};

	judge_remember(judge, path, &result);
}

void judge_remember(struct judge *judge, const char *path,
		    const struct result *result)
{
	const struct judge_news news = {.path = path,
					.stamp = &result->stamp,
					.judgement = result->judgement,
					.generation = result->generation};

	/* A run that ends soon will not come back to it. */
	if (judge->settings->watch_dependencies)
		results_store(judge->results, path, result);
	if (judge->listen)
		judge->listen(judge->listen_ctx, &news);
}

void judge_set_listener(struct judge *judge, judge_listener *listen, void *ctx)
{
	judge->listen = listen;
	judge->listen_ctx = ctx;
}

uint32_t judge_generation(struct judge *judge)
{
	struct setup_config use = setup_acquire(judge->setup);
	const uint32_t generation = use.generation;

	setup_release(judge->setup, &use);
	return generation;
}

bool judge_holds(struct judge *judge, const struct links *links)
{
	return dependencies_hold(judge->tools.dependencies, links);
}

/* An `error` of the environment is told but not remembered: it is retried. */
static bool is_lasting(const struct judgement *judgement)
{
	return judgement->has_digest ||
	       judgement->verdict->state == STATE_SKIPPED;
}

bool judge_is_configuration(const struct judge *judge, const char *path)
{
	return !judge->settings->config_file && strcmp(path, CONFIG_FILE) == 0;
}

/* More is checked of the configuration than its schema can say; whoever loads
 * it has the findings. Other bytes than those that were loaded (it has changed
 * again, or it is an older version) are held against the schema. */
static int judge_configuration(struct judge *judge, const struct plan *plan,
			       const struct content_facts *facts,
			       struct span content, struct judgement **out)
{
	judge_refresh(judge);

	struct verdict *verdict = setup_is_of(judge->setup, content)
					  ? setup_problems(judge->setup)
					  : NULL;

	if (!verdict)
		return hearing_hold(&judge->tools, plan, facts, content, out);
	*out = judgement_new(verdict, plan);
	if (!*out)
		return -ENOMEM;
	(*out)->has_digest = true;
	(*out)->content = digest_of(content);
	return 0;
}

int judge_content(struct judge *judge, const char *path, struct span content,
		  const struct stamp *stamp, struct judgement **out)
{
	char directory[PATH_MAX];
	struct setup_config use = setup_acquire(judge->setup);
	const struct content_facts facts = content_facts_of(content);
	struct plan plan;
	int r;

	judge_plan(judge, use.config, path, &facts, directory, &plan);
	*out = NULL;
	if (judge_is_configuration(judge, path))
		r = judge_configuration(judge, &plan, &facts, content, out);
	else if (plan.skip)
		r = judgement_plain(STATE_SKIPPED, plan.skip, &plan, out);
	else
		r = hearing_hold(&judge->tools, &plan, &facts, content, out);
	if (r == 0 && (*out)->tier == TIER_MISS && (*out)->has_digest)
		profile_file(judge->tools.profile, path,
			     (*out)->usec * UINT64_C(1000), content.size);
	if (r == 0 && stamp && is_lasting(*out)) {
		remember(judge, path, stamp, use.generation, *out);
		judge_note_file(judge, stamp, &facts, content, *out);
	}
	setup_release(judge->setup, &use);
	return r;
}

/* As many bytes as there are, over interruptions. */
static ssize_t read_at(int fd, char *buf, size_t size, off_t offset)
{
	ssize_t got;

	do {
		got = pread(fd, buf, size, offset);
	} while (got < 0 && errno == EINTR);
	return got < 0 ? -errno : got;
}

/* The first and the last bytes of a file, as one piece with a break between:
 * enough for a modeline and to tell a binary file. */
static int read_ends(int fd, uint64_t size, char *buf, struct span *out)
{
	const ssize_t head = read_at(fd, buf, HEAD_BYTES, 0);
	ssize_t tail = 0;

	if (head < 0)
		return (int)head;
	if (size > HEAD_BYTES) {
		const uint64_t from = size - HEAD_BYTES < TAIL_BYTES
					      ? HEAD_BYTES
					      : size - TAIL_BYTES;

		buf[head] = '\n';
		tail = read_at(fd, buf + head + 1, TAIL_BYTES, (off_t)from);
		if (tail < 0)
			return (int)tail;
		tail++;
	}
	*out = (struct span){buf, (size_t)(head + tail)};
	return 0;
}

/* 0 and the reason, NULL if there is none; -ENOMEM. */
static int describe_skip(const struct judge *judge, const struct plan *plan,
			 uint64_t size, char **reason)
{
	const uint64_t limit = judge->settings->max_size;

	*reason = NULL;
	if (plan->skip) {
		*reason = strdup(plan->skip);
		return *reason ? 0 : -ENOMEM;
	}
	if (size > limit &&
	    asprintf(reason, "larger than max_size (%llu bytes)",
		     (unsigned long long)limit) < 0) {
		*reason = NULL;
		return -ENOMEM;
	}
	return 0;
}

static struct retry attempts(struct judge *judge)
{
	return (struct retry){.cancel = &judge->tools.cancel,
			      .count = &judge->tools.retries};
}

static int look_inside(struct judge *judge, int fd, uint64_t size, char *ends,
		       struct span *out)
{
	struct retry retry = attempts(judge);
	int r;

	do {
		r = read_ends(fd, size, ends, out);
	} while (retry_again(&retry, r));
	return r;
}

int judge_find_skip(struct judge *judge, const char *path, int fd,
		    uint64_t size, struct skip *out)
{
	char directory[PATH_MAX];
	char ends[HEAD_BYTES + 1 + TAIL_BYTES];
	struct setup_config use = setup_acquire(judge->setup);
	struct span content;
	struct plan plan;
	int r = 0;

	out->facts = (struct content_facts){0};
	judge_plan(judge, use.config, path, &out->facts, directory, &plan);
	out->has_facts = plan.skip && !plan.choice.format;
	if (out->has_facts) {
		r = look_inside(judge, fd, size, ends, &content);
		if (r == 0) {
			out->facts = content_facts_of(content);
			judge_plan(judge, use.config, path, &out->facts,
				   directory, &plan);
		}
	}
	out->is_too_large = !plan.skip && size > judge->settings->max_size;
	if (r == 0)
		r = describe_skip(judge, &plan, size, &out->reason);
	out->generation = use.generation;
	setup_release(judge->setup, &use);
	return r;
}

char *judge_skip_reason(struct judge *judge, const char *path, int fd)
{
	struct skip skip = {0};
	struct stamp stamp;

	/* What goes wrong here goes wrong again when the file is read. */
	if (source_stat_fd(fd, &stamp, NULL) ||
	    judge_find_skip(judge, path, fd, stamp.size, &skip))
		return NULL;
	return skip.reason;
}

static int unreadable(int error, struct judgement **out)
{
	char message[128];

	snprintf(message, sizeof(message), "cannot be read: %s",
		 strerrordesc_np(-error));
	return judgement_of_failure(SEVERITY_ERROR, "io/unreadable", message,
				    NULL, out);
}

int judge_name(struct judge *judge, const char *path, enum severity severity,
	       const char *rule, const char *message, struct judgement **out)
{
	static const struct content_facts nothing;
	char directory[PATH_MAX];
	struct setup_config use = setup_acquire(judge->setup);
	struct plan plan;
	int r;

	judge_plan(judge, use.config, path, &nothing, directory, &plan);
	plan.choice.format = NULL;
	r = judgement_of_failure(severity, rule, message, &plan, out);
	setup_release(judge->setup, &use);
	return r;
}

/* What was found by looking into the file is noted if it was the same before
 * and after. */
static void note_skipped(struct judge *judge, int fd, const struct stamp *stamp,
			 const struct skip *skip,
			 const struct judgement *judgement)
{
	struct stamp after;

	if (skip->has_facts && source_stat_fd(fd, &after, NULL) == 0 &&
	    stamp_equal(stamp, &after))
		judge_note_file(judge, stamp, &skip->facts, (struct span){0},
				judgement);
}

static int judge_skipped(struct judge *judge, const char *path,
			 const struct stamp *stamp, const struct skip *skip,
			 struct judgement **out)
{
	/* Where readers are protected, what is not judged is not decided. */
	const struct policy_rules rules = judge_policy(judge, path);
	const bool is_undecided = skip->is_too_large && policy_protects(&rules);
	const int r =
		judgement_plain(is_undecided ? STATE_ERROR : STATE_SKIPPED,
				skip->reason, NULL, out);

	if (r == 0)
		remember(judge, path, stamp, skip->generation, *out);
	return r;
}

/* The verdict that is stored for a content, if any. */
static int stored_content(struct judge *judge, const char *path,
			  const struct snapshot *snapshot,
			  struct judgement **out)
{
	char directory[PATH_MAX];
	struct setup_config use = setup_acquire(judge->setup);
	const struct span content = {snapshot->bytes, snapshot->size};
	const struct content_facts facts = content_facts_of(content);
	auto_free char *stale = NULL;
	struct plan plan;

	judge_plan(judge, use.config, path, &facts, directory, &plan);

	/* The configuration was judged when it was loaded. */
	const int r = judge_is_configuration(judge, path)
			      ? judge_configuration(judge, &plan, &facts,
						    content, out)
			      : hearing_look_up(&judge->tools, &plan, &facts,
						content, out, &stale);

	setup_release(judge->setup, &use);
	return r;
}

static int open_file(struct judge *judge, const char *path, struct stamp *stamp)
{
	struct retry retry = attempts(judge);
	uint64_t since = profile_start(judge->tools.profile);
	int fd;

	do {
		fd = source_open_stamped(judge->source, path, stamp);
	} while (retry_again(&retry, fd));
	profile_lap(judge->tools.profile, PHASE_OPEN, &since);
	return fd;
}

static int read_file(struct judge *judge, int fd, const struct stamp *stamp,
		     struct snapshot *out)
{
	struct retry retry = attempts(judge);
	int r;

	do {
		r = snapshot_read_stamped(fd, stamp, judge->settings->max_size,
					  out);
	} while (retry_again(&retry, r));
	return r;
}

static int judge_open_file(struct judge *judge, const char *path, int fd,
			   const struct stamp *stamp, bool may_validate,
			   struct judgement **out)
{
	uint64_t since = profile_start(judge->tools.profile);
	struct snapshot snapshot;
	struct skip skip = {0};
	int r;

	*out = judge_known(judge, path, stamp);
	if (*out)
		return 0;

	r = judge_find_skip(judge, path, fd, stamp->size, &skip);
	if (r)
		return r == -ENOMEM ? r : unreadable(r, out);

	auto_free char *reason = skip.reason;

	if (reason) {
		r = judge_skipped(judge, path, stamp, &skip, out);
		if (r == 0)
			note_skipped(judge, fd, stamp, &skip, *out);
		return r;
	}
	r = read_file(judge, fd, stamp, &snapshot);
	if (r == -ENOMEM)
		return r;
	if (r)
		return unreadable(r, out);
	profile_lap(judge->tools.profile, PHASE_READ, &since);
	if (may_validate)
		r = judge_content(judge, path,
				  (struct span){snapshot.bytes, snapshot.size},
				  snapshot.is_settled ? &snapshot.stamp : NULL,
				  out);
	else
		r = stored_content(judge, path, &snapshot, out);
	snapshot_release(&snapshot);
	return r;
}

static int open_and_judge(struct judge *judge, const char *path,
			  bool may_validate, struct judgement **out)
{
	struct stamp stamp;
	auto_close int fd = open_file(judge, path, &stamp);

	switch (fd) {
	case -ENOENT:
	case -ENOTDIR:
	case -EINVAL:
	case -ELOOP:
	case -EXDEV:
		results_forget(judge->results, path);
		return fd;
	default:
		break;
	}
	if (fd < 0)
		return unreadable(fd, out);
	return judge_open_file(judge, path, fd, &stamp, may_validate, out);
}

int judge_file(struct judge *judge, const char *path, struct judgement **out)
{
	return open_and_judge(judge, path, true, out);
}

int judge_file_stored(struct judge *judge, const char *path,
		      struct judgement **out)
{
	return open_and_judge(judge, path, false, out);
}
