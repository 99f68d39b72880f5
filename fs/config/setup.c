#include "fs/config/setup.h"

#include <errno.h>
#include <pthread.h>
#include <time.h>

struct shared_config {
	struct config *config;
	bool is_blank;	      /* its file is empty, or not there */
	struct digest digest; /* of its file */
	unsigned references;  /* by the setup's lock */
};

struct setup {
	struct dependencies *dependencies;
	const struct folders *folders;
	const struct settings *settings;
	pthread_mutex_t lock;
	struct shared_config *active; /* by lock, as all below */
	struct shared_config *newest; /* the same, or a broken one */
	struct links links;	      /* files of the newest */
	uint32_t generation;
	bool is_loading;
	pthread_cond_t loaded;
};

/* Files read while loading, kept until it is over. */
struct loading {
	struct dependencies *dependencies;
	const char *config_file;
	bool is_blank;
	struct digest digest;
	struct links links;
	char *files[8];
	size_t file_count;
};

static int read_for_config(void *ctx, const char *path, struct span *out)
{
	struct loading *loading = ctx;
	struct link link;
	char *bytes = NULL;
	size_t size = 0;
	const int r = dependencies_read(loading->dependencies, path, &link,
					&bytes, &size);

	/* Whatever keeps it from being read, it is looked at again later. */
	const int noted = links_add(&loading->links, link);

	if ((r == -ENOENT || size == 0) &&
	    strcmp(path, loading->config_file) == 0)
		loading->is_blank = true;
	if (r == 0 && strcmp(path, loading->config_file) == 0)
		loading->digest = digest_of((struct span){bytes, size});

	if (r || noted) {
		free(bytes);
		return r ? r : noted;
	}
	if (loading->file_count == array_size(loading->files)) {
		free(bytes);
		return -EMFILE;
	}
	loading->files[loading->file_count++] = bytes;
	*out = (struct span){bytes, size};
	return 0;
}

static int load(struct setup *setup, struct links *links,
		struct shared_config **out)
{
	const char *file = setup->settings->config_file;
	struct loading loading = {.dependencies = setup->dependencies,
				  .config_file = file ? file : CONFIG_FILE};
	const struct host host = {.ctx = &loading, .read = read_for_config};
	auto_free struct shared_config *shared = calloc(1, sizeof(*shared));
	int r = shared ? 0 : -ENOMEM;

	if (r == 0)
		r = config_load(setup->settings, &host, &shared->config);
	for (size_t i = 0; i < loading.file_count; i++)
		free(loading.files[i]);
	if (r) {
		links_release(&loading.links);
		return r;
	}
	shared->is_blank = loading.is_blank;
	shared->digest = loading.digest;
	*links = loading.links;
	*out = steal(&shared);
	return 0;
}

static void drop_locked(struct shared_config *shared)
{
	if (shared && --shared->references == 0) {
		config_free(shared->config);
		free(shared);
	}
}

/* Where a URL leads by the configuration in force. */
static int locate(void *ctx, const char *url, char *path)
{
	struct setup *setup = ctx;
	struct setup_config use = setup_acquire(setup);
	const int r = config_locate(use.config, setup->folders, url, path);

	setup_release(setup, &use);
	return r;
}

/* The very first one is in force even if it is broken: then it has the
 * built-in checks alone. Later only a good one replaces another. */
static void install_locked(struct setup *setup, struct shared_config *loaded,
			   struct links *links)
{
	links_release(&setup->links);
	setup->links = *links;
	drop_locked(setup->newest);
	setup->newest = loaded;
	loaded->references++;
	if (setup->active && !config_is_valid(loaded->config))
		return;
	drop_locked(setup->active);
	setup->active = loaded;
	loaded->references++;
}

int setup_new(struct dependencies *dependencies, const struct folders *folders,
	      const struct settings *settings, struct setup **out)
{
	struct setup *setup = calloc(1, sizeof(*setup));
	struct shared_config *loaded;
	struct links links;

	if (!setup)
		return -ENOMEM;
	setup->dependencies = dependencies;
	setup->folders = folders;
	setup->settings = settings;

	const int r = load(setup, &links, &loaded);

	if (r) {
		free(setup);
		return r;
	}
	pthread_mutex_init(&setup->lock, NULL);
	pthread_cond_init(&setup->loaded, NULL);
	setup->generation = 1;
	install_locked(setup, loaded, &links);
	dependencies_set_locator(dependencies, locate, setup);
	*out = setup;
	return 0;
}

