#include "fs/judge/hearing.h"

#include "fs/judge/retry.h"

#include "validate/plan_describe.h"
#include "validate/validate.h"

#include <errno.h>
#include <stdio.h>
#include <time.h>

/* One judging of one content: the plan, and what it turned out to rest on. */
struct hearing {
	struct hearing_tools *tools;
	const struct plan *plan;
	const struct content_facts *facts; /* of a content that is at hand */
	struct span content;
	struct digest digest;
	struct cache_key key;
	struct links links;
	struct compiled **schemas; /* in use until the end */
	size_t schema_count;
	const char *schema; /* the last of them, by its path */
	char **files;	    /* read for rules, likewise */
	size_t file_count;
	uint64_t since; /* of the profile's lap under way */
};

static void end_hearing(struct hearing *hearing)
{
	for (size_t i = 0; i < hearing->schema_count; i++)
		schemas_put_back(hearing->tools->schemas, hearing->schemas[i]);
	for (size_t i = 0; i < hearing->file_count; i++)
		free(hearing->files[i]);
	free(hearing->schemas);
	free(hearing->files);
	links_release(&hearing->links);
}

/* Make room for one more pointer in an array that is grown by one each time:
 * a validation has few of them. */
static bool grow_by_one(void *array, size_t count)
{
	void **list = realloc(*(void ***)array, (count + 1) * sizeof(void *));

	if (list)
		*(void ***)array = list;
	return list != NULL;
}

static int host_read(void *ctx, const char *path, struct span *out)
{
	struct hearing *hearing = ctx;
	struct link link;
	char *bytes = NULL;
	size_t size = 0;
	const int r = dependencies_read(hearing->tools->dependencies, path,
					&link, &bytes, &size);

	if (links_add(&hearing->links, link) ||
	    !grow_by_one(&hearing->files, hearing->file_count)) {
		free(bytes);
		return -ENOMEM;
	}
	if (r)
		return r;
	hearing->files[hearing->file_count++] = bytes;
	*out = (struct span){bytes, size};
	return 0;
}

static int host_schema(void *ctx, const char *path, const struct schema **out,
		       const char **why)
{
	struct hearing *hearing = ctx;
	struct compiled *compiled;
	const int r = schemas_get(hearing->tools->schemas, path, &compiled);

	if (r)
		return r;
	if (!grow_by_one(&hearing->schemas, hearing->schema_count)) {
		schemas_put_back(hearing->tools->schemas, compiled);
		return -ENOMEM;
	}
	hearing->schemas[hearing->schema_count++] = compiled;
	if (links_add_all(&hearing->links, &compiled->links))
		return -ENOMEM;
	*out = compiled->schema;
	*why = compiled->why;
	hearing->schema = path;
	/* Getting the schema, also compiling it, is not parsing. */
	hearing->since = profile_start(hearing->tools->profile);
	return compiled->error;
}

static void host_phase_edge(void *ctx, const char *phase, enum phase_edge edge)
{
	struct hearing *hearing = ctx;

	if (edge == PHASE_BEGIN)
		return;

	struct profile *profile = hearing->tools->profile;
	const enum profile_phase found = profile_phase_find(phase);
	const uint64_t spent = profile_lap(profile, found, &hearing->since);

	if (found == PHASE_SCHEMA && hearing->schema)
		profile_check(profile, hearing->schema, spent);
}

/* Each thread keeps one arena: most files need no memory from the system. */
struct thread_arena {
	struct arena arena;
	bool is_made;
};

static _Thread_local struct thread_arena thread_arena;

static struct arena *arena_of_thread(void)
{
	if (!thread_arena.is_made) {
		arena_init(&thread_arena.arena, SIZE_MAX);
		thread_arena.is_made = true;
	}
	return &thread_arena.arena;
}

void hearing_thread_ends(void)
{
	if (thread_arena.is_made)
		arena_release(&thread_arena.arena);
	thread_arena.is_made = false;
}

static uint64_t clock_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000u + (uint64_t)now.tv_nsec / 1000;
}

/* Hand a judgement the links that were gathered. */
static int attach_links(struct hearing *hearing, struct judgement *judgement)
{
	if (hearing->links.count == 0)
		return 0;
	judgement->links = hearing->links;
	hearing->links = (struct links){0};
	return 0;
}

