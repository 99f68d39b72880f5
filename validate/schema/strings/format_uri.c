#include "validate/schema/strings/format_check.h"

#include <ctype.h>

/* Characters besides letters, digits and %XX, by part. */
#define UNRESERVED "-._~"
#define SUB_DELIMS "!$&'()*+,;="

static bool is_hex(char c)
{
	return isxdigit((unsigned char)c);
}

/* Only characters of `also`, letters, digits, %XX; wide ones in an IRI. */
static bool has_only(struct span text, const char *also, bool may_be_wide)
{
	for (size_t i = 0; i < text.size; i++) {
		const unsigned char c = (unsigned char)text.data[i];

		if (c == '%') {
			if (i + 2 >= text.size || !is_hex(text.data[i + 1]) ||
			    !is_hex(text.data[i + 2]))
				return false;
			continue;
		}
		if (c >= 0x80 ? !may_be_wide
			      : !isalnum(c) && (!c || !strchr(also, c)))
			return false;
	}
	return true;
}

/* Cut off what is before the first of `stops`. */
static struct span take_until(struct span *text, const char *stops)
{
	size_t size = 0;

	while (size < text->size && !strchr(stops, text->data[size]))
		size++;

	const struct span head = {text->data, size};

	text->data += size;
	text->size -= size;
	return head;
}

static void skip(struct span *text, size_t size)
{
	text->data += size;
	text->size -= size;
}

static bool is_scheme(struct span text)
{
	if (!text.size || !isalpha((unsigned char)text.data[0]))
		return false;
	for (size_t i = 0; i < text.size; i++)
		if (!isalnum((unsigned char)text.data[i]) &&
		    !strchr("+-.", text.data[i]))
			return false;
	return true;
}

static bool is_port(struct span text)
{
	for (size_t i = 0; i < text.size; i++)
		if (!isdigit((unsigned char)text.data[i]))
			return false;
	return true;
}

/* "[...]" with an IPv6 address or a form of the future. */
static bool is_literal_host(struct span text)
{
	const struct span inner = {text.data + 1, text.size - 2};

	if (text.data[text.size - 1] != ']')
		return false;
	if (span_starts(inner, "v") || span_starts(inner, "V"))
		return inner.size > 3;
	return format_is_ipv6(inner);
}

static bool is_authority(struct span text, bool may_be_wide)
{
	const char *at = text.size ? memrchr(text.data, '@', text.size) : NULL;

	if (at) {
		const struct span user = {text.data, (size_t)(at - text.data)};

		if (!has_only(user, UNRESERVED SUB_DELIMS ":", may_be_wide))
			return false;
		skip(&text, user.size + 1);
	}

	const size_t colon =
		text.size && *text.data == '['
			? take_until(&(struct span){text.data, text.size}, "]")
					  .size +
				  1
			: take_until(&(struct span){text.data, text.size}, ":")
				  .size;
	const struct span host = {text.data,
				  colon < text.size ? colon : text.size};

	skip(&text, host.size);
	if (text.size) {
		if (*text.data != ':')
			return false;
		skip(&text, 1);
	}
	if (!is_port(text))
		return false;
	if (host.size && *host.data == '[')
		return host.size > 2 && is_literal_host(host);
	return has_only(host, UNRESERVED SUB_DELIMS, may_be_wide);
}

/* Everything behind the scheme. */
static bool is_rest(struct span text, bool may_be_wide)
{
	if (span_starts(text, "//")) {
		skip(&text, 2);
		if (!is_authority(take_until(&text, "/?#"), may_be_wide))
			return false;
	}
	if (!has_only(take_until(&text, "?#"), UNRESERVED SUB_DELIMS ":@/",
		      may_be_wide))
		return false;
	if (span_starts(text, "?")) {
		skip(&text, 1);
		if (!has_only(take_until(&text, "#"),
			      UNRESERVED SUB_DELIMS ":@/?", may_be_wide))
			return false;
	}
	if (span_starts(text, "#"))
		skip(&text, 1);
	return has_only(text, UNRESERVED SUB_DELIMS ":@/?", may_be_wide);
}

static bool is_absolute(struct span text, bool may_be_wide)
{
	const struct span scheme = take_until(&text, ":/?#");

	if (!span_starts(text, ":") || !is_scheme(scheme))
		return false;
	skip(&text, 1);
	return is_rest(text, may_be_wide);
}

static bool is_reference(struct span text, bool may_be_wide)
{
	struct span rest = text;

	/* A colon before the first slash would make a scheme. */
	take_until(&rest, ":/?#");
	if (span_starts(rest, ":"))
		return is_absolute(text, may_be_wide);
	return is_rest(text, may_be_wide);
}

bool format_is_uri(struct span text)
{
	return is_absolute(text, false);
}

bool format_is_uri_reference(struct span text)
{
	return is_reference(text, false);
}

bool format_is_iri(struct span text)
{
	return is_absolute(text, true);
}

bool format_is_iri_reference(struct span text)
{
	return is_reference(text, true);
}

/* "var", "a,b", "+list*", "name:3" between the braces of a template. */
static bool is_expression(struct span text)
{
	if (text.size && strchr("+#./;?&=,!@|", *text.data))
		skip(&text, 1);
	if (!text.size)
		return false;
	while (text.size) {
		const struct span name = take_until(&text, ",:*");

		if (!name.size || !has_only(name, "_.", false) ||
		    memmem(name.data, name.size, "..", 2))
			return false;
		if (span_starts(text, "*"))
			skip(&text, 1);
		if (span_starts(text, ":")) {
			skip(&text, 1);
			const struct span digits = take_until(&text, ",");

			if (!digits.size || digits.size > 4 ||
			    *digits.data == '0' || !is_port(digits))
				return false;
		}
		if (!text.size)
			return true;
		if (*text.data != ',')
			return false;
		skip(&text, 1);
	}
	return false;
}

bool format_is_uri_template(struct span text)
{
	while (text.size) {
		const struct span plain = take_until(&text, "{}");

		for (size_t i = 0; i < plain.size; i++)
			if ((unsigned char)plain.data[i] <= ' ' ||
			    plain.data[i] == 0x7f ||
			    strchr("\"<>\\^`|", plain.data[i]))
				return false;
		if (!text.size)
			return true;
		if (*text.data == '}')
			return false;
		skip(&text, 1);
		if (!is_expression(take_until(&text, "{}")) ||
		    !span_starts(text, "}"))
			return false;
		skip(&text, 1);
	}
	return true;
}
