#include "validate/decode.h"

#include "validate/text.h"

#include <errno.h>

/* 1 if the content is text in UTF-8, else 0 with a finding. */
static int check_text(struct findings *findings, struct span source)
{
	const size_t good = text_utf8_prefix(source);

	if (good < source.size) {
		findings_add(findings, SEVERITY_ERROR, "encoding/utf-8",
			     place_at(0, (uint32_t)good, 1),
			     "not valid UTF-8 (byte 0x%02x); save the file as "
			     "UTF-8",
			     (unsigned)(unsigned char)source.data[good]);
		return 0;
	}

	const char *nul =
		source.size ? memchr(source.data, '\0', source.size) : NULL;

	if (nul) {
		findings_add(findings, SEVERITY_ERROR, "encoding/nul",
			     place_at(0, (uint32_t)(nul - source.data), 1),
			     "a NUL byte; text files have none");
		return 0;
	}
	return 1;
}

/* 1 if it was UTF-16, 0 if not; -EILSEQ with a finding; the arena's error. */
static int decode_utf16(struct arena *arena, struct findings *findings,
			struct span *source)
{
	const int r = text_from_utf16(*source, arena, source);

	if (r == -EILSEQ)
		findings_add(findings, SEVERITY_ERROR, "encoding/utf-16",
			     place_at(0, (uint32_t)source->size, 1),
			     "not valid UTF-16; save the file as UTF-8");
	return r;
}

int decode_content(const struct format *format, struct arena *arena,
		   struct findings *findings, struct span *source)
{
	struct decoding decoding = {.arena = arena, .findings = findings};
	int r = format->may_be_utf16 ? decode_utf16(arena, findings, source)
				     : 0;

	if (r < 0)
		return r == -EILSEQ ? 0 : r;
	decoding.was_utf16 = r == 1;

	const size_t bom = text_bom_size(*source);

	decoding.had_bom = bom != 0;
	decoding.source = (struct span){source->data + bom, source->size - bom};
	r = format->decode ? format->decode(&decoding) : 1;
	*source = decoding.source;
	return r > 0 ? check_text(findings, *source) : r;
}
