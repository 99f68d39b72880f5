#include "fs/mount/protect/policy.h"

#include <errno.h>

/* Which of the two policies a state asks. */
enum question { QUESTION_NONE, QUESTION_INVALID, QUESTION_ERROR };

static const struct {
	enum question question;
	bool is_good;
} table[STATE_COUNT] = {
	[STATE_UNCHECKED] = {QUESTION_ERROR, false},
	[STATE_VALID] = {QUESTION_NONE, true},
	[STATE_WARNING] = {QUESTION_NONE, true},
	[STATE_INVALID] = {QUESTION_INVALID, false},
	[STATE_ERROR] = {QUESTION_ERROR, false},
	[STATE_SKIPPED] = {QUESTION_NONE, false},
};

bool policy_may_show_another(const struct policy_rules *rules)
{
	return rules->on_invalid == POLICY_LAST_GOOD ||
	       rules->on_error == POLICY_LAST_GOOD;
}

enum policy policy_for(const struct policy_rules *rules, enum state state)
{
	switch (table[state].question) {
	case QUESTION_INVALID:
		return rules->on_invalid;
	case QUESTION_ERROR:
		return rules->on_error;
	case QUESTION_NONE:
	default:
		return POLICY_SERVE;
	}
}

bool policy_is_good(enum state state)
{
	return table[state].is_good;
}

int policy_errno(const struct policy_rules *rules)
{
	return rules->denies_with_eio ? -EIO : -EACCES;
}
