#include "fs/tally.h"

#include "validate/digest.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>

struct tally {
	size_t capacity;
	atomic_uint_fast64_t count;
	atomic_uint_fast64_t ns;
	atomic_uint_fast64_t least; /* to be beaten for a place; 0: one is free
				     */
	pthread_mutex_t lock;
	size_t used; /* by lock, as all below */
	struct tally_slot {
		uint64_t tag; /* of the name: most are told apart by it */
		struct tally_line line;
	} slots[];
};

struct tally *tally_new(size_t capacity)
{
	struct tally *tally =
		calloc(1, sizeof(*tally) + capacity * sizeof(tally->slots[0]));

	if (!tally)
		return NULL;
	tally->capacity = capacity;
	pthread_mutex_init(&tally->lock, NULL);
	return tally;
}

void tally_free(struct tally *tally)
{
	if (!tally)
		return;
	for (size_t i = 0; i < tally->used; i++)
		free(tally->slots[i].line.name);
	pthread_mutex_destroy(&tally->lock);
	free(tally);
}

static struct tally_slot *find_locked(struct tally *tally, const char *name,
				      uint64_t tag)
{
	for (size_t i = 0; i < tally->used; i++)
		if (tally->slots[i].tag == tag &&
		    strcmp(tally->slots[i].line.name, name) == 0)
			return &tally->slots[i];
	return NULL;
}

static struct tally_slot *least_locked(struct tally *tally)
{
	struct tally_slot *least = &tally->slots[0];

	for (size_t i = 1; i < tally->used; i++)
		if (tally->slots[i].line.ns < least->line.ns)
			least = &tally->slots[i];
	return least;
}

/* A free slot, or that of the least if this case alone took longer. */
static struct tally_slot *make_slot_locked(struct tally *tally,
					   const char *name, uint64_t tag,
					   uint64_t ns)
{
	struct tally_slot *slot = tally->used < tally->capacity
					  ? &tally->slots[tally->used]
					  : least_locked(tally);
	char *copy;

	if (slot->line.name && slot->line.ns >= ns)
		return NULL;
	copy = strdup(name);
	if (!copy)
		return NULL;
	if (!slot->line.name)
		tally->used++;
	free(slot->line.name);
	*slot = (struct tally_slot){.tag = tag, .line = {.name = copy}};
	return slot;
}

static void add_locked(struct tally *tally, const char *name, uint64_t ns,
		       uint64_t bytes)
{
	const uint64_t tag = digest_checksum(span_of(name));
	struct tally_slot *slot = find_locked(tally, name, tag);

	if (!slot)
		slot = make_slot_locked(tally, name, tag, ns);
	if (!slot)
		return;
	slot->line.count++;
	slot->line.ns += ns;
	slot->line.bytes = bytes;
	if (tally->used == tally->capacity)
		atomic_store_explicit(&tally->least,
				      least_locked(tally)->line.ns,
				      memory_order_relaxed);
}

void tally_add(struct tally *tally, const char *name, uint64_t ns,
	       uint64_t bytes)
{
	atomic_fetch_add_explicit(&tally->count, 1, memory_order_relaxed);
	atomic_fetch_add_explicit(&tally->ns, ns, memory_order_relaxed);
	/* Nearly all are too quick to be of interest: no lock for them. */
	if (ns < atomic_load_explicit(&tally->least, memory_order_relaxed))
		return;
	pthread_mutex_lock(&tally->lock);
	add_locked(tally, name, ns, bytes);
	pthread_mutex_unlock(&tally->lock);
}

static int compare_lines(const void *left, const void *right)
{
	const struct tally_line *a = left;
	const struct tally_line *b = right;

	if (a->ns != b->ns)
		return a->ns < b->ns ? 1 : -1;
	return strcmp(a->name, b->name);
}

static int copy_locked(struct tally *tally, struct tally_view *view)
{
	for (size_t i = 0; i < tally->used; i++) {
		struct tally_line *line = &view->lines[i];

		*line = tally->slots[i].line;
		line->name = strdup(line->name);
		if (!line->name)
			return -ENOMEM;
		view->line_count++;
	}
	return 0;
}

int tally_read(struct tally *tally, struct tally_view *out)
{
	struct tally_view view = {
		.lines = calloc(tally->capacity + 1, sizeof(*view.lines)),
		.count = atomic_load(&tally->count),
		.ns = atomic_load(&tally->ns),
	};
	int r;

	if (!view.lines)
		return -ENOMEM;
	pthread_mutex_lock(&tally->lock);
	r = copy_locked(tally, &view);
	pthread_mutex_unlock(&tally->lock);
	if (r) {
		tally_view_release(&view);
		return r;
	}
	qsort(view.lines, view.line_count, sizeof(*view.lines), compare_lines);
	*out = view;
	return 0;
}

void tally_view_release(struct tally_view *view)
{
	for (size_t i = 0; i < view->line_count; i++)
		free(view->lines[i].name);
	free(view->lines);
	*view = (struct tally_view){0};
}
