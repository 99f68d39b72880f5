/* The inventory against surveys of the same tree, over random edits. */
#include "tests/unit/tree.h"

#include "fs/inventory/inventory.h"
#include "fs/service.h"

#include <errno.h>
#include <pthread.h>

enum { FOLDERS = 5, NAMES = 6, STEPS = 250, SEEDS = 4, SHORT = 200 };

struct fixture {
	struct tree tree;
	struct service service;
	struct inventory *inventory;
	uint32_t random;
	bool is_alone; /* no change is reported */
};

static const char *const texts[] = {
	"port: 1\n", "port: x\n", "port: [\n", "a: yes\n", "a: 1\na: 2\n", "",
};
static const char *const schemas[] = {
	"{\"properties\": {\"port\": {\"type\": \"integer\"}}}",
	"{\"properties\": {\"port\": {\"type\": \"string\"}}}",
	"{\"type\": 7}",
};
static const char *const configs[] = {
	"schemas: [{files: ['*.yaml'], schema: s.json}]\n",
	"ignore: ['f1/**']\n",
	"ignore: ['*2.yaml']\nschemas: [{files: ['*.yaml'], schema: s.json}]\n",
	"suppress: [{files: ['**'], rules: ['link/*', 'key/*']}]\n",
	"broken: [\n",
};

static bool watch_all(void *ctx, const char *directory)
{
	(void)ctx, (void)directory;
	return true;
}

static const struct inventory_source reported = {.watch = watch_all};

static void set_up(struct fixture *fixture, uint32_t seed)
{
	struct service_options options = {.settings = SETTINGS_DEFAULT};

	*fixture = (struct fixture){.random = seed};
	tree_make(&fixture->tree);
	tree_write(&fixture->tree, "s.json", schemas[0]);
	tree_write(&fixture->tree, ".cfgfs.yaml", configs[0]);
	tree_write(&fixture->tree, "f0/n0.yaml", texts[0]);
	tree_write(&fixture->tree, "f1/f2/n1.yaml", texts[1]);
	options.root = fixture->tree.path;
	options.settings.workers = 1;
	assert_int_equal(service_open(&options, &fixture->service), 0);
	assert_int_equal(inventory_new(fixture->service.judge, &reported,
				       &fixture->inventory),
			 0);
}

/* Without anybody who reports changes. */
static void set_up_alone(struct fixture *fixture, uint32_t seed)
{
	set_up(fixture, seed);
	inventory_free(fixture->inventory);
	assert_int_equal(inventory_new(fixture->service.judge, NULL,
				       &fixture->inventory),
			 0);
	fixture->is_alone = true;
}

static void tear_down(struct fixture *fixture)
{
	inventory_free(fixture->inventory);
	service_close(&fixture->service);
	tree_remove(&fixture->tree);
}

/* The same numbers for the same seed, everywhere. */
static unsigned pick(struct fixture *fixture, size_t count)
{
	fixture->random = fixture->random * 1664525u + 1013904223u;
	return (unsigned)((fixture->random >> 8) % count);
}

static void apply(struct fixture *fixture, enum inventory_change change,
		  const char *path)
{
	char directory[SHORT];
	char *slash;

	if (fixture->is_alone)
		return;
	memcpy(directory, path, strlen(path) + 1);
	slash = strrchr(directory, '/');
	*(slash ? slash : directory) = '\0';
	inventory_apply(fixture->inventory, change, directory,
			slash ? slash + 1 : path);
}

/* "f1/f3": folders lie in each other at most two deep. */
static void pick_folder(struct fixture *fixture, char *path)
{
	const unsigned first = pick(fixture, FOLDERS);

	if (pick(fixture, 3) == 0)
		*path = '\0';
	else if (pick(fixture, 2))
		sprintf(path, "f%u/", first);
	else
		sprintf(path, "f%u/f%u/", first, pick(fixture, FOLDERS));
}

static void pick_name(struct fixture *fixture, char *path)
{
	pick_folder(fixture, path);
	sprintf(path + strlen(path), "n%u.yaml", pick(fixture, NAMES));
}

