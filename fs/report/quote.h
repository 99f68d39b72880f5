/*
 * Foreign text inside JSON and XML: always well-formed, whatever it holds.
 */
#ifndef FS_REPORT_QUOTE_H
#define FS_REPORT_QUOTE_H

#include "validate/base.h"

#include <stdio.h>

/* A JSON string in its quotes; what is not UTF-8 becomes U+FFFD. */
void quote_json(FILE *out, const char *text);

/* "name": "text" */
void quote_json_member(FILE *out, const char *name, const char *text);

/* Is the text UTF-8, so that quote_json() keeps all of it? */
bool quote_is_exact(const char *text);

/* Base64 with padding, without quotes. */
void quote_base64(FILE *out, const char *text);

/*
 * The content of an attribute or element of XML 1.0: markup is escaped, and
 * what XML cannot hold at all (controls, bytes that are not UTF-8, U+FFFE)
 * becomes U+FFFD. Line ends stay.
 */
void quote_xml(FILE *out, const char *text);

/* A path as a relative or file: URI; all but the safest bytes in percents. */
void quote_uri(FILE *out, const char *path);

#endif
