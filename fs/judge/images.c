#include "fs/judge/images.h"

#include "validate/engine.h"
#include "validate/plan.h"

#include <errno.h>
#include <time.h>

/* Smaller ones are compiled as fast as they are looked up. */
enum { IMAGE_MIN = 16 << 10 };

struct image_name images_name(const struct images *images, const char *path,
			      struct span text)
{
	struct digest_builder builder;
	char engine[ENGINE_TEXT_SIZE];

	engine_describe(engine);
	digest_begin(&builder);
	digest_add(&builder, span_of("schema image"));
	digest_add_number(&builder, schema_image_version());
	digest_add_number(&builder, ENGINE_VERSION);
	digest_add(&builder, span_of(engine));
	digest_add_number(&builder, images->options->mode);
	digest_add_number(&builder, images->options->dialect);
	digest_add(&builder, span_of(path));

	const struct digest plan = digest_end(&builder);

	/* Not by the tag of the text: that finds the verdicts of the file. */
	return (struct image_name){
		{digest_tag_of((struct span){(const char *)plan.bytes,
					     sizeof(plan.bytes)}),
		 plan},
		digest_of(text)};
}

/* Links of the files that an image rests on, while they are gathered. */
struct gathering {
	struct dependencies *dependencies;
	struct links links;
};

static bool is_fresh(void *ctx, const struct dependency *stored)
{
	struct gathering *gathering = ctx;

	return dependencies_match(gathering->dependencies, stored,
				  &gathering->links);
}

int images_get(const struct images *images, const struct image_name *name,
	       struct links *links, struct schema **out)
{
	struct gathering gathering = {.dependencies = images->dependencies};
	struct schema *schema = NULL;
	struct cache_found found;
	int r = cache_get_blob(images->cache, &name->key, &name->content,
			       is_fresh, &gathering, &found);

	if (r == 0) {
		r = schema_open(found.entry.blob, &schema);
		cache_found_release(&found);
	}
	if (r == 0)
		r = links_add_all(links, &gathering.links);
	links_release(&gathering.links);
	if (r) {
		schema_free(schema);
		return r;
	}
	*out = schema;
	return 0;
}

void images_put(const struct images *images, const struct image_name *name,
		const struct links *links, const struct schema *schema)
{
	auto_free struct dependency *list = NULL;
	auto_free char *image = NULL;
	size_t size = 0;

	if (!cache_keeps_blobs(images->cache) ||
	    schema_export(schema, &image, &size) || size < IMAGE_MIN)
		return;
	list = dependencies_describe_all(images->dependencies, links);
	/* A file that changed meanwhile: the image is of a past. */
	if (!list || !dependencies_hold(images->dependencies, links))
		return;

	const struct cache_entry entry = {
		.content = name->content,
		.validated_at = (int64_t)time(NULL),
		.dependency_count = links->count,
		.dependencies = list,
		.blob = {image, size},
	};
	const int r = cache_put_blob(images->cache, &name->key, &entry);

	(void)r;
}
