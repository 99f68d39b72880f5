#include "fs/vault/kept.h"

#include <errno.h>
#include <limits.h>

/* Byte offset of each part. */
enum {
	MAGIC = 0,
	VERSION = 4,
	CONTENT = 8,
	SIZE = CONTENT + DIGEST_SIZE,
	MTIME = SIZE + 8,
	CTIME = MTIME + 8,
	KEPT_AT = CTIME + 8,
	MODE = KEPT_AT + 8,
	UID = MODE + 4,
	GID = UID + 4,
	PATH_SIZE = GID + 4,
	PATH = PATH_SIZE + 4,
	CHECKSUM_SIZE = 8, /* behind the path */
};

static const uint32_t magic = 0x7470656b; /* "kept" */

bool kept_equal(const struct kept *a, const struct kept *b)
{
	return digest_equal(&a->content, &b->content) && a->size == b->size &&
	       a->mtime_ns == b->mtime_ns && a->ctime_ns == b->ctime_ns &&
	       a->mode == b->mode && a->uid == b->uid && a->gid == b->gid;
}

int kept_encode(const struct kept *kept, const char *path, char **bytes,
		size_t *size)
{
	const size_t path_size = strlen(path);
	const size_t checked = PATH + path_size;
	uint8_t *room = malloc(checked + CHECKSUM_SIZE);

	if (!room)
		return -ENOMEM;
	put_le32(room + MAGIC, magic);
	put_le32(room + VERSION, KEPT_VERSION);
	memcpy(room + CONTENT, kept->content.bytes, DIGEST_SIZE);
	put_le64(room + SIZE, kept->size);
	put_le64(room + MTIME, (uint64_t)kept->mtime_ns);
	put_le64(room + CTIME, (uint64_t)kept->ctime_ns);
	put_le64(room + KEPT_AT, (uint64_t)kept->kept_at);
	put_le32(room + MODE, kept->mode);
	put_le32(room + UID, kept->uid);
	put_le32(room + GID, kept->gid);
	put_le32(room + PATH_SIZE, (uint32_t)path_size);
	memcpy(room + PATH, path, path_size + 1);
	/* Its first byte ends the path for who reads it as a string. */
	put_le64(room + checked,
		 digest_checksum((struct span){(char *)room, checked}) &
			 ~UINT64_C(0xff));
	*bytes = (char *)room;
	*size = checked + CHECKSUM_SIZE;
	return 0;
}

static bool is_whole(const uint8_t *bytes, size_t size)
{
	if (size < PATH + CHECKSUM_SIZE || get_le32(bytes + MAGIC) != magic)
		return false;

	const size_t checked = size - CHECKSUM_SIZE;
	const struct span span = {(const char *)bytes, checked};

	return get_le32(bytes + PATH_SIZE) == checked - PATH &&
	       get_le64(bytes + checked) ==
		       (digest_checksum(span) & ~UINT64_C(0xff)) &&
	       !memchr(bytes + PATH, '\0', checked - PATH);
}

int kept_decode(struct span bytes, struct kept *out, const char **path)
{
	const uint8_t *from = (const uint8_t *)bytes.data;

	if (!is_whole(from, bytes.size))
		return -EBADMSG;
	if (get_le32(from + VERSION) != KEPT_VERSION)
		return -ESTALE;
	*out = (struct kept){
		.size = get_le64(from + SIZE),
		.mtime_ns = (int64_t)get_le64(from + MTIME),
		.ctime_ns = (int64_t)get_le64(from + CTIME),
		.kept_at = (int64_t)get_le64(from + KEPT_AT),
		.mode = get_le32(from + MODE),
		.uid = get_le32(from + UID),
		.gid = get_le32(from + GID),
	};
	memcpy(out->content.bytes, from + CONTENT, DIGEST_SIZE);
	*path = bytes.data + PATH;
	return 0;
}
