/*
 * The libraries that verdicts rest upon, by the versions that are loaded.
 */
#ifndef VALIDATE_ENGINE_H
#define VALIDATE_ENGINE_H

#include "validate/base.h"

enum { ENGINE_TEXT_SIZE = 160 };

/*
 * "pcre2 10.42 2022-12-11 unicode 14.0.0, yaml 0.2.5, xml expat_2.5.0,
 * idna 15.0" (xml none: built without): whatever differs between two machines
 * that share a cache. It is part of every key.
 */
void engine_describe(char text[static ENGINE_TEXT_SIZE]);

#endif
