/*
 * Traces of requests and what policies make of them: LRU, LFU, ARC (Megiddo and
 * Modha, 2003), the best that can be done knowing the future (Belady, 1966),
 * and the memory tier. The same each time: the seed is fixed. One trace at a
 * time, as all of it is static.
 */
#ifndef TESTS_BENCH_POLICIES_H
#define TESTS_BENCH_POLICIES_H

#include <stddef.h>

enum { POLICIES_KEYS = 10000 }; /* that make most of each trace */

/* Make the trace of this number the one in use: its name, or NULL. */
const char *policies_trace(size_t number);

/* Hits in percent of a cache of `capacity` entries. */
double policies_lru(int capacity);
double policies_lfu(int capacity);
double policies_arc(int capacity);
double policies_optimum(int capacity);
double policies_ours(int capacity);

/* The best of LRU, LFU and ARC. */
double policies_best(int capacity);

#endif