/* Folders that a path needs, each reported as it comes. */
static void make_folders(struct fixture *fixture, const char *path)
{
	char folder[SHORT];
	char full[PATH_MAX];

	for (const char *slash = path; (slash = strchr(slash, '/')); slash++) {
		snprintf(folder, sizeof(folder), "%.*s", (int)(slash - path),
			 path);
		if (mkdir(tree_path(&fixture->tree, folder, full), 0777) == 0)
			apply(fixture, INVENTORY_ENTRY, folder);
	}
}

static void write_file(struct fixture *fixture, const char *path,
		       const char *text)
{
	char full[PATH_MAX];

	tree_path(&fixture->tree, path, full);
	make_folders(fixture, path);

	const bool is_new = access(full, F_OK) != 0;
	const int fd = open(
		full, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC,
		0666);

	if (fd < 0)
		return; /* a link, or a folder */
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
	apply(fixture, is_new ? INVENTORY_ENTRY : INVENTORY_CONTENT, path);
}

static void edit(struct fixture *fixture)
{
	char path[SHORT];

	pick_name(fixture, path);
	write_file(fixture, path, texts[pick(fixture, array_size(texts))]);
}

static void edit_rules(struct fixture *fixture)
{
	if (pick(fixture, 3))
		write_file(fixture, "s.json",
			   schemas[pick(fixture, array_size(schemas))]);
	else
		write_file(fixture, ".cfgfs.yaml",
			   configs[pick(fixture, array_size(configs))]);
}

static void remove_something(struct fixture *fixture)
{
	char path[SHORT];
	char full[PATH_MAX];

	pick_name(fixture, path);
	if (unlink(tree_path(&fixture->tree, path, full)) == 0)
		apply(fixture, INVENTORY_ENTRY, path);
}

static void remove_folder(struct fixture *fixture)
{
	char path[SHORT];
	char full[PATH_MAX];

	pick_folder(fixture, path);
	if (!*path)
		return;
	path[strlen(path) - 1] = '\0';
	nftw(tree_path(&fixture->tree, path, full), tree_remove_one, 20,
	     FTW_DEPTH | FTW_PHYS);
	apply(fixture, INVENTORY_ENTRY, path);
}

/* Files over files, folders to other places: with all that is in them. */
static void rename_something(struct fixture *fixture)
{
	const bool is_folder = pick(fixture, 2);
	char from[SHORT];
	char to[SHORT];
	char full_from[PATH_MAX];
	char full_to[PATH_MAX];

	(is_folder ? pick_folder : pick_name)(fixture, from);
	(is_folder ? pick_folder : pick_name)(fixture, to);
	if (is_folder && (!*from || !*to))
		return;
	if (is_folder)
		from[strlen(from) - 1] = to[strlen(to) - 1] = '\0';
	if (rename(tree_path(&fixture->tree, from, full_from),
		   tree_path(&fixture->tree, to, full_to)))
		return;
	apply(fixture, INVENTORY_ENTRY, from);
	apply(fixture, INVENTORY_ENTRY, to);
}

static void link_something(struct fixture *fixture)
{
	static const char *const targets[] = {"n1.yaml", "../n2.yaml",
					      "../../../x", "f1/f2/n3.yaml"};
	char path[SHORT];
	char full[PATH_MAX];

	pick_name(fixture, path);
	make_folders(fixture, path);
	unlink(tree_path(&fixture->tree, path, full));
	if (symlink(targets[pick(fixture, array_size(targets))], full) == 0 ||
	    errno != EEXIST)
		apply(fixture, INVENTORY_ENTRY, path);
}

static void reserve_name(struct fixture *fixture)
{
	char path[SHORT];

	pick_folder(fixture, path);
	sprintf(path + strlen(path), ".report");
	write_file(fixture, path, "x");
}

static void judge_one(struct fixture *fixture)
{
	struct judgement *judgement;
	char path[SHORT];

	pick_name(fixture, path);
	if (judge_file(fixture->service.judge, path, &judgement) == 0)
		judgement_release(judgement);
}

