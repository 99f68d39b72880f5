#include "fs/mount/ops/ops.h"

#include <errno.h>
#include <linux/limits.h>
#include <sys/xattr.h>

/* Ours; what the source has under such names is hidden by them. */
static const char prefix[] = "user.cfgfs.";
static const char state_key[] = "user.cfgfs.state";
static const char hash_key[] = "user.cfgfs.hash";

enum { HASH_TEXT = 65, OUR_NAMES = sizeof(state_key) + sizeof(hash_key) };

static bool is_ours(const char *name)
{
	return strncmp(name, prefix, sizeof(prefix) - 1) == 0;
}

/* What is known of an open regular file. Nothing is judged for it. */
struct known {
	const char *state;
	char hash[HASH_TEXT]; /* "": not known */
};

/* -ENODATA: nothing is ever known of a directory. */
static int look(struct mount *mount, const char *path, int fd,
		struct known *out)
{
	struct judgement *judgement;
	struct stamp stamp;
	struct stat facts;
	const int r = source_stat_fd(fd, &stamp, &facts);

	if (r)
		return r;
	if (!S_ISREG(facts.st_mode))
		return -ENODATA;
	judge_refresh(mount->judge);
	judgement = judge_known(mount->judge, path, &stamp);
	*out = (struct known){.state = state_name(STATE_UNCHECKED)};
	if (!judgement)
		return 0;
	out->state = state_name((enum state)judgement->verdict->state);
	if (judgement->has_digest)
		digest_to_hex(&judgement->content, out->hash);
	judgement_release(judgement);
	return 0;
}

/* The value of one of our names, owned. Its size, or a negative errno. */
static ssize_t get_ours(struct mount *mount, const char *path, int fd,
			const char *name, char **out)
{
	struct known known = {.state = ""};
	const int r = look(mount, path, fd, &known);
	const char *value = strcmp(name, state_key) == 0  ? known.state
			    : strcmp(name, hash_key) == 0 ? known.hash
							  : "";

	if (r)
		return r;
	if (!*value)
		return -ENODATA;
	*out = strdup(value);
	return *out ? (ssize_t)strlen(value) : -ENOMEM;
}

/* Those of the source, owned; `name` NULL: the list of names. */
static ssize_t get_real(int fd, const char *name, char **out)
{
	auto_free char *value = malloc(XATTR_SIZE_MAX);
	ssize_t size;

	if (!value)
		return -ENOMEM;
	size = name ? fgetxattr(fd, name, value, XATTR_SIZE_MAX)
		    : flistxattr(fd, value, XATTR_LIST_MAX);
	if (size < 0)
		return -errno;
	*out = steal(&value);
	return size;
}

/* The names of the source without those that are ours; the size left. */
static size_t drop_ours(char *names, size_t size)
{
	size_t kept = 0;

	for (size_t at = 0; at < size;) {
		const size_t length = strlen(names + at) + 1;

		if (!is_ours(names + at)) {
			memmove(names + kept, names + at, length);
			kept += length;
		}
		at += length;
	}
	return kept;
}

/* The list of names of the source, which may have none at all. */
static ssize_t list_real(int fd, char **out)
{
	const ssize_t size = get_real(fd, NULL, out);

	if (size != -EOPNOTSUPP)
		return size < 0 ? size : (ssize_t)drop_ours(*out, (size_t)size);
	*out = malloc(OUR_NAMES);
	return *out ? 0 : -ENOMEM;
}

static void append(char *names, size_t *size, const char *name)
{
	const size_t length = strlen(name) + 1;

	memcpy(names + *size, name, length);
	*size += length;
}

static ssize_t list_all(struct mount *mount, const char *path, int fd,
			char **out)
{
	struct known known = {0};
	const int r = look(mount, path, fd, &known);
	char *names = NULL;
	const ssize_t got = list_real(fd, &names);
	size_t size = (size_t)got;

	if (got < 0 || !names)
		return got;
	*out = names;
	if (r || size + OUR_NAMES > (size_t)XATTR_LIST_MAX)
		return got;
	append(names, &size, state_key);
	if (*known.hash)
		append(names, &size, hash_key);
	return (ssize_t)size;
}

/* What an open file has under a name; NULL: its names. */
static ssize_t get_from(struct mount *mount, const char *path, int fd,
			const char *name, char **out)
{
	if (!name)
		return list_all(mount, path, fd, out);
	return is_ours(name) ? get_ours(mount, path, fd, name, out)
			     : get_real(fd, name, out);
}

/* Links and virtual files have none, nor what nobody may open. */
static ssize_t get(struct mount *mount, fuse_ino_t ino, const char *name,
		   char **out)
{
	const ssize_t nothing = name ? -ENODATA : 0;
	struct ops_place place;
	struct file_name file_name;
	struct file *file;
	struct stat facts;
	ssize_t size;
	int r = ops_find(mount, ino, &place);

	if (r == 0 && place.inode.kind != INODE_REAL)
		return nothing;
	if (r == 0)
		r = source_stat(judge_source(mount->judge), place.path, NULL,
				&facts);
	if (r == 0 && !S_ISREG(facts.st_mode) && !S_ISDIR(facts.st_mode))
		return nothing;
	if (r)
		return r;
	file_name = ops_file_name(&place);
	file_name.is_directory = S_ISDIR(facts.st_mode);
	r = files_use(mount->files, &file_name, &file);
	if (r)
		return r;
	size = get_from(mount, place.path, file_descriptor(file), name, out);
	files_unuse(mount->files, file);
	return size;
}

/* `size` is the room that the caller has; 0: it asks how much it needs. */
static void reply(fuse_req_t req, const char *bytes, ssize_t got, size_t size)
{
	if (got < 0)
		fuse_reply_err(req, (int)-got);
	else if (size == 0)
		fuse_reply_xattr(req, (size_t)got);
	else if ((size_t)got > size)
		fuse_reply_err(req, ERANGE);
	else
		fuse_reply_buf(req, bytes, (size_t)got);
}

static void answer(fuse_req_t req, fuse_ino_t ino, const char *name,
		   size_t size)
{
	struct mount *mount = ops_mount(req);
	auto_free char *bytes = NULL;
	ssize_t got;

	/* The kernel remembers that, and never asks again. */
	if (!mount->has_xattrs) {
		fuse_reply_err(req, ENOSYS);
		return;
	}
	got = get(mount, ino, name, &bytes);
	reply(req, bytes, got, size);
}

void op_getxattr(fuse_req_t req, fuse_ino_t ino, const char *name, size_t size)
{
	answer(req, ino, name, size);
}

void op_listxattr(fuse_req_t req, fuse_ino_t ino, size_t size)
{
	answer(req, ino, NULL, size);
}
