/*
 * How often keys were asked for of late: a count-min sketch (Cormode and
 * Muthukrishnan, 2005) of counters of four bits, four a key, that are halved
 * from time to time, so that what was popular once is forgotten (as in
 * TinyLFU, Einziger, Friedman and Manes, 2017). It may say too much, for keys
 * that share counters; never too little, up to 15.
 */
#ifndef CACHE_MEMORY_SKETCH_H
#define CACHE_MEMORY_SKETCH_H

#include "validate/base.h"

struct sketch; /* one owner at a time */

enum { SKETCH_LINE = 64 };

/* A sketch that takes `bytes` of memory: a power of two, at least SKETCH_LINE.
 * NULL without memory. free() it. */
must_check struct sketch *sketch_new(size_t bytes);

/* A key, by its hash, is asked for. After `period` calls all is halved. */
void sketch_add(struct sketch *sketch, uint64_t hash, uint64_t period);

/* How often it was asked for, 0 to 15. */
unsigned sketch_count(const struct sketch *sketch, uint64_t hash);

#endif
