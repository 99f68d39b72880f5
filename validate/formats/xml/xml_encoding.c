#include "validate/formats/xml/xml_encoding.h"

#include "validate/text.h"

#include <strings.h>

/* A declaration that is longer is left to the reader, which takes UTF-8. */
enum { DECLARATION_MAX = 1024 };

enum encoding {
	ENCODING_UTF8,
	ENCODING_UTF8_MISSPELT,
	ENCODING_UTF16,
	ENCODING_ASCII,
	ENCODING_LATIN1,
	ENCODING_WINDOWS1252,
	ENCODING_OTHER,
};

static const struct {
	const char *name;
	enum encoding encoding;
} encodings[] = {
	{"utf-8", ENCODING_UTF8},
	{"utf8", ENCODING_UTF8_MISSPELT},
	{"utf-16", ENCODING_UTF16},
	{"utf-16le", ENCODING_UTF16},
	{"utf-16be", ENCODING_UTF16},
	{"iso-10646-ucs-2", ENCODING_UTF16},
	{"us-ascii", ENCODING_ASCII},
	{"ascii", ENCODING_ASCII},
	{"iso-8859-1", ENCODING_LATIN1},
	{"iso_8859-1", ENCODING_LATIN1},
	{"latin1", ENCODING_LATIN1},
	{"windows-1252", ENCODING_WINDOWS1252},
	{"cp1252", ENCODING_WINDOWS1252},
};

static enum encoding find_encoding(struct span name)
{
	for (size_t i = 0; i < array_size(encodings); i++)
		if (strlen(encodings[i].name) == name.size &&
		    strncasecmp(encodings[i].name, name.data, name.size) == 0)
			return encodings[i].encoding;
	return ENCODING_OTHER;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static size_t skip_blanks(struct span text, size_t at)
{
	while (at < text.size && is_blank(text.data[at]))
		at++;
	return at;
}

static const struct span no_name = {NULL, 0};

/* What is in the quotes behind the '=' at `at`, with white space between. */
static struct span quoted_value(struct span text, size_t at)
{
	at = skip_blanks(text, at);
	if (at >= text.size || text.data[at] != '=')
		return no_name;
	at = skip_blanks(text, at + 1);
	if (at >= text.size || (text.data[at] != '"' && text.data[at] != '\''))
		return no_name;

	const char *begin = text.data + at + 1;
	const char *end = memchr(begin, text.data[at], text.size - at - 1);

	return end ? (struct span){begin, (size_t)(end - begin)} : no_name;
}

/* What the declaration at the start names; data NULL: nothing. */
static struct span declared_name(struct span source)
{
	static const char word[] = "encoding";
	const char *begin = source.data;
	const size_t size =
		source.size < DECLARATION_MAX ? source.size : DECLARATION_MAX;

	if (!begin || size < 6 || memcmp(begin, "<?xml", 5) != 0 ||
	    !is_blank(begin[5]))
		return no_name;

	const char *stop = memmem(begin, size, "?>", 2);
	const struct span text = {begin, stop ? (size_t)(stop - begin) : 0};
	const char *found =
		memmem(text.data, text.size, word, sizeof(word) - 1);

	return found ? quoted_value(text,
				    (size_t)(found - begin) + sizeof(word) - 1)
		     : no_name;
}

/* Code points of 0x80 to 0x9f; the five that are free stay controls. */
static const uint16_t windows1252[32] = {
	0x20ac, 0x0081, 0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021,
	0x02c6, 0x2030, 0x0160, 0x2039, 0x0152, 0x008d, 0x017d, 0x008f,
	0x0090, 0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014,
	0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0x009d, 0x017e, 0x0178,
};

static uint32_t code_of(unsigned char byte, enum encoding encoding)
{
	if (encoding == ENCODING_WINDOWS1252 && byte >= 0x80 && byte < 0xa0)
		return windows1252[byte - 0x80];
	return byte;
}

/* Every byte is a character; of at most three bytes in UTF-8. */
static int widen(struct span *source, struct arena *arena,
		 enum encoding encoding)
{
	size_t high = 0;

	for (size_t i = 0; i < source->size; i++)
		high += (unsigned char)source->data[i] >= 0x80;
	if (high == 0)
		return 1;

	char *text = arena_alloc(arena, source->size + 2 * high);
	size_t size = 0;

	if (!text)
		return arena->error;
	for (size_t i = 0; i < source->size; i++)
		size += text_put_utf8(
			text + size,
			code_of((unsigned char)source->data[i], encoding));
	*source = (struct span){text, size};
	return 1;
}

/* Where the declaration and the bytes disagree; always returns 0. */
static int disagree(const struct decoding *decoding, struct span name,
		    const char *message)
{
	const struct place place =
		place_at(0, (uint32_t)(name.data - decoding->source.data),
			 (uint32_t)name.size);

	findings_add(decoding->findings, SEVERITY_ERROR, "encoding/declared",
		     place, "%s", message);
	return 0;
}

static int check_ascii(const struct decoding *decoding)
{
	const struct span source = decoding->source;

	for (size_t i = 0; i < source.size; i++) {
		if ((unsigned char)source.data[i] < 0x80)
			continue;
		findings_add(decoding->findings, SEVERITY_ERROR,
			     "encoding/declared", place_at(0, (uint32_t)i, 1),
			     "a character beyond the US-ASCII that the file "
			     "declares; declare UTF-8 and save it so");
		return 0;
	}
	return 1;
}

static int decode_bytes(struct decoding *decoding, struct span name)
{
	const enum encoding encoding = find_encoding(name);

	switch (encoding) {
	case ENCODING_UTF8:
		return 1;
	case ENCODING_UTF8_MISSPELT:
		return disagree(decoding, name,
				"the encoding is called 'UTF-8', with a "
				"hyphen; some readers refuse the file");
	case ENCODING_UTF16:
		return disagree(decoding, name,
				"the file declares UTF-16 but is not; declare "
				"UTF-8");
	case ENCODING_ASCII:
		return check_ascii(decoding);
	case ENCODING_LATIN1:
	case ENCODING_WINDOWS1252:
		return widen(&decoding->source, decoding->arena, encoding);
	case ENCODING_OTHER:
		break;
	}
	findings_undecided(
		decoding->findings, "encoding/unknown",
		place_at(0, (uint32_t)(name.data - decoding->source.data),
			 (uint32_t)name.size),
		"cannot be decided: the declared encoding is none "
		"of UTF-8, UTF-16, ISO-8859-1, windows-1252, "
		"US-ASCII; save the file as UTF-8");
	return 0;
}

int xml_decode(struct decoding *decoding)
{
	const struct span name = declared_name(decoding->source);

	if (!name.data)
		return 1;
	if (decoding->was_utf16)
		return find_encoding(name) == ENCODING_UTF16
			       ? 1
			       : disagree(decoding, name,
					  "the file is UTF-16 but declares "
					  "another encoding; save it as UTF-8");
	if (decoding->had_bom && find_encoding(name) != ENCODING_UTF8)
		return disagree(decoding, name,
				"the file begins with the byte order mark of "
				"UTF-8 but declares another encoding; declare "
				"UTF-8");
	return decode_bytes(decoding, name);
}
