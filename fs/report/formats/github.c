#include "fs/report/formats/formats.h"
#include "fs/report/report.h"

/* What would end a command, or in a property (`more`) a part of it. */
static void write_escaped(FILE *out, const char *text, const char *more)
{
	for (; *text; text++) {
		if (strchr("%\r\n", *text) || strchr(more, *text))
			fprintf(out, "%%%02X", (unsigned)(unsigned char)*text);
		else
			fputc(*text, out);
	}
}

/* The place is said twice: annotations show properties, logs the text only. */
static void write_text(FILE *out, const struct output_item *item)
{
	char *text = NULL;
	size_t size = 0;
	FILE *memory = open_memstream(&text, &size);

	if (!memory)
		return;
	report_write_field(memory, item->path);
	if (item->line)
		fprintf(memory, ":%u:%u", item->line, item->column);
	fputs(": ", memory);
	report_write_line(memory, item->message);
	if (fclose(memory) == 0)
		write_escaped(out, text, "");
	free(text);
}

static void write_command(void *ctx, const struct output_item *item)
{
	static const char *const commands[SEVERITY_COUNT] = {"error", "warning",
							     "notice"};
	FILE *out = ctx;

	fprintf(out, "::%s file=", commands[item->severity]);
	write_escaped(out, item->path, ":,");
	if (item->line)
		fprintf(out, ",line=%u,col=%u,endColumn=%u", item->line,
			item->column, item->column + item->length);
	fputs(",title=cfgfs ", out);
	write_escaped(out, item->rule, ":,");
	fputs("::", out);
	write_text(out, item);
	fputc('\n', out);
}

void format_github(const struct output *output)
{
	output_visit(output, write_command, output->file);
}
