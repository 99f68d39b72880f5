#include "fs/mount/protect/protect_parts.h"

#include <errno.h>

enum { NS_PER_SECOND = 1000 * 1000 * 1000, MODE_BITS = 07777, ALL_READ = 04 };

static struct timespec time_of(int64_t ns)
{
	struct timespec time = {.tv_sec = ns / NS_PER_SECOND,
				.tv_nsec = ns % NS_PER_SECOND};

	if (time.tv_nsec < 0) {
		time.tv_nsec += NS_PER_SECOND;
		time.tv_sec--;
	}
	return time;
}

static int64_t ns_of(struct timespec time)
{
	return (int64_t)time.tv_sec * NS_PER_SECOND + time.tv_nsec;
}

/* A version that only its owner could read must not reach another one. */
bool protect_may_show(const struct kept *kept, const struct stat *facts)
{
	return kept->mode & ALL_READ ||
	       (kept->uid == facts->st_uid && kept->gid == facts->st_gid);
}

/* Size and times are those of the version; of the rights, what both have. */
static struct stat facts_of_kept(const struct kept *kept,
				 const struct stat *now)
{
	struct stat facts = *now;

	facts.st_size = (off_t)kept->size;
	facts.st_blocks = (facts.st_size + 511) / 512;
	facts.st_mtim = time_of(kept->mtime_ns);
	facts.st_ctim = time_of(kept->ctime_ns);
	facts.st_mode = (now->st_mode & S_IFMT) |
			(now->st_mode & kept->mode & MODE_BITS);
	return facts;
}

static int show_nothing(struct protect *protect, const struct reading *reading,
			struct edition **out)
{
	struct edition *edition =
		edition_new(&protect->shelf, SHOWN_NOTHING,
			    &reading->snapshot.stamp, &reading->facts);

	if (!edition)
		return -ENOMEM;
	edition->version = protect_version_of_stamp(protect, &edition->stamp);
	*out = edition;
	return 0;
}

/*
 * A volume of Kubernetes has a new folder for each version of all its files;
 * the version before is that of the file in the folder before. Should that one
 * be looked at again, it is not the newest.
 */
static bool is_outdated(struct protect *protect, const char *path,
			const char *name, const struct kept *kept)
{
	struct kept before;

	return strcmp(path, name) != 0 &&
	       vault_find(protect->tools.vault, name, &before) == 0 &&
	       before.mtime_ns > kept->mtime_ns;
}

/* Where it cannot be kept the version before is, and this one stays in memory.
 */
static void keep_version(struct protect *protect, const char *path,
			 const struct reading *reading, struct edition *edition)
{
	char buf[GLOB_PATH_SIZE];
	const char *name = config_pattern_path(path, buf);
	struct timespec now;

	if (!protect->tools.vault || !policy_is_good(reading->state))
		return;
	clock_gettime(CLOCK_REALTIME, &now);

	const struct kept kept = {
		.content = reading->content,
		.size = reading->snapshot.size,
		.mtime_ns = ns_of(reading->facts.st_mtim),
		.ctime_ns = ns_of(reading->facts.st_ctim),
		.kept_at = now.tv_sec,
		.mode = reading->facts.st_mode,
		.uid = reading->facts.st_uid,
		.gid = reading->facts.st_gid,
	};

	if (!is_outdated(protect, path, name, &kept))
		edition->keeping = vault_put(protect->tools.vault, name, &kept,
					     reading->snapshot.bytes);
}

/* Takes the edition. */
static int put_on_shelf(struct protect *protect, struct edition *edition,
			struct snapshot *snapshot, struct edition **out)
{
	struct content *bytes;
	const int r = shelf_put(&protect->shelf, edition, snapshot, &bytes);

	if (r) {
		edition_release(edition);
		return r;
	}
	content_release(bytes);
	*out = edition;
	return 0;
}

static int show_as_is(struct protect *protect, const char *path,
		      struct reading *reading, struct edition **out)
{
	struct edition *edition =
		edition_new(&protect->shelf, SHOWN_AS_IS,
			    &reading->snapshot.stamp, &reading->facts);

