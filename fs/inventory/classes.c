#include "fs/inventory/classes.h"

#include <errno.h>

enum { FIRST_CLASSES = 16 };

int classes_init(struct classes *classes)
{
	*classes = (struct classes){
		.list = calloc(FIRST_CLASSES, sizeof(struct class)),
		.count = 1,
		.capacity = FIRST_CLASSES,
		.buckets = calloc(FIRST_CLASSES, sizeof(uint32_t)),
		.bucket_count = FIRST_CLASSES,
	};
	if (!classes->list || !classes->buckets) {
		classes_release(classes);
		return -ENOMEM;
	}
	classes->list[CLASS_UNCHECKED].state = STATE_UNCHECKED;
	return 0;
}

void classes_release(struct classes *classes)
{
	for (uint32_t i = 0; classes->list && i < classes->count; i++)
		links_release(&classes->list[i].links);
	free(classes->list);
	free(classes->buckets);
	*classes = (struct classes){0};
}

const struct class *classes_at(const struct classes *classes, uint32_t id)
{
	return &classes->list[id];
}

/* What a judgement says, without the links, which are the judgement's. */
static struct class describe(const struct judgement *judgement)
{
	const struct verdict *verdict = judgement->verdict;
	const struct links *links = &judgement->links;
	const struct span bytes = {(const char *)links->list,
				   links->count * sizeof(*links->list)};
	struct class class = {.state = (enum state)verdict->state,
			      .suppressed = verdict_suppressed(verdict)};

	memcpy(class.totals, verdict->totals, sizeof(class.totals));
	score_add(&class.score, verdict);
	class.hash = digest_checksum(bytes);
	for (int i = 0; i < SEVERITY_COUNT; i++)
		class.hash = class.hash * 31 + class.totals[i];
	class.hash = class.hash * 31 + class.suppressed;
	class.hash = class.hash * 31 + (uint64_t) class.state;
	return class;
}

static bool links_are_equal(const struct links *a, const struct links *b)
{
	return a->count == b->count &&
	       (a->count == 0 ||
		memcmp(a->list, b->list, a->count * sizeof(*a->list)) == 0);
}

static bool says_the_same(const struct class *a, const struct class *b,
			  const struct links *links)
{
	return !a->is_stale && a->hash == b->hash && a->state == b->state &&
	       a->suppressed == b->suppressed &&
	       memcmp(a->totals, b->totals, sizeof(a->totals)) == 0 &&
	       memcmp(&a->score, &b->score, sizeof(a->score)) == 0 &&
	       links_are_equal(&a->links, links);
}

static uint32_t *bucket_of(const struct classes *classes, uint64_t hash)
{
	return &classes->buckets[(hash ^ hash >> 32) &
				 (classes->bucket_count - 1)];
}

/* Twice the room, and as many buckets as there is room. */
static int grow(struct classes *classes)
{
	const uint32_t capacity = classes->capacity * 2;
	struct class *list =
		realloc(classes->list, capacity * sizeof(*classes->list));
	uint32_t *buckets = calloc(capacity, sizeof(*buckets));

	if (list)
		classes->list = list;
	if (!list || !buckets) {
		free(buckets);
		return -ENOMEM;
	}
	free(classes->buckets);
	classes->buckets = buckets;
	classes->bucket_count = capacity;
	classes->capacity = capacity;
	for (uint32_t i = 1; i < classes->count; i++) {
		uint32_t *bucket = bucket_of(classes, list[i].hash);

		list[i].next = *bucket;
		*bucket = i;
	}
	return 0;
}

/* A place for a new class; 0: no memory. */
static uint32_t take_place(struct classes *classes)
{
	const uint32_t id = classes->free;

	if (id) {
		classes->free = classes->list[id].next;
		return id;
	}
	/* Only without a free one: all that it links anew are in use. */
	if (classes->count == classes->capacity && grow(classes))
		return 0;
	return classes->count++;
}

static void give_place(struct classes *classes, uint32_t id)
{
	classes->list[id] = (struct class){.next = classes->free};
	classes->free = id;
}

static uint32_t add(struct classes *classes, struct class class,
		    const struct links *links)
{
	const uint32_t id = take_place(classes);

	if (!id)
		return CLASS_UNCHECKED;
	if (links_add_all(&class.links, links)) {
		links_release(&class.links);
		give_place(classes, id);
		return CLASS_UNCHECKED;
	}

	uint32_t *bucket = bucket_of(classes, class.hash);

	class.users = 1;
	class.next = *bucket;
	*bucket = id;
	classes->list[id] = class;
	return id;
}

uint32_t classes_take(struct classes *classes,
		      const struct judgement *judgement)
{
	const struct class wanted = describe(judgement);
	uint32_t id = *bucket_of(classes, wanted.hash);

	while (id &&
	       !says_the_same(&classes->list[id], &wanted, &judgement->links))
		id = classes->list[id].next;
	if (!id)
		return add(classes, wanted, &judgement->links);
	classes->list[id].users++;
	return id;
}

uint32_t classes_share(struct classes *classes, uint32_t id)
{
	if (id != CLASS_UNCHECKED)
		classes->list[id].users++;
	return id;
}

void classes_drop(struct classes *classes, uint32_t id)
{
	struct class *class = &classes->list[id];

	if (id == CLASS_UNCHECKED || --class->users > 0)
		return;

	uint32_t *at = bucket_of(classes, class->hash);

	while (*at != id)
		at = &classes->list[*at].next;
	*at = class->next;
	links_release(&class->links);
	give_place(classes, id);
}

bool classes_mark_stale(struct classes *classes, struct judge *judge)
{
	bool has_any = false;

	for (uint32_t i = 1; i < classes->count; i++) {
		struct class *class = &classes->list[i];

		if (class->users == 0 || class->is_stale)
			continue;
		class->is_stale = !judge_holds(judge, &class->links);
		has_any = has_any || class->is_stale;
	}
	return has_any;
}
