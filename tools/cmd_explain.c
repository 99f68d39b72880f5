/* cfgfs explain: how one file is judged, and what is stored about it. */
#include "cache/remote/remote.h"
#include "fs/report/report.h"
#include "fs/service.h"
#include "tools/command.h"
#include "tools/options.h"
#include "tools/place.h"
#include "validate/engine.h"

#include <errno.h>
#include <stdio.h>
#include <time.h>

static const char usage[] =
	"Usage: cfgfs explain [OPTION]... FILE...\n"
	"Say how a file is judged: format, schema and where it came from, what "
	"the\n"
	"verdict rests on, its key, and whether it is in the cache.\n"
	"\n"
	"  -s, --schema FILE, -l, --level LEVEL, --schema-mode M, --dialect "
	"D,\n"
	"      --map URL=DIR, --catalog DIR, --config FILE, --trust-config,\n"
	"      --root DIR, --cache DIR, --gitignore, --no-ignore as for "
	"check\n";

static void print_text(const char *key, const char *text)
{
	printf("  %-13s ", key);
	report_write_field(stdout, text);
	putchar('\n');
}

static void print_hex(const char *key, const uint8_t *bytes, size_t size)
{
	printf("  %-13s ", key);
	for (size_t i = 0; i < size; i++)
		printf("%02x", bytes[i]);
	putchar('\n');
}

/* What is not applied although it is for this file too, and why not. */
static void print_others(const struct explanation *explanation)
{
	if (explanation->shadowed) {
		printf("  %-13s ", "not used");
		report_write_field(stdout, explanation->shadowed);
		puts(": another entry for this file stands before it");
	}
	if (!explanation->candidate_count)
		return;
	printf("  %-13s %zu in the catalog, so none is applied:\n", "ambiguous",
	       explanation->candidate_count);
	for (size_t i = 0; i < PLAN_CANDIDATES_MAX; i++)
		if (explanation->candidates[i])
			print_text("", explanation->candidates[i]);
}

static void print_schema(const struct explanation *explanation)
{
	if (explanation->schema)
		printf("  %-13s %s (%s)\n", "schema", explanation->schema,
		       explanation->schema_origin);
	else
		print_text("schema", "none by configuration; the file may name "
				     "one itself");
	if (explanation->when_count)
		printf("  %-13s %zu rule%s in " CONFIG_FILE "\n", "by content",
		       explanation->when_count,
		       explanation->when_count == 1 ? "" : "s");
}

/* Which file a URL was read from. */
static void print_place(struct judge *judge, const char *name)
{
	auto_free char *path = judge_locate(judge, name);

	if (!path)
		return;
	printf(" = ");
	report_write_field(stdout, path);
}

static void print_suppressions(struct judge *judge,
			       const struct explanation *explanation)
{
	const char *label = "suppressed by";
	auto_free char *path = NULL;
	struct baseline *baseline;
	char *rest = explanation->suppressed_by;

	while (rest && *rest) {
		char *line = strsep(&rest, "\n");

		printf("  %-13s ", label);
		report_write_line(stdout, line);
		putchar('\n');
		label = "";
	}
	if (!explanation->baseline_rules ||
	    judge_baseline(judge, &path, &baseline))
		return;
	baseline_release(baseline);
	printf("  %-13s %s, %zu rule%s\n", "baseline", path,
	       explanation->baseline_rules,
	       explanation->baseline_rules == 1 ? "" : "s");
}

/* How many findings, by where that is said. */
static void print_suppressed(const struct verdict *verdict)
{
	static const char *const places[SUPPRESSED_COUNT] = {
		"comments of the file", CONFIG_FILE, "the baseline"};
	const char *separator = ": ";

	if (!verdict_suppressed(verdict))
		return;
	printf("  %-13s %u", "suppressed", verdict_suppressed(verdict));
	for (int i = 0; i < SUPPRESSED_COUNT; i++) {
		if (!verdict->suppressed[i])
			continue;
		printf("%s%u by %s", separator, verdict->suppressed[i],
		       places[i]);
		separator = ", ";
	}
	putchar('\n');
}

static void print_stored(struct judge *judge, const struct judgement *stored)
{
	const struct verdict *verdict = stored->verdict;
	struct tm time;
	char when[32];

	printf("  %-13s yes (%s)\n", "cached", cache_tier_name(stored->tier));
	print_text("state", state_name((enum state)verdict->state));
	print_text("schema used", verdict_text(verdict, verdict->schema));
	print_suppressed(verdict);
	if (localtime_r(&stored->validated_at, &time) &&
	    strftime(when, sizeof(when), "%F %T", &time))
		printf("  %-13s %s, took %u us\n", "validated", when,
		       stored->usec);
	for (uint32_t i = 0; i < stored->links.count; i++) {
		const struct dependency dependency =
			judge_dependency(judge, stored, i);

		printf("  %-13s ", i ? "" : "rests on");
		report_write_field(stdout, dependency.path);
		if (!dependency.exists)
			printf(" (does not exist)");
		print_place(judge, dependency.path);
		putchar('\n');
	}
}

/* What other machines have judged, and whether it counts here. */
static void print_sharing(struct judge *judge)
{
	struct remote_stats stats = {.state = REMOTE_OFF};

	if (judge_cache(judge))
		cache_remote_stats(judge_cache(judge), &stats);
	if (stats.state == REMOTE_OFF && !*stats.reason)
		return;
	printf("  %-13s %s", "shared cache", remote_state_name(stats.state));
	if (*stats.reason) {
		printf(": ");
		report_write_field(stdout, stats.reason);
	}
	putchar('\n');
}

