#include "tests/bench/policies.h"

#include "cache/memory/memory.h"

#include <math.h>

enum { KEYS = POLICIES_KEYS, REQUESTS = 200000, NEVER = INT32_MAX };

static uint64_t state;

static double uniform(void)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (double)(state >> 11) / 9007199254740992.0;
}

static double zipf_sums[KEYS];

static void zipf_begin(double skew)
{
	double sum = 0;

	for (int i = 0; i < KEYS; i++)
		zipf_sums[i] = sum += pow(i + 1, -skew);
}

static int zipf(void)
{
	const double wanted = uniform() * zipf_sums[KEYS - 1];
	int low = 0;

	for (int high = KEYS - 1; low < high;) {
		const int middle = (low + high) / 2;

		if (zipf_sums[middle] < wanted)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* Everything below keeps one slot a key; keys are below KEY_MAX. */
enum { KEY_MAX = KEYS + REQUESTS };
static int trace[REQUESTS];
static int next_use[REQUESTS];

/* The entry with the least rank goes; ranks decide which policy it is. */
enum ranking { LRU, LFU, BELADY };
static int64_t rank[KEY_MAX];
static int heap[KEY_MAX], place[KEY_MAX], uses[KEY_MAX];
static int heap_count;

static void heap_set(int at, int key)
{
	heap[at] = key;
	place[key] = at;
}

static void heap_move(int key)
{
	int at = place[key];

	while (at && rank[heap[(at - 1) / 2]] > rank[key]) {
		heap_set(at, heap[(at - 1) / 2]);
		at = (at - 1) / 2;
	}
	for (int child; (child = 2 * at + 1) < heap_count; at = child) {
		if (child + 1 < heap_count &&
		    rank[heap[child + 1]] < rank[heap[child]])
			child++;
		if (rank[heap[child]] >= rank[key])
			break;
		heap_set(at, heap[child]);
	}
	heap_set(at, key);
}

static void heap_evict(void)
{
	const int last = heap[--heap_count];

	place[heap[0]] = -1;
	if (heap_count) {
		heap_set(0, last);
		heap_move(last);
	}
}

static int64_t rank_of(enum ranking ranking, int key, int now)
{
	if (ranking == LFU)
		return ((int64_t)uses[key] << 32) + now;
	return ranking == LRU ? now : -(int64_t)next_use[now];
}

static double ranked(enum ranking ranking, int capacity)
{
	int hits = 0;

	heap_count = 0;
	for (int i = 0; i < KEY_MAX; i++) {
		place[i] = -1;
		uses[i] = 0;
	}
	for (int now = 0; now < REQUESTS; now++) {
		const int key = trace[now];

		uses[key]++;
		rank[key] = rank_of(ranking, key, now);
		if (place[key] >= 0) {
			hits++;
		} else {
			if (heap_count == capacity)
				heap_evict();
			heap_set(heap_count++, key);
		}
		heap_move(key);
	}
	return 100.0 * hits / REQUESTS;
}

/* ARC: T1, T2 hold entries, B1, B2 remember keys; oldest first. */
enum { T1, T2, B1, B2, LISTS, NOWHERE };
static int older[KEY_MAX + LISTS], newer[KEY_MAX + LISTS], list_of[KEY_MAX];
static int sizes[LISTS];

static void unlink_key(int key)
{
	newer[older[key]] = newer[key];
	older[newer[key]] = older[key];
	sizes[list_of[key]]--;
	list_of[key] = NOWHERE;
}

static void append(int key, int list)
{
	const int head = KEY_MAX + list;

	if (list_of[key] != NOWHERE)
		unlink_key(key);
	older[key] = older[head];
	newer[key] = head;
	newer[older[head]] = key;
	older[head] = key;
	list_of[key] = list;
	sizes[list]++;
}

static int oldest(int list)
{
	return newer[KEY_MAX + list];
}

static void arc_replace(int target, bool is_in_b2)
{
	if (sizes[T1] &&
	    (sizes[T1] > target || (is_in_b2 && sizes[T1] == target)))
		append(oldest(T1), B1);
	else
		append(oldest(T2), B2);
}

static void arc_make_room(int capacity, int target)
{
	const int all = sizes[T1] + sizes[T2] + sizes[B1] + sizes[B2];

	if (sizes[T1] + sizes[B1] == capacity) {
		if (sizes[T1] == capacity) {
			unlink_key(oldest(T1));
			return;
		}
		unlink_key(oldest(B1));
		arc_replace(target, false);
	} else if (all >= capacity) {
		if (all == 2 * capacity)
			unlink_key(oldest(B2));
		arc_replace(target, false);
	}
}

static int arc_adapt(int capacity, int target, int list)
{
	const int one = sizes[B1], two = sizes[B2];

	if (list == B1) {
		target += two > one ? two / one : 1;
		return target < capacity ? target : capacity;
	}
	target -= one > two ? one / two : 1;
	return target > 0 ? target : 0;
}

double policies_arc(int capacity)
{
	int hits = 0;
	int target = 0;

	for (int i = 0; i < KEY_MAX; i++)
		list_of[i] = NOWHERE;
	for (int i = 0; i < LISTS; i++) {
		older[KEY_MAX + i] = newer[KEY_MAX + i] = KEY_MAX + i;
		sizes[i] = 0;
	}
	for (int now = 0; now < REQUESTS; now++) {
		const int key = trace[now];
		const int list = list_of[key];

		if (list == T1 || list == T2) {
			hits++;
			append(key, T2);
		} else if (list == B1 || list == B2) {
			target = arc_adapt(capacity, target, list);
			arc_replace(target, list == B2);
			append(key, T2);
		} else {
			arc_make_room(capacity, target);
			append(key, T1);
		}
	}
	return 100.0 * hits / REQUESTS;
}

double policies_lru(int capacity)
{
	return ranked(LRU, capacity);
}

double policies_lfu(int capacity)
{
	return ranked(LFU, capacity);
}

double policies_optimum(int capacity)
{
	return ranked(BELADY, capacity);
}

double policies_best(int capacity)
{
	return fmax(fmax(policies_lru(capacity), policies_lfu(capacity)),
		    policies_arc(capacity));
}

static struct item_key key_of(int number)
{
	const struct digest digest =
		digest_of((struct span){(const char *)&number, sizeof(number)});
	const struct cache_key key = {0}; /* its hash: plan xor proof */

	return item_key_of(&key, &digest);
}

double policies_ours(int capacity)
{
	struct blob *blob = blob_new(300);
	struct memory *memory;
	uint64_t cost;
	int hits = 0;
	struct item_key key = key_of(0);

	if (!blob || memory_new(UINT64_C(1) << 30, &memory) ||
	    memory_put(memory, &key, blob))
		abort();
	cost = memory_totals(memory).bytes;
	memory_free(memory);
	if (memory_new((uint64_t)capacity * cost, &memory))
		abort();
	for (int now = 0; now < REQUESTS; now++) {
		key = key_of(trace[now]);

		struct blob *found = memory_get(memory, &key);

		hits += found != NULL;
		if (!found && memory_put(memory, &key, blob))
			abort();
		blob_release(found);
	}
	memory_free(memory);
	blob_release(blob);
	return 100.0 * hits / REQUESTS;
}

static void look_ahead(void)
{
	static int last[KEY_MAX];

	for (int i = 0; i < KEY_MAX; i++)
		last[i] = NEVER;
	for (int now = REQUESTS; now-- > 0;) {
		next_use[now] = last[trace[now]];
		last[trace[now]] = now;
	}
}

/* The key that request `now` is for. */
typedef int next_key(int now);

static int popular(int now)
{
	(void)now;
	return zipf();
}

static int loop(int now)
{
	return now % KEYS;
}

/* Popular keys, with all keys in order now and then. */
static int scan(int now)
{
	return now / KEYS % 4 == 3 ? now % KEYS : zipf();
}

/* One in three is never asked for again. */
static int one_hit(int now)
{
	return now % 3 ? zipf() : KEYS + now;
}

/* What is popular changes, all at once. */
static int shift(int now)
{
	return (zipf() + now / 40000 * 2500) % KEYS;
}

/* What is popular changes, all the time. */
static int drift(int now)
{
	return (zipf() + now / 10) % KEYS;
}

/* Some of the above by turns, and a short loop. */
static int turns(int now)
{
	switch (now / 25000 % 4) {
	case 0:
		return zipf();
	case 1:
		return loop(now);
	case 2:
		return one_hit(now);
	default:
		return now % 2000;
	}
}

/* What was new a short while ago, and never again. */
static int recent(int now)
{
	static int newest;
	const int age = (int)(log(1 - uniform()) / log(0.99));

	newest = now ? newest + (uniform() < 0.05) : 0;
	return newest > age ? newest - age : 0;
}

static const struct {
	const char *name;
	double skew;
	next_key *next;
} traces[] = {
	{"zipf-0.7", 0.7, popular}, {"zipf-1.0", 1.0, popular},
	{"zipf-1.2", 1.2, popular}, {"loop", 1.0, loop},
	{"scan", 1.2, scan},	    {"one-hit", 1.2, one_hit},
	{"mixed", 1.2, shift},	    {"turns", 1.0, turns},
	{"drift", 1.0, drift},	    {"recent", 1.0, recent},
};

const char *policies_trace(size_t number)
{
	if (number >= array_size(traces))
		return NULL;
	state = 88172645463325252U;
	zipf_begin(traces[number].skew);
	for (int i = 0; i < REQUESTS; i++)
		trace[i] = traces[number].next(i);
	look_ahead();
	return traces[number].name;
}
