#include "cache/record.h"

#include <errno.h>

enum {
	CHECKSUM = 0,
	VERSION = 8,
	MARK = 12,
	SIZE = 16,
	USEC = 20,
	VALIDATED_AT = 24,
	CONTENT = 32,
	COUNT = 64,
	VERDICT = 68,
};

/* Before the path of a dependency: length, exists, digest. */
enum { DEPENDENCY_HEADER = 8 + DIGEST_SIZE, DEPENDENCY_MIN = 41 };

/* Read as 0x04030201 on a machine of the other kind. */
static const uint32_t native_mark = 0x01020304;

static size_t aligned(size_t size)
{
	return (size + 7) & ~(size_t)7;
}

/* What the record ends with. */
static struct span payload_of(const struct cache_entry *entry)
{
	if (!entry->verdict)
		return entry->blob;
	return (struct span){(const char *)entry->verdict,
			     entry->verdict->size};
}

static size_t verdict_offset(const struct cache_entry *entry)
{
	size_t size = RECORD_HEADER;

	for (uint32_t i = 0; i < entry->dependency_count; i++)
		size += DEPENDENCY_HEADER + 1 +
			strlen(entry->dependencies[i].path);
	return aligned(size);
}

size_t record_size(const struct cache_entry *entry)
{
	const size_t size = verdict_offset(entry) + payload_of(entry).size;

	return size > INT32_MAX ? 0 : size;
}

static uint8_t *put_dependency(uint8_t *to, const struct dependency *dependency)
{
	const size_t length = strlen(dependency->path);

	put_le32(to, (uint32_t)length);
	put_le32(to + 4, dependency->exists);
	memcpy(to + 8, dependency->digest.bytes, DIGEST_SIZE);
	memcpy(to + DEPENDENCY_HEADER, dependency->path, length + 1);
	return to + DEPENDENCY_HEADER + length + 1;
}

void record_encode(const struct cache_entry *entry, char *to, size_t size)
{
	uint8_t *bytes = (uint8_t *)to;
	const size_t verdict = verdict_offset(entry);
	const struct span payload = payload_of(entry);
	uint8_t *next = bytes + RECORD_HEADER;

	put_le32(bytes + VERSION,
		 entry->verdict ? RECORD_VERSION : RECORD_BLOB_VERSION);
	memcpy(bytes + MARK, &native_mark, sizeof(native_mark));
	put_le32(bytes + SIZE, (uint32_t)size);
	put_le32(bytes + USEC, entry->usec);
	put_le64(bytes + VALIDATED_AT, (uint64_t)entry->validated_at);
	memcpy(bytes + CONTENT, entry->content.bytes, DIGEST_SIZE);
	put_le32(bytes + COUNT, entry->dependency_count);
	put_le32(bytes + VERDICT, (uint32_t)verdict);
	for (uint32_t i = 0; i < entry->dependency_count; i++)
		next = put_dependency(next, &entry->dependencies[i]);
	memset(next, 0, (size_t)(bytes + verdict - next));
	if (payload.size)
		memcpy(bytes + verdict, payload.data, payload.size);
	put_le64(bytes + CHECKSUM,
		 digest_checksum((struct span){to + VERSION, size - VERSION}));
}

struct blob *record_blob(const struct cache_entry *entry)
{
	const size_t size = record_size(entry);
	struct blob *blob = size ? blob_new(size) : NULL;

	if (blob)
		record_encode(entry, blob->bytes, size);
	return blob;
}

/* Where the parts of a decoded entry lie in its block. */
struct layout {
	size_t count;
	size_t verdict;	     /* offset in the record */
	size_t verdict_size; /* up to its end */
	size_t paths_size;   /* at most */
	bool is_blob;
};

