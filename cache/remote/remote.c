#include "cache/remote/remote_parts.h"

#include <errno.h>
#include <stdio.h>
#include <time.h>

enum {
	PUT_BYTES = 64 << 10,	/* of one exchange, about */
	PUT_BYTES_PER_US = 4,	/* that even a good server may take */
	REFUSING_US = 30000000, /* a full server is not tried again before */
};

/* What the error of an exchange is called, if the server said nothing. */
static const char *describe(int r)
{
	switch (r) {
	case -ETIMEDOUT:
		return "it does not answer in time";
	case -ECONNRESET:
	case -EPIPE:
		return "it closed the connection";
	case -EPROTO:
		return "TLS failed, or its certificate does not count";
	default:
		return strerrordesc_np(-r);
	}
}

void remote_say_locked(struct remote *remote, int r, const char *why)
{
	if (r && !*why)
		why = describe(r);
	snprintf(remote->reason, sizeof(remote->reason), "%s", why);
}

void remote_signal_locked(struct remote *remote)
{
	uint64_t one = 1;
	ssize_t done;

	if (remote->breaker.is_open)
		done = write(remote->open_fd, &one, sizeof(one));
	else
		done = read(remote->open_fd, &one, sizeof(one));
	(void)done; /* it is as it should be already */
	pthread_cond_broadcast(&remote->changed);
}

static struct connection *pop_idle(struct remote *remote)
{
	struct connection *connection = NULL;

	pthread_mutex_lock(&remote->lock);
	if (remote->idle_count)
		connection = remote->idle[--remote->idle_count];
	pthread_mutex_unlock(&remote->lock);
	return connection;
}

void remote_give(struct remote *remote, struct connection *connection)
{
	pthread_mutex_lock(&remote->lock);
	if (remote->idle_count < REMOTE_POOL) {
		remote->idle[remote->idle_count++] = connection;
		connection = NULL;
	}
	pthread_mutex_unlock(&remote->lock);
	connection_close(connection);
}

void remote_close_idle(struct remote *remote)
{
	struct connection *connection;

	while ((connection = pop_idle(remote)))
		connection_close(connection);
}

int remote_take(struct remote *remote, const struct patience *patience,
		struct connection **out, char *why)
{
	struct wire_place place;

	while ((*out = pop_idle(remote))) {
		if (connection_is_sound(*out))
			return 0;
		connection_close(*out); /* the server has closed it */
	}
	pthread_mutex_lock(&remote->lock);
	place = remote->place;
	pthread_mutex_unlock(&remote->lock);
	atomic_fetch_add(&remote->connections, 1);
	return connection_open(&place, remote->tls, &remote->login, patience,
			       out, why);
}

/* Wait for the first contact, but for all together only so long. */
static void await_contact_locked(struct remote *remote)
{
	const uint64_t until = remote->first_until;
	const struct timespec at = {
		.tv_sec = (time_t)(until / 1000000u),
		.tv_nsec = (long)(until % 1000000u) * 1000,
	};

	while (!remote->is_settled && wire_clock_us() < until)
		pthread_cond_timedwait(&remote->changed, &remote->lock, &at);
}

/* One exchange with the server. */
struct exchange {
	struct connection *connection;
	struct patience patience;
	uint64_t start;
	uint64_t due_us; /* that its size may take */
	char why[CONNECTION_WHY_SIZE];
};

/* False: the server is not to be asked. */
static bool begin(struct remote *remote, struct exchange *exchange)
{
	uint64_t allowance;

	pthread_mutex_lock(&remote->lock);
	await_contact_locked(remote);
	allowance = breaker_allowance(&remote->breaker);
	pthread_mutex_unlock(&remote->lock);
	exchange->why[0] = '\0';
	exchange->connection = NULL;
	exchange->start = wire_clock_us();
	exchange->patience = (struct patience){
		.until_us = exchange->start + allowance + exchange->due_us,
		.stop_fd = remote->open_fd,
	};
	if (!allowance)
		atomic_fetch_add(&remote->unserved, 1);
	return allowance > 0;
}

