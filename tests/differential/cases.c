#include "tests/differential/cases.h"

#include "tests/fuzz/mutate.h"

#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>

enum {
	SEED_MAX = 16 << 10,
	SEEDS_MAX = 4096,
	FOLDERS = 32, /* that the files are spread over */
};

/* How the files of a seed are called: number in between. */
struct kind {
	const char *before;
	const char *after;
	bool is_yaml;
};

static const struct kind kinds[] = {
	{"c", ".yaml", true},	{"c", ".json", false},
	{"c", ".toml", false},	{"c", ".ini", false},
	{".env.c", "", false},	{"c", ".properties", false},
	{"c", ".xml", false},	{"c", "", false},
	{"c", ".jsonc", false}, {"c", ".ndjson", false},
};
enum { YAML, JSON, TOML, INI, ENV, PROPERTIES, XML, BARE, JSONC, NDJSON };

struct cases {
	struct span seeds[SEEDS_MAX]; /* owned */
	uint8_t kinds[SEEDS_MAX];
	size_t seed_count;
	struct span *sorted; /* the same, with those of a kind together */
	size_t first[array_size(kinds) + 1];
	char *bytes; /* of the file at hand, MUTATE_MAX */
};

/* Where seeds come from. */
struct spring {
	const char *folder;
	const char *ending; /* of names that count; "" for all */
	unsigned kind;
	unsigned stride; /* each so many-th file */
};

static const struct spring springs[] = {
	{"fuzz/corpus_yaml", "", YAML, 1},
	{"fuzz/corpus_suppress", "", YAML, 1},
	{"fuzz/corpus_excerpt", "", YAML, 1},
	{"fuzz/corpus_config", "", YAML, 1},
	{"fuzz/corpus_json", "", JSON, 1},
	{"fuzz/corpus_json", "", JSONC, 1},
	{"fuzz/corpus_json", "", NDJSON, 2},
	{"fuzz/corpus_schema_compile", "", JSON, 1},
	{"fuzz/corpus_schema_evaluate", "", JSON, 1},
	{"fuzz/corpus_toml", "", TOML, 1},
	{"fuzz/corpus_ini", "", INI, 1},
	{"fuzz/corpus_env", "", ENV, 1},
	{"fuzz/corpus_properties", "", PROPERTIES, 1},
	{"fuzz/corpus_xml", "", XML, 1},
	{"fuzz/corpus_detect", "", BARE, 1},
	{"fuzz/corpus_text", "", BARE, 1},
	{"data/collision", ".yaml", YAML, 1},
	{"examples", ".yaml", YAML, 1},
	{"examples", ".json", JSON, 1},
	{"examples", ".toml", TOML, 1},
	{"examples", ".ini", INI, 1},
};

static const struct spring suite_springs[] = {
	{"yaml", "in.yaml", YAML, 2},
	{"toml", ".toml", TOML, 4},
	{"json/test_parsing", ".json", JSON, 2},
	{"schemastore", ".yaml", YAML, 2},
	{"schemastore", ".json", JSON, 8},
	{"schemastore", ".toml", TOML, 1},
};

/* nftw() has no place for what its caller knows. */
static struct gathering {
	struct cases *cases;
	const struct spring *spring;
	char **paths; /* owned */
	size_t count;
	size_t capacity;
} gathering;

static bool ends_with(const char *text, const char *ending)
{
	const size_t size = strlen(text);
	const size_t wanted = strlen(ending);

	return size >= wanted && strcmp(text + size - wanted, ending) == 0;
}

static int note_path(const char *path, const struct stat *facts, int type,
		     struct FTW *where)
{
	struct gathering *all = &gathering;

	(void)where;
	if (type != FTW_F || facts->st_size > SEED_MAX ||
	    !ends_with(path, all->spring->ending))
		return 0;
	if (all->count == all->capacity) {
		all->capacity = all->capacity ? 2 * all->capacity : 64;
		all->paths =
			reallocarray(all->paths, all->capacity, sizeof(char *));
	}
	all->paths[all->count++] = strdup(path);
	return 0;
}

