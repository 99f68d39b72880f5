#include "fs/mount/protect/protect_parts.h"

#include <errno.h>
#include <stdio.h>
#include <time.h>

static void tell_denied(const struct policy_rules *rules, const char *why,
			struct shown_facts *out)
{
	out->shown = SHOWN_NOTHING;
	snprintf(out->why, sizeof(out->why), "opening it gives %s%s%s",
		 rules->denies_with_eio ? "EIO" : "EACCES", *why ? ": " : "",
		 why);
}

static void tell_last_good(const struct edition *edition,
			   struct shown_facts *out)
{
	char hex[65];
	char date[32];
	struct tm when;

	digest_to_hex(&edition->content, hex);
	gmtime_r(&edition->facts.st_mtim.tv_sec, &when);
	strftime(date, sizeof(date), "%Y-%m-%dT%H:%M:%SZ", &when);
	out->shown = SHOWN_LAST_GOOD;
	snprintf(out->why, sizeof(out->why),
		 "the version of %s, %lld bytes, BLAKE2b %.16s", date,
		 (long long)edition->facts.st_size, hex);
}

/* Why there is no version to go back to. */
static const char *lack_of_version(struct protect *protect, const char *path,
				   const struct stat *facts)
{
	char buf[GLOB_PATH_SIZE];
	struct kept kept;
	const int r =
		protect->tools.vault
			? vault_find(protect->tools.vault,
				     config_pattern_path(path, buf), &kept)
			: -ENOENT;

	if (r == -ENOENT)
		return "no valid version of it was ever kept";
	if (r == -EBADMSG)
		return "the note of its valid version is damaged";
	if (r)
		return "its valid version cannot be read";
	if (!protect_may_show(&kept, facts))
		return "its valid version belonged to another owner, and not "
		       "all could read it";
	return protect_has_bytes(protect, &kept)
		       ? "its last valid version is not valid by the rules of "
			 "now"
		       : "its valid version is damaged";
}

static void tell_edition(struct protect *protect, const char *path,
			 const struct stat *facts,
			 const struct edition *edition, struct shown_facts *out)
{
	const struct policy_rules rules = protect_rules(protect, path);

	if (edition->shown == SHOWN_LAST_GOOD)
		tell_last_good(edition, out);
	else if (edition->shown == SHOWN_NOTHING)
		tell_denied(&rules, lack_of_version(protect, path, facts), out);
	else
		snprintf(out->why, sizeof(out->why), "%s",
			 lack_of_version(protect, path, facts));
}

static void tell_early(struct protect *protect, const char *path,
		       struct shown_facts *out)
{
	const struct source *source = judge_source(protect->tools.judge);
	struct stamp stamp;
	struct stat facts;
	struct stat shown;
	struct view view;

	if (source_stat(source, path, &stamp, &facts))
		return;
	shown = facts;
	if (protect_look(protect, path, &stamp, &shown, &view))
		return;
	if (view.edition)
		tell_edition(protect, path, &facts, view.edition, out);
	protect_view_release(&view);
}

/* A version that could not be kept is not there after a restart. */
static void tell_keeping(struct protect *protect, const char *path,
			 struct shown_facts *out)
{
	const int keeping = protect_keeping(protect, path);

	if (keeping)
		snprintf(out->why, sizeof(out->why),
			 "valid, but it could not be kept: %s",
			 strerrordesc_np(-keeping));
}

void protect_tell(void *ctx, const char *path, enum state state,
		  struct shown_facts *out)
{
	struct protect *protect = ctx;
	const struct policy_rules rules = protect_rules(protect, path);

	if (state == STATE_UNCHECKED)
		return;
	switch (policy_for(&rules, state)) {
	case POLICY_DENY:
		tell_denied(&rules, "", out);
		return;
	case POLICY_LAST_GOOD:
		tell_early(protect, path, out);
		return;
	case POLICY_SERVE:
	default:
		tell_keeping(protect, path, out);
	}
}
