/*
 * Stored entries. The first byte says whether version, mark, size and checksum
 * are made right ('f'), so that what lies behind them is reached.
 */
#include "cache/record.h"
#include "tests/fuzz/fuzz.h"

enum { VERSION_AT = 8, MARK_AT = 12, SIZE_AT = 16 };

static void make_right(char *record, size_t size)
{
	const uint32_t mark = 0x01020304;
	uint8_t *bytes = (uint8_t *)record;

	put_le32(bytes + VERSION_AT, RECORD_VERSION);
	memcpy(bytes + MARK_AT, &mark, sizeof(mark));
	put_le32(bytes + SIZE_AT, (uint32_t)size);
	put_le64(bytes, digest_checksum((struct span){record + VERSION_AT,
						      size - VERSION_AT}));
}

/* Every text of a verdict can be read to its end. */
static size_t read_texts(const struct verdict *verdict)
{
	size_t size = strlen(verdict_text(verdict, verdict->reason)) +
		      strlen(verdict_text(verdict, verdict->schema));

	for (uint32_t i = 0; i < verdict->finding_count; i++) {
		const struct finding *finding = &verdict->findings[i];

		fuzz_require(finding->severity < SEVERITY_COUNT,
			     "a severity is known");
		size += strlen(verdict_text(verdict, finding->pointer)) +
			strlen(verdict_text(verdict, finding->rule)) +
			strlen(verdict_text(verdict, finding->message)) +
			strlen(verdict_text(verdict, finding->schema_location));
	}
	return size;
}

/* What was accepted is what would be written. */
static void check_entry(const struct cache_entry *entry, struct span record)
{
	const size_t size = record_size(entry);

	fuzz_require(verdict_is_sound(entry->verdict, entry->verdict->size),
		     "only sound verdicts come back");
	fuzz_require(entry->verdict->state < STATE_COUNT &&
			     *state_name((enum state)entry->verdict->state),
		     "a state has a name");
	(void)read_texts(entry->verdict);
	fuzz_require(size == record.size, "a record has no more than it needs");

	auto_free char *again = malloc(size);

	fuzz_require(again, "memory for a copy");
	record_encode(entry, again, size);
	fuzz_require(memcmp(again, record.data, size) == 0,
		     "an entry is written as it was read");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span rest = fuzz_span(data, size);
	const bool is_right = fuzz_take_byte(&rest) == 'f';
	auto_free char *bytes = fuzz_copy(rest);
	const struct span record = {bytes, rest.size};
	struct cache_entry entry;
	void *block = NULL;

	if (is_right && rest.size >= RECORD_HEADER)
		make_right(bytes, rest.size);
	if (record_decode(record, &entry, &block) == 0)
		check_entry(&entry, record);
	else
		fuzz_require(!block, "a failure hands out nothing");
	free(block);
	return 0;
}
