/* Names to addresses, beside a resolver of our own that never answers. */
#include "tests/unit/unit.h"

#include "cache/remote/resolve.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdatomic.h>
#include <sys/eventfd.h>
#include <sys/un.h>

static atomic_bool may_answer;
static atomic_int asked;
static atomic_int answered;

static void pause_shortly(void)
{
	usleep(1000);
}

/* In place of the system's: numbers are read, and a name waits. */
int getaddrinfo(const char *host, const char *port,
		const struct addrinfo *hints, struct addrinfo **out)
{
	struct addrinfo *info = calloc(1, sizeof(*info));
	struct sockaddr_in *address = calloc(1, sizeof(*address));
	const bool is_number = strcmp(host, "127.0.0.1") == 0;

	assert_non_null(info);
	assert_non_null(address);
	*address = (struct sockaddr_in){
		.sin_family = AF_INET,
		.sin_port = htons((uint16_t)atoi(port)),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	*info = (struct addrinfo){.ai_addr = (struct sockaddr *)address,
				  .ai_addrlen = sizeof(*address)};
	if (!is_number && !(hints->ai_flags & AI_NUMERICHOST)) {
		atomic_fetch_add(&asked, 1);
		while (!atomic_load(&may_answer))
			pause_shortly();
		atomic_fetch_add(&answered, 1);
	} else if (!is_number) {
		free(address);
		free(info);
		return EAI_NONAME;
	}
	*out = info;
	return 0;
}

void freeaddrinfo(struct addrinfo *info)
{
	free(info->ai_addr);
	free(info);
}

static struct patience patience_of(uint64_t us, int stop_fd)
{
	return (struct patience){.until_us = wire_clock_us() + us,
				 .stop_fd = stop_fd};
}

static struct url url_of(const char *text)
{
	struct url url;

	assert_null(url_parse(text, &url));
	return url;
}

static void a_number_needs_no_resolver(void **state)
{
	const struct url url = url_of("redis://127.0.0.1:77");
	const struct patience patience = patience_of(0, -1);
	struct resolved resolved;
	(void)state;

	assert_int_equal(resolve(&url, &patience, &resolved), 0);
	assert_int_equal(resolved.count, 1);
	assert_int_equal(resolved.places[0].size, sizeof(struct sockaddr_in));
	assert_int_equal(atomic_load(&asked), 0);
}

static void a_socket_needs_no_resolver(void **state)
{
	const struct url url = url_of("unix:///run/redis.sock");
	const struct patience patience = patience_of(0, -1);
	struct resolved resolved;
	struct sockaddr_un address;
	(void)state;

	assert_int_equal(resolve(&url, &patience, &resolved), 0);
	assert_int_equal(resolved.count, 1);
	memcpy(&address, &resolved.places[0].address, sizeof(address));
	assert_int_equal(address.sun_family, AF_UNIX);
	assert_string_equal(address.sun_path, "/run/redis.sock");
}

static void nobody_waits_longer_than_he_likes(void **state)
{
	const struct url url = url_of("redis://slow");
	const struct patience patience = patience_of(10000, -1);
	struct resolved resolved = {.count = 7};
	(void)state;

	atomic_store(&may_answer, false);
	assert_int_equal(resolve(&url, &patience, &resolved), -ETIMEDOUT);
	assert_int_equal(resolved.count, 7);
	assert_int_equal(atomic_load(&answered), 0);
}

static void who_is_stopped_waits_no_longer(void **state)
{
	const struct url url = url_of("redis://slow");
	const int stop = eventfd(1, EFD_CLOEXEC);
	const struct patience patience =
		patience_of(UINT64_C(3600) * 1000000, stop);
	struct resolved resolved;
	(void)state;

	assert_int_equal(resolve(&url, &patience, &resolved), -ECANCELED);
	assert_int_equal(atomic_load(&answered), 0);
	close(stop);
}

/* Also the threads that were left behind get their answer, and end. */
static void a_name_is_resolved(void **state)
{
	const struct url url = url_of("redis://slow:99");
	const struct patience patience =
		patience_of(UINT64_C(3600) * 1000000, -1);
	struct resolved resolved;
	(void)state;

	atomic_store(&may_answer, true);
	assert_int_equal(resolve(&url, &patience, &resolved), 0);
	assert_int_equal(resolved.count, 1);
	while (atomic_load(&answered) < 3)
		pause_shortly();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_number_needs_no_resolver),
		cmocka_unit_test(a_socket_needs_no_resolver),
		cmocka_unit_test(nobody_waits_longer_than_he_likes),
		cmocka_unit_test(who_is_stopped_waits_no_longer),
		cmocka_unit_test(a_name_is_resolved),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
