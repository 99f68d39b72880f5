#include "cache/why.h"

#include <stdarg.h>
#include <stdio.h>

int why_say(char **why, int r, const char *format, ...)
{
	va_list arguments;

	if (*why)
		return r;
	va_start(arguments, format);
	if (vasprintf(why, format, arguments) < 0)
		*why = NULL; /* no memory for the sentence: go on without */
	va_end(arguments);
	return r;
}
