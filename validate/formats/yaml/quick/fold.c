#include "validate/formats/yaml/quick/reader.h"

int quick_next_text(struct quick *quick)
{
	do {
		if (quick_take_break(quick))
			return QUICK_LEFT;
		while (quick->at < quick->end && *quick->at == ' ')
			quick->at++;
	} while (quick_sees(quick, quick->at, BYTE_BREAK));
	return quick_sees(quick, quick->at, BYTE_BLANK) ? QUICK_LEFT : 0;
}

/* Where the text of a line ends whose line feed is at `feed`. */
static const char *trim(const char *line, const char *feed)
{
	while (feed > line && quick_byte_is(feed[-1], BYTE_BLANK | BYTE_BREAK))
		feed--;
	return feed;
}

size_t quick_fold(struct span raw, char *to)
{
	const char *const begin = to;
	const char *at = raw.data;
	const char *const end = raw.data + raw.size;

	while (at < end) {
		const char *feed = memchr(at, '\n', (size_t)(end - at));
		const char *text_end = feed ? trim(at, feed) : end;
		size_t breaks = 0;

		memmove(to, at, (size_t)(text_end - at));
		to += text_end - at;
		for (at = text_end; feed && at < end &&
				    quick_byte_is(*at, BYTE_BLANK | BYTE_BREAK);
		     at++)
			breaks += *at == '\n';
		if (breaks == 1)
			*to++ = ' ';
		for (; breaks > 1; breaks--)
			*to++ = '\n';
	}
	return (size_t)(to - begin);
}
