/* Sentences that tell the user why the disk is not, or newly, used. */
#ifndef CACHE_WHY_H
#define CACHE_WHY_H

#include "validate/base.h"

/*
 * Set *why to a sentence, owned by whoever owns *why, and return `r`. The
 * first reason stands: another one is left out.
 */
int why_say(char **why, int r, const char *format, ...) printf_like(3, 4);

#endif
