/*
 * The one table of rules: what findings can be named after, and which of them
 * may be suppressed. tests/rules.sh holds it against the sources.
 */
#ifndef VALIDATE_RULE_H
#define VALIDATE_RULE_H

#include "validate/base.h"

enum { RULE_MAX = 256, RULE_NONE = -1 };

/* Every rule has a number below rule_count(), good for one build only. */
size_t rule_count(void);
const char *rule_name(size_t rule);

/* The number of a rule, RULE_NONE if there is none of that name. */
int rule_find(struct span name);

/*
 * May its findings be suppressed? Not those that say that a file cannot be
 * read or decided, nor those about suppressions and the configuration.
 */
bool rule_is_free(size_t rule);

/* Some rules. Zeroed memory is none. */
struct rule_set {
	uint64_t words[RULE_MAX / 64];
};

static inline void rule_set_add(struct rule_set *set, size_t rule)
{
	set->words[rule / 64] |= UINT64_C(1) << (rule % 64);
}

static inline bool rule_set_has(const struct rule_set *set, size_t rule)
{
	return set->words[rule / 64] >> (rule % 64) & 1;
}

void rule_set_join(struct rule_set *set, const struct rule_set *more);
bool rule_set_is_empty(const struct rule_set *set);

/* Does it have a rule of that group, such as "schema"? */
bool rule_set_has_group(const struct rule_set *set, const char *group);

/* What users may write: a rule, or a group such as "schema" with a slash and a
 * star. */
enum rule_selection { RULES_UNKNOWN, RULES_FIXED, RULES_FREE };

/*
 * The free rules that are meant, added to *out. RULES_FIXED: there are such
 * rules, but they are never suppressed; RULES_UNKNOWN: there are none.
 */
must_check enum rule_selection rule_select(struct span written,
					   struct rule_set *out);

/* The rule or group that was probably meant; data NULL: none comes near. It
 * lives for ever. */
struct span rule_suggest(struct span written);

#endif
