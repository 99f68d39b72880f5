#include "tools/input.h"

#include <errno.h>

int input_read(uint64_t max_bytes, char **bytes, size_t *size)
{
	size_t capacity = 65536;
	char *all = malloc(capacity);
	size_t have = 0;

	while (all) {
		const ssize_t got =
			read(STDIN_FILENO, all + have, capacity - have);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0 || have + (size_t)got > max_bytes) {
			free(all);
			return got < 0 ? -errno : -EFBIG;
		}
		have += (size_t)got;
		if (got == 0) {
			*bytes = all;
			*size = have;
			return 0;
		}
		if (have == capacity) {
			char *more = realloc(all, capacity *= 2);

			if (!more)
				free(all);
			all = more;
		}
	}
	return -ENOMEM;
}

const char *input_guess_name(const char *bytes, size_t size)
{
	size_t at = 0;

	while (at < size && strchr(" \t\r\n", bytes[at]))
		at++;
	return at < size && (bytes[at] == '{' || bytes[at] == '[')
		       ? "stdin.json"
		       : "stdin.yaml";
}
