/*
 * From changes of the source to what the kernel has to forget.
 *
 * A node may be unknown here or to the kernel while the answer to its look-up
 * is on its way. Then its name is taken back: the kernel does that when the
 * look-up has ended.
 */
#include "fs/mount/coherence/coherence_parts.h"

#include <errno.h>
#include <limits.h>

/* Several files may have had a name; more than this are never seen. */
enum { NODES_MAX = 32 };

struct nodes {
	uint64_t ids[NODES_MAX];
	size_t count;
};

/* The nodes of a directory, and of the one that it is in by `name`. */
struct spot {
	struct nodes at;
	struct nodes above;
	struct span name;
};

/* The nodes of a name in any of these directories. False: too many. */
static bool descend(struct coherence *coherence, const struct nodes *from,
		    struct span name, struct nodes *to)
{
	to->count = 0;
	for (size_t i = 0; i < from->count; i++) {
		const size_t found = inodes_named(
			coherence->tools.inodes, from->ids[i], name,
			to->ids + to->count, NODES_MAX - to->count);

		/* It may be being looked up. */
		if (found == 0)
			take_back_name(coherence, from->ids[i], name);
		to->count += found;
	}
	return to->count < NODES_MAX;
}

static struct span next_name(const char **path)
{
	const size_t size = strcspn(*path, "/");
	const struct span name = {*path, size};

	*path += size;
	*path += **path == '/';
	return name;
}

/* False: too many. */
static bool find_spot(struct coherence *coherence, const char *path,
		      struct spot *out)
{
	*out = (struct spot){.at = {.ids = {INODE_ROOT}, .count = 1}};
	while (*path) {
		out->above = out->at;
		out->name = next_name(&path);
		if (!descend(coherence, &out->above, out->name, &out->at))
			return false;
	}
	return true;
}

static void take_back_names(struct coherence *coherence,
			    const struct nodes *directories, struct span name)
{
	for (size_t i = 0; i < directories->count; i++)
		take_back_name(coherence, directories->ids[i], name);
}

/* The nodes of a name, which the kernel may not know yet. */
static void take_back_nodes(struct coherence *coherence,
			    const struct nodes *nodes,
			    const struct nodes *directories, struct span name)
{
	for (size_t i = 0; i < nodes->count; i++)
		if (take_back_node(coherence, nodes->ids[i]) == -ENOENT)
			take_back_names(coherence, directories, name);
}

static void take_back_directory(struct coherence *coherence,
				const struct spot *spot)
{
	take_back_nodes(coherence, &spot->at, &spot->above, spot->name);
}

/* The path of what has changed; false: too long. */
static bool path_of(const struct change *change, char path[static PATH_MAX])
{
	const size_t size = strlen(change->directory);
	const size_t name_size = strlen(change->name);

	if (size + name_size + 2 > PATH_MAX)
		return false;
	memcpy(path, change->directory, size);
	if (size)
		path[size] = '/';
	memcpy(path + size + (size ? 1 : 0), change->name, name_size + 1);
	return true;
}

/* They may lose their name before they are read again. */
static void hold_nodes(struct coherence *coherence, const struct change *change,
		       const struct nodes *nodes)
{
	char path[PATH_MAX];

	if (change->is_directory || !path_of(change, path))
		return;
	for (size_t i = 0; i < nodes->count; i++) {
		struct inode inode;

		if (inodes_get(coherence->tools.inodes, nodes->ids[i], &inode))
			continue;

		const struct file_name name = {.node = inode.id,
					       .path = path,
					       .identity = inode.identity};

		files_hold_name(coherence->tools.files, &name);
	}
}

static bool content_changed(struct coherence *coherence,
			    const struct change *change)
{
	const struct span name = span_of(change->name);
	struct nodes nodes;
	struct spot spot;

	if (!find_spot(coherence, change->directory, &spot) ||
	    !descend(coherence, &spot.at, name, &nodes))
		return false;
	hold_nodes(coherence, change, &nodes);
	take_back_nodes(coherence, &nodes, &spot.at, name);
	return true;
}

/* What a name leads to now; ino 0: nothing. */
static struct stamp look_at(const struct coherence *coherence,
			    const struct change *change)
{
	const struct source *source = judge_source(coherence->tools.judge);
	char path[PATH_MAX];
	struct stamp stamp;

	if (!path_of(change, path) || source_stat(source, path, &stamp, NULL))
		return (struct stamp){0};
	return stamp;
}

/* A file that has lost its name is left alone: who has it open goes on with
 * what the kernel has of it. */
