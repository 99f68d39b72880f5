/*
 * A local copy of a schema catalog as SchemaStore publishes it: catalog.json
 * says which files have which schema and by which URLs; the schemas lie in the
 * same folder or below it, found by the last part of their URL.
 *
 * `fileMatch` patterns: without '/' they are for the name of a file, else for
 * the end of its path; `*`, `?`, `[...]` and `**` as in gitignore, bytes are
 * compared. One that begins with '!' is left out.
 */
#ifndef FS_CONFIG_CATALOG_CATALOG_H
#define FS_CONFIG_CATALOG_CATALOG_H

#include "fs/folders.h"
#include "validate/plan.h"

struct catalog; /* safe from any thread */

/* Bytes of the reason that catalog_load() gives. */
enum { CATALOG_WHY_SIZE = 256 };

/*
 * Read the text of a catalog.json that lies in `folder` (from the tree's root,
 * or a full path). Entries that make no sense are left out. 0 and *out;
 * -ENOMEM; -EBADMSG when it is no catalog, with the reason in `why`.
 */
must_check int catalog_load(struct span text, const char *folder,
			    struct catalog **out, char why[CATALOG_WHY_SIZE]);
void catalog_free(struct catalog *catalog);

/* What the catalog says of a file; texts live as long as the catalog. */
struct catalog_match {
	const char *url;    /* NULL: no schema, or more than one */
	const char *origin; /* its entry, for people: "catalog: NAME" */
	const char *candidates[PLAN_CANDIDATES_MAX]; /* URLs when ambiguous */
	size_t candidate_count;			     /* also those not kept */
};

/*
 * The schema of a file by its path from the root. A pattern that names folders
 * counts more than one that names the file alone; where several schemas are
 * left there is none.
 */
void catalog_match(const struct catalog *catalog, const char *path,
		   struct catalog_match *out);

/*
 * Where the schema of a URL lies: the path to `path` (PATH_MAX bytes), from
 * the root or a full one. The catalog must name the URL, or it must be one of
 * SchemaStore's own; other sites' last parts count only if the catalog has no
 * second URL that ends the same. Of several files of one name the one fewest
 * folders down counts, then the first by bytes. The folder is walked at the
 * first call; in hidden folders and in those named test, negative_test and
 * node_modules no schemas are looked for.
 * 0; -EREMOTE, the catalog does not know the URL; -ENOENT, there is no such
 * file; -ENOMEM, -EFBIG (too many files) or errno of reading the folder.
 */
must_check int catalog_locate(struct catalog *catalog,
			      const struct folders *folders, const char *url,
			      char *path);

/* Look whether files have come or gone: one stat for each folder. */
void catalog_refresh(struct catalog *catalog, const struct folders *folders);

#endif
