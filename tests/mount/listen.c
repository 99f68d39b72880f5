/*
 * A service manager that only listens: prints each message that comes to a
 * socket, one a line ("READY=1 STATUS=..."), until it is killed.
 *
 *   listen SOCKET
 */
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

int main(int argc, char **argv)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	char message[4096];
	ssize_t size;
	const int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (argc != 2 || fd < 0 || strlen(argv[1]) >= sizeof(address.sun_path))
		return 2;
	memcpy(address.sun_path, argv[1], strlen(argv[1]));
	if (bind(fd, (const struct sockaddr *)&address, sizeof(address))) {
		perror(argv[1]);
		return 2;
	}
	while ((size = recv(fd, message, sizeof(message) - 1, 0)) >= 0) {
		message[size] = '\0';
		for (char *at = message; (at = strchr(at, '\n'));)
			*at = ' ';
		puts(message);
		fflush(stdout);
	}
	return 1;
}