/* So that people can be told later under what it was judged. */
static void note_plan(const struct hearing *hearing)
{
	const struct digest *digest = &hearing->key.plan;

	if (!hearing->facts || !cache_wants_plan(hearing->tools->cache, digest))
		return;

	auto_free char *text = plan_describe(hearing->plan, hearing->facts);

	if (text)
		cache_note_plan(hearing->tools->cache, digest, text);
}

/* Not keeping a verdict costs time later, never an answer. */
static void store(struct hearing *hearing, const struct judgement *judgement)
{
	const struct links *links = &hearing->links;
	auto_free struct dependency *list =
		dependencies_describe_all(hearing->tools->dependencies, links);

	if (!hearing->tools->cache || !list)
		return;
	/* A dependency that changed meanwhile: the verdict is of a past. */
	if (!dependencies_hold(hearing->tools->dependencies, links))
		return;

	const struct cache_entry entry = {
		.content = hearing->digest,
		.validated_at = judgement->validated_at,
		.usec = judgement->usec,
		.dependency_count = links->count,
		.dependencies = list,
		.verdict = judgement->verdict,
	};
	const int r = cache_put(hearing->tools->cache, &hearing->key, &entry);

	(void)r;
	note_plan(hearing);
	profile_lap(hearing->tools->profile, PHASE_STORE, &hearing->since);
}

/* What a failure of ours, not of the file, looks like to its reader. */
static int environment_failed(const struct hearing *hearing, int error,
			      struct judgement **out)
{
	char reason[128];

	snprintf(reason, sizeof(reason),
		 "cannot read a file that the check needs: %s",
		 strerrordesc_np(-error));
	return judgement_plain(STATE_ERROR, reason, hearing->plan, out);
}

static int validate(struct hearing *hearing, struct judgement **out)
{
	struct hearing_tools *tools = hearing->tools;
	const struct host host = {
		.ctx = hearing,
		.read = host_read,
		.schema = host_schema,
		.phase = host_phase_edge,
		.cancel = &tools->cancel,
	};
	struct retry retry = {.cancel = &tools->cancel,
			      .count = &tools->retries};
	const uint64_t start = clock_us();
	struct verdict *verdict;
	int r;

	do {
		r = validate_bytes(hearing->plan, hearing->content, &host,
				   arena_of_thread(), &verdict);
		/* One large file must not leave a large arena behind. */
		arena_reset(arena_of_thread());
	} while (retry_again(&retry, r));

	if (r == -ENOMEM || r == -ECANCELED)
		return r;
	if (r)
		return environment_failed(hearing, r, out);

	struct judgement *judgement = judgement_new(verdict, hearing->plan);

	if (!judgement)
		return -ENOMEM;
	judgement->usec = (uint32_t)(clock_us() - start);
	judgement->has_digest = true;
	judgement->content = hearing->digest;
	store(hearing, judgement);
	r = attach_links(hearing, judgement);
	if (r) {
		judgement_release(judgement);
		return r;
	}
	*out = judgement;
	return 0;
}

/* Fresh means: the content that counts for the verdict is there now. */
static bool is_fresh(void *ctx, const struct dependency *stored)
{
	struct hearing *hearing = ctx;

	return dependencies_match(hearing->tools->dependencies, stored,
				  &hearing->links);
}

/* Takes what was found, also when it fails. */
static struct judgement *from_entry(struct hearing *hearing,
				    struct cache_found *found)
{
	const uint32_t usec = found->entry.usec;
	const int64_t validated_at = found->entry.validated_at;
	const enum cache_tier tier = found->tier;
	struct judgement *judgement =
		judgement_new(cache_found_verdict(found), hearing->plan);

	if (!judgement)
		return NULL;
	judgement->tier = tier;
	judgement->usec = usec;
	judgement->validated_at = validated_at;
	judgement->has_digest = true;
	judgement->content = hearing->digest;
	if (attach_links(hearing, judgement)) {
		judgement_release(judgement);
		return NULL;
	}
	return judgement;
}

static int look_up(struct hearing *hearing, struct judgement **out,
		   char **stale)
{
	struct hearing_tools *tools = hearing->tools;
	struct cache_found found;

	if (!tools->cache)
		return -ENOENT;

	int r = cache_get(tools->cache, &hearing->key, &hearing->digest,
			  is_fresh, hearing, &found, stale);

	profile_lap(tools->profile,
		    r == 0 && found.tier == TIER_MEMORY ? PHASE_LOOKUP_MEMORY
							: PHASE_LOOKUP_DISK,
		    &hearing->since);
	if (r) {
		/* What was gathered before the stale one does not count. */
		links_release(&hearing->links);
		return r;
	}
	*out = from_entry(hearing, &found);
	return *out ? 0 : -ENOMEM;
}

