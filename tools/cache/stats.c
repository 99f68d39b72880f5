/* cfgfs cache stats: what the store holds and what it was good for. */
#include "tools/cache/request.h"

#include "cache/record.h"
#include "fs/sharing.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/stat.h>

/* What only a look at each record tells. */
struct ages {
	int64_t oldest; /* seconds since 1970 */
	int64_t newest;
	uint64_t seen;
};

static int look(void *ctx, const struct item_key *key, struct span record)
{
	struct ages *ages = ctx;
	struct cache_entry entry;
	auto_free void *block = NULL;

	(void)key;
	if (record_decode(record, &entry, &block))
		return 0;
	if (!ages->seen || entry.validated_at < ages->oldest)
		ages->oldest = entry.validated_at;
	if (!ages->seen || entry.validated_at > ages->newest)
		ages->newest = entry.validated_at;
	ages->seen++;
	return 0;
}

static uint64_t file_bytes(const char *folder)
{
	auto_free char *path = NULL;
	struct stat facts;

	if (asprintf(&path, "%s/data.mdb", folder) < 0 || stat(path, &facts))
		return 0;
	return (uint64_t)facts.st_size;
}

/* One line or member each, under one name in both forms. */
struct printer {
	bool as_json;
	bool has_any;
};

static void name(struct printer *printer, const char *key)
{
	if (printer->as_json)
		printf("%s\n  \"%s\": ", printer->has_any ? "," : "{", key);
	else
		printf("%s ", key);
	printer->has_any = true;
}

static void number(struct printer *printer, const char *key, uint64_t value)
{
	name(printer, key);
	printf("%" PRIu64, value);
	if (!printer->as_json)
		putchar('\n');
}

/* Bytes that would break a line or a JSON string are left to the eye. */
static void text(struct printer *printer, const char *key, const char *value)
{
	name(printer, key);
	if (printer->as_json)
		putchar('"');
	for (; *value; value++) {
		const bool is_odd = (unsigned char)*value < ' ' ||
				    *value == '"' || *value == '\\';

		if (is_odd && printer->as_json)
			printf("\\u%04x", (unsigned)*value);
		else
			putchar(is_odd && *value < ' ' ? '?' : *value);
	}
	putchar(printer->as_json ? '"' : '\n');
}

static void ratio(struct printer *printer, const struct store_totals *totals)
{
	const uint64_t asked = totals->hits + totals->misses;

	name(printer, "hit_ratio");
	printf("%.6f", asked ? (double)totals->hits / (double)asked : 0.0);
	if (!printer->as_json)
		putchar('\n');
}

/* As the environment has it: no tree is at hand whose configuration counts. */
static void look_at_remote(struct remote_stats *out, char **why)
{
	struct sharing sharing = {0};
	struct remote_options options;
	struct remote *remote;

	sharing_read_environment(&sharing);
	if (!sharing_is_wanted(&sharing) ||
	    !sharing_parse(&sharing, &options, why) ||
	    remote_open(&options, &remote, why))
		return;
	remote_await(remote, out);
	remote_close(remote);
}

static void remote(struct printer *printer)
{
	struct remote_stats stats = {.state = REMOTE_OFF};
	auto_free char *why = NULL;

	look_at_remote(&stats, &why);
	text(printer, "remote", remote_state_name(stats.state));
	text(printer, "remote_reason",
	     why	     ? why
	     : *stats.reason ? stats.reason
			     : "-");
}

static void print(const struct request *request,
		  const struct store_totals *totals, const struct ages *ages)
{
	static const char *const tiers[STORE_TIERS] = {
		"hits.memory", "hits.disk", "hits.remote", "hits.index"};
	struct printer printer = {.as_json = request->as_json};

	text(&printer, "directory", request->place);
	text(&printer, "disk", request->store ? "on" : "off");
	number(&printer, "entries", totals->entries);
	number(&printer, "bytes", totals->bytes);
	number(&printer, "hits", totals->hits);
	number(&printer, "misses", totals->misses);
	ratio(&printer, totals);
	for (size_t i = 0; i < STORE_TIERS; i++)
		number(&printer, tiers[i], totals->tier_hits[i]);
	number(&printer, "evictions", totals->evictions);
	number(&printer, "file_bytes", file_bytes(request->place));
	number(&printer, "oldest", (uint64_t)ages->oldest);
	number(&printer, "newest", (uint64_t)ages->newest);
	remote(&printer);
	if (printer.as_json)
		puts("\n}");
}

int cache_stats_action(struct request *request)
{
	struct store_totals totals = {0};
	struct ages ages = {0};
	int r = 0;

	if (request->store) {
		totals = store_totals(request->store);
		r = maintain_each(request->store, look, &ages);
	}
	if (r)
		return request_trouble("the cache could not be read", r);
	print(request, &totals, &ages);
	return 0;
}
