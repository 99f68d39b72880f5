/*
 * The writers of the output formats, one file each. They share what is in
 * fs/report/output.h and fs/report/quote.h.
 */
#ifndef FS_REPORT_FORMATS_FORMATS_H
#define FS_REPORT_FORMATS_FORMATS_H

#include "fs/report/output.h"

/* Findings with the line that they are about, then a summary. */
output_writer format_text;

/* path:line:col: severity: message [rule] */
output_writer format_concise;

/*
 * One JSON object: version, summary, files with their findings. A path that is
 * not UTF-8 has U+FFFD for its bad bytes, and all of its bytes in Base64 as
 * "path_bytes" beside it, so that no two files look the same.
 */
output_writer format_json;

/* A line for each file, as in json with "type": "file", and a last one with
 * "type": "summary". */
output_writer format_jsonl;

/* SARIF 2.1.0. */
output_writer format_sarif;

/* JUnit XML: invalid files are failures, undecided ones errors. */
output_writer format_junit;

/* TAP 13 with findings as YAML blocks. */
output_writer format_tap;

/* Workflow commands of GitHub Actions. */
output_writer format_github;

/* A GitLab Code Quality report. */
output_writer format_gitlab;

/* A page for people: no script, nothing loaded from elsewhere. */
output_writer format_html;

/* path:line:col: severity: message [rule], with a line end; controls in names
 * and messages are escaped. */
void format_item(FILE *out, const struct output_item *item);

#endif
