/*
 * Sizes and ages as people write them: 512M, 30d.
 */
#ifndef FS_UNITS_H
#define FS_UNITS_H

#include "validate/base.h"

/*
 * Digits with K, M, G or T behind them (powers of 1024; "KiB" and "kb" are
 * read too), or bytes. False: it is something else, or 0, or too large.
 */
must_check bool units_parse_size(const char *text, uint64_t *bytes);

/* Digits with ms or s behind them, or milliseconds; 0 is allowed. */
must_check bool units_parse_wait(const char *text, uint64_t *milliseconds);

/* Digits with s, m, h, d or w behind them, or seconds; 0 is allowed. */
must_check bool units_parse_age(const char *text, int64_t *seconds);

#endif
