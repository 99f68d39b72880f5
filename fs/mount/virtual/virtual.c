#include "fs/mount/virtual/virtual.h"

#include "fs/mount/nodes/idmap.h"
#include "fs/mount/virtual/keep.h"

#include <errno.h>
#include <pthread.h>

/* One node's text, or the making of it. */
struct sheet {
	struct idmap_link link;
	struct virtuals *virtuals;
	enum inode_kind kind;
	atomic_bool cancel;
	int ward;		   /* of its text, or WARDS_NONE */
	struct virtual_text *text; /* by lock, as all below */
	struct virtual_waiter *waiters;
	struct sheet *next_made; /* list of those being made */
	struct work_job job;
	bool is_being_made;
	bool is_forgotten; /* out of the map: whoever makes it frees it */
	char path[];
};

struct virtuals {
	struct virtual_tools tools;
	pthread_mutex_t lock;
	struct idmap map; /* by lock, as all below */
	struct sheet *being_made;
	bool is_ending;
};

int virtuals_new(const struct virtual_tools *tools, struct virtuals **out)
{
	struct virtuals *virtuals = calloc(1, sizeof(*virtuals));

	if (!virtuals)
		return -ENOMEM;
	if (idmap_init(&virtuals->map)) {
		free(virtuals);
		return -ENOMEM;
	}
	virtuals->tools = *tools;
	pthread_mutex_init(&virtuals->lock, NULL);
	*out = virtuals;
	return 0;
}

static void sheet_free(struct sheet *sheet)
{
	if (sheet->ward != WARDS_NONE)
		wards_leave(sheet->virtuals->tools.wards, sheet->ward);
	virtual_text_release(sheet->text);
	free(sheet);
}

static void drop_sheet(struct idmap_link *link)
{
	sheet_free((struct sheet *)link);
}

void virtuals_free(struct virtuals *virtuals)
{
	if (!virtuals)
		return;
	idmap_release(&virtuals->map, drop_sheet);
	pthread_mutex_destroy(&virtuals->lock);
	free(virtuals);
}

static int write_text(void *ctx, FILE *out)
{
	struct sheet *sheet = ctx;
	const struct virtual_job job = {.tools = &sheet->virtuals->tools,
					.kind = sheet->kind,
					.path = sheet->path,
					.cancel = &sheet->cancel};

	return virtual_kind_of(sheet->kind)->make(&job, out);
}

static void begin_locked(struct virtuals *virtuals, struct sheet *sheet)
{
	sheet->is_being_made = true;
	atomic_store(&sheet->cancel, virtuals->is_ending);
	sheet->next_made = virtuals->being_made;
	virtuals->being_made = sheet;
}

static void end_locked(struct virtuals *virtuals, struct sheet *sheet)
{
	struct sheet **at = &virtuals->being_made;

	while (*at != sheet)
		at = &(*at)->next_made;
	*at = sheet->next_made;
	sheet->is_being_made = false;
}

static void answer(struct virtual_waiter *waiters, int result,
		   struct virtual_text *text)
{
	while (waiters) {
		struct virtual_waiter *waiter = waiters;

		waiters = waiter->next;
		waiter->done(waiter, result, text);
	}
}

/* Done, unless it was cancelled because nobody waited and somebody came since.
 */
static bool finish(struct sheet *sheet, int result, struct virtual_text *text)
{
	struct virtuals *virtuals = sheet->virtuals;
	struct sheet *gone = NULL;

	pthread_mutex_lock(&virtuals->lock);
	if (result == -ECANCELED && sheet->waiters && !virtuals->is_ending) {
		atomic_store(&sheet->cancel, false);
		pthread_mutex_unlock(&virtuals->lock);
		return false;
	}

	struct virtual_waiter *waiters = steal(&sheet->waiters);

	if (text)
		sheet->text = virtual_text_share(text);
	end_locked(virtuals, sheet);
	if (sheet->is_forgotten)
		gone = sheet;
	pthread_mutex_unlock(&virtuals->lock);
	answer(waiters, result, text);
	if (gone)
		sheet_free(gone);
	return true;
}

static void make_sheet(void *ctx)
{
	struct sheet *sheet = ctx;
	struct virtual_text *text;
	int r;

	do {
		text = NULL;
		r = virtual_text_make(write_text, sheet, &text);
		if (r == 0)
			sheet->ward = keep_text(sheet->virtuals->tools.wards,
						sheet->link.id, text);
	} while (!finish(sheet, r, text));
	virtual_text_release(text);
}

/* Whoever has to wait for verdicts must not be in the way of those who need
 * not; and who asks about one file need not wait for whole trees. */
static void submit(struct virtuals *virtuals, struct sheet *sheet)
{
	const struct virtual_kind *kind = virtual_kind_of(sheet->kind);

	sheet->job = (struct work_job){
		.run = make_sheet,
		.ctx = sheet,
		.class = kind->class,
		.purpose = kind->purpose,
		.priority = WORK_NORMAL,
	};
	work_submit(virtuals->tools.work, &sheet->job);
}