static int compare_paths(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void read_seed(struct cases *cases, const char *path, unsigned kind)
{
	FILE *file = fopen(path, "re");
	char *bytes = malloc(SEED_MAX);

	if (file && bytes && cases->seed_count < SEEDS_MAX) {
		const size_t size = fread(bytes, 1, SEED_MAX, file);

		cases->kinds[cases->seed_count] = (uint8_t)kind;
		cases->seeds[cases->seed_count++] = (struct span){bytes, size};
	} else {
		free(bytes);
	}
	if (file)
		fclose(file);
}

/* In an order that no file system decides. */
static void draw(struct cases *cases, const char *root,
		 const struct spring *spring)
{
	char path[PATH_MAX];

	gathering = (struct gathering){.cases = cases, .spring = spring};
	snprintf(path, sizeof(path), "%s/%s", root, spring->folder);
	nftw(path, note_path, 16, FTW_PHYS);
	if (gathering.count)
		qsort(gathering.paths, gathering.count, sizeof(char *),
		      compare_paths);
	for (size_t i = 0; i < gathering.count; i++) {
		if (i % spring->stride == 0)
			read_seed(cases, gathering.paths[i], spring->kind);
		free(gathering.paths[i]);
	}
	free(gathering.paths);
}

/* Mutations take pieces from seeds of the same kind. */
static void sort_by_kind(struct cases *cases)
{
	size_t count = 0;

	for (size_t kind = 0; kind < array_size(kinds); kind++) {
		cases->first[kind] = count;
		for (size_t i = 0; i < cases->seed_count; i++)
			if (cases->kinds[i] == kind)
				cases->sorted[count++] = cases->seeds[i];
	}
	cases->first[array_size(kinds)] = count;
}

struct cases *cases_open(const char *tests, const char *suites)
{
	struct cases *cases = calloc(1, sizeof(*cases));

	if (!cases)
		return NULL;
	for (size_t i = 0; i < array_size(springs); i++)
		draw(cases, tests, &springs[i]);
	for (size_t i = 0; suites && i < array_size(suite_springs); i++)
		draw(cases, suites, &suite_springs[i]);
	cases->bytes = malloc(MUTATE_MAX);
	cases->sorted = calloc(cases->seed_count + 1, sizeof(struct span));
	if (!cases->seed_count || !cases->bytes || !cases->sorted) {
		cases_close(cases);
		return NULL;
	}
	sort_by_kind(cases);
	return cases;
}

void cases_close(struct cases *cases)
{
	for (size_t i = 0; i < cases->seed_count; i++)
		free((void *)(uintptr_t)cases->seeds[i].data);
	free(cases->sorted);
	free(cases->bytes);
	free(cases);
}

size_t cases_seed_count(const struct cases *cases)
{
	return cases->seed_count;
}

/* Folders on the way are made. */
static bool write_file(const char *root, const char *name, struct span bytes)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/%s", root, name);
	for (char *slash = path + strlen(root) + 1;
	     (slash = strchr(slash, '/')); slash++) {
		*slash = '\0';
		mkdir(path, 0777);
		*slash = '/';
	}

	auto_close int fd =
		open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);

	return fd >= 0 &&
	       write(fd, bytes.data, bytes.size) == (ssize_t)bytes.size;
}

/* Some YAML files name a schema themselves, also ones that are not there, and
 * ones that are another in each folder. */
static const char beside[] = "# yaml-language-server: $schema=./beside.json\n";
static const char *const modelines[] = {
	beside,
	"# yaml-language-server: $schema=../../schemas/service.json\n",
	"# yaml-language-server: $schema=/schemas/late.json\n",
	"# yaml-language-server: $schema=../../schemas/no-such.json\n",
	"# yaml-language-server: $schema=none\n",
};

/* Folders tell these apart: there are few, and each is in many folders. */
static struct span common_content(const struct cases *cases, unsigned number)
{
	return cases->sorted[cases->first[YAML] + number / FOLDERS % 8];
}

/* The first round are the seeds themselves. */
static struct span content_of(struct cases *cases, unsigned number,
			      unsigned turn)
{
	const size_t index = number % cases->seed_count;
	const uint8_t kind = cases->kinds[index];
	const size_t first = cases->first[kind];
	const struct mutate_stock stock = {
		.seeds = cases->sorted + first,
		.seed_count = cases->first[kind + 1] - first,
	};
	struct mutator mutator = {
		.stock = &stock,
		.state = ((uint64_t)number << 8 | turn) * 2 + 1,
		.bytes = cases->bytes,
	};

	if (number < cases->seed_count && turn == 0)
		return cases->seeds[index];
	mutate_next(&mutator);
	return (struct span){mutator.bytes, mutator.size};
}

