#include "cache/remote/breaker.h"

void breaker_init(struct breaker *breaker, uint64_t deadline_us)
{
	const uint64_t quick = deadline_us / BREAKER_QUICK_PART;

	*breaker = (struct breaker){
		.is_open = true,
		.quick_us = quick,
		.purse_us = deadline_us - quick,
		.purse_max_us = deadline_us - quick,
		.retry_us = BREAKER_RETRY_US,
	};
}

uint64_t breaker_allowance(const struct breaker *breaker)
{
	return breaker->is_open ? 0 : breaker->quick_us + breaker->purse_us;
}

static void open_until_tried(struct breaker *breaker, uint64_t now)
{
	breaker->is_open = true;
	breaker->retry_at = now + breaker->retry_us;
	breaker->retry_us *= 2;
	if (breaker->retry_us > BREAKER_RETRY_MAX_US)
		breaker->retry_us = BREAKER_RETRY_MAX_US;
}

static void pay(struct breaker *breaker, uint64_t us)
{
	breaker->purse_us -= us < breaker->purse_us ? us : breaker->purse_us;
}

static void refill(struct breaker *breaker)
{
	breaker->purse_us += breaker->purse_max_us / BREAKER_REFILLS + 1;
	if (breaker->purse_us < breaker->purse_max_us)
		return;
	/* It has been good for a while: what was before is forgiven. */
	breaker->purse_us = breaker->purse_max_us;
	breaker->retry_us = BREAKER_RETRY_US;
}

bool breaker_answered(struct breaker *breaker, uint64_t took_us,
		      uint64_t due_us, uint64_t now)
{
	const uint64_t quick = breaker->quick_us + due_us;

	if (breaker->is_open)
		return true; /* another one has opened it meanwhile */
	if (took_us <= quick) {
		refill(breaker);
		return true;
	}
	if (took_us - quick < breaker->purse_us) {
		pay(breaker, took_us - quick);
		return true;
	}
	breaker->purse_us = 0;
	open_until_tried(breaker, now);
	return false;
}

void breaker_failed(struct breaker *breaker, uint64_t took_us, uint64_t now)
{
	if (took_us > breaker->quick_us)
		pay(breaker, took_us - breaker->quick_us);
	open_until_tried(breaker, now);
}

bool breaker_recovered(struct breaker *breaker, uint64_t took_us, uint64_t now)
{
	if (took_us > breaker->quick_us + breaker->purse_max_us) {
		open_until_tried(breaker, now);
		return false;
	}
	breaker->is_open = false;
	return true;
}
