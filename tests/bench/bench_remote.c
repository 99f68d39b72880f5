/*
 * bench_remote SOCKET: what a look-up costs over a connection that is kept,
 * over a new one each time, and over a kept one in batches. Prints "NAME
 * MICROSECONDS" of the median of some rounds, for one look-up.
 */
#include "cache/remote/connection.h"

#include <stdio.h>
#include <sys/un.h>

enum { LOOK_UPS = 1000, ROUNDS = 9, VALUE_SIZE = 600, SECONDS = 60 };

static const char name[] = "cfgfs:0123456789abcdef0123456789abcdef"
			   "0123456789abcdef0123456789abcdef";

static void die(const char *what, const char *why)
{
	fprintf(stderr, "bench_remote: %s: %s\n", what, why);
	exit(2);
}

static struct patience patience(void)
{
	return (struct patience){.until_us = wire_clock_us() +
					     SECONDS * UINT64_C(1000000),
				 .stop_fd = -1};
}

static struct connection *dial(const struct wire_place *place)
{
	static const struct connection_login login;
	const struct patience wait = patience();
	struct connection *connection;
	char why[CONNECTION_WHY_SIZE];

	if (connection_open(place, NULL, &login, &wait, &connection, why))
		die("no connection", why);
	return connection;
}

static void look_up(struct connection *connection, size_t count)
{
	const struct patience wait = patience();
	struct connection_value values[CONNECTION_BATCH];
	const char *names[CONNECTION_BATCH];
	char why[CONNECTION_WHY_SIZE];

	for (size_t i = 0; i < count; i++)
		names[i] = name;
	if (connection_get(connection, names, count, &wait, values, why))
		die("no answer", why);
	for (size_t i = 0; i < count; i++) {
		if (values[i].size != VALUE_SIZE)
			die("wrong answer", "size");
		free(values[i].bytes);
	}
}

static void fill(struct connection *connection)
{
	static const char value[VALUE_SIZE];
	const struct connection_entry entry = {
		.name = name, .value = {value, VALUE_SIZE}, .ttl = SECONDS};
	const struct patience wait = patience();
	char why[CONNECTION_WHY_SIZE];
	size_t refused;

	if (connection_put(connection, &entry, 1, &wait, &refused, why) ||
	    refused)
		die("cannot fill it", why);
}

static void kept(const struct wire_place *place)
{
	struct connection *connection = dial(place);

	for (int i = 0; i < LOOK_UPS; i++)
		look_up(connection, 1);
	connection_close(connection);
}

static void renewed(const struct wire_place *place)
{
	for (int i = 0; i < LOOK_UPS; i++) {
		struct connection *connection = dial(place);

		look_up(connection, 1);
		connection_close(connection);
	}
}

static void batched(const struct wire_place *place)
{
	struct connection *connection = dial(place);

	for (int i = 0; i < LOOK_UPS; i += CONNECTION_BATCH)
		look_up(connection, CONNECTION_BATCH);
	connection_close(connection);
}

static int compare(const void *left, const void *right)
{
	const double a = *(const double *)left;
	const double b = *(const double *)right;

	return (a > b) - (a < b);
}

static void measure(const char *what, void (*run)(const struct wire_place *),
		    const struct wire_place *place)
{
	double times[ROUNDS];

	for (int i = 0; i < ROUNDS; i++) {
		const uint64_t start = wire_clock_us();

		run(place);
		times[i] = (double)(wire_clock_us() - start) / LOOK_UPS;
	}
	qsort(times, ROUNDS, sizeof(*times), compare);
	printf("%s %.2f\n", what, times[ROUNDS / 2]);
}

int main(int argc, char **argv)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	struct wire_place place = {.size = sizeof(address)};
	struct connection *connection;

	if (argc != 2 || strlen(argv[1]) >= sizeof(address.sun_path))
		die("usage", "bench_remote SOCKET");
	memcpy(address.sun_path, argv[1], strlen(argv[1]));
	memcpy(&place.address, &address, sizeof(address));
	connection = dial(&place);
	fill(connection);
	connection_close(connection);
	measure("kept", kept, &place);
	measure("renewed", renewed, &place);
	measure("batched", batched, &place);
	return 0;
}
