/*
 * yaml_events <NAMES: reads each file named on standard input once and pulls
 * its libyaml events: what any checker of YAML must spend at least.
 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <yaml.h>

static int feed(const unsigned char *bytes, size_t size)
{
	yaml_parser_t parser;
	yaml_event_t event;
	int is_end = 0;

	if (!yaml_parser_initialize(&parser))
		return 0;
	yaml_parser_set_input_string(&parser, bytes, size);
	while (!is_end && yaml_parser_parse(&parser, &event)) {
		is_end = event.type == YAML_STREAM_END_EVENT;
		yaml_event_delete(&event);
	}
	yaml_parser_delete(&parser);
	return is_end;
}

int main(void)
{
	static unsigned char buf[1 << 20];
	char name[4096];
	unsigned bad = 0;

	while (fgets(name, sizeof(name), stdin)) {
		name[strcspn(name, "\n")] = '\0';

		const int fd = open(name, O_RDONLY | O_CLOEXEC);
		const ssize_t size = fd < 0 ? -1 : read(fd, buf, sizeof(buf));

		if (fd >= 0)
			close(fd);
		bad += size < 0 || !feed(buf, (size_t)size);
	}
	printf("%u bad\n", bad);
	return bad != 0;
}
