#include "fs/mount/protect/protect_parts.h"

#include <errno.h>

enum {
	SHELF_BYTES = 64 << 20,
	HURRY_SECONDS = 2,
	MOST_DECISIONS = 1 << 17, /* then all are forgotten, and made anew */
};

int protect_new(const struct protect_tools *tools, struct protect **out)
{
	struct protect *protect = calloc(1, sizeof(*protect));

	if (!protect)
		return -ENOMEM;
	protect->tools = *tools;
	shelf_init(&protect->shelf, SHELF_BYTES);
	pthread_mutex_init(&protect->lock, NULL);
	pthread_cond_init(&protect->heard, NULL);
	protect->secret = *tools->secret;
	if (idmap_init(&protect->holds) || idmap_init(&protect->decisions)) {
		protect_free(protect);
		return -ENOMEM;
	}
	*out = protect;
	return 0;
}

static void drop_decision(struct idmap_link *link)
{
	struct decision *decision = (struct decision *)link;

	edition_release(decision->edition);
	free(decision);
}

void protect_free(struct protect *protect)
{
	if (!protect)
		return;
	idmap_release(&protect->holds, hold_free);
	idmap_release(&protect->decisions, drop_decision);
	shelf_release(&protect->shelf);
	pthread_cond_destroy(&protect->heard);
	pthread_mutex_destroy(&protect->lock);
	free(protect);
}

struct policy_rules protect_rules(struct protect *protect, const char *path)
{
	return judge_policy(protect->tools.judge, path);
}

/* The first bytes as a number that is not 0. */
static uint64_t version_of(struct digest_builder *builder)
{
	const struct digest digest = digest_end(builder);
	const uint64_t version = get_le64(digest.bytes);

	return version ? version : 1;
}

uint64_t protect_version_of_stamp(struct protect *protect,
				  const struct stamp *stamp)
{
	struct digest_builder builder;

	digest_begin_keyed(&builder, &protect->secret);
	digest_add(&builder, span_of("stamp"));
	digest_add_number(&builder, atomic_load(&protect->age));
	digest_add_number(&builder, stamp->size);
	digest_add_number(&builder, stamp->mode);
	digest_add_number(&builder, (uint64_t)stamp->mtime_ns);
	digest_add_number(&builder, (uint64_t)stamp->ctime_ns);
	return version_of(&builder);
}

uint64_t protect_version_of_content(struct protect *protect,
				    const struct digest *content)
{
	struct digest_builder builder;

	digest_begin_keyed(&builder, &protect->secret);
	digest_add(&builder, span_of("content"));
	digest_add(&builder, (struct span){(const char *)content->bytes,
					   sizeof(content->bytes)});
	return version_of(&builder);
}

/* Two paths with one hash take turns: each then is decided again. */
static struct decision *find_decision_locked(struct protect *protect,
					     const char *path)
{
	struct decision *decision = (struct decision *)idmap_find(
		&protect->decisions, digest_checksum(span_of(path)));

	return decision && strcmp(decision->path, path) == 0 ? decision : NULL;
}

/* What was decided of the file in this state, if nothing has changed since. */
static struct edition *recall(struct protect *protect, const char *path,
			      const struct stamp *stamp)
{
	struct edition *edition = NULL;

	pthread_mutex_lock(&protect->lock);

	const struct decision *decision = find_decision_locked(protect, path);

	if (decision && decision->age == atomic_load(&protect->age) &&
	    stamp_equal(&decision->edition->stamp, stamp))
		edition = edition_share(decision->edition);
	pthread_mutex_unlock(&protect->lock);
	if (!edition)
		return NULL;

	struct judge *judge = protect->tools.judge;
	struct judgement *known = judge_known(judge, path, stamp);
	const bool holds = known && (!edition->basis ||
				     judge_still_holds(judge, edition->basis));

	judgement_release(known);
	if (holds)
		return edition;
	edition_release(edition);
	return NULL;
}

int protect_keeping(struct protect *protect, const char *path)
{
	pthread_mutex_lock(&protect->lock);

	const struct decision *decision = find_decision_locked(protect, path);
	const int keeping = decision ? decision->edition->keeping : 0;

	pthread_mutex_unlock(&protect->lock);
	return keeping;
}

static struct decision *new_decision(const char *path, uint64_t age,
				     struct edition *edition)
{
	const size_t size = strlen(path) + 1;
	struct decision *decision = calloc(1, sizeof(*decision) + size);

	if (!decision)
		return NULL;
	decision->link.id = digest_checksum(span_of(path));
	decision->age = age;
	decision->edition = edition_share(edition);
	memcpy(decision->path, path, size);
	return decision;
}

