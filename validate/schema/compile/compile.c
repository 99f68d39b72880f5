#include "validate/path.h"
#include "validate/schema/compile/blocks.h"
#include "validate/schema/compile/quick.h"
#include "validate/schema/compile/uri.h"

#include <errno.h>
#include <stdio.h>

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

int compile_program(struct compiler *compiler, struct source *source,
		    uint32_t *entry)
{
	struct target target = {source, source->root, PROGRAM_NONE};
	int r = registry_add_root(compiler, source, NULL, &target.resource);

	/* Block 0 accepts everything. */
	if (r == 0 && emit_block(&compiler->emitter) != PROGRAM_TRUE)
		r = compiler->emitter.error;
	if (r == 0)
		r = block_of(compiler, target, entry);
	return r ? r : blocks_write(compiler);
}

static int compile_text(struct compiler *compiler, struct span text,
			const char *path, struct schema **out)
{
	struct source *source = NULL;
	uint32_t entry = PROGRAM_NONE;
	char *uri = uri_of(&compiler->arena, path);

	if (!uri)
		return compiler->arena.error;

	int r = load_text(compiler, text, path, uri, &source);

	if (r == 0)
		r = compile_program(compiler, source, &entry);
	if (r == 0)
		quick_write(&compiler->emitter);
	return r ? r : emit_finish(&compiler->emitter, entry, out);
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

/* What is wrong is told; what is wrong with other files is a finding too. */
static int examine(struct compiler *compiler,
		   const struct schema_examination *job)
{
	auto_free char *path = NULL;
	struct source *source = NULL;
	uint32_t entry = PROGRAM_NONE;

	if (asprintf(&path, "%s/-", job->directory) < 0)
		return -ENOMEM;

	char *uri = uri_of(&compiler->arena, path + (path[0] == '/'));

	if (!uri)
		return compiler->arena.error;

	int r = load_doc(compiler, job->doc, job->root, uri, &source);

	compiler->examined = source;
	if (r == 0)
		r = compile_program(compiler, source, &entry);
	if (r == -EBADMSG && *compiler->why)
		r = compile_error(compiler, source, source->root, "%s",
				  *compiler->why);
	return r == -EBADMSG ? 0 : r;
}

int schema_examine(const struct schema_examination *job)
{
	auto_free char *why = NULL;
	struct compiler compiler = {.options = job->options,
				    .host = job->host,
				    .limits = LIMITS_DEFAULT,
				    .why = &why,
				    .findings = job->findings,
				    .document = job->document};

	arena_init(&compiler.arena, COMPILE_MAX_BYTES);
	emit_init(&compiler.emitter, &compiler.arena);
	keywords_init(&compiler);

	const int r = examine(&compiler, job);

	emit_release(&compiler.emitter);
	arena_release(&compiler.arena);
	return r ? r : job->findings->arena->error;
}

bool schema_is_known_dialect(struct span uri)
{
	return dialect_is_known(uri);
}