	if (!edition)
		return -ENOMEM;
	edition->facts.st_size = (off_t)reading->snapshot.size;
	edition->content = reading->content;
	edition->version =
		protect_version_of_content(protect, &edition->content);
	keep_version(protect, path, reading, edition);

	return put_on_shelf(protect, edition, &reading->snapshot, out);
}

static int show_kept(struct protect *protect, const struct kept *kept,
		     const struct reading *reading, struct snapshot *bytes,
		     struct edition **out)
{
	const struct stat facts = facts_of_kept(kept, &reading->facts);
	struct edition *edition = edition_new(&protect->shelf, SHOWN_LAST_GOOD,
					      &reading->snapshot.stamp, &facts);

	if (!edition)
		return -ENOMEM;
	edition->content = kept->content;
	edition->version =
		protect_version_of_content(protect, &edition->content);

	return put_on_shelf(protect, edition, bytes, out);
}

/* It was valid once: it must be so under the rules of now. Else NULL. */
static struct judgement *find_basis(struct protect *protect, const char *path,
				    const struct snapshot *bytes)
{
	struct judgement *judgement;

	if (protect_judge(protect, path, bytes, false, &judgement))
		return NULL;
	if (policy_is_good((enum state)judgement->verdict->state))
		return judgement;
	judgement_release(judgement);
	return NULL;
}

bool protect_has_bytes(struct protect *protect, const struct kept *kept)
{
	char *bytes = NULL;
	const int r = vault_load(protect->tools.vault, kept, &bytes);

	free(bytes);
	return r == 0;
}

/* 0; -ENOENT: there is no version to show; -ENOMEM. */
static int show_last_good(struct protect *protect, const char *path,
			  const struct reading *reading, struct edition **out)
{
	struct vault *vault = protect->tools.vault;
	struct snapshot bytes = {0};
	char buf[GLOB_PATH_SIZE];
	struct kept kept;

	if (!vault ||
	    vault_find(vault, config_pattern_path(path, buf), &kept) ||
	    !protect_may_show(&kept, &reading->facts) ||
	    vault_load(vault, &kept, &bytes.bytes))
		return -ENOENT;
	bytes.size = kept.size;

	struct judgement *basis = find_basis(protect, path, &bytes);
	const int r = basis ? show_kept(protect, &kept, reading, &bytes, out)
			    : -ENOENT;

	if (r == 0)
		(*out)->basis = basis;
	else
		judgement_release(basis);
	snapshot_release(&bytes);
	return r;
}

static int show(struct protect *protect, const char *path,
		struct reading *reading, struct edition **out)
{
	const struct policy_rules rules = protect_rules(protect, path);
	enum policy policy = policy_for(&rules, reading->state);

	if (policy == POLICY_LAST_GOOD) {
		const int r = show_last_good(protect, path, reading, out);

		if (r != -ENOENT)
			return r;
		policy = rules.never_valid;
	}
	/* What has no bytes, such as one that is too large, has none to serve.
	 */
	if (policy == POLICY_SERVE && reading->snapshot.bytes)
		return show_as_is(protect, path, reading, out);
	return show_nothing(protect, reading, out);
}

/* Of what cannot be opened, only what a look at its name tells is known. */
static void complete(struct reading *reading, const struct stamp *stamp,
		     const struct stat *found)
{
	if (reading->facts.st_mode)
		return;
	reading->snapshot.stamp = *stamp;
	reading->facts = *found;
}

int protect_decide(struct protect *protect, const char *path,
		   const struct stamp *stamp, const struct stat *found,
		   struct edition **out)
{
	struct reading reading;
	int r = protect_read(protect, path, &reading);

	if (r)
		return r;
	complete(&reading, stamp, found);
	r = show(protect, path, &reading, out);
	reading_release(&reading);
	return r;
}

/* 0: it holds the same bytes still, and may be served under the rules of now;
 * -ENOENT: it holds others; -ESTALE: so it does, and its stamp does not tell.
 */
