#include "tools/place.h"

#include "fs/config/config.h"

#include <errno.h>
#include <limits.h>
#include <mntent.h>
#include <stdio.h>
#include <sys/stat.h>

/* Real path of the folder, kept name: a link at the end is not followed. */
static char *real_of_file(const char *path)
{
	const char *slash = strrchr(path, '/');
	auto_free char *folder =
		slash ? strndup(path,
				slash == path ? 1 : (size_t)(slash - path))
		      : strdup(".");
	auto_free char *real = folder ? realpath(folder, NULL) : NULL;
	char *full = NULL;

	if (!real)
		return NULL;
	if (asprintf(&full, "%s/%s", strcmp(real, "/") ? real : "",
		     slash ? slash + 1 : path) < 0)
		return NULL;
	return full;
}

static bool has_configuration(const char *folder)
{
	auto_free char *path = NULL;

	return asprintf(&path, "%s/" CONFIG_FILE, folder) >= 0 &&
	       access(path, F_OK) == 0;
}

/* The nearest folder with a configuration, else the file's own. */
static char *root_of_file(const char *real)
{
	auto_free char *folder = strdup(real);
	char *own = NULL;

	for (char *slash; folder && (slash = strrchr(folder, '/'));) {
		*slash = '\0';

		const char *name = *folder ? folder : "/";

		if (!own)
			own = strdup(name);
		if (has_configuration(name)) {
			free(own);
			return strdup(name);
		}
	}
	return own;
}

/* What of `real` is below `root`; NULL: it is not. */
static const char *path_below(const char *real, const char *root)
{
	const size_t size = strcmp(root, "/") ? strlen(root) : 0;

	if (strncmp(real, root, size) != 0)
		return NULL;
	if (real[size] == '\0')
		return real + size;
	return real[size] == '/' ? real + size + 1 : NULL;
}

/* How many folders up from `here` the tree below `root` begins; from too far
 * away (-1) a full path reads better. */
static int steps_up(const char *here, const char *root)
{
	const char *rest = path_below(here, root);
	int steps = 0;

	if (!rest)
		return -1;
	while (*rest && steps >= 0) {
		rest += strcspn(rest, "/");
		rest += *rest == '/';
		steps = steps < 3 ? steps + 1 : -1;
	}
	return steps;
}

/* The way from the working directory to `root`: "", "conf/", "../". */
static char *prefix_to(const char *root)
{
	static const char up[] = "../../../";
	char here[PATH_MAX];
	const char *below = NULL;
	char *prefix = NULL;
	int steps = -1;

	if (getcwd(here, sizeof(here))) {
		below = path_below(root, here);
		steps = steps_up(here, root);
	}
	if (below)
		steps = asprintf(&prefix, "%s%s", below, *below ? "/" : "");
	else if (steps >= 0)
		steps = asprintf(&prefix, "%.*s", steps * 3, up);
	else
		steps = asprintf(&prefix, "%s/", strcmp(root, "/") ? root : "");
	return steps < 0 ? NULL : prefix;
}

/* What the name leads to is a folder, also through a link; a link to a file
 * stays a link, which is not followed. */
static int is_folder(const char *path, bool *out)
{
	struct stat facts;

	if (stat(path, &facts) == 0) {
		*out = S_ISDIR(facts.st_mode);
		return 0;
	}
	*out = false;
	return lstat(path, &facts) ? -errno : 0;
}

/* Where below `root` the working directory lies; "" if not below it. */
static char *inside_of(const char *root)
{
	char here[PATH_MAX];
	const char *below =
		getcwd(here, sizeof(here)) ? path_below(here, root) : NULL;

	return strdup(below ? below : "");
}

static char *choose_root(const char *real, bool is_directory,
			 const char *forced_root)
{
	if (forced_root)
		return realpath(forced_root, NULL);
	return is_directory ? strdup(real) : root_of_file(real);
}

static int describe(const char *real, struct place_of_path *place)
{
	const char *below = path_below(real, place->root);

	if (!below)
		return -EXDEV;
	place->path = strdup(below);
	place->prefix = prefix_to(place->root);
	place->inside = inside_of(place->root);
	return place->path && place->prefix && place->inside ? 0 : -ENOMEM;
}

int place_find(const char *path, const char *forced_root,
	       struct place_of_path *out)
{
	struct place_of_path place = {0};
	int r = is_folder(path, &place.is_directory);

	if (r)
		return r;

	auto_free char *real =
		place.is_directory ? realpath(path, NULL) : real_of_file(path);

	if (!real)
		return -errno;
	place.root = choose_root(real, place.is_directory, forced_root);
	r = place.root ? describe(real, &place) : -errno;
	if (r) {
		place_release(&place);
		return r;
	}
	*out = place;
	return 0;
}

void place_release(struct place_of_path *place)
{
	free(place->root);
	free(place->path);
	free(place->prefix);
	free(place->inside);
	*place = (struct place_of_path){0};
}

char *place_mount_of(const char *path)
{
	char real[PATH_MAX];
	FILE *mounts = setmntent("/proc/self/mounts", "re");
	char *best = NULL;

	if (!mounts || !realpath(path, real)) {
		if (mounts)
			endmntent(mounts);
		return NULL;
	}
	for (const struct mntent *mount; (mount = getmntent(mounts));) {
		if (!path_below(real, mount->mnt_dir))
			continue;
		/* Later mounts cover earlier ones. */
		free(best);
		best = strcmp(mount->mnt_type, "fuse.cfgfs") == 0
			       ? strdup(mount->mnt_dir)
			       : NULL;
	}
	endmntent(mounts);
	return best;
}
