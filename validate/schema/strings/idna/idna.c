#include "validate/schema/strings/idna/idna.h"

#include "validate/schema/strings/code_point.h"
#include "validate/schema/strings/idna/label.h"

#include <ctype.h>

/* A name in ASCII, and in UTF-8: no character has more than four bytes. */
enum { HOST_MAX = 253, TEXT_MAX = HOST_MAX * 4 };

/* What is known of a name after some of its labels. */
struct host_name {
	enum idna_form form;
	size_t size; /* in ASCII, dots included */
	bool has_right;
	bool is_directed; /* do all labels keep the rule of direction? */
};

/* Bytes of the full stop at the front of the text, 0 if there is none. */
static size_t dot_size(struct span text, enum idna_form form)
{
	static const char *const dots[] = {"\u3002", "\uff0e", "\uff61"};

	if (*text.data == '.')
		return 1;
	if (form == IDNA_ASCII || (unsigned char)*text.data < 0xe3)
		return 0;
	for (size_t i = 0; i < array_size(dots); i++)
		if (span_starts(text, dots[i]))
			return strlen(dots[i]);
	return 0;
}

/* The text up to the next full stop, which is taken off with it. */
static struct span take_label(struct span *text, enum idna_form form,
			      bool *has_dot)
{
	struct span label = {text->data, 0};

	*has_dot = false;
	while (text->size) {
		const size_t size = dot_size(*text, form);

		*has_dot = size > 0;
		text->data += size ? size : 1;
		text->size -= size ? size : 1;
		if (size)
			break;
		label.size++;
	}
	return label;
}

static bool is_ascii(struct span text)
{
	for (size_t i = 0; i < text.size; i++)
		if ((unsigned char)text.data[i] >= 0x80)
			return false;
	return true;
}

/* Letters, digits and hyphens, none of these at an end. */
static bool is_plain(struct span text)
{
	if (text.data[0] == '-' || text.data[text.size - 1] == '-')
		return false;
	for (size_t i = 0; i < text.size; i++)
		if (!isalnum((unsigned char)text.data[i]) &&
		    text.data[i] != '-')
			return false;
	return true;
}

/* Is it the very text that its code points are encoded to? */
static bool is_canonical(const struct label *label, struct span text)
{
	char encoded[PUNYCODE_LABEL_MAX];
	const size_t size =
		punycode_encode(label->points, label->count, encoded);

	return size == text.size && strncasecmp(encoded, text.data, size) == 0;
}

/* Decode what is behind "xn--". (ASCII alone would end with a hyphen.) */
static bool decode(struct span text, struct label *label)
{
	label->count = punycode_decode(text, label->points);
	return label->count && is_canonical(label, text);
}

/* The code points of a label in Unicode, and the size it has in ASCII. */
static bool read_wide(struct span text, struct label *label, size_t *size)
{
	char encoded[PUNYCODE_LABEL_MAX];

	label->count = 0;
	while (text.size) {
		if (label->count == PUNYCODE_LABEL_MAX)
			return false;
		label->points[label->count++] = code_point_take(&text);
	}
	*size = punycode_encode(label->points, label->count, encoded);
	if (!*size)
		return false;
	*size += strlen("xn--");
	return true;
}

static bool add_international(struct host_name *name, struct label *label)
{
	if (!label_classify(label) || !label_is_in_context(label))
		return false;
	if (name->form != IDNA_ANY && !label_is_normal(label))
		return false;
	name->has_right |= label_has_right(label);
	name->is_directed &= label_is_directed(label);
	return true;
}

static bool add_label(struct host_name *name, struct span text)
{
	struct label label;

	if (text.size == 0)
		return false;
	if (!is_ascii(text)) {
		size_t size = 0;

		if (name->form == IDNA_ASCII || !read_wide(text, &label, &size))
			return false;
		name->size += size;
		return add_international(name, &label);
	}
	if (text.size > PUNYCODE_LABEL_MAX || !is_plain(text))
		return false;
	name->size += text.size;
	if (text.size >= 4 && strncasecmp(text.data, "xn--", 4) == 0)
		return decode((struct span){text.data + 4, text.size - 4},
			      &label) &&
		       add_international(name, &label);
	/* Of plain labels only the first character can break that rule. */
	name->is_directed &= isalpha((unsigned char)text.data[0]) != 0;
	return true;
}

bool idna_is_host(struct span text, enum idna_form form)
{
	struct host_name name = {.form = form, .is_directed = true};
	bool has_dot = true;

	if (text.size == 0 || text.size > TEXT_MAX)
		return false;
	while (has_dot) {
		if (!add_label(&name, take_label(&text, form, &has_dot)))
			return false;
		name.size += has_dot;
	}
	return name.size <= HOST_MAX && (name.is_directed || !name.has_right);
}

const char *idna_unicode(void)
{
	return idna_unicode_version;
}