/* The decision before on that path, or on one with the same hash. */
static struct decision *replace_locked(struct protect *protect,
				       struct decision *decision)
{
	struct idmap_link *before =
		idmap_find(&protect->decisions, decision->link.id);

	if (before)
		idmap_remove(&protect->decisions, before);
	idmap_add(&protect->decisions, &decision->link);
	return (struct decision *)before;
}

/* When there are too many, all of them. */
static bool take_all_locked(struct protect *protect, struct idmap *old)
{
	struct idmap fresh;

	if (protect->decisions.count < MOST_DECISIONS || idmap_init(&fresh))
		return false;
	*old = protect->decisions;
	protect->decisions = fresh;
	return true;
}

/* Without memory the next look decides again. */
static void remember(struct protect *protect, const char *path, uint64_t age,
		     struct edition *edition)
{
	struct decision *decision = new_decision(path, age, edition);
	struct idmap old;

	if (!decision)
		return;
	pthread_mutex_lock(&protect->lock);

	const bool has_old = take_all_locked(protect, &old);
	struct decision *before = replace_locked(protect, decision);

	pthread_mutex_unlock(&protect->lock);
	if (before)
		drop_decision(&before->link);
	if (has_old)
		idmap_release(&old, drop_decision);
}

static int look_early(struct protect *protect, const char *path,
		      const struct stamp *stamp, struct stat *stat,
		      struct view *out)
{
	const uint64_t age = atomic_load(&protect->age);
	struct edition *edition;

	judge_refresh(protect->tools.judge);
	edition = recall(protect, path, stamp);
	if (!edition) {
		const int r =
			protect_decide(protect, path, stamp, stat, &edition);

		if (r)
			return r;
		remember(protect, path, age, edition);
	}
	*stat = edition->facts;
	*out = (struct view){.version = edition->version, .edition = edition};
	return 0;
}

static time_t now_seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec;
}

void protect_hurry(struct protect *protect, const char *path)
{
	const uint64_t hash = digest_checksum(span_of(path));

	pthread_mutex_lock(&protect->lock);
	protect->hurries[hash % PROTECT_HURRIES] =
		(struct hurry){hash, now_seconds() + HURRY_SECONDS};
	pthread_mutex_unlock(&protect->lock);
}

bool protect_is_hurried(struct protect *protect, const char *path)
{
	const uint64_t hash = digest_checksum(span_of(path));

	pthread_mutex_lock(&protect->lock);

	const struct hurry hurry = protect->hurries[hash % PROTECT_HURRIES];

	pthread_mutex_unlock(&protect->lock);
	return hurry.path == hash && hurry.until > now_seconds();
}

/* Policies change with a configuration that may name some. */
static void refresh_policy(struct protect *protect)
{
	struct judge *judge = protect->tools.judge;

	if (judge_settings(judge)->config_file ||
	    judge_settings(judge)->trust_config)
		judge_refresh(judge);
}

/* A large file that no reader is for: its bytes are not held in memory, and
 * none of them is judged. */
static bool is_beyond_judging(struct protect *protect, const char *path,
			      const struct stamp *stamp)
{
	struct judge *judge = protect->tools.judge;
	struct judgement *judgement;

	if (stamp->size <= judge_settings(judge)->max_size ||
	    judge_file(judge, path, &judgement))
		return false;

	const bool is_skipped = judgement->verdict->state == STATE_SKIPPED;

	judgement_release(judgement);
	return is_skipped;
}

bool protect_lets_pass(struct protect *protect, const char *path)
{
	struct stamp stamp;

	refresh_policy(protect);

	const struct policy_rules rules = protect_rules(protect, path);

	return !policy_protects(&rules) ||
	       (source_stat(judge_source(protect->tools.judge), path, &stamp,
			    NULL) == 0 &&
		is_beyond_judging(protect, path, &stamp));
}

int protect_look(struct protect *protect, const char *path,
		 const struct stamp *stamp, struct stat *stat, struct view *out)
{
	*out = (struct view){0};
	refresh_policy(protect);

	const struct policy_rules rules = protect_rules(protect, path);

	if (!policy_protects(&rules) || is_beyond_judging(protect, path, stamp))
		return 0;
	if (policy_may_show_another(&rules) ||
	    protect_is_hurried(protect, path))
		return look_early(protect, path, stamp, stat, out);
	out->version = protect_version_of_stamp(protect, stamp);
	return 0;
}

void protect_view_release(struct view *view)
{
	edition_release(view->edition);
	*view = (struct view){0};
}