static void judge_all(struct fixture *fixture)
{
	const struct survey_options options = {.depth = SURVEY_JUDGED};
	struct survey survey;

	judge_refresh(fixture->service.judge);
	assert_int_equal(
		survey_run(fixture->service.judge, "", &options, &survey), 0);
	survey_release(&survey);
}

static void change_level(struct fixture *fixture)
{
	assert_int_equal(
		judge_set_level(fixture->service.judge,
				pick(fixture, 2) ? LEVEL_FAST : LEVEL_STANDARD),
		0);
}

static void report_nothing_in_particular(struct fixture *fixture)
{
	char path[SHORT];

	pick_folder(fixture, path);
	if (*path)
		path[strlen(path) - 1] = '\0';
	inventory_apply(fixture->inventory,
			pick(fixture, 2) ? INVENTORY_LOST : INVENTORY_DIRECTORY,
			path, "");
}

static void step(struct fixture *fixture)
{
	static void (*const steps[])(struct fixture *) = {
		edit,
		edit,
		edit,
		judge_one,
		judge_one,
		judge_one,
		judge_one,
		judge_all,
		remove_something,
		remove_folder,
		rename_something,
		rename_something,
		rename_something,
		link_something,
		reserve_name,
		edit_rules,
		report_nothing_in_particular,
		change_level,
	};

	steps[pick(fixture, array_size(steps))](fixture);
}

static bool same_counts(const struct survey_counts *a,
			const struct survey_counts *b)
{
	return memcmp(a, b, sizeof(*a)) == 0;
}

static void print_counts(const char *who, const struct survey_counts *counts)
{
	print_error("%s: files %zu, states", who, counts->files);
	for (int i = 0; i < STATE_COUNT; i++)
		print_error(" %zu", counts->by_state[i]);
	print_error(", findings %lu %lu %lu, suppressed %lu\n",
		    counts->by_severity[0], counts->by_severity[1],
		    counts->by_severity[2], counts->suppressed);
}

static void compare(struct fixture *fixture, const char *path)
{
	const struct survey_options options = {.depth = SURVEY_KNOWN};
	struct judge *judge = fixture->service.judge;
	struct survey_counts counts;
	bool is_complete = false;
	struct survey survey;
	int r;

	judge_refresh(judge);
	r = inventory_counts(fixture->inventory, path, NULL, &counts,
			     &is_complete);
	if (survey_run(judge, path, &options, &survey)) {
		assert_int_equal(r, -ENOENT);
		return;
	}

	const struct survey_counts wanted = survey_counts(&survey);

	survey_release(&survey);
	if (r == -ENOENT)
		return; /* excluded, or a file: others walk */
	assert_int_equal(r, 0);
	assert_true(is_complete);
	if (same_counts(&counts, &wanted))
		return;
	print_counts("inventory", &counts);
	print_counts("survey", &wanted);
	fail_msg("'%s' is counted wrong", path);
}

static void compare_all(struct fixture *fixture)
{
	char path[SHORT];

	compare(fixture, "");
	for (unsigned i = 0; i < FOLDERS; i++) {
		sprintf(path, "f%u", i);
		compare(fixture, path);
		for (unsigned j = 0; j < FOLDERS; j++) {
			sprintf(path, "f%u/f%u", i, j);
			compare(fixture, path);
		}
	}
}

static void edit_and_compare(struct fixture *fixture)
{
	for (int i = 0; i < STEPS; i++) {
		step(fixture);
		if (pick(fixture, 4) == 0)
			compare_all(fixture);
	}
	compare_all(fixture);
	tear_down(fixture);
}

static void counts_are_those_of_a_survey_after_any_edits(void **state)
{
	struct fixture fixture;

	(void)state;
	for (uint32_t seed = 1; seed <= SEEDS; seed++) {
		set_up(&fixture, seed);
		edit_and_compare(&fixture);
	}
}

