/* cfgfs cache: look at the store of verdicts, or empty it. */
#include "fs/service.h"
#include "tools/command.h"

#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>

static const char usage[] =
	"Usage: cfgfs cache [--cache DIR] stats | clear\n"
	"\n"
	"  stats   entries, bytes, hits and misses of all runs\n"
	"  clear   forget every verdict; costs time later, never an answer\n";

static int print_stats(struct cache *cache, const char *place)
{
	struct cache_stats stats;
	uint64_t asked;

	cache_stats(cache, &stats);
	asked = stats.total_hits + stats.total_misses;
	printf("directory %s\n", place);
	printf("disk %s\n", stats.disk_on ? "on" : "off");
	printf("entries %" PRIu64 "\n", stats.disk_entries);
	printf("bytes %" PRIu64 "\n", stats.disk_bytes);
	printf("hits %" PRIu64 "\n", stats.total_hits);
	printf("misses %" PRIu64 "\n", stats.total_misses);
	printf("hit_ratio %.6f\n",
	       asked ? (double)stats.total_hits / (double)asked : 0.0);
	return 0;
}

static int clear(struct cache *cache)
{
	struct cache_stats stats;

	cache_stats(cache, &stats);

	const int r = cache_clear(cache);

	if (r) {
		fprintf(stderr, "cfgfs: the cache could not be cleared: %s\n",
			strerrordesc_np(-r));
		return 2;
	}
	printf("forgot %" PRIu64 " verdicts\n", stats.disk_entries);
	return 0;
}

static int run(const char *action, const char *directory)
{
	auto_free char *place =
		directory ? strdup(directory) : service_cache_directory();
	const struct cache_options options = {.directory = place,
					      .max_disk_bytes = UINT64_MAX};
	struct cache *cache;
	auto_free char *why = NULL;

	if (!place) {
		fputs("cfgfs: no place for a cache: set HOME or "
		      "XDG_CACHE_HOME\n",
		      stderr);
		return 2;
	}
	if (cache_open(&options, &cache, &why)) {
		fputs("cfgfs: out of memory\n", stderr);
		return 2;
	}
	if (why)
		fprintf(stderr, "cfgfs: %s\n", why);

	const int status = strcmp(action, "clear") == 0
				   ? clear(cache)
				   : print_stats(cache, place);

	cache_close(cache);
	return status;
}

int cmd_cache(int argc, char **argv)
{
	static const struct option options[] = {
		{"cache", required_argument, NULL, 'c'},
		{"help", no_argument, NULL, 'h'},
		{NULL, 0, NULL, 0},
	};
	const char *directory = NULL;
	int option;

	optind = 0;
	while ((option = getopt_long(argc, argv, "h", options, NULL)) != -1) {
		if (option == 'h') {
			fputs(usage, stdout);
			return 0;
		}
		if (option != 'c') {
			fputs("Try 'cfgfs cache --help'.\n", stderr);
			return 2;
		}
		directory = optarg;
	}
	if (optind + 1 == argc && (strcmp(argv[optind], "stats") == 0 ||
				   strcmp(argv[optind], "clear") == 0))
		return run(argv[optind], directory);
	fputs(usage, stderr);
	return 2;
}
