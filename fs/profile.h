/*
 * Where the time goes: for each phase a count, a sum and a histogram. Always
 * on, bounded, without locks: a lap costs one clock reading and two additions.
 */
#ifndef FS_PROFILE_H
#define FS_PROFILE_H

#include "validate/base.h"

enum profile_phase {
	PHASE_READ,
	PHASE_HASH,
	PHASE_LOOKUP_MEMORY,
	PHASE_LOOKUP_DISK,
	PHASE_PARSE_YAML,
	PHASE_PARSE_JSON,
	PHASE_PARSE_TOML,
	PHASE_PARSE_INI,
	PHASE_PARSE_ENV,
	PHASE_PARSE_PROPERTIES,
	PHASE_PARSE_OTHER,
	PHASE_COMPILE,
	PHASE_SCHEMA,
	PHASE_STORE,
	PHASE_COUNT
};

struct profile; /* safe from any thread */

/* `is_on` false: laps are not taken, all counts stay zero. NULL: no memory. */
struct profile *profile_new(bool is_on);
void profile_free(struct profile *profile);

/* Nanoseconds of CLOCK_MONOTONIC, 0 when the profile is off or NULL. */
uint64_t profile_start(const struct profile *profile);

/* Add the time since *since to a phase and set *since to now. */
void profile_lap(struct profile *profile, enum profile_phase phase,
		 uint64_t *since);

/* As in `P` records: "read", "parse.yaml", ... */
const char *profile_phase_name(enum profile_phase phase);
enum profile_phase profile_phase_find(const char *name);

struct profile_line {
	const char *name;
	uint64_t count;
	double seconds;
	uint64_t p50_us;
	uint64_t p99_us;
};

/* The figures of a phase so far. */
struct profile_line profile_read(const struct profile *profile,
				 enum profile_phase phase);

#endif
