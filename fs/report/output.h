/*
 * What `cfgfs check` prints: the same facts as `.report`, for people, editors
 * and programs.
 */
#ifndef FS_REPORT_OUTPUT_H
#define FS_REPORT_OUTPUT_H

#include "fs/survey.h"

#include <stdio.h>

/* One checked tree. */
struct output_part {
	struct judge *judge;
	const struct survey *survey;
	const char *prefix; /* from the working directory to the root: "",
			       "conf/" or "../" */
	const char *inside; /* the working directory below the root, or "" */
};

struct output {
	FILE *file;
	const struct output_part *parts;
	size_t part_count;
	bool use_colour;
	double seconds;
};

typedef void output_writer(const struct output *output);

/* NULL if there is no such format. */
output_writer *output_find(const char *name);

/* Findings with pointer and schema location, then a summary. */
output_writer output_text;

/* path:line:col: severity: message [rule] */
output_writer output_concise;

/* One JSON object (see README). */
output_writer output_json;

#endif
