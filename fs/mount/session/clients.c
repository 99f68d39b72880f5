#include "fs/mount/session/supervisor_parts.h"

#include "fs/mount/session/guard.h"
#include "fs/mount/session/presence.h"

#include <errno.h>
#include <stdio.h>
#include <sys/socket.h>

enum {
	PATIENCE_MS = 1000, /* with a client that says nothing */
	LEAVE_MS = 2000,    /* with a worker that was asked to leave */
};

static int *client_of(struct supervisor *supervisor)
{
	return &supervisor->legacy.estate.fds[ESTATE_CLIENT];
}

void clients_drop(struct supervisor *supervisor)
{
	int *client = client_of(supervisor);

	base_close(client);
	*client = -1;
	if (!supervisor->is_ending)
		supervisor->deadline_ms = 0;
}

/* One at a time: the others wait. */
void clients_accept(struct supervisor *supervisor)
{
	const int *listener = &supervisor->legacy.estate.fds[ESTATE_LISTENER];
	const int client = presence_accept(*listener);

	if (client < 0)
		return;
	*client_of(supervisor) = client;
	supervisor->deadline_ms = supervisor_now_ms() + PATIENCE_MS;
}

void clients_tell(struct supervisor *supervisor, const char *text)
{
	const int client = *client_of(supervisor);

	if (client < 0)
		return;
	/* Who does not listen any more need not know. */
	if (dprintf(client, "%s\n", text) < 0)
		errno = 0;
	clients_drop(supervisor);
}

/* The new program is asked first: there is no way back from it. */
static void begin_upgrade(struct supervisor *supervisor)
{
	const int r = upgrade_check(supervisor->program, supervisor->options,
				    &supervisor->legacy.estate);

	if (r) {
		clients_tell(supervisor, "the program that lies there now "
					 "cannot go on with this mount");
		return;
	}
	supervisor->is_upgrading = true;
	supervisor->deadline_ms = supervisor_now_ms() + LEAVE_MS;
	kill(supervisor->worker, GUARD_LEAVE);
}

void clients_hear(struct supervisor *supervisor)
{
	char text[32];
	const ssize_t got = recv(*client_of(supervisor), text, sizeof(text) - 1,
				 MSG_DONTWAIT);

	if (got <= 0) {
		clients_drop(supervisor);
		return;
	}
	text[got] = '\0';
	if (strcmp(text, UPGRADE_REQUEST) != 0)
		clients_tell(supervisor, "this request is not known");
	else if (!supervisor->worker || supervisor->ready ||
		 supervisor->is_ending)
		clients_tell(supervisor, "the mount is beginning or ending");
	else
		begin_upgrade(supervisor);
}
