/*
 * Stored entries. By the first byte the input is a record as it stands ('r'),
 * one whose version, mark, size and checksum are made right ('f', or 'b' for a
 * blob), so that what lies behind them is reached, or changes to a good record
 * ('s'): how many findings, how many bytes in front of the verdict, then what
 * to change: an offset in two bytes and a value.
 */
#include "cache/record.h"
#include "tests/fuzz/fuzz.h"

enum { VERSION_AT = 8, MARK_AT = 12, SIZE_AT = 16, VERDICT_AT = 68 };

static void make_right(char *record, size_t size, uint32_t version)
{
	const uint32_t mark = 0x01020304;
	uint8_t *bytes = (uint8_t *)record;

	put_le32(bytes + VERSION_AT, version);
	memcpy(bytes + MARK_AT, &mark, sizeof(mark));
	put_le32(bytes + SIZE_AT, (uint32_t)size);
	put_le64(bytes, digest_checksum((struct span){record + VERSION_AT,
						      size - VERSION_AT}));
}

static struct verdict *sample_verdict(uint32_t findings_count)
{
	struct arena arena;
	struct doc doc;
	struct findings findings;
	struct verdict *verdict = NULL;

	arena_init(&arena, 1 << 20);
	doc_init(&doc, &arena, span_of("one\ntwo\n"), 10);
	findings_init(&findings, &arena, 8);
	for (uint32_t i = 0; i < findings_count; i++)
		findings_add(&findings, SEVERITY_WARNING, "key/duplicate",
			     place_at(0, i, 1), "number %u", i);
	fuzz_require(verdict_build(&findings, &doc, "s.json", &verdict) == 0,
		     "a verdict can be built");
	arena_release(&arena);
	return verdict;
}

/* A record with some bytes too many in front of the verdict; the caller's. */
static char *make_sample(uint32_t number, size_t gap, size_t *size)
{
	const struct dependency dependencies[] = {
		{"schemas/a.json", true, {{1, 2, 3}}},
		{"absent", false, {{0}}},
	};
	auto_free struct verdict *verdict = sample_verdict(number % 6);
	const struct cache_entry entry = {
		.validated_at = 1700000000,
		.usec = number,
		.dependency_count = number % 3,
		.dependencies = dependencies,
		.verdict = verdict,
	};
	const size_t needed = record_size(&entry);
	char *record = calloc(1, needed + gap);

	fuzz_require(record, "memory for a record");
	record_encode(&entry, record, needed);

	const uint32_t at = get_le32((uint8_t *)record + VERDICT_AT);

	memmove(record + at + gap, record + at, needed - at);
	memset(record + at, 0, gap);
	put_le32((uint8_t *)record + VERDICT_AT, (uint32_t)(at + gap));
	*size = needed + gap;
	return record;
}

static char *make_changed(struct span changes, size_t *size)
{
	const uint8_t number = fuzz_take_byte(&changes);
	const size_t gap = fuzz_take_byte(&changes) % 20u;
	char *record = make_sample(number, gap, size);

	while (changes.size >= 3) {
		const size_t at = fuzz_take_byte(&changes) * 256u +
				  fuzz_take_byte(&changes);

		record[at % *size] = (char)fuzz_take_byte(&changes);
	}
	make_right(record, *size, RECORD_VERSION);
	return record;
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

static void check_verdict_of(const struct cache_entry *entry)
{
	fuzz_require(verdict_is_sound(entry->verdict, entry->verdict->size),
		     "only sound verdicts come back");
	fuzz_require(entry->verdict->state < STATE_COUNT &&
			     *state_name((enum state)entry->verdict->state),
		     "a state has a name");
	(void)read_texts(entry->verdict);
}

/* What was accepted is what would be written. */
static void check_entry(const struct cache_entry *entry, struct span record)
{
	const size_t size = record_size(entry);

	if (entry->verdict)
		check_verdict_of(entry);
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
	const uint8_t kind = fuzz_take_byte(&rest);
	size_t record_bytes = rest.size;
	auto_free char *bytes = kind == 's' ? make_changed(rest, &record_bytes)
					    : fuzz_copy(rest);
	const struct span record = {bytes, record_bytes};
	struct cache_entry entry;
	void *block = NULL;

	if ((kind == 'f' || kind == 'b') && rest.size >= RECORD_HEADER)
		make_right(bytes, rest.size,
			   kind == 'f' ? RECORD_VERSION : RECORD_BLOB_VERSION);
	if (record_decode(record, &entry, &block) == 0)
		check_entry(&entry, record);
	else
		fuzz_require(!block && !(kind == 's' && rest.size < 2),
			     "a failure hands out nothing");
	free(block);
	return 0;
}
