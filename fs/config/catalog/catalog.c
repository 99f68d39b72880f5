#include "fs/config/catalog/catalog.h"

#include "fs/config/catalog/catalog_parts.h"
#include "fs/config/catalog/shelf.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>

int catalog_load(struct span text, const char *folder, struct catalog **out,
		 char why[CATALOG_WHY_SIZE])
{
	struct catalog *catalog = calloc(1, sizeof(*catalog));
	int r = -ENOMEM;

	if (!catalog)
		return r;
	arena_init(&catalog->arena, CATALOG_ARENA_MAX);
	pthread_mutex_init(&catalog->lock, NULL);
	*why = '\0';
	catalog->folder = arena_text(&catalog->arena, span_of(folder));
	if (catalog->folder)
		r = catalog_read(catalog, text, why);
	if (r == -E2BIG) {
		snprintf(why, CATALOG_WHY_SIZE,
			 "it needs more memory than the limit");
		r = -EBADMSG;
	}
	if (r) {
		catalog_free(catalog);
		return r;
	}
	*out = catalog;
	return 0;
}

void catalog_free(struct catalog *catalog)
{
	if (!catalog)
		return;
	shelf_free(catalog->shelf);
	pthread_mutex_destroy(&catalog->lock);
	arena_release(&catalog->arena);
	free(catalog);
}

/* A path and its last two names, which most patterns tell at once. */
struct wanted {
	struct glob_path parts;
	struct span name;
	struct span parent;
};

static bool wanted_split(struct wanted *wanted, const char *path)
{
	const char *slash = strrchr(path, '/');
	const char *from = slash;

	if (!glob_path_split(&wanted->parts, path))
		return false;
	wanted->name = span_of(slash ? slash + 1 : path);
	while (from && from > path && from[-1] != '/')
		from--;
	wanted->parent = slash ? (struct span){from, (size_t)(slash - from)}
			       : (struct span){"", 0};
	return true;
}

static bool ends_with(struct span text, struct span tail)
{
	return text.size >= tail.size &&
	       memcmp(text.data + text.size - tail.size, tail.data,
		      tail.size) == 0;
}

static bool fits(const struct catalog_pattern *pattern,
		 const struct wanted *wanted)
{
	return ends_with(wanted->name, pattern->tail) &&
	       (!pattern->parent.data ||
		span_equal(pattern->parent, wanted->parent)) &&
	       glob_fits(&pattern->glob, &wanted->parts);
}

/* What has been found: only the most specific counts. */
struct harvest {
	bool names_folders;
	struct catalog_match match;
};

static void add_candidate(struct harvest *harvest,
			  const struct catalog_entry *entry)
{
	struct catalog_match *match = &harvest->match;

	for (size_t i = 0;
	     i < match->candidate_count && i < PLAN_CANDIDATES_MAX; i++)
		if (strcmp(match->candidates[i], entry->url) == 0)
			return;
	if (match->candidate_count < PLAN_CANDIDATES_MAX)
		match->candidates[match->candidate_count] = entry->url;
	if (match->candidate_count == 0)
		match->origin = entry->origin;
	match->candidate_count++;
}

static void look_in_bucket(const struct catalog *catalog,
			   const struct wanted *wanted, uint32_t key,
			   struct harvest *harvest)
{
	uint32_t at = catalog->buckets[key & (CATALOG_BUCKETS - 1)];

	while (at != CATALOG_NONE) {
		const struct catalog_pattern *pattern = &catalog->patterns[at];

		at = pattern->next;
		if (pattern->key != key ||
		    pattern->names_folders < harvest->names_folders ||
		    !fits(pattern, wanted))
			continue;
		if (pattern->names_folders > harvest->names_folders)
			*harvest = (struct harvest){.names_folders = true};
		add_candidate(harvest, &catalog->entries[pattern->entry]);
	}
}

/* Patterns that end as the name does from there on. */
static void look_by_end(const struct catalog *catalog,
			const struct wanted *wanted, size_t start,
			struct harvest *harvest)
{
	const struct span end = {wanted->name.data + start,
				 wanted->name.size - start};
	const struct span any = {NULL, 0};

