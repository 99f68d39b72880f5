/*
 * What `cfgfs check` prints: the same facts as `.report`, for people, editors
 * and programs. Each format is a file in formats/ and a line in output.c.
 *
 * Paths are from the root in json and jsonl, whose readers know the tree; in
 * all others they lead from the working directory to the file.
 */
#ifndef FS_REPORT_OUTPUT_H
#define FS_REPORT_OUTPUT_H

#include "fs/survey.h"

#include <stdio.h>

/* One checked tree. */
struct output_part {
	struct judge *judge; /* NULL: it could not be checked */
	const struct survey *survey;
	const char *prefix; /* from the working directory to the root: "",
			       "conf/" or "../" */
	const char *inside; /* the working directory below the root, or "" */
	struct span input;  /* the bytes of "-" (standard input), or empty */
};

struct output {
	FILE *file;
	const struct output_part *parts;
	size_t part_count;
	const char *version; /* of cfgfs */
	bool use_colour;
	bool had_trouble; /* something that was asked for was not checked */
	double seconds;
};

typedef void output_writer(const struct output *output);

struct output_format {
	const char *name;
	const char *summary; /* for --help */
	output_writer *write;
};

/* Every format, in the order of --help; NULL past the end. */
const struct output_format *output_format_at(size_t index);

/* NULL if there is no such format. */
const struct output_format *output_find(const char *name);

/* Counts over all parts. */
struct output_counts {
	size_t files;
	size_t cached;
	size_t by_state[STATE_COUNT];
	uint64_t by_severity[SEVERITY_COUNT];
	uint64_t suppressed; /* not among them */
	struct score score;
};
struct output_counts output_count(const struct output *output);

/*
 * The path of an entry from the working directory, never beginning with "./".
 * Owned by the caller; NULL: no memory.
 */
must_check char *output_path(const struct output_part *part, const char *path);

/* One thing to tell of a file; texts live as long as its verdict. */
struct output_item {
	const struct output_part *part;
	const struct survey_entry *entry;
	const char *path; /* output_path(), valid during the call */
	enum severity severity;
	const char *rule;
	const char *message;
	const char *pointer;	     /* "" for the root or none */
	const char *schema_location; /* "" for none */
	uint32_t line;		     /* 0: about the file as a whole */
	uint32_t column;
	uint32_t length;
	uint64_t fingerprint;
};

/* The rule that is given for a file that could not be decided without any
 * finding that says why. */
#define OUTPUT_UNDECIDED "check/undecided"

/* Call `visit` for all there is to tell of one entry, in order. What does not
 * fit into memory is left out. */
void output_visit_entry(
	const struct output_part *part, const struct survey_entry *entry,
	void (*visit)(void *ctx, const struct output_item *item), void *ctx);

/* The same for all files of all parts. */
void output_visit(const struct output *output,
		  void (*visit)(void *ctx, const struct output_item *item),
		  void *ctx);

/* Findings of an entry that its verdict counts but does not hold. */
uint32_t output_dropped(const struct survey_entry *entry);

#endif
