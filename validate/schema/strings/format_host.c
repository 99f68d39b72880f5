#include "validate/schema/strings/format_check.h"

#include "validate/schema/strings/idna/idna.h"

#include <arpa/inet.h>
#include <ctype.h>

bool format_is_hostname(struct span text)
{
	return idna_is_host(text, IDNA_ASCII);
}

bool format_is_idn_hostname(struct span text)
{
	return idna_is_host(text, IDNA_UNICODE);
}

static bool is_address(int family, struct span text)
{
	char terminated[64];
	struct in6_addr address;

	if (text.size >= sizeof(terminated))
		return false;
	memcpy(terminated, text.data, text.size);
	terminated[text.size] = '\0';
	return strlen(terminated) == text.size &&
	       inet_pton(family, terminated, &address) == 1;
}

bool format_is_ipv4(struct span text)
{
	return text.size && is_address(AF_INET, text);
}

bool format_is_ipv6(struct span text)
{
	return text.size && is_address(AF_INET6, text);
}

static bool is_quoted(struct span text)
{
	if (text.size < 3 || text.data[0] != '"' ||
	    text.data[text.size - 1] != '"')
		return false;
	for (size_t i = 1; i + 1 < text.size; i++) {
		if (text.data[i] == '\\')
			i++;
		else if (text.data[i] == '"')
			return false;
	}
	return true;
}

static bool is_atoms(struct span text, bool may_be_wide)
{
	bool was_dot = true;

	for (size_t i = 0; i < text.size; i++) {
		const unsigned char c = (unsigned char)text.data[i];

		if (c == '.' && was_dot)
			return false;
		was_dot = c == '.';
		if (c >= 0x80
			    ? !may_be_wide
			    : !isalnum(c) && !strchr(".!#$%&'*+-/=?^_`{|}~", c))
			return false;
		if (c == '\0')
			return false;
	}
	return !was_dot;
}

/* A domain, or an address in brackets: [127.0.0.1], [IPv6:::1]. */
static bool is_mail_domain(struct span text, bool may_be_wide)
{
	if (text.size < 2 || text.data[0] != '[')
		return idna_is_host(text, may_be_wide ? IDNA_ANY : IDNA_ASCII);
	if (text.data[text.size - 1] != ']')
		return false;

	struct span inner = {text.data + 1, text.size - 2};

	if (!span_starts(inner, "IPv6:"))
		return format_is_ipv4(inner);
	inner.data += 5;
	inner.size -= 5;
	return format_is_ipv6(inner);
}

static bool is_email(struct span text, bool may_be_wide)
{
	const char *at = text.size ? memrchr(text.data, '@', text.size) : NULL;

	if (!at)
		return false;

	const struct span local = {text.data, (size_t)(at - text.data)};
	const struct span domain = {at + 1, text.size - local.size - 1};

	return (is_quoted(local) || is_atoms(local, may_be_wide)) &&
	       is_mail_domain(domain, may_be_wide);
}

bool format_is_email(struct span text)
{
	return is_email(text, false);
}

bool format_is_idn_email(struct span text)
{
	return is_email(text, true);
}