bool cases_write(struct cases *cases, const char *root, unsigned number,
		 unsigned turn)
{
	const struct kind *kind =
		&kinds[cases->kinds[number % cases->seed_count]];
	const bool is_with = number % 5 == 0;
	struct span content = content_of(cases, number, turn);
	const char *modeline = "";
	char name[64];
	auto_free char *text = NULL;

	snprintf(name, sizeof(name), "%s/%u/%s%u%s",
		 is_with ? CASES_WITH_SCHEMA : "plain", number % FOLDERS,
		 kind->before, number, kind->after);
	if (kind->is_yaml && is_with && number / 5 % 2)
		modeline = modelines[number / 10 % array_size(modelines)];
	if (modeline == beside)
		content = common_content(cases, number);

	const size_t head = strlen(modeline);

	text = malloc(head + content.size + 1);
	if (!text)
		return false;
	memcpy(text, modeline, head);
	if (content.size)
		memcpy(text + head, content.data, content.size);
	return write_file(root, name, (struct span){text, head + content.size});
}

static const char *const turn_names[CASES_TURNS] = {
	"at first",
	"a schema was edited",
	"a schema that was missing came",
	"a schema broke",
	"a schema is gone",
	"the configuration was edited",
	"all as at first",
};

const char *cases_turn_name(unsigned turn)
{
	return turn_names[turn];
}

static const char service[] =
	"{\"type\": \"object\", \"properties\": {\"server\": {\"$ref\": "
	"\"server.json\"}, \"name\": {\"type\": \"string\", \"maxLength\": "
	"%d}}, \"required\": [\"name\"]}";
static const char server[] =
	"{\"type\": [\"object\", \"string\"], \"maxProperties\": 3}";
static const char late[] = "{\"type\": [\"object\", \"array\"], "
			   "\"minProperties\": 2, \"minItems\": 2}";
static const char configuration[] =
	"schemas:\n"
	"  - {files: ['with/1*/**'], schema: schemas/service.json}\n"
	"  - {when: {kind: Deployment}, schema: schemas/late.json}\n"
	"  - {files: ['with/*/*.toml', 'with/*/*.ini'], "
	"schema: schemas/late.json}\n";
static const char other_configuration[] =
	"schemas:\n"
	"  - {files: ['with/2*/**'], schema: schemas/late.json}\n"
	"  - {when: {name: shop}, schema: schemas/service.json}\n"
	"ignore: ['with/3/**']\n"
	"formats:\n"
	"  - {files: ['with/*/c*0'], format: toml}\n"
	"suppress:\n"
	"  - {files: ['with/**'], rules: ['yaml/*'], reason: known}\n";

static bool remove_file(const char *root, const char *name)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/%s", root, name);
	return unlink(path) == 0 || access(path, F_OK) != 0;
}

static bool write_service(const char *root, unsigned turn)
{
	char text[sizeof(service) + 16];

	if (turn == 4)
		return remove_file(root, "schemas/service.json");
	if (turn == 3)
		return write_file(root, "schemas/service.json",
				  span_of("{\"type\": 7"));
	snprintf(text, sizeof(text), service, turn == 1 || turn == 2 ? 2 : 40);
	return write_file(root, "schemas/service.json", span_of(text));
}

static bool write_late(const char *root, unsigned turn)
{
	if (turn < 2 || turn == CASES_TURNS - 1)
		return remove_file(root, "schemas/late.json");
	return write_file(root, "schemas/late.json", span_of(late));
}

/* The one in each folder; each other one asks for more. */
static bool write_beside(const char *root)
{
	static const char *const texts[] = {
		"{\"type\": [\"object\", \"array\", \"null\"]}",
		"{\"type\": \"object\", \"minProperties\": 3}",
	};

	for (unsigned i = 0; i < FOLDERS; i++) {
		char name[64];

		snprintf(name, sizeof(name),
			 CASES_WITH_SCHEMA "/%u/beside.json", i);
		if (!write_file(root, name, span_of(texts[i / 2 % 2])))
			return false;
	}
	return true;
}

bool cases_write_rules(const char *root, unsigned turn)
{
	return write_beside(root) &&
	       write_file(root, ".cfgfs.yaml",
			  span_of(turn == 5 ? other_configuration
					    : configuration)) &&
	       write_file(root, "schemas/server.json", span_of(server)) &&
	       write_service(root, turn) && write_late(root, turn);
}
