/*
 * `.report`: one record a file and a finding, then profile records;
 * tab-separated, sorted by path, one line each whatever the names hold.
 */
#ifndef FS_REPORT_REPORT_H
#define FS_REPORT_REPORT_H

#include "fs/survey.h"

#include <stdio.h>

/*
 * A report is its head, the records of any pieces of a survey in order, and
 * its end. Paths are made relative to `directory` (a path from the root, ""
 * for the root itself).
 */
void report_write_head(FILE *out);
void report_write_files(FILE *out, struct judge *judge,
			const struct survey *survey, const char *directory);
void report_write_end(FILE *out, struct judge *judge);

/* Behind the head of the report of one file: what its readers get, in words,
 * if that is not the file as it is. */
void report_write_why(FILE *out, struct judge *judge,
		      const struct survey_entry *entry);

/* A field in the quoting of git: as it is, or "..." with C escapes. */
void report_write_field(FILE *out, const char *text);

/* Text as the rest of a line for people: only what would break the line or
 * deceive its reader is escaped. */
void report_write_line(FILE *out, const char *text);

#endif