static int check_header(struct span record, struct layout *layout)
{
	const uint8_t *bytes = (const uint8_t *)record.data;

	if (record.size < RECORD_HEADER)
		return -EBADMSG;
	layout->is_blob = get_le32(bytes + VERSION) == RECORD_BLOB_VERSION;
	if ((!layout->is_blob && get_le32(bytes + VERSION) != RECORD_VERSION) ||
	    memcmp(bytes + MARK, &native_mark, sizeof(native_mark)) != 0)
		return -ESTALE;
	if (get_le32(bytes + SIZE) != record.size ||
	    get_le64(bytes + CHECKSUM) !=
		    digest_checksum((struct span){record.data + VERSION,
						  record.size - VERSION}))
		return -EBADMSG;
	layout->count = get_le32(bytes + COUNT);
	layout->verdict = get_le32(bytes + VERDICT);
	if (layout->verdict % 8 || layout->verdict < RECORD_HEADER ||
	    layout->verdict > record.size)
		return -EBADMSG;
	layout->verdict_size = record.size - layout->verdict;
	if (!layout->is_blob && layout->verdict_size < sizeof(struct verdict))
		return -EBADMSG;
	layout->paths_size = layout->verdict - RECORD_HEADER;
	if (layout->count > layout->paths_size / DEPENDENCY_MIN)
		return -EBADMSG;
	return 0;
}

/* Read one dependency; its path goes to *path, behind which the next goes. */
static int take_dependency(struct span *rest, struct dependency *out,
			   char **path)
{
	const uint8_t *bytes = (const uint8_t *)rest->data;

	if (rest->size < DEPENDENCY_MIN)
		return -EBADMSG;

	const size_t length = get_le32(bytes);
	const uint32_t exists = get_le32(bytes + 4);

	if (length > rest->size - DEPENDENCY_MIN || exists > 1)
		return -EBADMSG;

	const char *from = rest->data + DEPENDENCY_HEADER;

	if (memchr(from, '\0', length + 1) != from + length)
		return -EBADMSG;
	*out = (struct dependency){.path = *path, .exists = exists};
	memcpy(out->digest.bytes, bytes + 8, DIGEST_SIZE);
	memcpy(*path, from, length + 1);
	*path += length + 1;
	rest->data += DEPENDENCY_MIN + length;
	rest->size -= DEPENDENCY_MIN + length;
	return 0;
}

static int take_dependencies(struct span record, const struct layout *layout,
			     struct dependency *out, char *paths)
{
	struct span rest = {record.data + RECORD_HEADER, layout->paths_size};

	for (size_t i = 0; i < layout->count; i++)
		if (take_dependency(&rest, &out[i], &paths))
			return -EBADMSG;
	for (size_t i = 0; i < rest.size; i++)
		if (rest.data[i])
			return -EBADMSG;
	return rest.size < 8 ? 0 : -EBADMSG;
}

int record_decode(struct span bytes, struct cache_entry *out, void **block)
{
	struct layout layout;
	int r = check_header(bytes, &layout);

	if (r)
		return r;

	/* The verdict comes first: one who only wants that takes the block. */
	const size_t verdict_room = aligned(layout.verdict_size);
	const size_t list_size = layout.count * sizeof(struct dependency);
	auto_free char *verdict =
		malloc(verdict_room + list_size + layout.paths_size);

	if (!verdict)
		return -ENOMEM;

	char *room = verdict + verdict_room;
	struct dependency *list = (struct dependency *)(void *)room;
	const uint8_t *from = (const uint8_t *)bytes.data;

	memcpy(verdict, bytes.data + layout.verdict, layout.verdict_size);
	if (!layout.is_blob && !verdict_is_sound(verdict, layout.verdict_size))
		return -EBADMSG;
	r = take_dependencies(bytes, &layout, list, room + list_size);
	if (r)
		return r;
	*out = (struct cache_entry){
		.validated_at = (int64_t)get_le64(from + VALIDATED_AT),
		.usec = get_le32(from + USEC),
		.dependency_count = (uint32_t)layout.count,
		.dependencies = list,
	};
	if (layout.is_blob)
		out->blob = (struct span){verdict, layout.verdict_size};
	else
		out->verdict = (const struct verdict *)(const void *)verdict;
	memcpy(out->content.bytes, from + CONTENT, DIGEST_SIZE);
	*block = steal(&verdict);
	return 0;
}