static void keep_those_named(struct coherence *coherence,
			     const struct stamp *now, struct nodes *nodes)
{
	size_t kept = 0;

	for (size_t i = 0; i < nodes->count; i++) {
		struct inode inode;

		if (inodes_get(coherence->tools.inodes, nodes->ids[i],
			       &inode) == 0 &&
		    inode.identity.ino == now->ino &&
		    inode.identity.dev == now->dev)
			nodes->ids[kept++] = nodes->ids[i];
	}
	nodes->count = kept;
}

static bool entry_changed(struct coherence *coherence,
			  const struct change *change)
{
	const struct span name = span_of(change->name);
	const struct stamp now = look_at(coherence, change);
	struct nodes nodes;
	struct spot spot;

	if (now.nlink > 1 && !S_ISDIR(now.mode))
		coherence->has_new_links = true;
	if (!find_spot(coherence, change->directory, &spot) ||
	    !descend(coherence, &spot.at, name, &nodes))
		return false;
	keep_those_named(coherence, &now, &nodes);
	hold_nodes(coherence, change, &nodes);
	take_back_nodes(coherence, &nodes, &spot.at, name);
	take_back_names(coherence, &spot.at, name);
	/* A kept listing has the old names, also those never looked up. */
	take_back_directory(coherence, &spot);
	return true;
}

static bool directory_changed(struct coherence *coherence,
			      const struct change *change)
{
	struct spot spot;

	if (!find_spot(coherence, change->directory, &spot))
		return false;
	take_back_directory(coherence, &spot);
	return true;
}

static bool is_below(const char *path, const char *directory)
{
	const size_t size = strlen(directory);

	return strncmp(path, directory, size) == 0 &&
	       (size == 0 || path[size] == '\0' || path[size] == '/');
}

/* All that is kept of what is below, also what the names no longer lead to:
 * who holds it open sees it by its node. */
static bool directory_unwatched(struct coherence *coherence,
				const struct change *change)
{
	struct inodes *inodes = coherence->tools.inodes;
	char path[PATH_MAX];
	struct inode inode = {0};
	struct spot spot;

	if (!*change->directory ||
	    !find_spot(coherence, change->directory, &spot))
		return false;
	/* An answer that is on its way is kept below a name that has gone,
	 * and would be there again when the folder comes back. */
	for (size_t i = 0; i < spot.at.count; i++)
		inodes_supersede(inodes, spot.at.ids[i]);
	take_back_names(coherence, &spot.above, spot.name);
	while (inodes_next(inodes, inode.id, &inode))
		if (inodes_path(inodes, inode.id, path) == 0 &&
		    is_below(path, change->directory))
			take_back_node(coherence, inode.id);
	return true;
}

/* The pages of what rested on something that has changed are dropped, so that
 * it is judged when it is read next. */
static void drop_unfounded(struct coherence *coherence)
{
	struct judge *judge = coherence->tools.judge;
	struct inodes *inodes = coherence->tools.inodes;
	char path[PATH_MAX];
	struct inode inode = {0};

	while (inodes_next(inodes, inode.id, &inode))
		if (inodes_path(inodes, inode.id, path) == 0 &&
		    !judge_stands(judge, path))
			take_back_node(coherence, inode.id);
}

static void check_footing(struct coherence *coherence)
{
	struct judge *judge = coherence->tools.judge;

	judge_refresh(judge);

	const uint64_t footing = judge_footing(judge);

	if (footing == coherence->footing)
		return;
	coherence->footing = footing;
	drop_unfounded(coherence);
}

/* Writes by another name are not told under the one that is kept: what has
 * several is to be asked for each time. Seldom enough for all to be taken back.
 */
static bool pause_came(struct coherence *coherence)
{
	const bool has_new_links = coherence->has_new_links;

	coherence->has_new_links = false;
	check_footing(coherence);
	return !has_new_links;
}

static bool handle(struct coherence *coherence, const struct change *change)
{
	switch (change->kind) {
	case CHANGE_CONTENT:
		return content_changed(coherence, change);
	case CHANGE_ENTRY:
		return entry_changed(coherence, change);
	case CHANGE_DIRECTORY:
		return directory_changed(coherence, change);
	case CHANGE_UNWATCHED:
		atomic_fetch_add(&coherence->ticket, 1);
		return directory_unwatched(coherence, change);
	case CHANGE_PAUSE:
		return pause_came(coherence);
	case CHANGE_LOST:
		break;
	}
	return false;
}

void follow_change(void *ctx, const struct change *change)
{
	struct coherence *coherence = ctx;

	if (handle(coherence, change))
		return;
	atomic_fetch_add(&coherence->ticket, 1);
	take_back_all(coherence);
}
