/*
 * Images of compiled schemas in the cache. They only save time: whatever is in
 * doubt is compiled.
 */
#ifndef FS_JUDGE_IMAGES_H
#define FS_JUDGE_IMAGES_H

#include "fs/judge/dependencies.h"
#include "validate/schema/schema.h"

/* What images are made with; all is borrowed. */
struct images {
	struct cache *cache;
	struct dependencies *dependencies;
	const struct schema_options *options;
};

/* By what an image is found. */
struct image_name {
	struct cache_key key;
	struct digest content;
};

/* The name of the image of a schema, by its path and its text. */
struct image_name images_name(const struct images *images, const char *path,
			      struct span text);

/*
 * The schema out of its image, if the files that it was made of are as they
 * were; their links are added to `links`. 0; a negative errno: compile it.
 */
must_check int images_get(const struct images *images,
			  const struct image_name *name, struct links *links,
			  struct schema **out);

/* Keep the image of a schema that was made of the files of `links`, if that
 * can be done. */
void images_put(const struct images *images, const struct image_name *name,
		const struct links *links, const struct schema *schema);

#endif
