#include "tests/unit/unit.h"

#include "fs/mount/takeover/slots.h"

#include <errno.h>
#include <linux/fuse.h>
#include <pthread.h>
#include <sys/mman.h>

/* A request without arguments; it says by its node what it is. */
static unsigned arrive(struct slots *slots, uint32_t opcode, uint64_t unique)
{
	const unsigned slot = slots_claim(slots);
	const struct fuse_in_header request = {.len = sizeof(request),
					       .opcode = opcode,
					       .unique = unique,
					       .nodeid = unique * 10};

	memcpy(slots_buffer(slots, slot), &request, sizeof(request));
	return slot;
}

static unsigned interrupt(struct slots *slots, uint64_t unique)
{
	const unsigned slot = slots_claim(slots);
	const struct {
		struct fuse_in_header header;
		struct fuse_interrupt_in what;
	} request = {.header = {.len = sizeof(request),
				.opcode = FUSE_INTERRUPT,
				.unique = unique | 1},
		     .what = {.unique = unique}};

	memcpy(slots_buffer(slots, slot), &request, sizeof(request));
	return slot;
}

/* As the next worker does when this one is dead. */
static struct slots *next_worker(struct slots *slots)
{
	struct slots *next;

	assert_int_equal(slots_attach(slots_fd(slots), &next), 0);
	slots_free(slots);
	return next;
}

static struct slots *new_slots(void)
{
	struct slots *slots;

	assert_int_equal(slots_new(&slots), 0);
	return slots;
}

static void assert_left(struct slots *slots, uint32_t opcode, uint64_t unique)
{
	struct fuse_in_header request;
	char bytes[256];

	assert_true(slots_next_left(slots, bytes, sizeof(bytes)) >=
		    sizeof(request));
	memcpy(&request, bytes, sizeof(request));
	assert_int_equal(request.opcode, opcode);
	assert_int_equal(request.unique, unique);
	if (opcode != FUSE_INTERRUPT)
		assert_int_equal(request.nodeid, unique * 10);
}

static void assert_nothing_left(struct slots *slots)
{
	char bytes[256];

	assert_int_equal(slots_next_left(slots, bytes, sizeof(bytes)), 0);
}

static void what_is_not_answered_is_left(void **state)
{
	struct slots *slots = new_slots();

	(void)state;
	assert_true(slots_note(slots, arrive(slots, FUSE_LOOKUP, 2)));
	assert_true(slots_note(slots, arrive(slots, FUSE_READ, 4)));
	assert_true(slots_note(slots, arrive(slots, FUSE_OPEN, 6)));
	slots_answered(slots, 4);
	slots_answered(slots, 99); /* there is no such request */
	slots = next_worker(slots);
	assert_left(slots, FUSE_LOOKUP, 2);
	assert_left(slots, FUSE_OPEN, 6);
	assert_nothing_left(slots);

	/* It stays until it is answered, whoever has it in hand. */
	slots_answered(slots, 2);
	slots = next_worker(slots);
	assert_left(slots, FUSE_OPEN, 6);
	assert_nothing_left(slots);
	slots_free(slots);
}

static void what_came_while_its_reader_died_is_left(void **state)
{
	struct slots *slots = new_slots();
	unsigned waiting;

	(void)state;
	waiting = slots_claim(slots); /* nothing comes any more */
	arrive(slots, FUSE_GETATTR, 8);
	slots = next_worker(slots);
	assert_left(slots, FUSE_GETATTR, 8);
	assert_nothing_left(slots);
	assert_int_equal(slots_claim(slots), waiting);
	slots_free(slots);
}

/* A slot that was used before must not look as if something had come. */
static void an_old_request_is_not_left(void **state)
{
	struct slots *slots = new_slots();
	unsigned slot;

	(void)state;
	slot = arrive(slots, FUSE_READ, 2);
	assert_true(slots_note(slots, slot));
	slots_answered(slots, 2);
	assert_int_equal(slots_claim(slots), slot);
	slots = next_worker(slots);
	assert_nothing_left(slots);
	slots_free(slots);
}

static void nobody_waits_for_a_forget(void **state)
{
	static const uint32_t opcodes[] = {FUSE_FORGET, FUSE_BATCH_FORGET,
					   FUSE_NOTIFY_REPLY};
	struct slots *slots = new_slots();

	(void)state;
	for (size_t i = 0; i < array_size(opcodes); i++) {
		const unsigned slot = arrive(slots, opcodes[i], 2 + 2 * i);

		assert_false(slots_note(slots, slot));
		slots_release(slots, slot);
		arrive(slots, opcodes[i], 20 + 2 * i); /* not even noted */
	}
	slots = next_worker(slots);
	assert_nothing_left(slots);
	slots_free(slots);
}

