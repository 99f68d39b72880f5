/*
 * The judge: the stored verdict, else validate once and remember. It knows no
 * FUSE; mount and check give the same answers because both ask it.
 */
#ifndef FS_JUDGE_JUDGE_H
#define FS_JUDGE_JUDGE_H

#include "cache/cache.h"
#include "fs/config/config.h"
#include "fs/judge/judgement.h"
#include "fs/profile.h"
#include "fs/settings.h"
#include "fs/shown.h"
#include "fs/source.h"

struct judge; /* safe from any thread */

/*
 * A judge over a tree. Borrows source, cache (may be NULL), profile and
 * settings. Loads the configuration. 0 or a negative errno.
 */
must_check int judge_new(struct source *source, struct cache *cache,
			 struct profile *profile,
			 const struct settings *settings, struct judge **out);
void judge_free(struct judge *judge);

/*
 * Let its cache be shared, if a configuration that may say so or the
 * environment names a server. Before threads use it. What keeps it from that
 * is told in *why (owned), else NULL; the judge goes on without.
 */
void judge_share_cache(struct judge *judge, char **why);

struct source *judge_source(struct judge *judge);
struct cache *judge_cache(struct judge *judge);
struct profile *judge_profile(struct judge *judge);
const struct settings *judge_settings(struct judge *judge);

/*
 * Look whether configuration, schemas and whatever else verdicts rest on have
 * changed on disk. Cheap (one stat each); call it once per request. What
 * rested on something that changed is unchecked afterwards.
 */
void judge_refresh(struct judge *judge);

/*
 * Judge bytes as the content of `path` (a path from the root). With a `stamp`
 * the result is remembered for judge_known(). One validation per content at a
 * time: others who ask for the same wait for it.
 * 0 and *out (judgement_release()); -ENOMEM; -ECANCELED. A failure of the
 * environment is a judgement of state `error` that is not stored.
 */
must_check int judge_content(struct judge *judge, const char *path,
			     struct span content, const struct stamp *stamp,
			     struct judgement **out);

/*
 * Judge a file of the tree by reading it, or from memory when its stamp says
 * that it was judged already. Files that no reader is for are not read.
 * Same results as judge_content(); -ENOENT, -ENOTDIR, -EINVAL or -ELOOP when
 * there is no such regular file.
 */
must_check int judge_file(struct judge *judge, const char *path,
			  struct judgement **out);

/*
 * The same without validating: only what is known or in the cache. -ENOENT
 * also when there is no verdict.
 */
must_check int judge_file_stored(struct judge *judge, const char *path,
				 struct judgement **out);

/*
 * A judgement about what there is at a path and is not read, such as a link:
 * one finding, which the configuration may suppress. 0 and *out
 * (judgement_release()), or -ENOMEM.
 */
must_check int judge_name(struct judge *judge, const char *path,
			  enum severity severity, const char *rule,
			  const char *message, struct judgement **out);

/* A file as a walk found it. */
struct recalled {
	const char *path;
	const struct stamp *stamp;
	struct judgement *judgement; /* out; NULL: not known, judge_file() it */
};

/*
 * Judge files without opening them, by the stat index and the cache. Not for
 * bytes that are served: that nothing changed is likely, not proven. 0 or
 * -ENOMEM; what was found by then is the caller's all the same. A struct
 * recall is for one thread; it borrows the judge.
 */
struct recall;
must_check int recall_new(struct judge *judge, struct recall **out);
void recall_free(struct recall *recall);
must_check int recall_files(struct recall *recall, struct recalled *files,
			    size_t count);

/*
 * Judge files as judge_file() does, but read some of them first and look them
 * up together: a cache that is shared answers many as quickly as one. Without
 * `may_validate` as judge_file_stored(). 0; -ENOMEM; -ECANCELED; what was found
 * by then is the caller's. Files that are left without a judgement are for
 * judge_file(). Stamps are not looked at.
 */
must_check int judge_batch(struct judge *judge, struct recalled *files,
			   size_t count, bool may_validate);

/* Does that pay? */
bool judge_has_batches(const struct judge *judge);

/* Is there an index to be used at all? */
bool judge_has_index(const struct judge *judge);

/* How a file is judged, and what is stored about it. */
struct explanation {
	char *skip;	    /* owned; why it is not judged, or NULL */
	const char *format; /* "" for none */
	const char *dialect;
	char *schema;	     /* owned; by command line or configuration */
	char *schema_origin; /* owned; where that was said */
	char *shadowed;	     /* owned; an entry that would be for it too */
	char *candidates[PLAN_CANDIDATES_MAX]; /* owned; of the catalog, if it
						  has several */
	size_t candidate_count;	 /* also those that are not kept */
	size_t when_count;	 /* rules by content that may name another */
	size_t untrusted_checks; /* commands of the tree: never run */
	char *suppressed_by;	 /* owned; entries of `suppress:` for this file,
				    one a line: "ORIGIN (REASON)"; or NULL */
	size_t baseline_rules;	 /* that the baseline has for this file */
	bool has_key;
	struct digest content;
	struct cache_key key;
	struct judgement *stored; /* NULL: nothing in the cache */
	char *stale;	    /* owned; the dependency that changed, or NULL */
	size_t other_plans; /* under which the same content was judged */
	char *difference;   /* owned; from the one that is nearest, a part a
			       line: "NAME was VALUE"; NULL: not known */
	bool has_store;	    /* false: nothing can be found on disk */
	bool has_folder;    /* the content may name files beside its own */
	const char *index_doubt; /* static; why the stat index does not spare
				    reading the file, or NULL: it does */
};

