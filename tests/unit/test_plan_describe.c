/* Plans in words: whatever makes two keys differ can be read. */
#include "tests/unit/unit.h"

#include "validate/plan_describe.h"

static const struct content_facts facts = {.may_refer = true};

static const struct when_pair pairs[] = {{"kind", "Deployment"},
					 {"kind", "s3cr3t"}};
static const struct when_rule rules[] = {{&pairs[0], 1, "a.json"},
					 {&pairs[1], 1, "a.json"}};
static const struct allowance known = {"schema/type", 3};

static struct plan usual(void)
{
	struct plan plan = {.level = LEVEL_STANDARD,
			    .directory = "web",
			    .schema = "app.json",
			    .when = rules,
			    .when_count = 1,
			    .schema_options = {SCHEMA_COMPAT, SCHEMA_2020_12},
			    .limits = LIMITS_DEFAULT};

	plan.choice.format = format_find("yaml");
	plan.choice.dialect = "";
	return plan;
}

/* What a file is held against. */
static void change_subject(struct plan *plan, unsigned part)
{
	switch (part) {
	case 0:
		plan->choice.format = format_find("json");
		break;
	case 1:
		plan->choice.dialect = "systemd";
		break;
	case 2:
		plan->level = LEVEL_FAST;
		break;
	case 3:
		plan->forced_schema = "other.json";
		break;
	case 4:
		plan->schema = NULL;
		break;
	case 5:
		plan->is_by_catalog = true;
		break;
	case 6:
		plan->candidates[0] = "a.json";
		plan->candidate_count = 1;
		break;
	case 7:
		plan->when = rules + 1;
		break;
	case 8:
		plan->when_count = 0;
		break;
	case 9:
		plan->when_left_out[0] = 1;
		break;
	case 10:
		plan->directory = "db";
		break;
	case 11:
		plan->schema_options.mode = SCHEMA_STRICT;
		break;
	case 12:
		plan->schema_options.dialect = SCHEMA_DRAFT7;
		break;
	default:
		break;
	}
}

/* How far it goes, and what is told of it. */
static void change_rest(struct plan *plan, unsigned part)
{
	switch (part) {
	case 13:
		plan->limits.depth--;
		break;
	case 14:
		plan->limits.nodes--;
		break;
	case 15:
		plan->limits.aliases--;
		break;
	case 16:
		plan->limits.directives--;
		break;
	case 17:
		plan->limits.findings--;
		break;
	case 18:
		plan->limits.schemas--;
		break;
	case 19:
		plan->limits.steps--;
		break;
	case 20:
		plan->limits.arena_bytes--;
		break;
	case 21:
		plan->require_schema = true;
		break;
	case 22:
		plan->show_values = true;
		break;
	case 23:
		plan->ignore_suppressions = true;
		break;
	case 24:
		rule_set_add(&plan->allowed, 3);
		break;
	case 25:
		plan->record_baseline = true;
		break;
	case 26:
		plan->baseline = &known, plan->baseline_count = 1;
		break;
	default:
		break;
	}
}

enum { PARTS = 27 };

static struct plan changed(unsigned part)
{
	struct plan plan = usual();

	change_subject(&plan, part);
	change_rest(&plan, part);
	return plan;
}

/* How many lines differ; both have the same names in the same order. */
static unsigned count_changes(const char *a, const char *b)
{
	unsigned count = 0;

	while (*a && *b) {
		const size_t name = strcspn(a, "\t");
		const size_t a_size = strcspn(a, "\n");
		const size_t b_size = strcspn(b, "\n");

		assert_true(name < a_size);
		assert_memory_equal(a, b, name + 1);
		count += a_size != b_size || memcmp(a, b, a_size) != 0;
		a += a_size + 1;
		b += b_size + 1;
	}
	assert_true(*a == *b);
	return count;
}

static void every_part_of_the_key_can_be_read(void **state)
{
	const struct plan plan = usual();
	const struct digest digest = plan_digest(&plan, &facts);
	char *text = plan_describe(&plan, &facts);

	(void)state;
	for (unsigned i = 0; i < PARTS; i++) {
		const struct plan other = changed(i);
		const struct digest another = plan_digest(&other, &facts);
		char *words = plan_describe(&other, &facts);

		if (digest_equal(&digest, &another))
			fail_msg("part %u is not in the key", i);
		if (count_changes(text, words) != 1)
			fail_msg("part %u changes %u lines", i,
				 count_changes(text, words));
		free(words);
	}
	free(text);
}

static void what_is_not_in_the_key_is_not_told_apart(void **state)
{
	static const struct content_facts nowhere;
	const struct plan plan = usual();
	const struct plan elsewhere = changed(10);
	char *text = plan_describe(&plan, &nowhere);
	char *words = plan_describe(&elsewhere, &nowhere);

	(void)state;
	assert_string_equal(text, words);
	free(words);
	free(text);
}

static void values_of_the_configuration_are_not_shown(void **state)
{
	const struct plan plan = changed(7);
	char *text = plan_describe(&plan, &facts);

	(void)state;
	assert_null(strstr(text, "s3cr3t"));
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_part_of_the_key_can_be_read),
		cmocka_unit_test(what_is_not_in_the_key_is_not_told_apart),
		cmocka_unit_test(values_of_the_configuration_are_not_shown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