static void end(struct remote *remote, struct exchange *exchange, int r)
{
	const uint64_t now = wire_clock_us();
	const uint64_t took = now - exchange->start;
	bool is_good;

	if (r == 0)
		remote_give(remote, exchange->connection);
	else
		connection_close(exchange->connection);
	/* Somebody else has opened the circuit, or it is ours that is short of
	 * memory. */
	if (r == -ECANCELED || r == -ENOMEM)
		return;
	pthread_mutex_lock(&remote->lock);

	const bool was_open = remote->breaker.is_open;

	if (r)
		breaker_failed(&remote->breaker, took, now);
	is_good = r == 0 && breaker_answered(&remote->breaker, took,
					     exchange->due_us, now);
	if (!is_good && !was_open) {
		remote_say_locked(remote, r,
				  r ? exchange->why
				    : "its answers are too slow");
		remote_signal_locked(remote);
	}
	pthread_mutex_unlock(&remote->lock);
	if (!is_good && !was_open)
		atomic_fetch_add(&remote->failures, 1);
}

/* The keys of a look-up that are worth a question, with their names. */
struct question {
	size_t of[REMOTE_BATCH]; /* which key each is */
	size_t count;
	char texts[REMOTE_BATCH][SEAL_NAME_SIZE];
	const char *names[REMOTE_BATCH];
	struct connection_value values[REMOTE_BATCH];
};

static void choose(struct remote *remote, const struct item_key *keys,
		   size_t count, struct question *question)
{
	const uint64_t now = wire_clock_us() / 1000000u;

	question->count = 0;
	for (size_t i = 0; i < count; i++) {
		const size_t at = question->count;

		if (absent_has(&remote->absent, &keys[i], now))
			continue;
		seal_name(&remote->seal, &keys[i], question->texts[at]);
		question->names[at] = question->texts[at];
		question->of[at] = i;
		question->count++;
	}
}

static int ask(struct remote *remote, struct exchange *exchange,
	       struct question *question)
{
	int r = remote_take(remote, &exchange->patience, &exchange->connection,
			    exchange->why);

	if (r == 0)
		r = connection_get(exchange->connection, question->names,
				   question->count, &exchange->patience,
				   question->values, exchange->why);
	if (r == 0)
		atomic_fetch_add(&remote->asked, question->count);
	return r;
}

/* Take the records out of their seals. */
static void unseal(struct remote *remote, const struct item_key *keys,
		   struct question *question, struct blob **blobs)
{
	const uint64_t now = wire_clock_us() / 1000000u;

	for (size_t i = 0; i < question->count; i++) {
		struct connection_value *value = &question->values[i];
		const struct item_key *key = &keys[question->of[i]];
		const int r =
			value->bytes
				? seal_open(&remote->seal, key,
					    (struct span){value->bytes,
							  value->size},
					    time(NULL), &blobs[question->of[i]])
				: -ENOENT;

		free(value->bytes);
		if (r)
			absent_note(&remote->absent, key, now);
		if (r == -EBADMSG || r == -ETIME)
			atomic_fetch_add(&remote->rejected, 1);
	}
}

void remote_get(struct remote *remote, const struct item_key *keys,
		size_t count, struct blob **blobs)
{
	struct exchange exchange = {.due_us = 0};
	struct question question;
	int r;

	memset(blobs, 0, count * sizeof(struct blob *));
	if (!begin(remote, &exchange))
		return;
	choose(remote, keys, count, &question);
	if (!question.count)
		return;
	r = ask(remote, &exchange, &question);
	end(remote, &exchange, r);
	if (r == 0)
		unseal(remote, keys, &question, blobs);
}

void remote_put(struct remote *remote, const struct item_key *key,
		struct blob *blob)
{
	if (remote->read_only)
		return;

	const int r = memory_put(remote->queue, key, blob);

	(void)r; /* others do without it */
}

/* Entries on their way: those of one exchange. */
struct parcel {
	size_t count;
	char names[CONNECTION_BATCH][SEAL_NAME_SIZE];
	struct connection_entry entries[CONNECTION_BATCH];
	char *bytes; /* owned; the values one behind the other */
};

static size_t sealed_size(const struct item *item)
{
	return SEAL_OVERHEAD + item->blob->size;
}

