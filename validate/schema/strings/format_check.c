#include "validate/schema/strings/format_check.h"

#include "validate/schema/strings/pattern.h"

#include <ctype.h>

static bool is_uuid(struct span text)
{
	if (text.size != 36)
		return false;
	for (size_t i = 0; i < text.size; i++) {
		const unsigned char c = (unsigned char)text.data[i];
		const bool is_dash = i == 8 || i == 13 || i == 18 || i == 23;

		if (is_dash ? c != '-' : !isxdigit(c))
			return false;
	}
	return true;
}

static bool is_json_pointer(struct span text)
{
	if (text.size && text.data[0] != '/')
		return false;
	for (size_t i = 0; i < text.size; i++)
		if (text.data[i] == '~' &&
		    (i + 1 == text.size ||
		     (text.data[i + 1] != '0' && text.data[i + 1] != '1')))
			return false;
	return true;
}

static bool is_relative_json_pointer(struct span text)
{
	size_t at = 0;

	while (at < text.size && isdigit((unsigned char)text.data[at]))
		at++;
	if (at == 0 || (at > 1 && text.data[0] == '0'))
		return false;

	const struct span rest = {text.data + at, text.size - at};

	return span_is(rest, "#") || is_json_pointer(rest);
}

static bool is_regex(struct span text)
{
	return !pattern_is_wrong(text);
}

static const struct {
	const char *name;
	bool (*check)(struct span text);
	const char *meaning;
} formats[] = {
	{"date-time", format_is_date_time,
	 "a date and time such as 2024-01-31T12:00:00Z"},
	{"date", format_is_date, "a date such as 2024-01-31"},
	{"time", format_is_time, "a time with offset such as 12:00:00Z"},
	{"duration", format_is_duration, "a duration such as P1DT12H"},
	{"email", format_is_email, "an e-mail address"},
	{"idn-email", format_is_idn_email, "an e-mail address"},
	{"hostname", format_is_hostname, "a host name"},
	{"idn-hostname", format_is_idn_hostname, "a host name"},
	{"ipv4", format_is_ipv4, "an IPv4 address"},
	{"ip-address", format_is_ipv4, "an IPv4 address"},
	{"ipv6", format_is_ipv6, "an IPv6 address"},
	{"uri", format_is_uri, "an absolute URI"},
	{"uri-reference", format_is_uri_reference, "a URI or a relative one"},
	{"iri", format_is_iri, "an absolute IRI"},
	{"iri-reference", format_is_iri_reference, "an IRI or a relative one"},
	{"uri-template", format_is_uri_template, "a URI template"},
	{"json-pointer", is_json_pointer, "a JSON pointer"},
	{"relative-json-pointer", is_relative_json_pointer,
	 "a relative JSON pointer"},
	{"uuid", is_uuid, "a UUID"},
	{"regex", is_regex, "a regular expression"},
};

uint32_t format_check_find(struct span name)
{
	for (uint32_t i = 0; i < array_size(formats); i++)
		if (span_is(name, formats[i].name))
			return i;
	return UINT32_MAX;
}

uint32_t format_check_count(void)
{
	return array_size(formats);
}

bool format_check(uint32_t format, struct span text)
{
	return formats[format].check(text);
}

const char *format_check_meaning(uint32_t format)
{
	return formats[format].meaning;
}
