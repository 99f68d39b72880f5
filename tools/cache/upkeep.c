/* cfgfs cache verify, gc, clear and invalidate. */
#include "tools/cache/request.h"

#include "tools/place.h"
#include "validate/rule.h"

#include <errno.h>
#include <fnmatch.h>
#include <inttypes.h>
#include <stdio.h>
#include <time.h>

static const char *plural(uint64_t count)
{
	return count == 1 ? "" : "s";
}

static void tell(const char *what, uint64_t count)
{
	if (count)
		printf("  %-28s %" PRIu64 "\n", what, count);
}

static void tell_audit(const struct audit_result *found)
{
	const uint64_t bad = found->records - found->good;

	printf("%" PRIu64 " record%s: %" PRIu64 " good, %" PRIu64 " bad\n",
	       found->records, plural(found->records), found->good, bad);
	tell("damaged", found->damaged);
	tell("of another version", found->of_other_version);
	tell("under a key not theirs", found->misplaced);
	tell("missing in the order", found->not_in_order);
	tell("rows without a record", found->stray);
	printf("%" PRIu64 " file%s in the stat index: %" PRIu64
	       " good, %" PRIu64 " bad\n",
	       found->files, plural(found->files),
	       found->files - found->bad_files, found->bad_files);
	if (found->bytes != found->bytes_recorded)
		printf("  %-28s %" PRIu64 " counted, %" PRIu64 " recorded\n",
		       "bytes that do not agree", found->bytes,
		       found->bytes_recorded);
}

int cache_verify_action(struct request *request)
{
	struct audit_result found;
	const int r =
		maintain_audit(request->store, request->is_repair, &found);

	if (r)
		return request_trouble("the cache could not be verified", r);
	tell_audit(&found);
	if (audit_is_clean(&found))
		return 0;
	if (request->is_repair)
		puts("repaired: what was bad is dropped and will be made anew");
	else
		puts("run 'cfgfs cache verify --repair' to drop what is bad; "
		     "until then it counts as missing");
	return request->is_repair ? 0 : 1;
}

int cache_clear_action(struct request *request)
{
	const struct store_totals totals = store_totals(request->store);
	const int r = store_clear(request->store);

	if (r)
		return request_trouble("the cache could not be cleared", r);
	printf("forgot %" PRIu64 " verdict%s\n", totals.entries,
	       plural(totals.entries));
	return 0;
}

/* Drop what is selected; how many, or a negative errno. */
static int drop(struct store *store, const struct selection *selection,
		uint64_t *dropped)
{
	struct keys keys = {0};
	int r = selection_keys(selection, store, &keys);

	*dropped = 0;
	if (!r && keys.count)
		r = maintain_drop(store, &keys, dropped);
	keys_release(&keys);
	return r;
}

/* A file that is in use stays as large as it is: that is no trouble. */
static int compact(struct request *request)
{
	struct compaction done;
	auto_free char *why = NULL;
	int r;

	store_close(request->store);
	request->store = NULL;
	r = maintain_compact(request->place, &done, &why);
	if (r == -EBUSY) {
		fprintf(stderr, "cfgfs: %s\n", why ? why : "it is in use");
		return 0;
	}
	if (r) {
		fprintf(stderr, "cfgfs: %s\n", why ? why : strerrordesc_np(-r));
		return 2;
	}
	printf("file: %" PRIu64 " bytes, was %" PRIu64 "\n", done.bytes_after,
	       done.bytes_before);
	return 0;
}

static int drop_useless(struct request *request,
			const struct selection *selection, uint64_t *dropped)
{
	uint64_t before;
	uint64_t evicted; /* with rows of the index */
	int r = 0;

	*dropped = 0;
	if (!selection_is_empty(selection))
		r = drop(request->store, selection, dropped);
	if (r || !request->max_size)
		return r;
	before = store_totals(request->store).evictions;
	r = maintain_shrink(request->store, request->max_size, &evicted);
	*dropped += store_totals(request->store).evictions - before;
	return r;
}

