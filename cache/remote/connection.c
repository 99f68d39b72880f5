#include "cache/remote/connection.h"

#include <errno.h>
#include <hiredis/hiredis.h>
#include <stdio.h>

enum {
	RECEIVE_SIZE = 64 << 10,
	ANSWERS_MAX_BYTES = 16 << 20, /* of one exchange */
	SET_WORDS = 5,
	TTL_TEXT = 24,
};

struct connection {
	struct wire *wire;
	redisReader *reader;
	size_t budget; /* bytes that may still come in this exchange */
	char buf[RECEIVE_SIZE];
};

bool connection_is_built(void)
{
	return true;
}

/* An answer as the reader makes it. */
struct answer {
	int type;
	size_t size;
	char bytes[];
};

static void *make_answer(const redisReadTask *task, char *bytes, size_t size)
{
	struct answer *answer = malloc(sizeof(*answer) + size + 1);

	if (!answer)
		return NULL;
	answer->type = task->type;
	answer->size = size;
	if (size)
		memcpy(answer->bytes, bytes, size);
	answer->bytes[size] = '\0';
	return answer;
}

static void *make_number(const redisReadTask *task, long long number)
{
	(void)number;
	return make_answer(task, NULL, 0);
}

static void *make_nil(const redisReadTask *task)
{
	return make_answer(task, NULL, 0);
}

/*
 * Nothing that is asked for is answered by a list or by one of the types of
 * later protocols. Where a function is missing the reader makes a pointer that
 * points nowhere, so each of them has one, which ends the reading.
 */
#if HIREDIS_MAJOR >= 1
static void *refuse_array(const redisReadTask *task, size_t count)
{
	(void)task;
	(void)count;
	return NULL;
}

static void *refuse_double(const redisReadTask *task, double number, char *text,
			   size_t size)
{
	(void)task;
	(void)number;
	(void)text;
	(void)size;
	return NULL;
}

static void *refuse_bool(const redisReadTask *task, int value)
{
	(void)task;
	(void)value;
	return NULL;
}
#else
static void *refuse_array(const redisReadTask *task, int count)
{
	(void)task;
	(void)count;
	return NULL;
}
#endif

static redisReplyObjectFunctions makers = {
	.createString = make_answer,
	.createArray = refuse_array,
	.createInteger = make_number,
#if HIREDIS_MAJOR >= 1
	.createDouble = refuse_double,
	.createBool = refuse_bool,
#endif
	.createNil = make_nil,
	.freeObject = free,
};

/* Text of the server, as far as it can be shown. */
static void say(char *why, const char *text)
{
	size_t i = 0;

	for (; text[i] && i + 1 < CONNECTION_WHY_SIZE; i++) {
		const bool is_plain = text[i] >= ' ' && text[i] <= '~';

		why[i] = '?';
		if (is_plain)
			why[i] = text[i];
	}
	why[i] = '\0';
}

static int wrong_protocol(char *why)
{
	say(why, "it does not answer as a Redis server does");
	return -EBADMSG;
}

/* Receive something and give it to the reader. */
static int feed(struct connection *connection, const struct patience *patience,
		char *why)
{
	const ssize_t got = wire_receive(connection->wire, connection->buf,
					 RECEIVE_SIZE, patience);

	if (got < 0)
		return (int)got;
	if (got == 0)
		return -ECONNRESET;
	if ((size_t)got > connection->budget)
		return wrong_protocol(why);
	connection->budget -= (size_t)got;
	return redisReaderFeed(connection->reader, connection->buf,
			       (size_t)got) == REDIS_OK
		       ? 0
		       : wrong_protocol(why);
}

/* The next answer, owned. */
static int next_answer(struct connection *connection,
		       const struct patience *patience, struct answer **out,
		       char *why)
{
	void *answer = NULL;

	for (;;) {
		if (redisReaderGetReply(connection->reader, &answer) !=
		    REDIS_OK)
			return wrong_protocol(why);
		if (answer)
			break;

		const int r = feed(connection, patience, why);

		if (r)
			return r;
	}
	*out = answer;
	return 0;
}

