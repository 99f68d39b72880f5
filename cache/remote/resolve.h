/*
 * Names to addresses, with a deadline. The system's resolver knows none, so a
 * name is resolved on a thread of its own that is left behind if it is late.
 */
#ifndef CACHE_REMOTE_RESOLVE_H
#define CACHE_REMOTE_RESOLVE_H

#include "cache/remote/url.h"
#include "cache/remote/wire.h"

enum { RESOLVE_PLACES = 8 };

struct resolved {
	struct wire_place places[RESOLVE_PLACES];
	size_t count;
};

/*
 * The addresses of a server, in the order they are to be tried. 0; -ENOENT:
 * there is none; -ETIMEDOUT; -ECANCELED (stopped); -ENOMEM.
 */
must_check int resolve(const struct url *url, const struct patience *patience,
		       struct resolved *out);

#endif