int cache_gc_action(struct request *request)
{
	struct contents contents = {0};
	struct selection selection = {0};
	uint64_t dropped;

	if (request->is_unreferenced != (request->operand_count > 0)) {
		fputs("cfgfs: --unreferenced needs the directories whose files "
		      "are in use, and only it takes any\n",
		      stderr);
		return 2;
	}
	if (request->is_unreferenced) {
		if (!request_contents(request->operands, request->operand_count,
				      &contents)) {
			contents_release(&contents);
			return 2;
		}
		selection.not_among = &contents;
	}
	if (request->max_age >= 0)
		selection.made_before = (int64_t)time(NULL) - request->max_age;

	const int r = drop_useless(request, &selection, &dropped);

	contents_release(&contents);
	if (r)
		return request_trouble("the cache could not be tidied", r);
	printf("dropped %" PRIu64 " verdict%s, kept %" PRIu64 "\n", dropped,
	       plural(dropped), store_totals(request->store).entries);
	return compact(request);
}

/* A file of the tree goes by its path from the root, others by their full
 * path; one that is gone by what was typed. */
struct schema_names {
	const char *names[3];
	size_t count;
	struct place_of_path place;
	char *full; /* owned */
};

static void find_names(const char *schema, struct schema_names *out)
{
	*out = (struct schema_names){.names = {schema}, .count = 1};
	if (!place_find(schema, NULL, &out->place))
		out->names[out->count++] = out->place.path;
	out->full = realpath(schema, NULL);
	if (out->full)
		out->names[out->count++] = out->full;
}

static bool hash_is_right(const char *hash)
{
	enum { HASH_MIN = 8, HASH_MAX = 64 };
	const size_t size = strlen(hash);

	if (size >= HASH_MIN && size <= HASH_MAX &&
	    strspn(hash, "0123456789abcdef") == size)
		return true;
	fprintf(stderr,
		"cfgfs: --hash '%s' is not %d to %d lower-case hex digits; "
		"'cfgfs status FILE' shows the hash of a file\n",
		hash, HASH_MIN, HASH_MAX);
	return false;
}

static bool has_rule(const char *pattern)
{
	for (size_t i = 0; i < rule_count(); i++)
		if (fnmatch(pattern, rule_name(i), 0) == 0)
			return true;
	return false;
}

/* Nothing was forgotten: is that what was meant? */
static void hint(const struct request *request)
{
	if (request->rule && !has_rule(request->rule))
		fprintf(stderr,
			"cfgfs: no rule is named '%s'; a finding ends with the "
			"name of its rule\n",
			request->rule);
	if (request->schema)
		fprintf(stderr,
			"cfgfs: no verdict rests on '%s'; 'cfgfs explain FILE' "
			"names what one rests on\n",
			request->schema);
}

static int drop_selected(struct request *request,
			 const struct selection *selection)
{
	uint64_t dropped;

	if (selection_is_empty(selection)) {
		fputs("cfgfs: say what is to be forgotten: files, --hash, "
		      "--schema or --rule ('cfgfs cache clear' forgets all)\n",
		      stderr);
		return 2;
	}

	const int r = drop(request->store, selection, &dropped);

	if (r)
		return request_trouble("nothing could be forgotten", r);
	printf("forgot %" PRIu64 " verdict%s\n", dropped, plural(dropped));
	if (!dropped)
		hint(request);
	return 0;
}

int cache_invalidate_action(struct request *request)
{
	struct contents contents = {0};
	struct schema_names schema = {0};
	struct selection selection = {.hash = request->hash,
				      .rule = request->rule};
	int status = 2;

	if (request->hash && !hash_is_right(request->hash))
		return 2;
	if (request->schema) {
		find_names(request->schema, &schema);
		selection.dependencies = schema.names;
		selection.dependency_count = schema.count;
	}
	if (request->operand_count)
		selection.among = &contents;
	if (request_contents(request->operands, request->operand_count,
			     &contents))
		status = drop_selected(request, &selection);
	contents_release(&contents);
	place_release(&schema.place);
	free(schema.full);
	return status;
}
