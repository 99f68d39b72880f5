/* The nodes, and those who have them open. */
#include "fs/mount/protect/protect_parts.h"

#include <errno.h>

static struct hold *find_locked(struct protect *protect, uint64_t node)
{
	return (struct hold *)idmap_find(&protect->holds, node);
}

static struct hold *find_or_add_locked(struct protect *protect, uint64_t node)
{
	struct hold *hold = find_locked(protect, node);

	if (hold)
		return hold;
	hold = calloc(1, sizeof(*hold));
	if (!hold)
		return NULL;
	hold->link.id = node;
	idmap_add(&protect->holds, &hold->link);
	return hold;
}

void hold_free(struct idmap_link *link)
{
	struct hold *hold = (struct hold *)link;

	edition_release(hold->edition);
	content_release(hold->bytes);
	free(hold);
}

static bool shows_the_same(const struct edition *a, const struct edition *b)
{
	return (a->shown == SHOWN_NOTHING) == (b->shown == SHOWN_NOTHING) &&
	       digest_equal(&a->content, &b->content);
}

/* A node that has shown something stays with that: the kernel may still have
 * pages of it. */
static int adopt_locked(struct hold *hold, struct edition *edition,
			struct edition **old)
{
	if (hold->opens ||
	    (hold->edition && hold->edition->shown != SHOWN_NOTHING))
		return shows_the_same(hold->edition, edition) ? 0 : -ESTALE;
	*old = hold->edition;
	hold->edition = edition_share(edition);
	return 0;
}

int protect_attach(struct protect *protect, uint64_t node,
		   const struct view *view)
{
	struct edition *old = NULL;
	int r = -ENOMEM;

	if (!view->edition)
		return 0;
	pthread_mutex_lock(&protect->lock);

	struct hold *hold = find_or_add_locked(protect, node);

	if (hold)
		r = adopt_locked(hold, view->edition, &old);
	pthread_mutex_unlock(&protect->lock);
	edition_release(old);
	return r;
}

static struct edition *edition_of(struct protect *protect, uint64_t node)
{
	pthread_mutex_lock(&protect->lock);

	const struct hold *hold = find_locked(protect, node);
	struct edition *edition =
		hold && hold->edition ? edition_share(hold->edition) : NULL;

	pthread_mutex_unlock(&protect->lock);
	return edition;
}

/* One more reader; all of a node have the same bytes. */
static int add_reader(struct protect *protect, uint64_t node,
		      struct edition *edition, struct content *bytes)
{
	struct edition *old = NULL;
	int r = -ENOMEM;

	pthread_mutex_lock(&protect->lock);

	struct hold *hold = find_or_add_locked(protect, node);

	if (hold)
		r = adopt_locked(hold, edition, &old);
	if (r == 0 && hold->opens++ == 0)
		hold->bytes = content_share(bytes);
	pthread_mutex_unlock(&protect->lock);
	edition_release(old);
	return r;
}

int protect_open(struct protect *protect, const struct file_name *name)
{
	struct edition *edition = edition_of(protect, name->node);
	struct content *bytes = NULL;
	int r;

	judge_refresh(protect->tools.judge);
	r = edition ? protect_bring(protect, name->path, edition, &bytes)
		    : protect_admit(protect, name, &edition, &bytes);
	if (r == 0)
		r = add_reader(protect, name->node, edition, bytes);
	if (r == -ESTALE)
		protect_hurry(protect, name->path);
	content_release(bytes);
	edition_release(edition);
	return r;
}

void protect_close(struct protect *protect, uint64_t node)
{
	struct content *bytes = NULL;

	pthread_mutex_lock(&protect->lock);

	struct hold *hold = find_locked(protect, node);

	if (hold && hold->opens && --hold->opens == 0)
		bytes = steal(&hold->bytes);
	pthread_mutex_unlock(&protect->lock);
	content_release(bytes);
}

static struct content *find_content(struct protect *protect, uint64_t node)
{
	pthread_mutex_lock(&protect->lock);

	const struct hold *hold = find_locked(protect, node);
	struct content *bytes =
		hold && hold->bytes ? content_share(hold->bytes) : NULL;

	pthread_mutex_unlock(&protect->lock);
	return bytes;
}

int protect_content(struct protect *protect, const struct file_name *name,
		    struct content **out)
{
	*out = find_content(protect, name->node);
	if (*out)
		return 0;

	/* The worker that it was opened by is dead. The first reader to close
	 * it closes it here; the next read then opens it again. */
	const int r = protect_open(protect, name);

	if (r)
		return r;
	*out = find_content(protect, name->node);
	return *out ? 0 : -ESTALE;
}

int protect_stat(struct protect *protect, uint64_t node, struct stat *stat)
{
	int r = -ENOENT;

	pthread_mutex_lock(&protect->lock);

	const struct hold *hold = find_locked(protect, node);

	if (hold && hold->opens) {
		*stat = hold->edition->facts;
		r = 0;
	}
	pthread_mutex_unlock(&protect->lock);
	return r;
}

void protect_forget(struct protect *protect, uint64_t node)
{
	pthread_mutex_lock(&protect->lock);

	struct hold *hold = find_locked(protect, node);

	if (hold)
		idmap_remove(&protect->holds, &hold->link);
	pthread_mutex_unlock(&protect->lock);
	if (hold)
		hold_free(&hold->link);
}