/* Explain a regular file. 0 and *out (explanation_release()); errno of
 * opening or reading it; -ENOMEM. */
must_check int judge_explain(struct judge *judge, const char *path,
			     struct explanation *out);
void explanation_release(struct explanation *explanation);

/* A dependency of a judgement of this judge, as it is now. */
struct dependency judge_dependency(struct judge *judge,
				   const struct judgement *judgement,
				   uint32_t index);

/* The file that a URL stands for, by its path from the root or its full one,
 * owned; NULL: it is no URL, or it leads nowhere. */
must_check char *judge_locate(struct judge *judge, const char *name);

/* Was this path ever judged? Spares a look at the file if it was not. */
bool judge_has_result(struct judge *judge, const char *path);

/* The last judgement of a file in this state, NULL if there is none. */
struct judgement *judge_known(struct judge *judge, const char *path,
			      const struct stamp *stamp);

/* Is all that a judgement rests on, but the configuration, as it was? */
bool judge_still_holds(struct judge *judge, const struct judgement *judgement);

/*
 * Why the content of an open file is not looked at, or NULL if it is: by name
 * and configuration, and where these say nothing by its first and last bytes.
 * Owned by the caller.
 */
must_check char *judge_skip_reason(struct judge *judge, const char *path,
				   int fd);

/* Of the configuration in force: it grows with each change. */
uint32_t judge_generation(struct judge *judge);

/* Is all that verdicts with these links rest on as it was? */
bool judge_holds(struct judge *judge, const struct links *links);

/* Something was found out about a path. */
struct judge_news {
	const char
		*path; /* NULL: all that was known of any path is forgotten */
	const struct stamp *stamp;
	const struct judgement *judgement;
	uint32_t generation;
};

/*
 * Who wants to hear of it, on the thread that found out, without locks. Set it
 * before any thread judges, and take it back (NULL) after the last one.
 */
typedef void judge_listener(void *ctx, const struct judge_news *news);
void judge_set_listener(struct judge *judge, judge_listener *listen, void *ctx);

/* Give back what this thread keeps for judging; call it before it ends. */
void judge_thread_ends(void);

/*
 * The level in force. Setting it takes effect with the next file; what was
 * judged at another one is unchecked from then on, until it is judged or the
 * level is set back. 0, or -ENOTSUP: that level is not available yet.
 */
enum level judge_level(const struct judge *judge);
must_check int judge_set_level(struct judge *judge, enum level level);

/* Why everything below a directory is excluded, owned, or NULL: it is not. */
must_check char *judge_exclusion(struct judge *judge, const char *path);

/* "valid", "invalid" or "none", for `.status`. */
const char *judge_config_state(struct judge *judge);

/* The findings on the newest configuration file, owned, or NULL. */
struct verdict *judge_config_problems(struct judge *judge);

/*
 * The baseline in force: *path is owned, NULL when none is named; *baseline is
 * shared (baseline_release()), NULL when it is broken or not used. 0 or
 * -ENOMEM.
 */
must_check int judge_baseline(struct judge *judge, char **path,
			      struct baseline **baseline);

/* What readers of a mount get of a file at this path that is not valid. */
struct policy_rules judge_policy(struct judge *judge, const char *path);

/* May readers of a mount that protects them follow this link? */
must_check bool judge_lets_link(struct judge *judge, const char *path,
				const char *target);

/* What the configuration of now asks of a mount. */
struct policy_demands {
	bool protects;	       /* some file, from its readers */
	bool may_show_another; /* version, of some file */
	size_t untrusted;      /* entries of `policy:` that do not count */
};
struct policy_demands judge_policy_demands(struct judge *judge);

/* Have reports say what a mount makes of verdicts. Before threads start. */
void judge_set_teller(struct judge *judge, shown_teller *teller, void *ctx);

/* Does anybody say else than that all is served as it is? */
bool judge_has_teller(const struct judge *judge);

/* What readers get of a file in a state; as it is where nobody says else. */
void judge_tell_shown(struct judge *judge, const char *path, enum state state,
		      struct shown_facts *out);

/* Another number after each change of what verdicts rest on, as far as
 * judge_refresh() has seen it. */
uint64_t judge_footing(struct judge *judge);

/* Does what is known of a path rest on what is in force now? Not if nothing is
 * known. The file itself is not looked at. */
bool judge_stands(struct judge *judge, const char *path);

/* How often something was tried again after a failure of the moment. */
uint64_t judge_retries(const struct judge *judge);

/* Stop validations under way; every later call gives -ECANCELED. */
void judge_cancel(struct judge *judge);

#endif