static void print_engine(void)
{
	char engine[ENGINE_TEXT_SIZE];

	engine_describe(engine);
	printf("  %-13s %d, %s\n", "engine", ENGINE_VERSION, engine);
}

static void print_index(const struct explanation *explanation)
{
	if (explanation->index_doubt)
		printf("  %-13s not used: %s\n", "stat index",
		       explanation->index_doubt);
	else
		print_text("stat index", "used: check does not read the file");
}

/* In what the nearest plan differs that the same content was judged under. */
static void print_difference(const struct explanation *explanation)
{
	char *rest = explanation->difference;

	printf("  %-13s no: this content was judged under %zu other plan%s",
	       "cached", explanation->other_plans,
	       explanation->other_plans == 1 ? "" : "s");
	puts(rest ? "; of the nearest"
		  : " (configuration, options, format or program differed)");
	while (rest && *rest)
		print_text("", strsep(&rest, "\n"));
}

/* Which of all that a verdict depends on is not as it was. */
static void print_miss(const struct explanation *explanation)
{
	if (explanation->stale)
		printf("  %-13s no: %s changed\n", "cached",
		       explanation->stale);
	else if (!explanation->has_store)
		print_text("cached", "no: the store is off");
	else if (explanation->other_plans)
		print_difference(explanation);
	else
		print_text("cached", "no: this content was not judged yet");
}

/* What of the settings is in the key. */
static void print_settings(const struct settings *settings,
			   const struct explanation *explanation)
{
	const struct limits *limits = &settings->limits;

	printf("  %-13s require-schema %s, show-values %s, suppressions %s\n",
	       "options", settings->require_schema ? "on" : "off",
	       settings->show_values ? "on" : "off",
	       settings->ignore_suppressions ? "off" : "on");
	printf("  %-13s depth %llu, nodes %llu, findings %llu, steps %llu\n",
	       "limits", (unsigned long long)limits->depth,
	       (unsigned long long)limits->nodes,
	       (unsigned long long)limits->findings,
	       (unsigned long long)limits->steps);
	print_text("its folder",
		   explanation->has_folder
			   ? "in the key: the file may name others beside it"
			   : "not in the key: it counts wherever it lies");
}

static void print_explanation(struct judge *judge,
			      const struct explanation *explanation)
{
	if (explanation->skip) {
		print_text("state", "skipped");
		print_text("reason", explanation->skip);
		print_index(explanation);
		return;
	}
	printf("  %-13s %s%s%s\n", "format", explanation->format,
	       *explanation->dialect ? ", dialect " : "", explanation->dialect);
	print_text("level", level_name(judge_level(judge)));
	print_text("schema mode",
		   judge_settings(judge)->schema_options.mode == SCHEMA_STRICT
			   ? "strict"
			   : "compat");
	print_schema(explanation);
	print_others(explanation);
	if (explanation->untrusted_checks)
		printf("  %-13s %zu in " CONFIG_FILE
		       ": skipped, untrusted (a tree cannot ask for "
		       "commands)\n",
		       "checks", explanation->untrusted_checks);
	print_suppressions(judge, explanation);
	print_settings(judge_settings(judge), explanation);
	print_engine();
	print_hex("content", explanation->content.bytes, DIGEST_SIZE);
	print_hex("key.content", explanation->key.content.bytes,
		  DIGEST_TAG_SIZE);
	print_hex("key.plan", explanation->key.plan.bytes, DIGEST_SIZE);
	print_index(explanation);
	print_sharing(judge);
	if (explanation->stored)
		print_stored(judge, explanation->stored);
	else
		print_miss(explanation);
}

static int explain(const struct tool_options *options, const char *path)
{
	struct service_options service_options = options->service;
	struct place_of_path place;
	struct service service;
	struct explanation explanation;
	struct options_names names = {0};
	int r = place_find(path, options->root, &place);

	if (r)
		return r;
	if (place.is_directory) {
		place_release(&place);
		return -EISDIR;
	}
	service_options.root = place.root;
	r = options_name_files(&service_options.settings, place.root, &names);
	if (r == 0)
		r = service_open(&service_options, &service);
	if (r == 0) {
		r = judge_explain(service.judge, place.path, &explanation);
		if (r == 0) {
			report_write_line(stdout, path);
			putchar('\n');
			print_text("root", place.root);
			print_text("configuration",
				   judge_config_state(service.judge));
			print_explanation(service.judge, &explanation);
			explanation_release(&explanation);
		}
		service_close(&service);
	}
	options_names_release(&names);
	place_release(&place);
	return r;
}

int cmd_explain(int argc, char **argv)
{
	struct tool_options options;
	const enum options_result parsed =
		options_parse(argc, argv, usage, &options);
	int status = 0;

	if (parsed != OPTIONS_GO)
		return parsed == OPTIONS_HELP ? 0 : 2;
	if (options.first_path == argc) {
		fputs("cfgfs: explain which file?\n", stderr);
		status = 2;
	}
	for (int i = options.first_path; i < argc; i++) {
		const int r = explain(&options, argv[i]);

		if (r == 0)
			continue;
		fprintf(stderr, "cfgfs: cannot explain '%s': %s\n", argv[i],
			strerrordesc_np(-r));
		status = 2;
	}
	options_release(&options);
	return status;
}
