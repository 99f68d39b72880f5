/*
 * The quick YAML reader against the library's: real files, the public suite,
 * and mutations of both, CFGFS_MUTATIONS of them (20000 unless told).
 */
#include "tests/unit/suite.h"
#include "tests/unit/yaml_compare.h"

#include <ftw.h>

static const char *const builtin_seeds[] = {
	"# yaml-language-server: $schema=a.json\nname: x # why\non:\n  push:\n"
	"    branches: [main, 'rel/*']\n  pull_request: {}\njobs:\n  build:\n"
	"    steps:\n    - uses: a/b@v1\n      with: {k: v, \"n\": 1}\n"
	"    - run: |\n        make all\n\n          make test\n\n"
	"    - name: \"say \\\"hi\\\" \\u00e9\\t\"\n      run: >-\n"
	"        folded\n        text\n\n         more\n        end\n",
	"---\na: 1\nb:\n- x\n- y: yes\n  z: 0777\n-\n  - - 1\n    - 2\n"
	"---\n- ~\n- null\n- 'it''s'\n- .inf\n- 0x1F\n- -1.5e+3\n---\n",
	"{\n  \"a\": [1, 2.50, true, null, \"x\\n\"],\n  \"b\": {\"c\": {}},\n"
	"  # note\n  \"a\": []\n}\n",
	"key:   value  # c\r\nlist:\r\n  - a b\r\n  -   c: d\r\n      e: |+\r\n"
	"        t\r\n\r\n\r\nlast: >2\r\n    u\r\n  v\r\n",
	"a:\n  b:\n    c: {d: [e, {f: g}], h: , i: \"\"}\n    j:\n  k:\nl: &x "
	"1\n"
	"m: *x\nn: !!str 2\n? o\n: p\nq: multi\n  line\nr: 'two\n  lines'\n",
	"text: |1-\n  a\n b\n\n\n\xc3\xa9t\xc3\xa9: \xe2\x82\xac # \xf0\x9f\x98"
	"\x80\n\"quoted key\": 'v' # c\n'': \"\"\n- : x\n",
};

static const char *const insertions[] = {
	" ",
	"  ",
	"\n",
	"\t",
	"\r\n",
	"\r",
	": ",
	":",
	" #",
	"#",
	"- ",
	"-",
	"? ",
	"|\n",
	">-\n",
	"|+2\n",
	">1\n",
	"[",
	"]",
	"{",
	"}",
	",",
	"\"",
	"'",
	"''",
	"\\",
	"\\x41",
	"\\u20ac",
	"\\",
	"&a ",
	"*a",
	"!t ",
	"!",
	"---\n",
	"--- ",
	"...\n",
	"%",
	"\xc2\x85",
	"\xe2\x80\xa8",
	"\xef\xbb\xbf",
	"\xc3\xa9",
	"\x01",
	"\x7f",
	"\xff",
	"~",
	"<<: ",
	"yes",
	"012",
	"1_0",
	"a: ",
	"a: b\n",
	"- x\n",
	"[a, b]",
	"{a: b}",
	"{{ x }}",
	"{#",
	"@",
	"`",
	"\n\n",
	"   \n",
	"\"a\"",
	"'b'",
	"key",
	"  - ",
	"    ",
	"= ",
	"- - ",
};

enum { LARGEST = 16384, MOST_SEEDS = 4096 };

struct seeds {
	struct span list[MOST_SEEDS];
	size_t count;
	size_t taken;
};

/* nftw() has no context. */
static struct seeds seeds;
static uint64_t random_state = 88172645463325252u;

static size_t pick(size_t count)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return (size_t)(random_state >> 11) % count;
}

static bool ends_with(const char *path, const char *end)
{
	const size_t size = strlen(path);

	return size >= strlen(end) &&
	       strcmp(path + size - strlen(end), end) == 0;
}

static int collect(const char *path, const struct stat *stat, int type,
		   struct FTW *place)
{
	struct span text;

	(void)stat;
	(void)place;
	if (type != FTW_F || seeds.count == MOST_SEEDS ||
	    !(ends_with(path, ".yaml") || ends_with(path, ".yml")))
		return 0;
	if (suite_read(path, &text))
		seeds.list[seeds.count++] = text;
	return 0;
}

static int collect_seeds(void **state)
{
	const char *root = suite_root();

	(void)state;
	for (size_t i = 0; i < array_size(builtin_seeds); i++)
		seeds.list[seeds.count++] = (struct span){
			strdup(builtin_seeds[i]), strlen(builtin_seeds[i])};
	if (root)
		nftw(root, collect, 16, FTW_PHYS);
	return 0;
}

static int drop_seeds(void **state)
{
	(void)state;
	for (size_t i = 0; i < seeds.count; i++)
		free((void *)(uintptr_t)seeds.list[i].data);
	return 0;
}

static void both_readers_agree_on_real_files(void **state)
{
	const struct limits limits = LIMITS_DEFAULT;
	size_t taken = 0;

	(void)state;
	for (size_t i = 0; i < seeds.count; i++)
		taken += compare_readers(seeds.list[i], &limits);
	print_message("%zu files, %zu read quickly\n", seeds.count, taken);
	assert_true(taken * 2 > seeds.count || seeds.count < 10);
}