static void they_are_also_if_nobody_reports_the_edits(void **state)
{
	struct fixture fixture;

	(void)state;
	for (uint32_t seed = 1; seed <= SEEDS; seed++) {
		set_up_alone(&fixture, seed);
		edit_and_compare(&fixture);
	}
}

/* An edit is reported under one of the names of a file. */
static void an_edit_counts_under_each_name_of_a_file(void **state)
{
	struct fixture fixture;
	char from[PATH_MAX];
	char to[PATH_MAX];

	(void)state;
	set_up(&fixture, 1);
	write_file(&fixture, "f2/a.yaml", "a: 1\n");
	write_file(&fixture, "f3/other.yaml", "a: 1\n");
	assert_int_equal(link(tree_path(&fixture.tree, "f2/a.yaml", from),
			      tree_path(&fixture.tree, "f3/b.yaml", to)),
			 0);
	apply(&fixture, INVENTORY_ENTRY, "f3/b.yaml");
	judge_all(&fixture);
	compare_all(&fixture);
	write_file(&fixture, "f3/b.yaml", "a: [1\n");
	compare_all(&fixture);
	judge_all(&fixture);
	write_file(&fixture, "f2/a.yaml", "a: 2\n");
	compare_all(&fixture);
	tear_down(&fixture);
}

/* Files of its own, so that nobody reports a change of another's. */
struct worker {
	struct fixture *fixture;
	struct fixture own; /* its random numbers */
	unsigned number;
	unsigned rounds;
};

static void *edit_own_files(void *ctx)
{
	struct worker *worker = ctx;
	struct fixture *fixture = worker->fixture;
	char path[SHORT];

	for (unsigned i = 0; i < worker->rounds; i++) {
		sprintf(path, "f0/w%u.n%u.yaml", worker->number,
			pick(&worker->own, NAMES));
		write_file(fixture, path,
			   texts[pick(&worker->own, array_size(texts))]);
	}
	return NULL;
}

static void *judge_their_files(void *ctx)
{
	struct worker *worker = ctx;
	struct judgement *judgement;
	char path[SHORT];

	for (unsigned i = 0; i < worker->rounds; i++) {
		sprintf(path, "f0/w%u.n%u.yaml", pick(&worker->own, 2),
			pick(&worker->own, NAMES));
		if (judge_file(worker->fixture->service.judge, path,
			       &judgement) == 0)
			judgement_release(judgement);
	}
	judge_thread_ends();
	return NULL;
}

static void *ask_for_counts(void *ctx)
{
	struct worker *worker = ctx;
	struct survey_counts counts;
	bool is_complete;

	for (unsigned i = 0; i < worker->rounds; i++) {
		judge_refresh(worker->fixture->service.judge);
		assert_int_equal(inventory_counts(worker->fixture->inventory,
						  "", NULL, &counts,
						  &is_complete),
				 0);
	}
	return NULL;
}

/* The first scan is the thread's; who asks meanwhile is told so. */
static void wait_for_scan(struct fixture *fixture)
{
	struct survey_counts counts;
	bool is_complete = false;

	for (int i = 0; !is_complete; i++) {
		assert_true(i < 20000);
		assert_int_equal(inventory_counts(fixture->inventory, "", NULL,
						  &counts, &is_complete),
				 0);
		usleep(1000);
	}
}

static void counts_are_right_again_when_all_have_come_to_rest(void **state)
{
	static void *(*const roles[])(void *) = {
		edit_own_files, edit_own_files, judge_their_files,
		judge_their_files, ask_for_counts};
	pthread_t threads[array_size(roles)];
	struct worker workers[array_size(roles)];
	struct fixture fixture;

	(void)state;
	set_up(&fixture, 1);
	assert_int_equal(inventory_start(fixture.inventory), 0);
	wait_for_scan(&fixture);
	for (unsigned round = 0; round < 10; round++) {
		for (unsigned i = 0; i < array_size(roles); i++) {
			workers[i] = (struct worker){
				.fixture = &fixture,
				.own = {.random = round * 100 + i},
				.number = i,
				.rounds = 40};
			pthread_create(&threads[i], NULL, roles[i],
				       &workers[i]);
		}
		for (unsigned i = 0; i < array_size(roles); i++)
			pthread_join(threads[i], NULL);
		compare_all(&fixture);
	}
	tear_down(&fixture);
}

