/*
 * Where the time goes: for each phase a count, a sum and a histogram; for what
 * takes longest among files and schemas a line each. Always on, bounded; a lap
 * costs one clock reading and two additions, and no lock.
 */
#ifndef FS_PROFILE_H
#define FS_PROFILE_H

#include "fs/tally.h"

enum profile_phase {
	PHASE_OPEN,
	PHASE_READ,
	PHASE_HASH,
	PHASE_INDEX,
	PHASE_LOOKUP_MEMORY,
	PHASE_LOOKUP_DISK,
	PHASE_PARSE_YAML,
	PHASE_PARSE_JSON,
	PHASE_PARSE_TOML,
	PHASE_PARSE_INI,
	PHASE_PARSE_ENV,
	PHASE_PARSE_PROPERTIES,
	PHASE_PARSE_XML,
	PHASE_PARSE_OTHER,
	PHASE_COMPILE,
	PHASE_SCHEMA,
	PHASE_STORE,
	PHASE_REPLY,
	PHASE_COUNT
};

struct profile; /* safe from any thread */

/* `is_on` false: laps are not taken, all counts stay zero. NULL: no memory. */
struct profile *profile_new(bool is_on);
void profile_free(struct profile *profile);

/* Nanoseconds of CLOCK_MONOTONIC, 0 when the profile is off or NULL. */
uint64_t profile_start(const struct profile *profile);

/* Add the time since *since to a phase and set *since to now; returns it. */
uint64_t profile_lap(struct profile *profile, enum profile_phase phase,
		     uint64_t *since);

/* Add a time to a phase. */
void profile_add(struct profile *profile, enum profile_phase phase,
		 uint64_t ns);

/* What the validation of a file took, and the part of it that was holding it
 * against a schema. NULL: there is no profile. */
void profile_file(struct profile *profile, const char *path, uint64_t ns,
		  uint64_t bytes);
void profile_check(struct profile *profile, const char *schema, uint64_t ns);
struct tally *profile_files(const struct profile *profile);
struct tally *profile_checks(const struct profile *profile);

/* As in `P` records: "read", "parse.yaml", ... */
const char *profile_phase_name(enum profile_phase phase);
/* `name` is static: it is known by its place the next time. */
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
