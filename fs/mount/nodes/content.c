#include "fs/mount/nodes/content.h"

/* What a small content takes besides its bytes. */
enum { OVERHEAD = 256 };

static size_t weight(const struct content *content)
{
	return content->snapshot.size + OVERHEAD;
}

struct content *content_new(struct content_pool *pool,
			    struct snapshot *snapshot)
{
	struct content *content = calloc(1, sizeof(*content));

	if (!content)
		return NULL;
	content->references = 1;
	content->pool = pool;
	content->snapshot = *snapshot;
	content->is_final =
		snapshot->is_settled && !stamp_is_racy(&snapshot->stamp);
	*snapshot = (struct snapshot){0};
	atomic_fetch_add(&pool->used_bytes, weight(content));
	return content;
}

struct content *content_share(struct content *content)
{
	atomic_fetch_add(&content->references, 1);
	return content;
}

void content_release(struct content *content)
{
	if (!content || atomic_fetch_sub(&content->references, 1) != 1)
		return;
	atomic_fetch_sub(&content->pool->used_bytes, weight(content));
	snapshot_release(&content->snapshot);
	free(content);
}

bool content_is_of(const struct content *content, const struct stamp *stamp)
{
	return content->is_final &&
	       stamp_equal(&content->snapshot.stamp, stamp);
}

bool content_pool_is_over(const struct content_pool *pool)
{
	return atomic_load(&pool->used_bytes) > pool->max_bytes;
}