static void an_interrupt_is_left_with_its_request(void **state)
{
	struct slots *slots = new_slots();
	unsigned slot;

	(void)state;
	assert_true(slots_note(slots, arrive(slots, FUSE_READ, 2)));
	assert_true(slots_note(slots, arrive(slots, FUSE_READ, 4)));
	slot = interrupt(slots, 4);
	assert_false(slots_note(slots, slot));
	slots_release(slots, slot);
	slots = next_worker(slots);
	assert_left(slots, FUSE_READ, 2);
	assert_left(slots, FUSE_READ, 4);
	assert_left(slots, FUSE_INTERRUPT, 5);
	assert_nothing_left(slots);

	/* Once answered, it is not interrupted any more. */
	slots_answered(slots, 4);
	assert_true(slots_note(slots, arrive(slots, FUSE_READ, 6)));
	slots = next_worker(slots);
	assert_left(slots, FUSE_READ, 2);
	assert_left(slots, FUSE_READ, 6);
	assert_nothing_left(slots);
	slots_free(slots);
}

static void an_interrupt_may_lie_before_its_request(void **state)
{
	struct slots *slots = new_slots();

	(void)state;
	interrupt(slots, 2); /* both came, and were not noted */
	arrive(slots, FUSE_READ, 2);
	slots = next_worker(slots);
	assert_left(slots, FUSE_READ, 2);
	assert_left(slots, FUSE_INTERRUPT, 3);
	assert_nothing_left(slots);
	slots_free(slots);
}

static void the_greeting_is_kept_apart(void **state)
{
	const struct span answer = {"answer", 6};
	struct slots *slots = new_slots();
	const struct slots_greeting *greeting;

	(void)state;
	assert_int_equal(slots_greeting(slots)->request_size, 0);
	arrive(slots, FUSE_INIT, 2);
	slots = next_worker(slots);
	assert_nothing_left(slots);
	greeting = slots_greeting(slots);
	assert_int_equal(greeting->request_size, sizeof(struct fuse_in_header));
	assert_int_equal(greeting->answer_size, 0);
	slots_note_greeted(slots, answer);
	slots = next_worker(slots);
	greeting = slots_greeting(slots);
	assert_int_equal(greeting->answer_size, answer.size);
	assert_memory_equal(greeting->answer, answer.data, answer.size);
	slots_free(slots);
}

static void *claim_one_more(void *ctx)
{
	return (void *)(uintptr_t)slots_claim(ctx);
}

static void who_finds_none_waits_for_a_slot(void **state)
{
	struct slots *slots = new_slots();
	pthread_t thread;
	void *got;

	(void)state;
	for (unsigned i = 0; i < SLOTS_COUNT; i++)
		assert_true(
			slots_note(slots, arrive(slots, FUSE_READ, 2 + 2 * i)));
	assert_int_equal(pthread_create(&thread, NULL, claim_one_more, slots),
			 0);
	slots_answered(slots, 2 + 2 * 700);
	assert_int_equal(pthread_join(thread, &got), 0);
	assert_int_equal((uintptr_t)got, 700);
	slots = next_worker(slots);
	for (unsigned i = 0; i < SLOTS_COUNT; i++)
		if (i != 700)
			assert_left(slots, FUSE_READ, 2 + 2 * i);
	assert_nothing_left(slots);
	slots_free(slots);
}

static void other_memory_is_refused(void **state)
{
	const int fd = memfd_create("other", MFD_CLOEXEC);
	struct slots *slots = NULL;

	(void)state;
	assert_int_equal(slots_attach(fd, &slots), -EBADMSG);
	assert_int_equal(ftruncate(fd, 1 << 20), 0);
	assert_int_equal(slots_attach(fd, &slots), -EBADMSG);
	assert_null(slots);
	close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_not_answered_is_left),
		cmocka_unit_test(what_came_while_its_reader_died_is_left),
		cmocka_unit_test(an_old_request_is_not_left),
		cmocka_unit_test(nobody_waits_for_a_forget),
		cmocka_unit_test(an_interrupt_is_left_with_its_request),
		cmocka_unit_test(an_interrupt_may_lie_before_its_request),
		cmocka_unit_test(the_greeting_is_kept_apart),
		cmocka_unit_test(who_finds_none_waits_for_a_slot),
		cmocka_unit_test(other_memory_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
