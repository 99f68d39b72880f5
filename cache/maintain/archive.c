#include "cache/maintain/archive.h"

#include "cache/record.h"

#include <errno.h>

enum {
	MAGIC_SIZE = 16,
	HEADER_SIZE = MAGIC_SIZE + 4,
	ITEM_HEADER = ITEM_KEY_SIZE + 4,
	BATCH = 1000, /* records of one transaction */
};
static const char magic[MAGIC_SIZE + 1] = "cfgfs archive 1\n";

struct digest archive_key(const struct key_file *key_file)
{
	return key_file_derive(key_file, "cfgfs archive key");
}

/* Bytes on their way to the file, and into the signature. */
struct writer {
	struct digest_builder mac;
	const struct contents *contents;
	int fd;
	size_t used;
	uint64_t count; /* of records */
	char block[ARCHIVE_BLOCK];
};

static int write_all(int fd, const char *bytes, size_t size)
{
	while (size) {
		const ssize_t done = write(fd, bytes, size);

		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0)
			return -errno;
		bytes += done;
		size -= (size_t)done;
	}
	return 0;
}

static int end_block(struct writer *writer)
{
	const size_t size = writer->used;

	if (!size)
		return 0;
	digest_add(&writer->mac, (struct span){writer->block, size});
	writer->used = 0;
	return write_all(writer->fd, writer->block, size);
}

static int put(struct writer *writer, const void *from, size_t size)
{
	const char *bytes = from;
	int r = 0;

	while (!r && size) {
		const size_t room = ARCHIVE_BLOCK - writer->used;
		const size_t part = size < room ? size : room;

		memcpy(writer->block + writer->used, bytes, part);
		writer->used += part;
		bytes += part;
		size -= part;
		if (writer->used == ARCHIVE_BLOCK)
			r = end_block(writer);
	}
	return r;
}

/* The digest of the content must be the one that the key ends with. */
static int check_record(const struct item_key *key, struct span record)
{
	struct cache_entry entry;
	auto_free void *block = NULL;
	const int r = record_decode(record, &entry, &block);

	if (r)
		return r;
	return memcmp(key->bytes + ITEM_KEY_SIZE - ITEM_PROOF_SIZE,
		      entry.content.bytes, ITEM_PROOF_SIZE)
		       ? -EBADMSG
		       : 0;
}

static int put_record(void *ctx, const struct item_key *key, struct span record)
{
	struct writer *writer = ctx;
	uint8_t size[4];
	int r;

	if (writer->contents && !contents_has(writer->contents, key))
		return 0;
	r = check_record(key, record);
	if (r)
		return r == -ENOMEM ? r : 0; /* it is a miss here too */
	writer->count++;
	put_le32(size, (uint32_t)record.size);
	r = put(writer, key->bytes, ITEM_KEY_SIZE);
	if (!r)
		r = put(writer, size, sizeof(size));
	return r ? r : put(writer, record.data, record.size);
}

static int write_signed(struct store *store, struct writer *writer,
			const struct digest *key)
{
	uint8_t version[4];
	struct digest mac;
	int r;

	put_le32(version, RECORD_VERSION);
	digest_begin_keyed(&writer->mac, key);
	r = put(writer, magic, MAGIC_SIZE);
	if (!r)
		r = put(writer, version, sizeof(version));
	if (!r)
		r = maintain_each(store, put_record, writer);
	if (!r)
		r = end_block(writer);
	if (r)
		return r;
	mac = digest_end(&writer->mac);
	return write_all(writer->fd, (const char *)mac.bytes, DIGEST_SIZE);
}

int archive_write(struct store *store, const struct contents *contents,
		  const struct digest *key, int fd, uint64_t *count)
{
	/* The state of the signature is wider aligned than malloc() promises.
	 */
	auto_free struct writer *writer =
		aligned_alloc(_Alignof(struct writer), sizeof(*writer));
	int r;

	if (!writer)
		return -ENOMEM;
	memset(writer, 0, sizeof(*writer));
	writer->contents = contents;
	writer->fd = fd;
	r = write_signed(store, writer, key);
	if (!r)
		*count = writer->count;
	return r;
}