void setup_free(struct setup *setup)
{
	if (!setup)
		return;
	drop_locked(setup->active);
	drop_locked(setup->newest);
	links_release(&setup->links);
	pthread_cond_destroy(&setup->loaded);
	pthread_mutex_destroy(&setup->lock);
	free(setup);
}

/*
 * Who writes a file anew empties it first, or moves the old one away. Such a
 * moment must not pass for a configuration: if what comes next is broken, the
 * last good one is the one before.
 */
static int load_settled(struct setup *setup, bool was_blank,
			struct links *links, struct shared_config **out)
{
	static const struct timespec moment = {.tv_nsec = 20000000L};
	const int r = load(setup, links, out);

	if (r || was_blank || !(*out)->is_blank)
		return r;
	config_free((*out)->config);
	free(*out);
	links_release(links);
	nanosleep(&moment, NULL);
	return load(setup, links, out);
}

static void finish(struct setup *setup, struct shared_config *loaded,
		   struct links *links)
{
	pthread_mutex_lock(&setup->lock);
	install_locked(setup, loaded, links);
	pthread_mutex_unlock(&setup->lock);
	/* URLs may lead elsewhere now: that must be seen before anything that
	 * is judged counts as judged by the new one. */
	dependencies_refresh(setup->dependencies);
}

/* Whoever comes while another loads waits for that, so that he is answered by
 * what was there when he came. */
static bool begin_loading_locked(struct setup *setup)
{
	while (setup->is_loading)
		pthread_cond_wait(&setup->loaded, &setup->lock);
	setup->is_loading =
		!dependencies_hold(setup->dependencies, &setup->links);
	return setup->is_loading;
}

void setup_refresh(struct setup *setup)
{
	struct shared_config *loaded;
	struct links links;

	pthread_mutex_lock(&setup->lock);

	const bool is_mine = begin_loading_locked(setup);
	const bool was_blank = setup->newest->is_blank;

	pthread_mutex_unlock(&setup->lock);
	if (!is_mine)
		return;

	const int r = load_settled(setup, was_blank, &links, &loaded);

	if (r == 0)
		finish(setup, loaded, &links);
	pthread_mutex_lock(&setup->lock);
	/* Also for a broken one: what is known of its own file has changed. */
	setup->generation += r == 0;
	setup->is_loading = false;
	pthread_cond_broadcast(&setup->loaded);
	pthread_mutex_unlock(&setup->lock);
}

void setup_look(struct setup *setup)
{
	struct setup_config use = setup_acquire(setup);

	config_refresh(use.config, setup->folders);
	setup_release(setup, &use);
}

struct setup_config setup_acquire(struct setup *setup)
{
	pthread_mutex_lock(&setup->lock);
	setup->active->references++;

	const struct setup_config use = {setup->active->config,
					 setup->generation, setup->active};

	pthread_mutex_unlock(&setup->lock);
	return use;
}

void setup_release(struct setup *setup, struct setup_config *use)
{
	pthread_mutex_lock(&setup->lock);
	drop_locked(use->shared);
	pthread_mutex_unlock(&setup->lock);
	use->shared = NULL;
}

const char *setup_state(struct setup *setup)
{
	const char *state = "invalid";

	pthread_mutex_lock(&setup->lock);
	if (!config_problems(setup->newest->config))
		state = "none";
	else if (config_is_valid(setup->newest->config))
		state = "valid";
	pthread_mutex_unlock(&setup->lock);
	return state;
}

bool setup_is_of(struct setup *setup, struct span content)
{
	const struct digest digest = digest_of(content);

	pthread_mutex_lock(&setup->lock);

	const bool is_same = digest_equal(&setup->newest->digest, &digest);

	pthread_mutex_unlock(&setup->lock);
	return is_same;
}

struct verdict *setup_problems(struct setup *setup)
{
	struct verdict *copy = NULL;

	pthread_mutex_lock(&setup->lock);

	const struct verdict *problems = config_problems(setup->newest->config);

	if (problems && (copy = malloc(problems->size)))
		memcpy(copy, problems, problems->size);
	pthread_mutex_unlock(&setup->lock);
	return copy;
}
