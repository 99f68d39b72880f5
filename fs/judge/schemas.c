#include "fs/judge/schemas.h"

#include "fs/judge/images.h"

#include <errno.h>
#include <pthread.h>

/* A path's place: its newest compilation, or one under way. */
struct slot {
	struct slot *next;
	char *path;
	struct compiled *compiled; /* by lock; NULL: none yet */
	bool is_compiling;	   /* by lock */
};

struct schemas {
	struct dependencies *dependencies;
	struct cache *cache; /* NULL: none */
	struct profile *profile;
	struct schema_options options;
	pthread_mutex_t lock;
	pthread_cond_t is_done;
	struct slot *slots; /* by lock; only ever added */
};

int schemas_new(struct dependencies *dependencies, struct cache *cache,
		struct profile *profile, const struct schema_options *options,
		struct schemas **out)
{
	struct schemas *schemas = calloc(1, sizeof(*schemas));

	if (!schemas)
		return -ENOMEM;
	schemas->dependencies = dependencies;
	schemas->cache = cache;
	schemas->profile = profile;
	schemas->options = *options;
	pthread_mutex_init(&schemas->lock, NULL);
	pthread_cond_init(&schemas->is_done, NULL);
	*out = schemas;
	return 0;
}

static void compiled_free(struct compiled *compiled)
{
	schema_free(compiled->schema);
	free(compiled->why);
	links_release(&compiled->links);
	free(compiled);
}

void schemas_free(struct schemas *schemas)
{
	if (!schemas)
		return;
	while (schemas->slots) {
		struct slot *slot = schemas->slots;

		schemas->slots = slot->next;
		if (slot->compiled)
			compiled_free(slot->compiled);
		free(slot->path);
		free(slot);
	}
	pthread_mutex_destroy(&schemas->lock);
	pthread_cond_destroy(&schemas->is_done);
	free(schemas);
}

static void drop_locked(struct compiled *compiled)
{
	if (compiled && --compiled->references == 0)
		compiled_free(compiled);
}

void schemas_put_back(struct schemas *schemas, struct compiled *compiled)
{
	pthread_mutex_lock(&schemas->lock);
	drop_locked(compiled);
	pthread_mutex_unlock(&schemas->lock);
}

/* Files that the compiler reads stay until the compilation is over. */
struct reading {
	struct reading *next;
	char *bytes;
};

struct compilation {
	struct schemas *schemas;
	struct compiled *compiled;
	struct reading *readings;
};

static int read_for_compiler(void *ctx, const char *path, struct span *out)
{
	struct compilation *compilation = ctx;
	struct link link;
	struct reading *reading = calloc(1, sizeof(*reading));
	size_t size = 0;

	if (!reading)
		return -ENOMEM;

	const int r = dependencies_read(compilation->schemas->dependencies,
					path, &link, &reading->bytes, &size);
	const int noted = links_add(&compilation->compiled->links, link);

	if (r || noted) {
		free(reading->bytes);
		free(reading);
		return r ? r : noted;
	}
	reading->next = compilation->readings;
	compilation->readings = reading;
	*out = (struct span){reading->bytes, size};
	return 0;
}

static void free_readings(struct reading *reading)
{
	while (reading) {
		struct reading *next = reading->next;

		free(reading->bytes);
		free(reading);
		reading = next;
	}
}

/* Of the text of the schema: out of its image, or compiled and its image kept.
 */
static int make(struct compilation *compilation, const char *path,
		struct span text)
{
	struct schemas *schemas = compilation->schemas;
	struct compiled *compiled = compilation->compiled;
	const struct host host = {.ctx = compilation,
				  .read = read_for_compiler};
	const struct images images = {schemas->cache, schemas->dependencies,
				      &schemas->options};
	struct image_name name;

	if (!schemas->cache)
		return schema_compile(text, path, &schemas->options, &host,
				      &compiled->schema, &compiled->why);
	name = images_name(&images, path, text);
	if (images_get(&images, &name, &compiled->links, &compiled->schema) ==
	    0)
		return 0;

	const int r = schema_compile(text, path, &schemas->options, &host,
				     &compiled->schema, &compiled->why);

	if (r == 0)
		images_put(&images, &name, &compiled->links, compiled->schema);
	return r;
}

/* NULL: out of memory. */
static struct compiled *compile(struct schemas *schemas, const char *path)
{
	struct compiled *compiled = calloc(1, sizeof(*compiled));
	struct compilation compilation = {schemas, compiled, NULL};
	uint64_t since = profile_start(schemas->profile);
	struct span text;

	if (!compiled)
		return NULL;
	compiled->error = read_for_compiler(&compilation, path, &text);
	if (compiled->error == 0)
		compiled->error = make(&compilation, path, text);
	free_readings(compilation.readings);
	profile_lap(schemas->profile, PHASE_COMPILE, &since);
	return compiled;
}

static struct slot *find_slot_locked(struct schemas *schemas, const char *path)
{
	for (struct slot *slot = schemas->slots; slot; slot = slot->next)
		if (strcmp(slot->path, path) == 0)
			return slot;

	struct slot *slot = calloc(1, sizeof(*slot));

	if (!slot)
		return NULL;
	slot->path = strdup(path);
	if (!slot->path) {
		free(slot);
		return NULL;
	}
	slot->next = schemas->slots;
	schemas->slots = slot;
	return slot;
}

/* Failures of the environment are tried again by the next who asks. */
static bool is_lasting(const struct compiled *compiled)
{
	return compiled->error == 0 || compiled->error == -EBADMSG ||
	       host_is_answer(compiled->error);
}

/* Compiles with the lock released; the slot's mark keeps others waiting. */
static struct compiled *renew_locked(struct schemas *schemas, struct slot *slot)
{
	slot->is_compiling = true;
	drop_locked(slot->compiled);
	slot->compiled = NULL;
	pthread_mutex_unlock(&schemas->lock);

	struct compiled *compiled = compile(schemas, slot->path);

	pthread_mutex_lock(&schemas->lock);
	slot->is_compiling = false;
	if (compiled && is_lasting(compiled)) {
		compiled->references = 1;
		slot->compiled = compiled;
	}
	pthread_cond_broadcast(&schemas->is_done);
	return compiled;
}

int schemas_get(struct schemas *schemas, const char *path,
		struct compiled **out)
{
	pthread_mutex_lock(&schemas->lock);

	struct slot *slot = find_slot_locked(schemas, path);
	struct compiled *compiled = NULL;

	while (slot && slot->is_compiling)
		pthread_cond_wait(&schemas->is_done, &schemas->lock);
	if (slot) {
		compiled = slot->compiled;
		if (!compiled ||
		    !dependencies_hold(schemas->dependencies, &compiled->links))
			compiled = renew_locked(schemas, slot);
	}
	if (compiled)
		compiled->references++;
	pthread_mutex_unlock(&schemas->lock);
	if (!compiled)
		return -ENOMEM;
	*out = compiled;
	return 0;
}
