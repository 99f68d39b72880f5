/*
 * The formats that the keyword `format` can demand of a string.
 */
#ifndef VALIDATE_SCHEMA_STRINGS_FORMAT_CHECK_H
#define VALIDATE_SCHEMA_STRINGS_FORMAT_CHECK_H

#include "validate/base.h"

/* The number of a format, UINT32_MAX if none of that name is known. */
uint32_t format_check_find(struct span name);

/* How many formats there are. */
uint32_t format_check_count(void);

/* Does the text have the format? */
bool format_check(uint32_t format, struct span text);

/* What such a text is, in a few words: "a date such as 2024-01-31". */
const char *format_check_meaning(uint32_t format);

/* format_time.c: RFC 3339 dates and times, ISO 8601 durations. */
bool format_is_date(struct span text);
bool format_is_time(struct span text);
bool format_is_date_time(struct span text);
bool format_is_duration(struct span text);

/* format_uri.c: RFC 3986, 3987 and 6570. */
bool format_is_uri(struct span text);
bool format_is_uri_reference(struct span text);
bool format_is_iri(struct span text);
bool format_is_iri_reference(struct span text);
bool format_is_uri_template(struct span text);

/* format_host.c: names and addresses. */
bool format_is_hostname(struct span text);
bool format_is_idn_hostname(struct span text);
bool format_is_ipv4(struct span text);
bool format_is_ipv6(struct span text);
bool format_is_email(struct span text);
bool format_is_idn_email(struct span text);

#endif
