/*
 * For how long the kernel may keep what a reply says.
 *
 * What is covered is kept for long: it is taken back when it changes. It must
 * be covered before the source is looked at, and still be when the reply is
 * made.
 *
 * What is not is asked for at every walk of a path, name by name, and the
 * answer brings the attributes with it. They may be used for the rest of that
 * walk and open (one or two ticks of the kernel's clock, 4 to 8 ms at 250 Hz),
 * so that it takes one request a name and not two. Whoever asks about an open
 * file later gets an answer that counts for that question alone.
 */
#include "fs/mount/ops/ops.h"

static const double ONE_TICK = 0.001;

struct keep keep_in(struct mount *mount, const char *directory,
		    const struct inode_identity *identity)
{
	struct keep keep = {.ticket = coherence_ticket(mount->coherence)};

	keep.is_covered =
		coherence_covers(mount->coherence, directory, identity);
	return keep;
}

static bool still_holds(struct mount *mount, const struct keep *keep)
{
	return keep->is_covered &&
	       coherence_ticket(mount->coherence) == keep->ticket;
}

static int look(struct mount *mount, const struct keep_place *place,
		struct stamp *stamp, struct stat *stat)
{
	return place->directory < 0 ? source_stat(judge_source(mount->judge),
						  place->path, stamp, stat)
				    : source_look_at(place->directory,
						     place->name, stamp, stat);
}

/* Its own attributes change with its entries: it must be watched as well. */
static int look_at_directory(struct mount *mount,
			     const struct keep_place *place, struct keep *keep,
			     struct stat *stat)
{
	const struct inode_identity identity = ops_identity(&keep->stamp);

	keep->has_attributes =
		coherence_covers(mount->coherence, place->path, &identity);
	return look(mount, place, &keep->stamp, stat);
}

int keep_stat(struct mount *mount, const struct keep_place *place,
	      struct keep *keep, struct stat *stat)
{
	const int r = look(mount, place, &keep->stamp, stat);

	if (r || !keep->is_covered)
		return r;
	/* It may be changed by a name that is elsewhere. */
	keep->has_attributes = keep->stamp.nlink <= 1;
	return S_ISDIR(keep->stamp.mode)
		       ? look_at_directory(mount, place, keep, stat)
		       : 0;
}

void keep_fill(struct mount *mount, const struct keep *keep,
	       struct fuse_entry_param *entry)
{
	const bool is_kept = still_holds(mount, keep) && keep->has_attributes;

	entry->entry_timeout = is_kept ? COHERENCE_LONG : 0;
	entry->attr_timeout = is_kept ? COHERENCE_LONG : ONE_TICK;
}

double keep_attributes(struct mount *mount, const struct keep *keep)
{
	return still_holds(mount, keep) && keep->has_attributes ? COHERENCE_LONG
								: 0;
}

double keep_absence(struct mount *mount, const struct keep *keep)
{
	return still_holds(mount, keep) &&
			       coherence_keeps_absence(mount->coherence)
		       ? COHERENCE_LONG
		       : 0;
}
