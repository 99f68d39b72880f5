/*
 * What another reader costs: bench_peer_NAME FILE... reads all files, from
 * memory, again and again for a second, and prints the median of five, as
 * bench_read does. One program a peer: their names for things collide.
 */
#include "tests/bench/load_files.h"

#if defined(PEER_YAML_0_1)
#include <yaml.h>

static bool read_text(struct span text)
{
	yaml_parser_t parser;
	bool is_last = false;

	if (!yaml_parser_initialize(&parser))
		return false;
	yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&parser, (const unsigned char *)text.data,
				     text.size);
	while (!is_last) {
		yaml_event_t event;

		if (!yaml_parser_parse(&parser, &event))
			break;
		is_last = event.type == YAML_STREAM_END_EVENT;
		yaml_event_delete(&event);
	}
	yaml_parser_delete(&parser);
	return is_last;
}

#elif defined(PEER_INIH)
#include <ini.h>

static int ignore_pair(void *ctx, const char *section, const char *name,
		       const char *value)
{
	(void)ctx;
	(void)section;
	(void)name;
	(void)value;
	return 1;
}

static bool read_text(struct span text)
{
	return ini_parse_string(text.data, ignore_pair, NULL) == 0;
}

#elif defined(PEER_EXPAT)
#include <expat.h>

static bool read_text(struct span text)
{
	XML_Parser parser = XML_ParserCreate(NULL);
	const bool done = parser && XML_Parse(parser, text.data, (int)text.size,
					      XML_TRUE) == XML_STATUS_OK;

	if (parser)
		XML_ParserFree(parser);
	return done;
}

#elif defined(PEER_JSON_C)
#include <json-c/json_tokener.h>

static bool read_text(struct span text)
{
	struct json_tokener *tokener = json_tokener_new();
	struct json_object *object =
		json_tokener_parse_ex(tokener, text.data, (int)text.size);

	json_object_put(object);
	json_tokener_free(tokener);
	return object != NULL;
}

#elif defined(PEER_JANSSON)
#include <jansson.h>

static bool read_text(struct span text)
{
	json_t *value = json_loadb(text.data, text.size, JSON_DECODE_ANY, NULL);

	json_decref(value);
	return value != NULL;
}

#endif

static void read_all(void *ctx, const struct bench_files *files)
{
	size_t *broken = ctx;

	*broken = 0;
	for (size_t i = 0; i < files->count; i++)
		*broken += !read_text(files->texts[i]);
}

int main(int argc, char **argv)
{
	release_by(bench_release) struct bench_files files = {0};
	size_t broken;

	if (argc < 2 || !bench_load(&files, argv + 1, (size_t)argc - 1))
		return 2;

	const double seconds = bench_measure(read_all, &broken, &files);

	printf("read %.1f MB/s\nread.broken %zu files\n",
	       (double)files.bytes / seconds / 1e6, broken);
	return 0;
}
