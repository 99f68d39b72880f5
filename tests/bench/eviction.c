/*
 * How often the memory tier has what is asked for, beside LRU, LFU, ARC
 * (Megiddo and Modha, 2003) and the best that can be done knowing the future
 * (Belady, 1966). One line a trace and size: hit ratios in percent, and how
 * far ours is from the best of LRU, LFU and ARC.
 */
#include "cache/memory.h"

#include <math.h>
#include <stdio.h>

enum { KEYS = 10000, REQUESTS = 200000, NEVER = INT32_MAX };

static uint64_t state = 88172645463325252U;

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

static double arc(int capacity)
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

static struct item_key key_of(int number)
{
	const struct digest digest =
		digest_of((struct span){(const char *)&number, sizeof(number)});
	const struct cache_key key = {0}; /* its hash: plan xor proof */

	return item_key_of(&key, &digest);
}

static double ours(int capacity)
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

static void compare(const char *name)
{
	static const int percents[] = {1, 10, 50};

	look_ahead();
	for (size_t i = 0; i < array_size(percents); i++) {
		const int capacity = KEYS / 100 * percents[i];
		const double mine = ours(capacity);
		const double lru = ranked(LRU, capacity);
		const double lfu = ranked(LFU, capacity);
		const double adaptive = arc(capacity);
		const double best = fmax(fmax(lru, lfu), adaptive);

		printf("%-10s %2d%%  ours %5.1f  lru %5.1f  lfu %5.1f  arc "
		       "%5.1f  optimum %5.1f  ours-best %+5.1f\n",
		       name, percents[i], mine, lru, lfu, adaptive,
		       ranked(BELADY, capacity), mine - best);
	}
}

static void compare_zipf(const char *name, double skew)
{
	zipf_begin(skew);
	for (int i = 0; i < REQUESTS; i++)
		trace[i] = zipf();
	compare(name);
}

int main(void)
{
	compare_zipf("zipf-0.7", 0.7);
	compare_zipf("zipf-1.0", 1.0);
	compare_zipf("zipf-1.2", 1.2);
	for (int i = 0; i < REQUESTS; i++)
		trace[i] = i % KEYS;
	compare("loop");
	/* Popular keys, with all keys in order now and then. */
	for (int i = 0; i < REQUESTS; i++)
		trace[i] = i / KEYS % 4 == 3 ? i % KEYS : zipf();
	compare("scan");
	/* One in three is never asked for again. */
	for (int i = 0; i < REQUESTS; i++)
		trace[i] = i % 3 ? zipf() : KEYS + i;
	compare("one-hit");
	/* What is popular changes. */
	for (int i = 0; i < REQUESTS; i++)
		trace[i] = (zipf() + i / 40000 * 2500) % KEYS;
	compare("mixed");
	return 0;
}
