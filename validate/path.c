#include "validate/path.h"

bool path_is_url(struct span reference)
{
	return memmem(reference.data, reference.size, "://", 3) != NULL;
}

/* What was kept ends at `out`, which never overtakes the step under way. */
bool path_tidy(char *path)
{
	char *out = path;
	char *step = path;
	bool is_last = false;

	while (!is_last) {
		char *slash = strchr(step, '/');
		const size_t size =
			slash ? (size_t)(slash - step) : strlen(step);
		const struct span name = {step, size};

		if (span_is(name, "..")) {
			if (out == path)
				return false;
			while (out > path && *--out != '/')
				;
		} else if (size && !span_is(name, ".")) {
			if (out > path)
				*out++ = '/';
			memmove(out, step, size);
			out += size;
		}
		step += size + 1;
		is_last = !slash;
	}
	*out = '\0';
	return true;
}
