/* .cfgfs.yaml, the separator, an ignore file, the separator, a path. */
#include "fs/config/config.h"
#include "tests/fuzz/check_verdict.h"
#include "tests/fuzz/fuzz.h"
#include "validate/path.h"
#include "validate/text.h"

#include <errno.h>
#include <limits.h>

struct input {
	struct span config;
	struct span ignore;
};

static int read_part(void *ctx, const char *path, struct span *out)
{
	const struct input *input = ctx;

	if (strcmp(path, CONFIG_FILE) == 0)
		*out = input->config;
	else if (strcmp(path, CONFIG_IGNORE_FILE) == 0 ||
		 strcmp(path, ".gitignore") == 0)
		*out = input->ignore;
	else
		return -ENOENT;
	return 0;
}

/* The verdict on the file; its places are checked where its text is UTF-8. */
static void check_problems(const struct config *config, struct span text)
{
	const struct verdict *verdict = config_problems(config);
	const size_t bom = text_bom_size(text);
	const bool is_plain = text_utf8_prefix(text) == text.size &&
			      !(text.size && memchr(text.data, 0, text.size));

	fuzz_require(verdict, "a configuration gets a verdict");
	text.data += bom;
	text.size -= bom;
	if (is_plain)
		check_verdict(verdict, text);
	else
		fuzz_require(verdict_is_sound(verdict, verdict->size),
			     "a verdict is sound");
	fuzz_require(config_is_valid(config) || verdict->state != STATE_VALID,
		     "what is not valid has findings");
}

static void check_plan(const struct config *config, const char *path)
{
	const struct content_facts facts =
		content_facts_of(span_of("a: schema\n"));
	char directory[PATH_MAX];
	struct plan plan;
	struct plan again;
	const char *reason = config_excluded_directory(config, path);
	const char *origin = config_schema_origin(config, path);

	config_plan(config, path, &facts, directory, &plan);

	const struct digest digest = plan_digest(&plan, &facts);

	config_plan(config, path, &facts, directory, &again);

	const struct digest other = plan_digest(&again, &facts);

	fuzz_require(digest_equal(&digest, &other),
		     "the same file gets the same plan");
	fuzz_require(!reason || check_is_printable(span_of(reason)),
		     "why a folder is left out can be printed");
	fuzz_require(check_is_printable(span_of(origin)),
		     "where a schema comes from can be printed");
	fuzz_require(!reason || plan.skip,
		     "a path in an excluded folder is skipped");
	fuzz_require(!plan.skip || check_is_printable(span_of(plan.skip)),
		     "why a file is skipped can be printed");
}

static struct verdict *copy_of(const struct verdict *verdict)
{
	struct verdict *copy = malloc(verdict->size);

	fuzz_require(copy, "memory for a copy");
	return memcpy(copy, verdict, verdict->size);
}

static void check_again(const struct settings *settings,
			const struct host *host, const struct verdict *first)
{
	struct config *config = NULL;

	fuzz_require(config_load(settings, host, &config) == 0,
		     "a configuration can be loaded again");

	const struct verdict *second = config_problems(config);

	fuzz_require(first->size == second->size &&
			     memcmp(first, second, first->size) == 0,
		     "the same configuration gets the same verdict");
	config_free(config);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct settings settings = SETTINGS_DEFAULT;
	struct span rest = fuzz_span(data, size);
	struct input input;

	input.config = fuzz_take_part(&rest);
	input.ignore = fuzz_take_part(&rest);

	auto_free char *config_bytes = fuzz_copy(input.config);
	auto_free char *ignore_bytes = fuzz_copy(input.ignore);
	auto_free char *path = fuzz_copy_text(rest);
	const struct host host = {.ctx = &input, .read = read_part};
	struct config *config = NULL;

	input.config.data = config_bytes;
	input.ignore.data = ignore_bytes;
	settings.use_gitignore = fuzz_number(input.ignore) % 2;
	settings.limits.arena_bytes = 64 << 20;
	fuzz_require(config_load(&settings, &host, &config) == 0,
		     "a configuration is good or has findings");
	check_problems(config, input.config);
	if (path_tidy(path) && *path && strlen(path) < PATH_MAX)
		check_plan(config, path);

	auto_free struct verdict *verdict = copy_of(config_problems(config));

	config_free(config);
	if (fuzz_number(input.config) % 4 == 0)
		check_again(&settings, &host, verdict);
	return 0;
}