/* As many as fit one exchange, one at least; 0: no memory. */
static size_t pack(const struct remote *remote, const struct item *items,
		   size_t count, struct parcel *parcel, size_t *size)
{
	const int64_t expires_at =
		remote->ttl_s ? time(NULL) + (int64_t)remote->ttl_s : 0;
	size_t n = 0;
	char *to;

	*size = 0;
	while (n < count && n < CONNECTION_BATCH &&
	       (n == 0 || *size + sealed_size(&items[n]) <= PUT_BYTES))
		*size += sealed_size(&items[n++]);
	to = parcel->bytes = malloc(*size);
	if (!to)
		return 0;
	for (size_t i = 0; i < n; i++) {
		seal_name(&remote->seal, &items[i].key, parcel->names[i]);
		seal_close(&remote->seal, &items[i].key, expires_at,
			   blob_span(items[i].blob), to);
		parcel->entries[i] = (struct connection_entry){
			.name = parcel->names[i],
			.value = {to, sealed_size(&items[i])},
			.ttl = remote->ttl_s,
		};
		to += sealed_size(&items[i]);
	}
	parcel->count = n;
	return n;
}

/* It is there, but takes nothing: full, or we may not write. */
static void note_refusal(struct remote *remote, const char *why)
{
	pthread_mutex_lock(&remote->lock);
	remote->refusing_until = wire_clock_us() + REFUSING_US;
	snprintf(remote->reason, sizeof(remote->reason),
		 "it takes no entries: %s", why);
	pthread_mutex_unlock(&remote->lock);
}

static bool is_refusing(struct remote *remote)
{
	pthread_mutex_lock(&remote->lock);

	const bool is = wire_clock_us() < remote->refusing_until;

	if (!is && remote->refusing_until && !remote->breaker.is_open) {
		remote->refusing_until = 0;
		remote->reason[0] = '\0';
	}
	pthread_mutex_unlock(&remote->lock);
	return is;
}

/* False: no more now. */
static bool send_parcel(struct remote *remote, const struct parcel *parcel,
			size_t size)
{
	struct exchange exchange = {.due_us = size / PUT_BYTES_PER_US};
	size_t refused = 0;
	int r;

	if (!begin(remote, &exchange))
		return false;
	r = remote_take(remote, &exchange.patience, &exchange.connection,
			exchange.why);
	if (r == 0)
		r = connection_put(exchange.connection, parcel->entries,
				   parcel->count, &exchange.patience, &refused,
				   exchange.why);
	end(remote, &exchange, r);
	if (r)
		return false;
	atomic_fetch_add(&remote->written, parcel->count - refused);
	if (refused)
		note_refusal(remote, exchange.why);
	return refused == 0;
}

static void send_items(struct remote *remote, const struct item *items,
		       size_t count)
{
	struct parcel parcel;
	bool goes_on = true;

	for (size_t i = 0; goes_on && i < count; i += parcel.count) {
		size_t size;

		if (!pack(remote, items + i, count - i, &parcel, &size))
			return;
		goes_on = send_parcel(remote, &parcel, size);
		free(parcel.bytes);
	}
}

static bool is_reachable(struct remote *remote)
{
	pthread_mutex_lock(&remote->lock);
	await_contact_locked(remote);

	const bool is = !remote->breaker.is_open;

	pthread_mutex_unlock(&remote->lock);
	if (!is)
		atomic_fetch_add(&remote->unserved, 1);
	return is;
}

/* What cannot be sent is not kept for later: the next who needs it makes and
 * sends it. */
void remote_flush(struct remote *remote)
{
	struct item *items;
	size_t count;

	if (!memory_totals(remote->queue).entries || !is_reachable(remote))
		return;
	pthread_mutex_lock(&remote->flush_lock);
	if (memory_drain(remote->queue, &items, &count) == 0) {
		if (!is_refusing(remote))
			send_items(remote, items, count);
		items_free(items, count);
	}
	pthread_mutex_unlock(&remote->flush_lock);
}

size_t remote_pending(struct remote *remote)
{
	const size_t entries = memory_totals(remote->queue).entries;
	bool is_open;

	if (!entries)
		return 0;
	pthread_mutex_lock(&remote->lock);
	is_open = remote->breaker.is_open;
	pthread_mutex_unlock(&remote->lock);
	return is_open ? 0 : entries;
}

void remote_drop(struct remote *remote)
{
	memory_clear(remote->queue);
}

void remote_await(struct remote *remote, struct remote_stats *out)
{
	pthread_mutex_lock(&remote->lock);
	await_contact_locked(remote);
	pthread_mutex_unlock(&remote->lock);
	remote_stats(remote, out);
}
