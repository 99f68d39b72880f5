#include "fs/mount/ops/link.h"

/* The part of an absolute target below the root, without leading slashes; NULL
 * if it is elsewhere. */
static const char *below(const char *target, const char *root)
{
	const size_t size = strlen(root);

	if (strcmp(root, "/") == 0 || strncmp(target, root, size) != 0)
		return NULL;
	if (target[size] != '/' && target[size] != '\0')
		return NULL;
	return target + size + strspn(target + size, "/");
}

/* With ".." in it the target is elsewhere than it seems. */
static bool goes_up(const char *path)
{
	while (*path) {
		const size_t size = strcspn(path, "/");

		if (size == 2 && memcmp(path, "..", 2) == 0)
			return true;
		path += size;
		path += strspn(path, "/");
	}
	return false;
}

static size_t depth_of(const char *path)
{
	size_t depth = 0;

	for (; *path; path++)
		depth += *path == '/';
	return depth;
}

char *link_relative(const char *path, const char *target, const char *root)
{
	static const char up[] = "../";
	const char *rest = below(target, root);

	if (!rest || goes_up(rest))
		return NULL;

	const size_t depth = depth_of(path);
	const size_t up_size = depth * strlen(up);
	const size_t rest_size = strlen(rest);
	char *text = malloc(up_size + rest_size + 2);

	if (!text)
		return NULL;
	for (size_t i = 0; i < depth; i++)
		memcpy(text + i * strlen(up), up, strlen(up));
	memcpy(text + up_size, rest, rest_size + 1);
	if (rest_size == 0 && depth == 0)
		memcpy(text, ".", 2);
	else if (rest_size == 0)
		text[up_size - 1] = '\0';
	return text;
}