static struct sheet *find_or_add_locked(struct virtuals *virtuals,
					const struct virtual_name *name)
{
	const size_t length = strlen(name->path) + 1;
	struct sheet *sheet =
		(struct sheet *)idmap_find(&virtuals->map, name->node);

	if (sheet)
		return sheet;
	sheet = calloc(1, sizeof(*sheet) + length);
	if (!sheet)
		return NULL;
	sheet->link.id = name->node;
	sheet->virtuals = virtuals;
	sheet->kind = name->kind;
	sheet->ward = WARDS_NONE;
	memcpy(sheet->path, name->path, length);
	idmap_add(&virtuals->map, &sheet->link);
	return sheet;
}

/* What it is about is not asked any more: its text is there. */
int virtuals_adopt(struct virtuals *virtuals, const struct wards_heir *heir)
{
	const struct virtual_name name = {.node = heir->node, .path = ""};
	struct virtual_text *text;
	struct sheet *sheet;
	int r = keep_read(heir->fd, &text);

	if (r)
		return r;
	sheet = find_or_add_locked(virtuals, &name);
	if (!sheet) {
		virtual_text_release(text);
		return -ENOMEM;
	}
	sheet->text = text;
	sheet->ward = heir->ward;
	close(heir->fd);
	return 0;
}

/* What became of a request: answered at once, or queued. */
struct request {
	bool is_queued;
	struct sheet *to_make; /* its making has to be started */
	int result;
	struct virtual_text *text; /* shared */
};

static struct request request_locked(struct virtuals *virtuals,
				     const struct virtual_name *name,
				     struct virtual_waiter *waiter)
{
	struct sheet *sheet = find_or_add_locked(virtuals, name);
	struct request request = {0};

	if (!sheet) {
		request.result = -ENOMEM;
		return request;
	}
	if (sheet->text) {
		request.text = virtual_text_share(sheet->text);
		return request;
	}
	request.result = waiter->may_wait(waiter);
	if (request.result)
		return request;
	waiter->next = sheet->waiters;
	sheet->waiters = waiter;
	request.is_queued = true;
	if (!sheet->is_being_made) {
		begin_locked(virtuals, sheet);
		request.to_make = sheet;
	}
	return request;
}

void virtuals_request(struct virtuals *virtuals,
		      const struct virtual_name *name,
		      struct virtual_waiter *waiter)
{
	pthread_mutex_lock(&virtuals->lock);

	const struct request request = request_locked(virtuals, name, waiter);

	pthread_mutex_unlock(&virtuals->lock);
	if (!request.is_queued) {
		waiter->done(waiter, request.result, request.text);
		virtual_text_release(request.text);
	}
	if (request.to_make)
		submit(virtuals, request.to_make);
}

/* Take a waiter out of the queue of a sheet; NULL: it is not there. */
static struct virtual_waiter *take_waiter_locked(struct sheet *sheet,
						 const void *key)
{
	struct virtual_waiter **at = &sheet->waiters;

	while (*at && (*at)->key != key)
		at = &(*at)->next;

	struct virtual_waiter *waiter = *at;

	if (waiter)
		*at = waiter->next;
	return waiter;
}

void virtuals_interrupt(struct virtuals *virtuals, const void *key)
{
	struct virtual_waiter *waiter = NULL;

	pthread_mutex_lock(&virtuals->lock);
	for (struct sheet *sheet = virtuals->being_made; sheet && !waiter;
	     sheet = sheet->next_made) {
		waiter = take_waiter_locked(sheet, key);
		if (waiter && !sheet->waiters)
			atomic_store(&sheet->cancel, true);
	}
	pthread_mutex_unlock(&virtuals->lock);
	if (waiter)
		waiter->done(waiter, -EINTR, NULL);
}

void virtuals_forget(struct virtuals *virtuals, uint64_t node)
{
	struct sheet *gone = NULL;

	pthread_mutex_lock(&virtuals->lock);

	struct sheet *sheet = (struct sheet *)idmap_find(&virtuals->map, node);

	if (sheet) {
		idmap_remove(&virtuals->map, &sheet->link);
		if (sheet->is_being_made) {
			sheet->is_forgotten = true;
			atomic_store(&sheet->cancel, true);
		} else {
			gone = sheet;
		}
	}
	pthread_mutex_unlock(&virtuals->lock);
	if (gone)
		sheet_free(gone);
}

void virtuals_cancel(struct virtuals *virtuals)
{
	pthread_mutex_lock(&virtuals->lock);
	virtuals->is_ending = true;
	for (struct sheet *sheet = virtuals->being_made; sheet;
	     sheet = sheet->next_made)
		atomic_store(&sheet->cancel, true);
	pthread_mutex_unlock(&virtuals->lock);
}
