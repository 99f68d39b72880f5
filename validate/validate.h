/*
 * The one entry: bytes and plan in, verdict out. Pure: no files, no clock, no
 * threads, no log; further reads go through the host.
 */
#ifndef VALIDATE_VALIDATE_H
#define VALIDATE_VALIDATE_H

#include "validate/host.h"
#include "validate/plan.h"
#include "validate/verdict.h"

/*
 * Judge `content` under `plan`. `arena` is scratch: reset before use, not
 * after, and may be reused by the same thread for the next call.
 * The caller owns *out (free()). 0; -ENOMEM (memory failed: try again later,
 * never store); -ECANCELED; another negative errno of host->read or
 * host->schema that says nothing about the content (also never to be stored).
 */
must_check int validate_bytes(const struct plan *plan, struct span content,
			      const struct host *host, struct arena *arena,
			      struct verdict **out);

#endif
