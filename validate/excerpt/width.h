/*
 * How many columns of a terminal a code point takes. Independent of the
 * locale, which decides for the C library.
 */
#ifndef VALIDATE_EXCERPT_WIDTH_H
#define VALIDATE_EXCERPT_WIDTH_H

#include <stdint.h>

/*
 * 0 for marks that are drawn over the one before, 2 for wide ones (East Asian
 * Wide and Fullwidth of Unicode's annex 11, emoji), else 1. By blocks: rare
 * exceptions within a block are not told apart.
 */
uint32_t width_of(uint32_t code);

#endif
