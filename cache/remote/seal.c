#include "cache/remote/seal.h"

#include "cache/record.h"

#include <errno.h>

enum { MAGIC_SIZE = 8, HEADER_SIZE = 16 };
static const char magic[MAGIC_SIZE + 1] = "cfgfs 1\n";

bool seal_namespace_is_good(const char *namespace)
{
	static const char good[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				   "abcdefghijklmnopqrstuvwxyz"
				   "0123456789._:-";
	const size_t size = strlen(namespace);

	return size > 0 && size <= SEAL_NAMESPACE_MAX &&
	       strspn(namespace, good) == size;
}

void seal_init(struct seal *seal, const struct key_file *key_file,
	       const char *namespace)
{
	*seal = (struct seal){
		.name_key = key_file_derive(key_file, "cfgfs remote names"),
		.value_key = key_file_derive(key_file, "cfgfs remote values"),
	};
	memcpy(seal->namespace, namespace, strlen(namespace));
}

/* What a machine of another kind would not read has another name. */
static void add_form(struct digest_builder *builder)
{
	const uint32_t mark = 1;
	uint8_t first;

	memcpy(&first, &mark, 1);
	digest_add_number(builder, RECORD_VERSION);
	digest_add_number(builder, first);
}

void seal_name(const struct seal *seal, const struct item_key *key,
	       char name[static SEAL_NAME_SIZE])
{
	const size_t size = strlen(seal->namespace);
	struct digest_builder builder;
	struct digest digest;

	digest_begin_keyed(&builder, &seal->name_key);
	digest_add(&builder, span_of(seal->namespace));
	add_form(&builder);
	digest_add(&builder,
		   (struct span){(const char *)key->bytes, ITEM_KEY_SIZE});
	digest = digest_end(&builder);
	memcpy(name, seal->namespace, size);
	name[size] = ':';
	digest_to_hex(&digest, name + size + 1);
}

static struct digest mac_of(const struct seal *seal, const struct item_key *key,
			    const char *header, struct span record)
{
	struct digest_builder builder;

	digest_begin_keyed(&builder, &seal->value_key);
	digest_add(&builder, (struct span){header, HEADER_SIZE});
	digest_add(&builder, span_of(seal->namespace));
	digest_add(&builder,
		   (struct span){(const char *)key->bytes, ITEM_KEY_SIZE});
	digest_add(&builder, record);
	return digest_end(&builder);
}

void seal_close(const struct seal *seal, const struct item_key *key,
		int64_t expires_at, struct span record, char *to)
{
	struct digest mac;

	memcpy(to, magic, MAGIC_SIZE);
	put_le64((uint8_t *)to + MAGIC_SIZE, (uint64_t)expires_at);
	mac = mac_of(seal, key, to, record);
	memcpy(to + HEADER_SIZE, mac.bytes, DIGEST_SIZE);
	memcpy(to + SEAL_OVERHEAD, record.data, record.size);
}

int seal_open(const struct seal *seal, const struct item_key *key,
	      struct span value, int64_t now, struct blob **out)
{
	struct digest mac;

	if (value.size <= SEAL_OVERHEAD ||
	    memcmp(value.data, magic, MAGIC_SIZE) != 0)
		return -EBADMSG;

	const struct span record = {value.data + SEAL_OVERHEAD,
				    value.size - SEAL_OVERHEAD};
	const struct digest wanted = mac_of(seal, key, value.data, record);
	const int64_t expires_at =
		(int64_t)get_le64((const uint8_t *)value.data + MAGIC_SIZE);

	memcpy(mac.bytes, value.data + HEADER_SIZE, DIGEST_SIZE);
	if (!digest_equal_secret(&mac, &wanted))
		return -EBADMSG;
	if (expires_at && expires_at <= now)
		return -ETIME;

	struct blob *blob = blob_new(record.size);

	if (!blob)
		return -ENOMEM;
	memcpy(blob->bytes, record.data, record.size);
	*out = blob;
	return 0;
}
