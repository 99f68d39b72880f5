#include "fs/mount/session/preflight.h"

#include "fs/mount/session/mounts.h"
#include "fs/mount/session/presence.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/stat.h>

static const char device[] = "/dev/fuse";
static const char fuse_configuration[] = "/etc/fuse.conf";

void preflight_release(struct preflight *preflight)
{
	free(preflight->source);
	free(preflight->given_source);
	free(preflight->mountpoint);
	*preflight = (struct preflight){0};
}

printf_like(2, 3) static bool refuse(char **why, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	if (vasprintf(why, format, arguments) < 0)
		*why = NULL;
	va_end(arguments);
	return false;
}

static char *make_absolute(const char *path)
{
	auto_free char *here = NULL;
	char *absolute = NULL;

	if (*path == '/')
		return strdup(path);
	here = realpath(".", NULL);
	if (!here || asprintf(&absolute, "%s/%s", here, path) < 0)
		return NULL;
	return absolute;
}

static void cut_slashes(char *path)
{
	size_t size = path ? strlen(path) : 0;

	while (size > 1 && path[size - 1] == '/')
		path[--size] = '\0';
}

static bool check_source(const char *source, struct preflight *out, char **why)
{
	struct stat facts;

	out->source = realpath(source, NULL);
	if (!out->source)
		return refuse(why, "source '%s': %s", source,
			      strerrordesc_np(errno));
	if (stat(out->source, &facts))
		return refuse(why, "source '%s': %s", source,
			      strerrordesc_np(errno));
	if (!S_ISDIR(facts.st_mode))
		return refuse(why,
			      "source '%s' is not a directory: to judge one "
			      "file use 'cfgfs check'",
			      source);
	if (access(out->source, R_OK | X_OK))
		return refuse(why, "source '%s' cannot be read: %s", source,
			      strerrordesc_np(errno));
	out->given_source = make_absolute(source);
	cut_slashes(out->given_source);
	return out->given_source ? true : refuse(why, "no memory");
}

/* Asked of the table of mounts: a dead or hanging mount must not be touched. */
static bool check_not_mounted(const char *mountpoint, char **why)
{
	auto_free char *point = mounts_resolve(mountpoint);
	struct mount_entry entry;

	if (!point || mounts_find(point, &entry))
		return true;

	auto_close int daemon = presence_find(&entry);

	if (mount_entry_is_ours(&entry))
		refuse(why,
		       daemon == -ESRCH
			       ? "a mount of '%s' whose daemon has ended is "
				 "still on '%s': remove it with 'cfgfs umount'"
			       : "'%s' is already mounted on '%s': unmount it "
				 "first with 'cfgfs umount'",
		       entry.source, mountpoint);

	const bool is_ours = mount_entry_is_ours(&entry);

	mount_entry_release(&entry);
	return !is_ours;
}

static bool check_mountpoint(const char *mountpoint, struct preflight *out,
			     char **why)
{
	struct stat facts;

	if (!check_not_mounted(mountpoint, why))
		return false;
	out->mountpoint = realpath(mountpoint, NULL);
	if (!out->mountpoint && errno == ENOENT)
		return refuse(why,
			      "mountpoint '%s' does not exist: make an empty "
			      "directory there",
			      mountpoint);
	if (!out->mountpoint || stat(out->mountpoint, &facts))
		return refuse(why, "mountpoint '%s': %s", mountpoint,
			      strerrordesc_np(errno));
	if (!S_ISDIR(facts.st_mode))
		return refuse(why, "mountpoint '%s' is not a directory",
			      mountpoint);
	if (geteuid() != 0 && access(out->mountpoint, W_OK))
		return refuse(
			why,
			"mountpoint '%s' is not writable: users can mount "
			"on their own directories only",
			mountpoint);
	return true;
}

static bool is_inside(const char *path, const char *directory)
{
	const size_t size = strlen(directory);

	if (strncmp(path, directory, size) != 0)
		return false;
	return path[size] == '/' || path[size] == '\0' ||
	       strcmp(directory, "/") == 0;
}

