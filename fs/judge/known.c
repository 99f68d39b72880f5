/* What is known of a path already. */
#include "fs/judge/judge_private.h"

static bool has_same_digest(const struct judge *judge, int fd,
			    const struct stamp *stamp,
			    const struct judgement *judgement)
{
	struct snapshot snapshot;

	if (snapshot_read_stamped(fd, stamp, judge->settings->max_size,
				  &snapshot))
		return false;

	const struct digest digest =
		digest_of((struct span){snapshot.bytes, snapshot.size});
	const bool is_same = snapshot.is_settled &&
			     digest_equal(&digest, &judgement->content);

	snapshot_release(&snapshot);
	return is_same;
}

/* Prove by reading that a file is still what was judged. */
static bool is_same_content(struct judge *judge, const char *path,
			    const struct stamp *stamp, struct result *result)
{
	struct stamp now;
	auto_close int fd = source_open_stamped(judge->source, path, &now);

	if (fd < 0 || !stamp_equal(&now, stamp))
		return false;

	/* What was skipped has no digest; it is the same if it still is. */
	struct skip skip = {0};

	if (judge_find_skip(judge, path, fd, now.size, &skip))
		return false;

	auto_free char *reason = skip.reason;
	const bool is_same =
		result->judgement->has_digest
			? !reason && has_same_digest(judge, fd, &now,
						     result->judgement)
			: reason != NULL;

	result->stamp = *stamp;
	result->is_racy = stamp_is_racy(stamp);
	if (is_same)
		judge_remember(judge, path, result);
	return is_same;
}

bool judge_has_result(struct judge *judge, const char *path)
{
	struct result result;

	if (!results_find(judge->results, path, &result))
		return false;
	judgement_release(result.judgement);
	return true;
}

struct judgement *judge_known(struct judge *judge, const char *path,
			      const struct stamp *stamp)
{
	struct result result;

	if (!results_find(judge->results, path, &result))
		return NULL;

	struct setup_config use = setup_acquire(judge->setup);
	bool is_good = result.generation == use.generation &&
		       judge_is_at_level(judge, result.judgement) &&
		       stamp_equal(&result.stamp, stamp) &&
		       dependencies_hold(judge->tools.dependencies,
					 &result.judgement->links);

	setup_release(judge->setup, &use);
	if (is_good && result.is_racy)
		is_good = is_same_content(judge, path, stamp, &result);
	if (is_good)
		return result.judgement;
	judgement_release(result.judgement);
	return NULL;
}