static void both_readers_agree_on_every_beginning(void **state)
{
	const struct limits limits = LIMITS_DEFAULT;

	(void)state;
	for (size_t i = 0; i < array_size(builtin_seeds); i++)
		for (size_t size = 0; size < seeds.list[i].size; size++)
			compare_readers((struct span){seeds.list[i].data, size},
					&limits);
}

/* A text under mutation. */
struct mutant {
	char bytes[LARGEST];
	size_t size;
};

/* Put `text` in the place of `cut` bytes. */
static void splice(struct mutant *mutant, size_t at, size_t cut,
		   struct span text)
{
	if (at + cut > mutant->size)
		cut = mutant->size - at;
	if (mutant->size - cut + text.size > sizeof(mutant->bytes))
		return;
	memmove(mutant->bytes + at + text.size, mutant->bytes + at + cut,
		mutant->size - at - cut);
	if (text.size)
		memcpy(mutant->bytes + at, text.data, text.size);
	mutant->size = mutant->size - cut + text.size;
}

/* A line, its end included. */
static struct span line_at(const char *bytes, size_t size, size_t at)
{
	size_t from = at;
	size_t to = at;

	while (from && bytes[from - 1] != '\n')
		from--;
	while (to < size && bytes[to] != '\n')
		to++;
	to += to < size;
	return (struct span){bytes + from, to - from};
}

static struct span any_line(const struct mutant *mutant)
{
	return line_at(mutant->bytes, mutant->size, pick(mutant->size));
}

static size_t offset_in(const struct mutant *mutant, struct span part)
{
	return (size_t)(part.data - mutant->bytes);
}

/* Some lines of a seed. */
static struct span any_part(void)
{
	const struct span seed = seeds.list[pick(seeds.count)];
	const size_t lines = 1 + pick(30);
	struct span first;
	size_t size = 0;

	if (!seed.size)
		return seed;
	first = line_at(seed.data, seed.size, pick(seed.size));
	first.size = seed.size - (size_t)(first.data - seed.data);
	if (first.size > LARGEST / 2)
		first.size = LARGEST / 2;
	for (size_t i = 0; i < lines && size < first.size; i++) {
		while (size < first.size && first.data[size] != '\n')
			size++;
		size += size < first.size;
	}
	return (struct span){first.data, size};
}

/* Deeper or less deep by up to three columns. */
static void shift_line(struct mutant *mutant, struct span line)
{
	const size_t at = offset_in(mutant, line);
	const size_t width = 1 + pick(3);
	size_t spaces = 0;

	while (spaces < line.size && spaces < width && line.data[spaces] == ' ')
		spaces++;
	if (pick(2))
		splice(mutant, at, spaces, (struct span){NULL, 0});
	else
		splice(mutant, at, 0, (struct span){"   ", width});
}

static void repeat_line(struct mutant *mutant, struct span line)
{
	char copy[512];
	const size_t size = line.size < sizeof(copy) ? line.size : sizeof(copy);
	const struct span target = any_line(mutant);

	memcpy(copy, line.data, size);
	if (pick(2))
		splice(mutant, offset_in(mutant, line), line.size,
		       (struct span){NULL, 0});
	if (offset_in(mutant, target) <= mutant->size)
		splice(mutant, offset_in(mutant, target), 0,
		       (struct span){copy, size});
}

static void mutate(struct mutant *mutant)
{
	const size_t at = mutant->size ? pick(mutant->size) : 0;
	const char *insertion = insertions[pick(array_size(insertions))];

	if (!mutant->size) {
		splice(mutant, 0, 0, any_part());
		return;
	}
	switch (pick(8)) {
	case 0:
		splice(mutant, at, 1 + pick(3), (struct span){NULL, 0});
		break;
	case 1:
	case 2:
	case 3:
		splice(mutant, at, pick(2), span_of(insertion));
		break;
	case 4:
		shift_line(mutant, any_line(mutant));
		break;
	case 5:
		repeat_line(mutant, any_line(mutant));
		break;
	case 6:
		splice(mutant, offset_in(mutant, any_line(mutant)), 0,
		       any_part());
		break;
	default:
		mutant->bytes[at] = mutant->bytes[pick(mutant->size)];
		break;
	}
}

static void both_readers_agree_on_mutations(void **state)
{
	const char *wanted = getenv("CFGFS_MUTATIONS");
	const char *seed = getenv("CFGFS_SEED");
	const size_t count = wanted ? strtoull(wanted, NULL, 10) : 20000;
	const struct limits limits = LIMITS_DEFAULT;
	static struct mutant mutant;
	size_t taken = 0;

	(void)state;
	if (seed)
		random_state ^= strtoull(seed, NULL, 10) * 0x9e3779b97f4a7c15u;
	for (size_t i = 0; i < count; i++) {
		mutant.size = 0;
		splice(&mutant, 0, 0, any_part());
		for (size_t n = pick(5); n; n--)
			mutate(&mutant);
		taken += compare_readers(
			(struct span){mutant.bytes, mutant.size}, &limits);
	}
	print_message("%zu mutations, %zu read quickly\n", count, taken);
	assert_true(taken * 10 > count);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_readers_agree_on_real_files),
		cmocka_unit_test(both_readers_agree_on_every_beginning),
		cmocka_unit_test(both_readers_agree_on_mutations),
	};

	return cmocka_run_group_tests(tests, collect_seeds, drop_seeds);
}
