/*
 * How often the memory tier has what is asked for, beside LRU, LFU, ARC and the
 * optimum. One line a trace and size: hit ratios in percent, and how far ours
 * is from the best of LRU, LFU and ARC.
 */
#include "tests/bench/policies.h"

#include "validate/base.h"

#include <stdio.h>

static const int percents[] = {1, 10, 50};

static const char *best_name(double lru, double lfu, double arc)
{
	if (arc > lru && arc > lfu)
		return "arc";
	return lfu > lru ? "lfu" : "lru";
}

static double compare(const char *name, int percent)
{
	const int capacity = POLICIES_KEYS / 100 * percent;
	const double ours = policies_ours(capacity);
	const double lru = policies_lru(capacity);
	const double lfu = policies_lfu(capacity);
	const double arc = policies_arc(capacity);
	const double behind = ours - policies_best(capacity);

	printf("%-10s %2d%%  ours %5.1f  lru %5.1f  lfu %5.1f  arc %5.1f  "
	       "optimum %5.1f  ours-best %+5.1f (%s)\n",
	       name, percent, ours, lru, lfu, arc, policies_optimum(capacity),
	       behind, best_name(lru, lfu, arc));
	return behind;
}

int main(void)
{
	const char *name;
	double worst = 0;

	for (size_t i = 0; (name = policies_trace(i)); i++) {
		for (size_t j = 0; j < array_size(percents); j++) {
			const double behind = compare(name, percents[j]);

			if (behind < worst)
				worst = behind;
		}
	}
	printf("worst %+.1f\n", worst);
	return 0;
}
