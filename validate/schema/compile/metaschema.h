/*
 * The schemas of schemas, built in: real schemas refer to them, and nothing is
 * ever fetched. They say the same as the published ones, in fewer words.
 */
#ifndef VALIDATE_SCHEMA_COMPILE_METASCHEMA_H
#define VALIDATE_SCHEMA_COMPILE_METASCHEMA_H

#include "validate/base.h"

/* Is that the URI (without fragment) of a metaschema? Then its static text. */
bool metaschema_find(const char *uri, struct span *out);

#endif
