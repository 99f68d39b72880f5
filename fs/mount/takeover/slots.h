/*
 * The requests that the kernel waits for, kept in shared memory until they are
 * answered, so that a new worker can answer what a dead one left.
 *
 * A request is read from the device right into its slot: there is no moment at
 * which the kernel has handed it over and it lies nowhere. A slot is free, is
 * being read into, or belongs to a request; one atomic word tells which. A slot
 * that is being read into when the worker dies holds a request if its length,
 * zero before, is set: the kernel completes what it has begun.
 */
#ifndef FS_MOUNT_TAKEOVER_SLOTS_H
#define FS_MOUNT_TAKEOVER_SLOTS_H

#include "validate/base.h"

struct slots; /* safe from any thread */

enum { SLOTS_COUNT = 1024, SLOTS_GREETING_MAX = 512 };

/* A new memory, with no request in it. 0 or a negative errno. */
must_check int slots_new(struct slots **out);

/*
 * Use the memory `fd` (not taken; it stays open). What a dead worker has left
 * waits for slots_next_left(). Only one process at a time may use it. 0;
 * -ENOMEM; -EBADMSG if it is no such memory.
 */
must_check int slots_attach(int fd, struct slots **out);

/* The descriptor of the memory; as long as `slots`. */
int slots_fd(const struct slots *slots);
void slots_free(struct slots *slots);

/* The bytes that a slot has room for: the largest request. */
size_t slots_room(const struct slots *slots);

/* A slot to read into; waits while there is none. */
unsigned slots_claim(struct slots *slots);
char *slots_buffer(const struct slots *slots, unsigned slot);

/* The request in a slot has arrived. False: nobody waits for an answer to it,
 * and the slot is to be freed when its bytes have been used. */
must_check bool slots_note(struct slots *slots, unsigned slot);
void slots_release(struct slots *slots, unsigned slot);

/* The request with this number has been answered. */
void slots_answered(struct slots *slots, uint64_t unique);

/*
 * The next request that a dead worker left, copied to `buf`: its bytes, or 0:
 * there is none any more. Each is given once, to one thread.
 */
size_t slots_next_left(struct slots *slots, char *buf, size_t size);

/* How the connection began, for those who come later: the bytes of INIT and of
 * the answer to it. */
struct slots_greeting {
	size_t request_size; /* 0: not there yet */
	size_t answer_size;
	char request[SLOTS_GREETING_MAX];
	char answer[SLOTS_GREETING_MAX];
};
const struct slots_greeting *slots_greeting(const struct slots *slots);

/* The answer to INIT has been given. */
void slots_note_greeted(struct slots *slots, struct span answer);

#endif