/* Commands that are sent together. */
struct commands {
	char *bytes; /* owned */
	size_t size;
	size_t capacity;
};

static int append(struct commands *commands, const char *bytes, size_t size)
{
	if (!commands->bytes || size > commands->capacity - commands->size) {
		const size_t capacity = (commands->size + size) * 2;
		char *more = realloc(commands->bytes, capacity);

		if (!more)
			return -ENOMEM;
		commands->bytes = more;
		commands->capacity = capacity;
	}
	memcpy(commands->bytes + commands->size, bytes, size);
	commands->size += size;
	return 0;
}

static int add_command(struct commands *commands, const struct span *words,
		       int count)
{
	const char *data[SET_WORDS];
	size_t sizes[SET_WORDS];
	auto_free char *text = NULL;

	for (int i = 0; i < count; i++) {
		data[i] = words[i].data;
		sizes[i] = words[i].size;
	}

	const int size = (int)redisFormatCommandArgv(&text, count, data, sizes);

	return size < 0 ? -ENOMEM : append(commands, text, (size_t)size);
}

static int send_commands(struct connection *connection,
			 const struct commands *commands,
			 const struct patience *patience)
{
	connection->budget = ANSWERS_MAX_BYTES;
	return wire_send(connection->wire,
			 (struct span){commands->bytes, commands->size},
			 patience);
}

static int add_login(struct commands *commands,
		     const struct connection_login *login, size_t *count)
{
	struct span auth[3] = {span_of("AUTH")};
	struct span ping = span_of("PING");
	char number[TTL_TEXT];
	int words = 1;
	int r = 0;

	if (login->password) {
		if (login->user)
			auth[words++] = span_of(login->user);
		auth[words++] = span_of(login->password);
		r = add_command(commands, auth, words);
		++*count;
	}
	if (r == 0 && login->database) {
		snprintf(number, sizeof(number), "%u", login->database);

		const struct span select[] = {span_of("SELECT"),
					      span_of(number)};

		r = add_command(commands, select, 2);
		++*count;
	}
	++*count;
	return r ? r : add_command(commands, &ping, 1);
}

/* The server's words for why it refuses us. */
static int check_login_answer(const struct answer *answer, char *why)
{
	if (answer->type == REDIS_REPLY_STATUS)
		return 0;
	if (answer->type != REDIS_REPLY_ERROR)
		return wrong_protocol(why);
	say(why, answer->bytes);
	return -EACCES;
}

static int log_in(struct connection *connection,
		  const struct connection_login *login,
		  const struct patience *patience, char *why)
{
	struct commands commands = {0};
	size_t count = 0;
	int r = add_login(&commands, login, &count);

	if (r == 0)
		r = send_commands(connection, &commands, patience);
	if (commands.bytes)
		explicit_bzero(commands.bytes, commands.size);
	free(commands.bytes);
	for (size_t i = 0; r == 0 && i < count; i++) {
		auto_free struct answer *answer = NULL;

		r = next_answer(connection, patience, &answer, why);
		if (r == 0)
			r = check_login_answer(answer, why);
	}
	return r;
}

int connection_open(const struct wire_place *place, const struct wire_tls *tls,
		    const struct connection_login *login,
		    const struct patience *patience, struct connection **out,
		    char *why)
{
	struct connection *connection = calloc(1, sizeof(*connection));
	int r = connection ? 0 : -ENOMEM;

	*why = '\0';
	if (r == 0)
		r = wire_open(place, tls, patience, &connection->wire);
	if (r == 0) {
		connection->reader = redisReaderCreateWithFunctions(&makers);
		r = connection->reader ? 0 : -ENOMEM;
	}
	if (r == 0)
		r = log_in(connection, login, patience, why);
	if (r) {
		connection_close(connection);
		return r;
	}
	*out = connection;
	return 0;
}

void connection_close(struct connection *connection)
{
	if (!connection)
		return;
	if (connection->reader)
		redisReaderFree(connection->reader);
	wire_close(connection->wire);
	free(connection);
}