static bool check_apart(const struct preflight *places, char **why)
{
	if (strcmp(places->source, places->mountpoint) == 0)
		return refuse(why,
			      "source and mountpoint are the same directory: "
			      "mount it elsewhere");
	if (is_inside(places->mountpoint, places->source))
		return refuse(why,
			      "mountpoint '%s' lies inside the source '%s': "
			      "mount it outside",
			      places->mountpoint, places->source);
	if (is_inside(places->source, places->mountpoint))
		return refuse(why,
			      "source '%s' lies inside the mountpoint '%s', "
			      "which would hide it: mount it elsewhere",
			      places->source, places->mountpoint);
	return true;
}

/* What protects readers from the tree must not lie in the tree. */
static bool check_outside(const struct session_options *options,
			  const struct preflight *places, char **why)
{
	const char *state = options->state_directory;
	const char *config = options->config_file;
	const char *cache = options->cache_directory;

	if (cache && is_inside(cache, places->source))
		return refuse(why,
			      "cache folder '%s' lies inside the source '%s': "
			      "choose one outside",
			      cache, places->source);
	if (state && is_inside(state, places->source))
		return refuse(why,
			      "state folder '%s' lies inside the source '%s': "
			      "choose one outside",
			      state, places->source);
	if (config && policy_protects(&options->service.settings.policy) &&
	    is_inside(config, places->source))
		return refuse(why,
			      "configuration '%s' lies inside the source, for "
			      "its writers to change: copy it outside, or "
			      "trust the tree's own by -o trust-config",
			      config);
	return true;
}

static bool check_device(char **why)
{
	auto_close int fd = open(device, O_RDWR | O_CLOEXEC);

	if (fd >= 0)
		return true;
	switch (errno) {
	case ENOENT:
		return refuse(why,
			      "%s is missing: load the kernel module (modprobe "
			      "fuse); a container needs --device %s",
			      device, device);
	case ENODEV:
	case ENXIO:
		return refuse(why, "the kernel has no FUSE: load the module "
				   "(modprobe fuse)");
	case EACCES:
	case EPERM:
		return refuse(why,
			      "no permission to use %s: run as root, or let "
			      "its owner grant it (mode 0666 is usual)",
			      device);
	default:
		return refuse(why, "%s: %s", device, strerrordesc_np(errno));
	}
}

static bool is_in_path(const char *program)
{
	const char *path = getenv("PATH");
	char name[PATH_MAX];

	for (const char *at = path ? path : "/bin:/usr/bin"; *at;) {
		const int size = (int)strcspn(at, ":");

		if (snprintf(name, sizeof(name), "%.*s/%s", size, at, program) <
			    (int)sizeof(name) &&
		    access(name, X_OK) == 0)
			return true;
		at += size;
		at += *at == ':';
	}
	return false;
}

static bool is_word_of_configuration(const char *word)
{
	FILE *file = fopen(fuse_configuration, "re");
	auto_free char *text = NULL;
	size_t capacity = 0;
	bool is_there = false;

	if (!file)
		return false;
	while (!is_there && getline(&text, &capacity, file) > 0) {
		text[strcspn(text, " \t\r\n")] = '\0';
		is_there = strcmp(text, word) == 0;
	}
	fclose(file);
	return is_there;
}

/* What users need and root does not. */
static bool check_user(const struct session_options *options, char **why)
{
	if (geteuid() == 0)
		return true;
	if (!is_in_path("fusermount3"))
		return refuse(why,
			      "fusermount3 is missing, which users need to "
			      "mount: install the package fuse3");
	if (options->allow_other &&
	    !is_word_of_configuration("user_allow_other"))
		return refuse(why,
			      "option 'allow_other': users may give it only if "
			      "%s has the line user_allow_other",
			      fuse_configuration);
	return true;
}

bool preflight_check(const struct session_options *options,
		     struct preflight *out, char **why)
{
	struct preflight places = {0};

	*why = NULL;
	if (check_source(options->service.root, &places, why) &&
	    check_mountpoint(options->mountpoint, &places, why) &&
	    check_apart(&places, why) && check_outside(options, &places, why) &&
	    check_device(why) && check_user(options, why)) {
		*out = places;
		return true;
	}
	preflight_release(&places);
	return false;
}