/* Notes where it was asked to watch; refuses some. */
struct watch {
	unsigned count;
	const char *refused;
};

static bool note_watch(void *ctx, const char *directory)
{
	struct watch *watch = ctx;

	watch->count++;
	return !watch->refused || strcmp(directory, watch->refused) != 0;
}

static void what_is_not_watched_is_looked_at(void **state)
{
	struct watch watch = {0};
	const struct inventory_source source = {.watch = note_watch,
						.ctx = &watch};
	struct survey_counts counts;
	bool is_complete;
	struct fixture fixture;

	(void)state;
	set_up(&fixture, 1);
	for (int i = 0; i < 2; i++) {
		const size_t files = i == 0 ? 4 : 6;

		watch = (struct watch){.refused = i ? "f1/f2" : NULL};
		inventory_free(fixture.inventory);
		assert_int_equal(inventory_new(fixture.service.judge, &source,
					       &fixture.inventory),
				 0);
		assert_int_equal(inventory_counts(fixture.inventory, "", NULL,
						  &counts, &is_complete),
				 0);
		assert_int_equal(counts.files, files);
		assert_int_equal(watch.count, 4);
		assert_int_equal(inventory_has_to_look(fixture.inventory), i);

		/* Nobody reports this one. */
		tree_write(&fixture.tree, i ? "x.yaml" : "y.yaml", "a: 1");
		assert_int_equal(inventory_counts(fixture.inventory, "", NULL,
						  &counts, &is_complete),
				 0);
		assert_int_equal(counts.files, i ? files + 1 : files);
		tree_write(&fixture.tree, "z.yaml", "a: 1");
	}
	tear_down(&fixture);
}

static void files_and_paths_outside_have_no_counts(void **state)
{
	static const char *const paths[] = {"s.json", "none", "f0/none",
					    "f0/n0.yaml/x"};
	struct survey_counts counts;
	bool is_complete;
	struct fixture fixture;

	(void)state;
	set_up(&fixture, 1);
	for (size_t i = 0; i < array_size(paths); i++)
		assert_int_equal(inventory_counts(fixture.inventory, paths[i],
						  NULL, &counts, &is_complete),
				 -ENOENT);
	tear_down(&fixture);
}

static void a_file_takes_few_bytes(void **state)
{
	enum { COUNT = 3000 };
	struct survey_counts counts;
	struct inventory_size size;
	bool is_complete;
	struct fixture fixture;
	char path[SHORT];

	(void)state;
	set_up(&fixture, 1);
	for (unsigned i = 0; i < COUNT; i++) {
		sprintf(path, "many/%u/settings-%05u.yaml", i / 100, i);
		tree_write(&fixture.tree, path, "");
	}
	assert_int_equal(inventory_counts(fixture.inventory, "", NULL, &counts,
					  &is_complete),
			 0);
	size = inventory_size(fixture.inventory);
	assert_int_equal(size.files, counts.files);
	assert_true(size.files > COUNT);
	assert_int_equal(size.directories, 5 + COUNT / 100);
	/* 16 and the name of 20, and a share of the directory's 300 */
	assert_in_range(size.bytes / size.files, 30, 48);
	tear_down(&fixture);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(counts_are_those_of_a_survey_after_any_edits),
		cmocka_unit_test(an_edit_counts_under_each_name_of_a_file),
		cmocka_unit_test(they_are_also_if_nobody_reports_the_edits),
		cmocka_unit_test(
			counts_are_right_again_when_all_have_come_to_rest),
		cmocka_unit_test(what_is_not_watched_is_looked_at),
		cmocka_unit_test(files_and_paths_outside_have_no_counts),
		cmocka_unit_test(a_file_takes_few_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