static int bring_from_file(struct protect *protect, const char *path,
			   struct edition *edition, struct content **out)
{
	const struct policy_rules rules = protect_rules(protect, path);
	struct reading reading;
	int r = protect_read(protect, path, &reading);

	if (r)
		return r == -ENOMEM ? r : -ENOENT;
	if (!reading.snapshot.bytes ||
	    !digest_equal(&reading.content, &edition->content))
		r = stamp_equal(&reading.snapshot.stamp, &edition->stamp)
			    ? -ESTALE
			    : -ENOENT;
	else if (!policy_may_show_another(&rules) &&
		 policy_for(&rules, reading.state) != POLICY_SERVE)
		r = policy_errno(&rules);
	else
		r = shelf_put(&protect->shelf, edition, &reading.snapshot, out);
	reading_release(&reading);
	return r;
}

static int bring_from_keep(struct protect *protect, struct edition *edition,
			   struct content **out)
{
	const struct kept kept = {.content = edition->content,
				  .size = (uint64_t)edition->facts.st_size};
	struct snapshot bytes = {.size = kept.size};

	*out = shelf_get(&protect->shelf, edition);
	if (*out)
		return 0;
	if (!protect->tools.vault ||
	    vault_load(protect->tools.vault, &kept, &bytes.bytes))
		return -ESTALE;

	const int r = shelf_put(&protect->shelf, edition, &bytes, out);

	snapshot_release(&bytes);
	return r;
}

int protect_bring(struct protect *protect, const char *path,
		  struct edition *edition, struct content **out)
{
	const struct policy_rules rules = protect_rules(protect, path);
	int r;

	if (edition->shown == SHOWN_NOTHING)
		return policy_errno(&rules);
	if (edition->shown == SHOWN_LAST_GOOD) {
		r = bring_from_keep(protect, edition, out);
	} else {
		r = bring_from_file(protect, path, edition, out);
		/* An edit after it was looked up: the next look sees it. */
		if (r == -ENOENT) {
			*out = shelf_get(&protect->shelf, edition);
			return *out ? 0 : -ESTALE;
		}
	}
	/* What was decided holds no longer, and no stamp tells. */
	if (r == -ESTALE)
		atomic_fetch_add(&protect->age, 1);
	return r;
}

/* A node that another process knew: is what it showed what is shown now? */
static int admit_again(struct protect *protect, const struct file_name *name,
		       struct edition **out, struct content **bytes)
{
	const struct source *source = judge_source(protect->tools.judge);
	struct stamp stamp;
	struct stat facts;
	struct view view;

	if (source_stat(source, name->path, &stamp, &facts) ||
	    protect_look(protect, name->path, &stamp, &facts, &view))
		return -ESTALE;

	int r = -ESTALE;

	if (view.edition && view.version == name->identity.version)
		r = protect_bring(protect, name->path, view.edition, bytes);
	if (r == 0)
		*out = edition_share(view.edition);
	protect_view_release(&view);
	return r;
}

int protect_admit(struct protect *protect, const struct file_name *name,
		  struct edition **out, struct content **bytes)
{
	const struct policy_rules rules = protect_rules(protect, name->path);
	struct reading reading;
	int r;

	if (policy_may_show_another(&rules))
		return admit_again(protect, name, out, bytes);
	r = protect_read(protect, name->path, &reading);
	/* What is of another kind now is another file. */
	if (r)
		return r == -ENOMEM ? r : -ESTALE;
	if (reading.facts.st_mode &&
	    protect_version_of_stamp(protect, &reading.snapshot.stamp) !=
		    name->identity.version)
		r = -ESTALE;
	else if (policy_for(&rules, reading.state) != POLICY_SERVE ||
		 !reading.snapshot.bytes)
		r = policy_errno(&rules);
	else
		r = show_as_is(protect, name->path, &reading, out);
	reading_release(&reading);
	if (r)
		return r;
	*bytes = shelf_get(&protect->shelf, *out);
	if (*bytes)
		return 0;
	edition_release(*out);
	*out = NULL;
	return -ESTALE; /* pushed out already: try again */
}
