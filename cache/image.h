/*
 * Is this file of LMDB's (data version 1) one that the library can use without
 * fear? It trusts its file: a page number that is wrong crashes it, and a free
 * list that names a page in use makes it overwrite what is there. So each page
 * is visited here before the library does it. Pure: bytes in, answer out.
 */
#ifndef CACHE_IMAGE_H
#define CACHE_IMAGE_H

#include "validate/base.h"

/* No store of ours has a larger map. */
#define IMAGE_MAP_MAX_BYTES ((uint64_t)1 << 40)

/*
 * 0: every page is sound, in use once and counted; -EBADMSG: damaged;
 * -ENOTSUP: a format that is not known here; -ENOMEM. `image` is aligned to 8.
 */
must_check int image_check(struct span image);

#endif
