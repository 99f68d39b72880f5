#include "validate/path.h"
#include "validate/schema/compile/blocks.h"
#include "validate/schema/compile/quick.h"
#include "validate/schema/compile/uri.h"

#include <errno.h>

/* Memory of one compilation; a hostile schema ends here. */
#define COMPILE_MAX_BYTES ((size_t)1 << 30)

/* The URI of a file of the tree; a URL is its own. */
static char *uri_of(struct arena *arena, const char *path)
{
	if (path_is_url(span_of(path)))
		return arena_text(arena, span_of(path));

	const size_t prefix = strlen(URI_TREE);
	char *uri = arena_alloc(arena, prefix + strlen(path) * 3 + 1);
	char *out = uri + prefix;

	if (!uri)
		return NULL;
	memcpy(uri, URI_TREE, prefix + 1);
	for (; *path; path++) {
		if (!strchr("%#?", *path)) {
			*out++ = *path;
			continue;
		}
		*out++ = '%';
		*out++ = (char)('0' + *path / 16);
		*out++ = "0123456789ABCDEF"[*path % 16];
	}
	*out = '\0';
	return uri;
}

static int compile_source(struct compiler *compiler, struct source *source,
			  struct schema **out)
{
	struct target target = {source, source->root, PROGRAM_NONE};
	uint32_t entry = PROGRAM_NONE;
	int r = registry_add_root(compiler, source, NULL, &target.resource);

	/* Block 0 accepts everything. */
	if (r == 0 && emit_block(&compiler->emitter) != PROGRAM_TRUE)
		r = compiler->emitter.error;
	if (r == 0)
		r = block_of(compiler, target, &entry);
	if (r == 0)
		r = blocks_write(compiler);
	if (r == 0)
		quick_write(&compiler->emitter);
	return r ? r : emit_finish(&compiler->emitter, entry, out);
}

static int compile_text(struct compiler *compiler, struct span text,
			const char *path, struct schema **out)
{
	struct source *source = NULL;
	char *uri = uri_of(&compiler->arena, path);

	if (!uri)
		return compiler->arena.error;

	const int r = load_text(compiler, text, path, uri, &source);

	return r ? r : compile_source(compiler, source, out);
}

int schema_compile(struct span text, const char *path,
		   const struct schema_options *options,
		   const struct host *host, struct schema **out, char **why)
{
	struct compiler compiler = {.options = options,
				    .host = host,
				    .limits = LIMITS_DEFAULT,
				    .why = why};

	*why = NULL;
	arena_init(&compiler.arena, COMPILE_MAX_BYTES);
	emit_init(&compiler.emitter, &compiler.arena);
	keywords_init(&compiler);

	const int r = compile_text(&compiler, text, path, out);

	emit_release(&compiler.emitter);
	arena_release(&compiler.arena);
	return r;
}
