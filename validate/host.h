/*
 * What a validation asks of its caller. The caller reads files and keeps
 * compiled schemas; it notes every answer, also "does not exist", as a
 * dependency of the verdict. Calls come on the thread that validates.
 */
#ifndef VALIDATE_HOST_H
#define VALIDATE_HOST_H

#include "validate/base.h"

#include <errno.h>
#include <stdatomic.h>

struct schema;

/* Parts of a validation that the caller may time. */
enum phase_edge { PHASE_BEGIN, PHASE_END };

struct host {
	void *ctx;

	/*
	 * The bytes of a file, by its path from the root or its URL. They stay
	 * valid until the validation (or compilation) returns. 0; what
	 * host_is_answer() is true of; another negative errno.
	 */
	int (*read)(void *ctx, const char *path, struct span *out);

	/*
	 * A compiled schema by its path from the root or its URL, shared and
	 * kept by the caller until the validation returns. 0; -EBADMSG when
	 * the schema is broken, with *why telling file:line:column and reason
	 * (valid as long as the schema would be); what host_is_answer() is
	 * true of; other negative errno.
	 */
	int (*schema)(void *ctx, const char *path, const struct schema **out,
		      const char **why);

	/* `phase` is a static name such as "parse.yaml". May be NULL. */
	void (*phase)(void *ctx, const char *phase, enum phase_edge edge);

	/* Set by any thread to stop early with -ECANCELED. May be NULL. */
	const atomic_bool *cancel;
};

static inline bool host_is_cancelled(const struct host *host)
{
	return host && host->cancel &&
	       atomic_load_explicit(host->cancel, memory_order_relaxed);
}

/*
 * Is it a fact about the reference that it leads to no file, so that a verdict
 * may rest on it? -ENOENT: nothing is there; -EISDIR: a folder; -EINVAL:
 * neither file nor folder; -EXDEV: it leads out of the tree; -ELOOP: symbolic
 * links in a circle; -EREMOTE: a URL that nothing says the place of.
 */
static inline bool host_is_answer(int error)
{
	return error == -ENOENT || error == -EISDIR || error == -EINVAL ||
	       error == -EXDEV || error == -ELOOP || error == -EREMOTE;
}

static inline void host_phase(const struct host *host, const char *phase,
			      enum phase_edge edge)
{
	if (host && host->phase)
		host->phase(host->ctx, phase, edge);
}

#endif