bool connection_is_sound(struct connection *connection)
{
	const redisReader *reader = connection->reader;

	return reader->pos == reader->len && wire_is_quiet(connection->wire);
}

static void drop_values(struct connection_value *values, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		free(values[i].bytes);
		values[i] = (struct connection_value){0};
	}
}

/* The bytes stay where the reader has put them, behind a small header. */
static int take_value(struct answer *answer, struct connection_value *out,
		      char *why)
{
	if (answer->type == REDIS_REPLY_STRING) {
		const size_t size = answer->size;
		char *bytes = (char *)answer;

		memmove(bytes, answer->bytes, size);
		*out = (struct connection_value){bytes, size};
		return 0;
	}
	/* Another one's list under our name is none of our entries. */
	if (answer->type == REDIS_REPLY_ERROR &&
	    strncmp(answer->bytes, "WRONGTYPE", strlen("WRONGTYPE")) != 0) {
		say(why, answer->bytes);
		free(answer);
		return -EACCES;
	}

	const bool is_known = answer->type == REDIS_REPLY_NIL ||
			      answer->type == REDIS_REPLY_ERROR;

	free(answer);
	return is_known ? 0 : wrong_protocol(why);
}

static int receive_values(struct connection *connection, size_t count,
			  const struct patience *patience,
			  struct connection_value *values, char *why)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < count; i++) {
		struct answer *answer;

		r = next_answer(connection, patience, &answer, why);
		if (r == 0)
			r = take_value(answer, &values[i], why);
	}
	return r;
}

/* One connection, one question, its answers. */
/* NOLINTNEXTLINE(readability-function-size) */
int connection_get(struct connection *connection, const char *const *names,
		   size_t count, const struct patience *patience,
		   struct connection_value *values, char *why)
{
	struct commands commands = {0};
	int r = 0;

	*why = '\0';
	memset(values, 0, count * sizeof(*values));
	for (size_t i = 0; r == 0 && i < count; i++) {
		const struct span words[] = {span_of("GET"), span_of(names[i])};

		r = add_command(&commands, words, 2);
	}
	if (r == 0)
		r = send_commands(connection, &commands, patience);
	free(commands.bytes);
	if (r == 0)
		r = receive_values(connection, count, patience, values, why);
	if (r)
		drop_values(values, count);
	return r;
}

static int add_entry(struct commands *commands,
		     const struct connection_entry *entry)
{
	char ttl[TTL_TEXT];
	struct span words[SET_WORDS] = {span_of("SET"), span_of(entry->name),
					entry->value, span_of("EX")};

	if (!entry->ttl)
		return add_command(commands, words, 3);
	snprintf(ttl, sizeof(ttl), "%llu", (unsigned long long)entry->ttl);
	words[4] = span_of(ttl);
	return add_command(commands, words, 5);
}

static int receive_results(struct connection *connection, size_t count,
			   const struct patience *patience, size_t *refused,
			   char *why)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < count; i++) {
		auto_free struct answer *answer = NULL;

		r = next_answer(connection, patience, &answer, why);
		if (r)
			break;
		if (answer->type == REDIS_REPLY_ERROR) {
			++*refused;
			say(why, answer->bytes);
		} else if (answer->type != REDIS_REPLY_STATUS) {
			r = wrong_protocol(why);
		}
	}
	return r;
}

/* As above. */
/* NOLINTNEXTLINE(readability-function-size) */
int connection_put(struct connection *connection,
		   const struct connection_entry *entries, size_t count,
		   const struct patience *patience, size_t *refused, char *why)
{
	struct commands commands = {0};
	int r = 0;

	*why = '\0';
	*refused = 0;
	for (size_t i = 0; r == 0 && i < count; i++)
		r = add_entry(&commands, &entries[i]);
	if (r == 0)
		r = send_commands(connection, &commands, patience);
	free(commands.bytes);
	return r ? r
		 : receive_results(connection, count, patience, refused, why);
}
