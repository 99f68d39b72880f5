#include "validate/rule.h"

#include "validate/schema/keyword.h"
#include "validate/suggest.h"

/* Those of JSON Schema's keywords follow behind these. */
static const char *const names[] = {
	"config/baseline",
	"config/catalog",
	"config/check",
	"config/documents",
	"config/format",
	"config/map",
	"config/pattern",
	"config/rule",
	"config/schema",
	"encoding/declared",
	"encoding/nul",
	"encoding/unknown",
	"encoding/utf-16",
	"encoding/utf-8",
	"env/name",
	"ini/after-section",
	"ini/no-section",
	"ini/section-repeated",
	"io/unreadable",
	"json/surrogate",
	"key/duplicate",
	"limit/content",
	"limit/digits",
	"limit/pattern",
	"link/dangling",
	"link/outside",
	"name/reserved",
	"schema/ambiguous",
	"schema/broken",
	"schema/false",
	"schema/invalid",
	"schema/invalid-schema",
	"schema/missing",
	"schema/not-applied",
	"schema/not-followed",
	"schema/not-kept",
	"schema/unavailable",
	"schema/unknown-dialect",
	"schema/unresolved",
	"suppression/not-allowed",
	"suppression/syntax",
	"suppression/unknown-rule",
	"suppression/unused",
	"syntax/env",
	"syntax/ini",
	"syntax/json",
	"syntax/properties",
	"syntax/toml",
	"syntax/xml",
	"syntax/yaml",
	"xml/namespace",
	"yaml/alias",
	"yaml/ambiguous",
	"yaml/merge",
	"yaml/tag",
};

enum { NAME_COUNT = array_size(names) };

_Static_assert(NAME_COUNT + KEYWORD_COUNT <= RULE_MAX,
	       "raise RULE_MAX to a larger multiple of 64");

/* Whole groups; their rules need not stand in the table. */
static const char *const fixed_groups[] = {
	"config/", "encoding/", "io/",		"limit/",
	"name/",   "syntax/",	"suppression/",
};

/* What leaves a file undecided. */
static const char *const fixed_names[] = {
	"schema/broken",
	"schema/missing",
	"schema/unavailable",
	"schema/unresolved",
};

size_t rule_count(void)
{
	return NAME_COUNT + KEYWORD_COUNT;
}

const char *rule_name(size_t rule)
{
	return rule < NAME_COUNT ? names[rule]
				 : keyword_facts[rule - NAME_COUNT].rule;
}

int rule_find(struct span name)
{
	for (size_t i = 0; i < rule_count(); i++)
		if (span_is(name, rule_name(i)))
			return (int)i;
	return RULE_NONE;
}

static bool is_in_fixed_group(struct span name)
{
	for (size_t i = 0; i < array_size(fixed_groups); i++)
		if (span_starts(name, fixed_groups[i]))
			return true;
	return false;
}

bool rule_is_free(size_t rule)
{
	const struct span name = span_of(rule_name(rule));

	for (size_t i = 0; i < array_size(fixed_names); i++)
		if (span_is(name, fixed_names[i]))
			return false;
	return !is_in_fixed_group(name);
}

void rule_set_join(struct rule_set *set, const struct rule_set *more)
{
	for (size_t i = 0; i < array_size(set->words); i++)
		set->words[i] |= more->words[i];
}

bool rule_set_is_empty(const struct rule_set *set)
{
	uint64_t any = 0;

	for (size_t i = 0; i < array_size(set->words); i++)
		any |= set->words[i];
	return any == 0;
}

/* "schema/type" is of the group "schema". */
static bool is_of_group(const char *name, struct span group)
{
	return strncmp(name, group.data, group.size) == 0 &&
	       name[group.size] == '/';
}

bool rule_set_has_group(const struct rule_set *set, const char *group)
{
	for (size_t i = 0; i < rule_count(); i++)
		if (rule_set_has(set, i) &&
		    is_of_group(rule_name(i), span_of(group)))
			return true;
	return false;
}

static enum rule_selection select_group(struct span group, struct rule_set *out)
{
	enum rule_selection selection = RULES_UNKNOWN;

	for (size_t i = 0; i < rule_count(); i++) {
		if (!is_of_group(rule_name(i), group))
			continue;
		if (rule_is_free(i)) {
			rule_set_add(out, i);
			selection = RULES_FREE;
		} else if (selection == RULES_UNKNOWN) {
			selection = RULES_FIXED;
		}
	}
	return selection;
}

enum rule_selection rule_select(struct span written, struct rule_set *out)
{
	if (written.size > 2 &&
	    memcmp(written.data + written.size - 2, "/*", 2) == 0)
		return select_group(
			(struct span){written.data, written.size - 2}, out);
	if (is_in_fixed_group(written))
		return RULES_FIXED;

	const int rule = rule_find(written);

	if (rule == RULE_NONE)
		return RULES_UNKNOWN;
	if (!rule_is_free((size_t)rule))
		return RULES_FIXED;
	rule_set_add(out, (size_t)rule);
	return RULES_FREE;
}

struct span rule_suggest(struct span written)
{
	static const char *const groups[] = {"env/*", "ini/*",	"json/*",
					     "key/*", "link/*", "schema/*",
					     "xml/*", "yaml/*"};
	struct suggestion suggestion = suggest_for(written);

	for (size_t i = 0; i < rule_count(); i++)
		if (rule_is_free(i))
			suggest_try(&suggestion, span_of(rule_name(i)));
	for (size_t i = 0; i < array_size(groups); i++)
		suggest_try(&suggestion, span_of(groups[i]));
	return suggestion.best;
}
