#include "fs/shown.h"

const char *shown_name(enum shown shown)
{
	static const char *const names[] = {"as-is", "last-good", "denied"};

	return names[shown];
}
