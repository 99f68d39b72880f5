#include "cache/remote/url.h"

enum { DATABASE_MAX = 1 << 20, PORT_MAX = 65535 };

/* A decimal number without sign or space; false: it is none, or too large. */
static bool read_number(struct span text, unsigned maximum, unsigned *out)
{
	unsigned number = 0;

	if (text.size == 0)
		return false;
	for (size_t i = 0; i < text.size; i++) {
		if (text.data[i] < '0' || text.data[i] > '9')
			return false;
		number = number * 10 + (unsigned)(text.data[i] - '0');
		if (number > maximum)
			return false;
	}
	*out = number;
	return true;
}

/* Cut off what stands behind the last `mark`, if there is one. */
static bool cut_behind(struct span *text, char mark, struct span *behind)
{
	const char *at = memrchr(text->data, mark, text->size);

	if (!at)
		return false;
	*behind = (struct span){at + 1,
				text->size - (size_t)(at + 1 - text->data)};
	text->size = (size_t)(at - text->data);
	return true;
}

static bool keep(struct span text, char *to, size_t size)
{
	if (text.size == 0 || text.size >= size)
		return false;
	for (size_t i = 0; i < text.size; i++)
		if (text.data[i] > 0 && text.data[i] <= ' ')
			return false;
	memcpy(to, text.data, text.size);
	to[text.size] = '\0';
	return true;
}

static const char *parse_socket(struct span rest, struct url *out)
{
	struct span query;

	if (cut_behind(&rest, '?', &query)) {
		if (!span_starts(query, "db="))
			return "behind the socket's path only ?db=NUMBER may "
			       "stand";
		query.data += 3;
		query.size -= 3;
		if (!read_number(query, DATABASE_MAX, &out->database))
			return "the database is not a number";
	}
	if (rest.size == 0 || *rest.data != '/')
		return "the socket's path must be a full one: unix:///PATH";
	if (!keep(rest, out->path, sizeof(out->path)))
		return "the socket's path is too long, or holds a space";
	out->is_unix = true;
	return NULL;
}

static const char *parse_port(struct span text, struct url *out)
{
	unsigned port;

	if (!read_number(text, PORT_MAX, &port) || port == 0 ||
	    !keep(text, out->port, sizeof(out->port)))
		return "the port is not a number from 1 to 65535";
	return NULL;
}

/* HOST, HOST:PORT or [HOST]:PORT. */
static const char *parse_host(struct span rest, struct url *out)
{
	const char *why = NULL;
	struct span port;

	memcpy(out->port, "6379", sizeof("6379"));
	if (rest.size && *rest.data == '[') {
		struct span behind;

		if (!cut_behind(&rest, ']', &behind))
			return "the address lacks its closing bracket";
		rest.data++;
		rest.size--;
		if (behind.size && *behind.data != ':')
			return "only :PORT may stand behind the bracket";
		if (behind.size)
			why = parse_port(
				(struct span){behind.data + 1, behind.size - 1},
				out);
	} else if (cut_behind(&rest, ':', &port)) {
		why = parse_port(port, out);
		if (!why && memchr(rest.data, ':', rest.size))
			return "an IPv6 address stands in brackets";
	}
	if (!why && !keep(rest, out->host, sizeof(out->host)))
		return "the host is missing or too long";
	return why;
}

static const char *parse_server(struct span rest, struct url *out)
{
	struct span database;

	if (memchr(rest.data, '@', rest.size))
		return "user and password do not stand in the address: name a "
		       "file that holds them";
	if (cut_behind(&rest, '/', &database) && database.size &&
	    !read_number(database, DATABASE_MAX, &out->database))
		return "the database is not a number";
	return parse_host(rest, out);
}

const char *url_parse(const char *text, struct url *out)
{
	static const struct {
		const char *scheme;
		bool is_tls;
		const char *(*parse)(struct span rest, struct url *out);
	} schemes[] = {{"redis://", false, parse_server},
		       {"rediss://", true, parse_server},
		       {"unix://", false, parse_socket}};
	const struct span all = span_of(text);

	for (size_t i = 0; i < array_size(schemes); i++) {
		const size_t size = strlen(schemes[i].scheme);
		struct url url = {.is_tls = schemes[i].is_tls};

		if (!span_starts(all, schemes[i].scheme))
			continue;

		const char *why = schemes[i].parse(
			(struct span){text + size, all.size - size}, &url);

		if (!why)
			*out = url;
		return why;
	}
	return "it begins with redis://, rediss:// or unix://";
}