	look_in_bucket(catalog, wanted, catalog_key_of_end(end, any), harvest);
	if (wanted->parent.size)
		look_in_bucket(catalog, wanted,
			       catalog_key_of_end(end, wanted->parent),
			       harvest);
}

void catalog_match(const struct catalog *catalog, const char *path,
		   struct catalog_match *out)
{
	struct harvest harvest = {0};
	struct wanted wanted;

	*out = (struct catalog_match){0};
	if (!wanted_split(&wanted, path))
		return;

	look_in_bucket(catalog, &wanted, catalog_key_of_name(wanted.name),
		       &harvest);
	for (size_t i = 0; i < wanted.name.size; i++)
		if (wanted.name.data[i] == '.')
			look_by_end(catalog, &wanted, i, &harvest);
	look_by_end(catalog, &wanted, wanted.name.size, &harvest);
	*out = harvest.match;
	if (out->candidate_count == 1) {
		out->url = out->candidates[0];
		out->candidate_count = 0;
	}
}

/* Under which names a schema of SchemaStore's own site is referred to. */
static bool is_own_site(struct span url)
{
	static const char *const sites[] = {
		"www.schemastore.org/",
		"json.schemastore.org/",
		"schemastore.org/",
		"raw.githubusercontent.com/SchemaStore/schemastore/",
	};
	const size_t scheme = span_starts(url, "https://")  ? 8
			      : span_starts(url, "http://") ? 7
							    : 0;
	const struct span rest = {url.data + scheme, url.size - scheme};

	for (size_t i = 0; scheme && i < array_size(sites); i++)
		if (span_starts(rest, sites[i]))
			return true;
	return false;
}

/* May the file of that name be the schema of that URL? */
static int check_url(const struct catalog *catalog, struct span url)
{
	const struct span name = catalog_last_part(url);
	bool is_named = false;
	bool is_shared = false;

	if (is_own_site(url))
		return 0;
	for (uint32_t at = catalog->url_buckets[doc_hash(name) &
						(CATALOG_BUCKETS - 1)];
	     at != CATALOG_NONE; at = catalog->urls[at].next) {
		const struct span other = catalog->urls[at].text;

		if (!span_equal(catalog_last_part(other), name))
			continue;
		if (span_equal(other, url))
			is_named = true;
		else
			is_shared = true;
	}
	if (!is_named)
		return -EREMOTE;
	return is_shared ? -ENOENT : 0;
}

/* URLs of SchemaStore's site often leave the ".json" out. */
static const char *find_file(const struct shelf *shelf, struct span name)
{
	char longer[NAME_MAX + 1];
	const char *path = shelf_find(shelf, name);
	const int size = snprintf(longer, sizeof(longer), "%.*s.json",
				  (int)name.size, name.data);

	if (path || size < 0 || (size_t)size >= sizeof(longer))
		return path;
	return shelf_find(shelf, span_of(longer));
}

static int look_on_shelf(const struct catalog *catalog, struct span name,
			 char *path)
{
	const char *file = find_file(catalog->shelf, name);
	const char *folder = catalog->folder;

	if (!file || snprintf(path, PATH_MAX, "%s%s%s", folder,
			      *folder ? "/" : "", file) >= PATH_MAX)
		return -ENOENT;
	return 0;
}

int catalog_locate(struct catalog *catalog, const struct folders *folders,
		   const char *url, char *path)
{
	const struct span text = span_of(url);
	const struct span name = catalog_last_part(text);
	int r = check_url(catalog, text);

	/* What is behind a '#' would need more than the file. */
	if (r || name.size == 0 || name.size > NAME_MAX || strchr(url, '#'))
		return r ? r : -ENOENT;
	pthread_mutex_lock(&catalog->lock);
	if (!catalog->shelf)
		r = shelf_new(folders, catalog->folder, &catalog->shelf);
	if (r == 0)
		r = look_on_shelf(catalog, name, path);
	pthread_mutex_unlock(&catalog->lock);
	return r;
}

void catalog_refresh(struct catalog *catalog, const struct folders *folders)
{
	pthread_mutex_lock(&catalog->lock);
	if (catalog->shelf && shelf_has_changed(catalog->shelf, folders)) {
		shelf_free(catalog->shelf);
		catalog->shelf = NULL;
	}
	pthread_mutex_unlock(&catalog->lock);
}
