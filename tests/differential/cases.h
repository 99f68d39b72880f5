/*
 * Files to be judged in several ways: those of the examples, of the fuzz
 * corpora and, where they are, of the public suites, and mutations of them.
 * Number and turn decide all of a file, so every run sees the same.
 */
#ifndef TESTS_DIFFERENTIAL_CASES_H
#define TESTS_DIFFERENTIAL_CASES_H

#include "validate/base.h"

struct cases;

/*
 * Read the seeds below the folder `tests` of the sources and below `suites`
 * (may be NULL). NULL: there are none. cases_close() it.
 */
must_check struct cases *cases_open(const char *tests, const char *suites);
void cases_close(struct cases *cases);

size_t cases_seed_count(const struct cases *cases);

/*
 * Write file `number` below the directory `root`, in the form that it has in
 * turn `turn`: its content changes, its name does not. False: it failed.
 */
must_check bool cases_write(struct cases *cases, const char *root,
			    unsigned number, unsigned turn);

/* The folder below the root with the files that schemas are for: each fifth. */
#define CASES_WITH_SCHEMA "with"

/*
 * Schemas and configuration, as they are in turn `turn`: each turn changes one
 * of them, and turn CASES_TURNS - 1 is as turn 0. False: it failed.
 */
enum { CASES_TURNS = 7 };
must_check bool cases_write_rules(const char *root, unsigned turn);

/* What a turn changes, in words. */
const char *cases_turn_name(unsigned turn);

#endif
