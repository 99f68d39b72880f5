#include "fs/sighting.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>

bool sighting_is_reserved(const char *name)
{
	return strcmp(name, ".status") == 0 || strcmp(name, ".report") == 0 ||
	       strcmp(name, ".cfgfs") == 0;
}

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* Does `target`, seen from the link's folder, stay below the root? */
static bool stays_inside(const char *path, const char *target)
{
	const char *slash = strrchr(path, '/');
	long depth = 0;

	for (const char *at = path; slash && at <= slash; at++)
		depth += *at == '/';
	while (*target) {
		const size_t size = strcspn(target, "/");

		if (size == 2 && memcmp(target, "..", 2) == 0)
			depth--;
		else if (size > 0 && !(size == 1 && *target == '.'))
			depth++;
		if (depth < 0)
			return false;
		target += size;
		target += strspn(target, "/");
	}
	return true;
}

/* An absolute target is held against the root's own path. */
static bool leads_out(const struct source *source, const char *path,
		      const char *target)
{
	const char *root = source_root(source);
	const size_t size = strcmp(root, "/") ? strlen(root) : 0;

	if (*target != '/')
		return !stays_inside(path, target);
	if (strncmp(target, root, size) != 0 ||
	    (target[size] != '\0' && target[size] != '/'))
		return true;
	return !stays_inside("", target + size);
}

/* One finding about what is not read. */
static int find(struct judge *judge, const char *path, enum severity severity,
		const char *rule, const char *message, struct sighting *out)
{
	out->kind = SIGHTING_ENTRY;
	return judge_name(judge, path, severity, rule, message,
			  &out->judgement);
}

/* What a link leads to, by the rules of any reader of the source. */
static int look_at_link(struct judge *judge, const char *path,
			struct sighting *out)
{
	const struct source *source = judge_source(judge);
	auto_free char *target = NULL;
	char full[PATH_MAX * 2];
	const int r = source_read_link(source, path, &target);

	out->is_link = true;
	if (r)
		return r == -ENOMEM ? r : 0;
	if (leads_out(source, path, target))
		return find(judge, path, SEVERITY_WARNING, "link/outside",
			    "this symbolic link leads out of the tree", out);
	snprintf(full, sizeof(full), "%s/%s", source_root(source), path);
	if (access(full, F_OK) && (errno == ENOENT || errno == ELOOP))
		return find(judge, path, SEVERITY_WARNING, "link/dangling",
			    "this symbolic link leads to nothing", out);
	return 0;
}

/* An excluded folder is one entry: what was not checked is said, not listed. */
static int look_at_folder(struct judge *judge, const char *path,
			  struct sighting *out)
{
	auto_free char *reason = judge_exclusion(judge, path);

	out->kind = reason ? SIGHTING_ENTRY : SIGHTING_FOLDER;
	return reason ? judgement_plain(STATE_SKIPPED, reason, NULL,
					&out->judgement)
		      : 0;
}

int sighting_of(struct judge *judge, const char *path, unsigned char type,
		struct sighting *out)
{
	*out = (struct sighting){.kind = SIGHTING_NOTHING};
	if (sighting_is_reserved(base_name(path)))
		return find(judge, path, SEVERITY_WARNING, "name/reserved",
			    "a mount hides this file: it keeps the name for "
			    "itself",
			    out);
	switch (type) {
	case DT_DIR:
		return look_at_folder(judge, path, out);
	case DT_LNK:
		return look_at_link(judge, path, out);
	case DT_REG:
		out->kind = SIGHTING_FILE;
		return 0;
	default:
		return 0;
	}
}

int sighting_of_failure(struct judge *judge, const char *path, int error,
			struct sighting *out)
{
	*out = (struct sighting){.kind = SIGHTING_NOTHING};
	return error == -ENOMEM
		       ? error
		       : find(judge, path, SEVERITY_ERROR, "io/unreadable",
			      strerrordesc_np(-error), out);
}
