#include "fs/report/quote.h"

#include "validate/text.h"

#define REPLACEMENT "\xef\xbf\xbd" /* U+FFFD */

static void write_escape(FILE *out, uint32_t code)
{
	switch (code) {
	case '"':
	case '\\':
		fprintf(out, "\\%c", (int)code);
		break;
	case '\n':
		fputs("\\n", out);
		break;
	case '\t':
		fputs("\\t", out);
		break;
	default:
		fprintf(out, "\\u%04x", code);
	}
}

static bool is_json_plain(uint32_t code)
{
	return !text_is_deceptive(code) && code != '"' && code != '\\';
}

void quote_json(FILE *out, const char *text)
{
	struct span rest = span_of(text);

	fputc('"', out);
	while (rest.size) {
		size_t size;
		const uint32_t code = text_point(rest, &size);

		if (size == 0)
			fputs("\\ufffd", out);
		else if (is_json_plain(code))
			fwrite(rest.data, 1, size, out);
		else
			write_escape(out, code);
		rest.data += size ? size : 1;
		rest.size -= size ? size : 1;
	}
	fputc('"', out);
}

void quote_json_member(FILE *out, const char *name, const char *text)
{
	fprintf(out, "\"%s\": ", name);
	quote_json(out, text);
}

bool quote_is_exact(const char *text)
{
	const struct span all = span_of(text);

	return text_utf8_prefix(all) == all.size;
}

void quote_base64(FILE *out, const char *text)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				     "abcdefghijklmnopqrstuvwxyz0123456789+/";
	size_t left = strlen(text);

	for (; left; text += left < 3 ? left : 3, left -= left < 3 ? left : 3) {
		uint32_t bits = 0;

		for (size_t i = 0; i < 3; i++)
			bits = bits << 8 |
			       (i < left ? (unsigned char)text[i] : 0);
		for (size_t i = 0; i < 4; i++)
			fputc(i <= left ? digits[bits >> (18 - 6 * i) & 63]
					: '=',
			      out);
	}
}

/* Code points that XML 1.0 has no way to write. */
static bool is_xml_forbidden(uint32_t code)
{
	return (code < 0x20 && code != '\t' && code != '\n' && code != '\r') ||
	       code == 0xfffe || code == 0xffff;
}

/* NULL: the code point stands for itself. */
static const char *xml_entity(uint32_t code)
{
	switch (code) {
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '&':
		return "&amp;";
	case '"':
		return "&quot;";
	case '\t':
		return "&#9;";
	case '\r':
		return "&#13;";
	default:
		return is_xml_forbidden(code) ? REPLACEMENT : NULL;
	}
}

void quote_xml(FILE *out, const char *text)
{
	struct span rest = span_of(text);

	while (rest.size) {
		size_t size;
		const uint32_t code = text_point(rest, &size);

		const char *entity = size ? xml_entity(code) : REPLACEMENT;

		if (entity)
			fputs(entity, out);
		else
			fwrite(rest.data, 1, size, out);
		rest.data += size ? size : 1;
		rest.size -= size ? size : 1;
	}
}

static bool is_uri_safe(char byte)
{
	return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
	       (byte >= '0' && byte <= '9') || strchr("-._~/", byte);
}

void quote_uri(FILE *out, const char *path)
{
	if (*path == '/')
		fputs("file://", out);
	for (; *path; path++) {
		if (is_uri_safe(*path))
			fputc(*path, out);
		else
			fprintf(out, "%%%02X", (unsigned)(unsigned char)*path);
	}
}