static struct digest sign(struct span bytes, const struct digest *key)
{
	struct digest_builder mac;

	digest_begin_keyed(&mac, key);
	while (bytes.size) {
		const size_t size =
			bytes.size < ARCHIVE_BLOCK ? bytes.size : ARCHIVE_BLOCK;

		digest_add(&mac, (struct span){bytes.data, size});
		bytes.data += size;
		bytes.size -= size;
	}
	return digest_end(&mac);
}

/* What the signature stands for is looked at only after it was found right. */
static int open_archive(struct span bytes, const struct digest *key,
			struct span *records)
{
	struct digest mac;

	if (bytes.size < HEADER_SIZE + DIGEST_SIZE ||
	    memcmp(bytes.data, magic, MAGIC_SIZE) != 0)
		return -EBADMSG;
	bytes.size -= DIGEST_SIZE;
	memcpy(mac.bytes, bytes.data + bytes.size, DIGEST_SIZE);

	const struct digest wanted = sign(bytes, key);

	if (!digest_equal_secret(&mac, &wanted))
		return -EKEYREJECTED;
	if (get_le32((const uint8_t *)bytes.data + MAGIC_SIZE) !=
	    RECORD_VERSION)
		return -ESTALE;
	*records = (struct span){bytes.data + HEADER_SIZE,
				 bytes.size - HEADER_SIZE};
	return 0;
}

/* Take one record off; its bytes are borrowed. */
static int take_record(struct span *rest, struct item_key *key,
		       struct span *record)
{
	if (rest->size < ITEM_HEADER)
		return -EBADMSG;

	const size_t size =
		get_le32((const uint8_t *)rest->data + ITEM_KEY_SIZE);

	if (size > rest->size - ITEM_HEADER)
		return -EBADMSG;
	memcpy(key->bytes, rest->data, ITEM_KEY_SIZE);
	*record = (struct span){rest->data + ITEM_HEADER, size};
	rest->data += ITEM_HEADER + size;
	rest->size -= ITEM_HEADER + size;
	return 0;
}

static int check_all(struct span rest)
{
	struct item_key key;
	struct span record;
	int r = 0;

	while (!r && rest.size) {
		r = take_record(&rest, &key, &record);
		if (!r)
			r = check_record(&key, record);
	}
	return r;
}

static bool is_known(struct store *store, const struct item_key *key)
{
	struct blob *blob = NULL;
	const bool known = store_get(store, key, &blob) == 0 &&
			   check_record(key, blob_span(blob)) == 0;

	blob_release(blob);
	return known;
}

static int add_record(struct store *store, struct span *rest,
		      struct item *items, size_t *count,
		      struct archive_counts *counts)
{
	struct item_key key;
	struct span record;
	int r = take_record(rest, &key, &record);

	if (r)
		return r;
	if (is_known(store, &key)) {
		counts->known++;
		return 0;
	}

	struct blob *blob = blob_new(record.size);

	if (!blob)
		return -ENOMEM;
	memcpy(blob->bytes, record.data, record.size);
	items[(*count)++] = (struct item){key, blob};
	return 0;
}

static int import_batch(struct store *store, struct span *rest,
			struct archive_counts *counts)
{
	struct item *items = calloc(BATCH, sizeof(*items));
	struct store_batch batch = {.items = items};
	uint64_t evicted;
	int r = items ? 0 : -ENOMEM;

	while (!r && rest->size && batch.count < BATCH)
		r = add_record(store, rest, items, &batch.count, counts);
	if (!r && batch.count)
		r = store_put(store, &batch, &evicted);
	if (!r)
		counts->imported += batch.count;
	items_free(items, batch.count);
	return r;
}

int archive_read(struct store *store, struct span bytes,
		 const struct digest *key, struct archive_counts *out)
{
	struct archive_counts counts = {0};
	struct span records;
	int r = open_archive(bytes, key, &records);

	if (!r)
		r = check_all(records);
	while (!r && records.size)
		r = import_batch(store, &records, &counts);
	if (!r)
		*out = counts;
	return r;
}
