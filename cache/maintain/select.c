#include "cache/maintain/select.h"

#include "cache/record.h"

#include <assert.h>
#include <errno.h>
#include <fnmatch.h>

static void name_of_key(const struct item_key *key,
			uint8_t name[CONTENT_NAME_SIZE])
{
	memcpy(name, key->bytes, DIGEST_TAG_SIZE);
	memcpy(name + DIGEST_TAG_SIZE,
	       key->bytes + DIGEST_TAG_SIZE + DIGEST_SIZE, ITEM_PROOF_SIZE);
}

static int compare_names(const void *a, const void *b)
{
	return memcmp(a, b, CONTENT_NAME_SIZE);
}

int contents_add(struct contents *contents, struct span bytes)
{
	const struct digest digest = digest_of(bytes);
	const struct cache_key key = {.content = digest_tag_of(bytes)};
	const struct item_key full = item_key_of(&key, &digest);

	if (contents->count == contents->capacity) {
		const size_t capacity =
			contents->capacity ? 2 * contents->capacity : 64;
		void *more = reallocarray(contents->names, capacity,
					  CONTENT_NAME_SIZE);

		if (!more)
			return -ENOMEM;
		contents->names = more;
		contents->capacity = capacity;
	}
	name_of_key(&full, contents->names[contents->count++]);
	contents->is_sorted = false;
	return 0;
}

void contents_sort(struct contents *contents)
{
	if (contents->count)
		qsort(contents->names, contents->count, CONTENT_NAME_SIZE,
		      compare_names);
	contents->is_sorted = true;
}

bool contents_has(const struct contents *contents, const struct item_key *key)
{
	uint8_t name[CONTENT_NAME_SIZE];

	assert(contents->is_sorted);
	name_of_key(key, name);
	return contents->count &&
	       bsearch(name, contents->names, contents->count,
		       CONTENT_NAME_SIZE, compare_names);
}

void contents_release(struct contents *contents)
{
	free(contents->names);
	*contents = (struct contents){0};
}

static bool needs_record(const struct selection *selection)
{
	return selection->hash || selection->dependency_count ||
	       selection->rule || selection->made_before;
}

bool selection_is_empty(const struct selection *selection)
{
	return !selection->among && !selection->not_among &&
	       !needs_record(selection);
}

static bool rests_on(const struct cache_entry *entry, const char *path)
{
	for (uint32_t i = 0; i < entry->dependency_count; i++)
		if (strcmp(entry->dependencies[i].path, path) == 0)
			return true;
	return false;
}

static bool rests_on_any(const struct selection *selection,
			 const struct cache_entry *entry)
{
	for (size_t i = 0; i < selection->dependency_count; i++)
		if (rests_on(entry, selection->dependencies[i]))
			return true;
	return false;
}

static bool found_rule(const struct verdict *verdict, const char *rule)
{
	for (uint32_t i = 0; i < verdict->finding_count; i++)
		if (fnmatch(rule,
			    verdict_text(verdict, verdict->findings[i].rule),
			    0) == 0)
			return true;
	return false;
}

static bool has_hash(const struct cache_entry *entry, const char *prefix)
{
	char hex[65];

	digest_to_hex(&entry->content, hex);
	return strncmp(hex, prefix, strlen(prefix)) == 0;
}

static bool selects_entry(const struct selection *selection,
			  const struct cache_entry *entry)
{
	return (selection->made_before &&
		entry->validated_at < selection->made_before) ||
	       (selection->hash && has_hash(entry, selection->hash)) ||
	       rests_on_any(selection, entry) ||
	       (selection->rule && entry->verdict &&
		found_rule(entry->verdict, selection->rule));
}

int selection_has(const struct selection *selection, const struct item_key *key,
		  struct span record, bool *out)
{
	struct cache_entry entry;
	auto_free void *block = NULL;

	*out = (selection->among && contents_has(selection->among, key)) ||
	       (selection->not_among &&
		!contents_has(selection->not_among, key));
	if (*out || !needs_record(selection))
		return 0;

	const int r = record_decode(record, &entry, &block);

	if (r)
		return r == -ENOMEM ? r : 0;
	*out = selects_entry(selection, &entry);
	return 0;
}

struct search {
	const struct selection *selection;
	struct keys *keys;
};

static int add_selected(void *ctx, const struct item_key *key,
			struct span record)
{
	const struct search *search = ctx;
	bool is_selected;
	const int r =
		selection_has(search->selection, key, record, &is_selected);

	if (r || !is_selected)
		return r;
	return keys_add(search->keys, key);
}

int selection_keys(const struct selection *selection, struct store *store,
		   struct keys *out)
{
	struct search search = {selection, out};

	return maintain_each(store, add_selected, &search);
}