static int look_up_or_validate(struct hearing *hearing, struct judgement **out)
{
	const int r = look_up(hearing, out, NULL);

	return r == -ENOENT ? validate(hearing, out) : r;
}

struct cache_key hearing_key(const struct hearing_tools *tools,
			     const struct plan *plan,
			     const struct content_facts *facts,
			     struct span content)
{
	return (struct cache_key){
		digest_tag_of(content),
		plan_digest_under(tools->engine, plan, facts)};
}

static struct hearing begin(struct hearing_tools *tools,
			    const struct plan *plan,
			    const struct content_facts *facts,
			    struct span content)
{
	struct hearing hearing = {
		.tools = tools,
		.plan = plan,
		.facts = facts,
		.content = content,
		.since = profile_start(tools->profile),
	};

	hearing.digest = digest_of(content);
	hearing.key = hearing_key(tools, plan, facts, content);
	profile_lap(tools->profile, PHASE_HASH, &hearing.since);
	return hearing;
}

/* One subject, one question, two answers. */
/* NOLINTNEXTLINE(readability-function-size) */
int hearing_look_up(struct hearing_tools *tools, const struct plan *plan,
		    const struct content_facts *facts, struct span content,
		    struct judgement **out, char **stale)
{
	struct hearing hearing = begin(tools, plan, facts, content);
	int r;

	*stale = NULL;
	r = look_up(&hearing, out, stale);
	end_hearing(&hearing);
	return r;
}

enum { RECALL_MAX = 64 };

/* Takes what was found, also when it fails. */
static int recall_one(struct hearing *hearing, struct cache_ask *ask,
		      struct recollection *out)
{
	if (!ask->is_found) {
		links_release(&hearing->links);
		return 0;
	}
	out->judgement = from_entry(hearing, &ask->found);
	links_release(&hearing->links);
	return out->judgement ? 0 : -ENOMEM;
}

static int recall_some(struct hearing_tools *tools, struct recollection *list,
		       size_t count)
{
	struct hearing hearings[RECALL_MAX];
	struct cache_ask asks[RECALL_MAX];

	for (size_t i = 0; i < count; i++) {
		hearings[i] = (struct hearing){.tools = tools,
					       .plan = list[i].plan,
					       .digest = list[i].content};
		asks[i] = (struct cache_ask){.key = list[i].key,
					     .content = list[i].content,
					     .ctx = &hearings[i]};
	}

	uint64_t since = profile_start(tools->profile);
	int r = cache_get_many(tools->cache, asks, count, is_fresh);

	profile_lap(tools->profile, PHASE_LOOKUP_DISK, &since);
	for (size_t i = 0; i < count; i++) {
		const int one = recall_one(&hearings[i], &asks[i], &list[i]);

		r = r ? r : one;
	}
	return r;
}

int hearing_recall(struct hearing_tools *tools, struct recollection *list,
		   size_t count)
{
	int r = 0;

	for (size_t i = 0; i < count; i++)
		list[i].judgement = NULL;
	for (size_t i = 0; r == 0 && i < count; i += RECALL_MAX)
		r = recall_some(tools, list + i,
				count - i < RECALL_MAX ? count - i
						       : RECALL_MAX);
	return r;
}

/*
 * Get the answer of whoever is at it, or find it. -EAGAIN: the one who was at
 * it failed for reasons of its own.
 */
static int join_or_decide(struct hearing *hearing, struct judgement **out)
{
	struct flights *flights = hearing->tools->flights;
	struct flight *flight =
		flight_join(flights, &hearing->key, &hearing->digest, out);

	if (!flight)
		return *out ? 0 : -ENOMEM;
	if (!flight_is_leader(flight)) {
		flight_leave(flights, flight);
		return -EAGAIN;
	}

	const int r = look_up_or_validate(hearing, out);

	flight_land(flights, flight, r == 0 ? *out : NULL);
	return r;
}

int hearing_hold(struct hearing_tools *tools, const struct plan *plan,
		 const struct content_facts *facts, struct span content,
		 struct judgement **out)
{
	struct hearing hearing = begin(tools, plan, facts, content);
	int r;

	*out = NULL;
	do {
		r = join_or_decide(&hearing, out);
	} while (r == -EAGAIN && !atomic_load(&tools->cancel));
	end_hearing(&hearing);
	return r == -EAGAIN ? -ECANCELED : r;
}
