/* What the server of the shared tier can do to an entry: lose it. */
#include "tests/unit/unit.h"

#include "cache/remote/seal.h"

#include <errno.h>

static char key_bytes[] = "a key file of at least thirty-two bytes";
static char other_bytes[] = "another file of at least thirty-two bytes";

static struct seal seal_of(char *bytes, const char *namespace)
{
	const struct key_file file = {bytes, strlen(bytes)};
	struct seal seal;

	seal_init(&seal, &file, namespace);
	return seal;
}

static struct item_key key_of(unsigned number)
{
	struct item_key key;

	for (size_t i = 0; i < ITEM_KEY_SIZE; i++)
		key.bytes[i] = (uint8_t)(i * 7 + number);
	return key;
}

/* An exactly sized value; free() it. */
static struct span sealed(const struct seal *seal, const struct item_key *key,
			  int64_t expires_at, const char *record)
{
	const size_t size = SEAL_OVERHEAD + strlen(record);
	char *bytes = malloc(size);

	seal_close(seal, key, expires_at, span_of(record), bytes);
	return (struct span){bytes, size};
}

static int opened(const struct seal *seal, const struct item_key *key,
		  struct span value, int64_t now)
{
	struct blob *blob = NULL;
	const int r = seal_open(seal, key, value, now, &blob);

	assert_int_equal(r == 0, blob != NULL);
	blob_release(blob);
	return r;
}

static void a_record_comes_back(void **state)
{
	const struct seal seal = seal_of(key_bytes, "cfgfs");
	const struct item_key key = key_of(1);
	const struct span value = sealed(&seal, &key, 0, "the record");
	struct blob *blob;
	(void)state;

	assert_int_equal(seal_open(&seal, &key, value, 1, &blob), 0);
	assert_true(span_is(blob_span(blob), "the record"));
	blob_release(blob);
	free((void *)(uintptr_t)value.data);
}

static void any_changed_bit_is_seen(void **state)
{
	const struct seal seal = seal_of(key_bytes, "cfgfs");
	const struct item_key key = key_of(1);
	const struct span value = sealed(&seal, &key, 1000, "the record");
	char *bytes = (char *)(uintptr_t)value.data;
	(void)state;

	for (size_t bit = 0; bit < 8 * value.size; bit++) {
		bytes[bit / 8] = (char)(bytes[bit / 8] ^ 1 << bit % 8);
		assert_int_equal(opened(&seal, &key, value, 1), -EBADMSG);
		bytes[bit / 8] = (char)(bytes[bit / 8] ^ 1 << bit % 8);
	}
	assert_int_equal(opened(&seal, &key, value, 1), 0);
	free(bytes);
}

static void a_cut_value_is_seen(void **state)
{
	const struct seal seal = seal_of(key_bytes, "cfgfs");
	const struct item_key key = key_of(1);
	const struct span value = sealed(&seal, &key, 0, "the record");
	(void)state;

	for (size_t size = 0; size < value.size; size++) {
		char *cut = malloc(size ? size : 1);

		memcpy(cut, value.data, size);
		assert_int_equal(
			opened(&seal, &key, (struct span){cut, size}, 1),
			-EBADMSG);
		free(cut);
	}
	free((void *)(uintptr_t)value.data);
}

static void a_value_counts_for_its_own_key_only(void **state)
{
	const struct seal seal = seal_of(key_bytes, "cfgfs");
	const struct item_key key = key_of(1);
	const struct span value = sealed(&seal, &key, 0, "the record");
	(void)state;

	for (size_t i = 0; i < ITEM_KEY_SIZE; i++) {
		struct item_key other = key;

		other.bytes[i] ^= 1;
		assert_int_equal(opened(&seal, &other, value, 1), -EBADMSG);
	}
	free((void *)(uintptr_t)value.data);
}

static void another_file_or_namespace_opens_nothing(void **state)
{
	const struct seal seal = seal_of(key_bytes, "cfgfs");
	const struct seal others[] = {seal_of(other_bytes, "cfgfs"),
				      seal_of(key_bytes, "cfgfs2")};
	const struct item_key key = key_of(1);
	const struct span value = sealed(&seal, &key, 0, "the record");
	(void)state;

	for (size_t i = 0; i < array_size(others); i++)
		assert_int_equal(opened(&others[i], &key, value, 1), -EBADMSG);
	free((void *)(uintptr_t)value.data);
}

static void an_entry_ends_when_it_says(void **state)
{
	const struct seal seal = seal_of(key_bytes, "cfgfs");
	const struct item_key key = key_of(1);
	const struct span value = sealed(&seal, &key, 1000, "the record");
	(void)state;

	assert_int_equal(opened(&seal, &key, value, 999), 0);
	assert_int_equal(opened(&seal, &key, value, 1000), -ETIME);
	free((void *)(uintptr_t)value.data);
}

static void names_reveal_nothing(void **state)
{
	const struct seal seals[] = {seal_of(key_bytes, "team"),
				     seal_of(other_bytes, "team"),
				     seal_of(key_bytes, "team2")};
	const struct item_key keys[] = {key_of(1), key_of(2)};
	char names[6][SEAL_NAME_SIZE];
	(void)state;

	for (size_t i = 0; i < 6; i++) {
		const char *name = names[i];

		seal_name(&seals[i / 2], &keys[i % 2], names[i]);
		assert_int_equal(strncmp(name, "team", 4), 0);
		name = strchr(name, ':');
		assert_non_null(name);
		assert_int_equal(strspn(name + 1, "0123456789abcdef"), 64);
		assert_int_equal(strlen(name + 1), 64);
		for (size_t j = 0; j < i; j++)
			assert_string_not_equal(strchr(names[j], ':'), name);
	}
}

static void namespaces_are_plain(void **state)
{
	static const char *const good[] = {"a", "cfgfs", "team-1.x:y_Z"};
	static const char *const bad[] = {"", "a b", "a\n", "a*", "\xc3\xa4"};
	char longest[SEAL_NAMESPACE_MAX + 2] = "";
	(void)state;

	for (size_t i = 0; i < array_size(good); i++)
		assert_true(seal_namespace_is_good(good[i]));
	for (size_t i = 0; i < array_size(bad); i++)
		assert_false(seal_namespace_is_good(bad[i]));
	memset(longest, 'a', SEAL_NAMESPACE_MAX);
	assert_true(seal_namespace_is_good(longest));
	longest[SEAL_NAMESPACE_MAX] = 'a';
	assert_false(seal_namespace_is_good(longest));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_record_comes_back),
		cmocka_unit_test(any_changed_bit_is_seen),
		cmocka_unit_test(a_cut_value_is_seen),
		cmocka_unit_test(a_value_counts_for_its_own_key_only),
		cmocka_unit_test(another_file_or_namespace_opens_nothing),
		cmocka_unit_test(an_entry_ends_when_it_says),
		cmocka_unit_test(names_reveal_nothing),
		cmocka_unit_test(namespaces_are_plain),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
