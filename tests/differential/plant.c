/*
 * plant DIR COUNT TURN: write the cases of a turn, their schemas and their
 * configuration; after turn 0 only each so many-th file changes.
 */
#include "tests/differential/cases.h"

#include <stdio.h>

enum { REWRITTEN = 7, STRIDE = 41 /* seeds and mutations of all kinds */ };

int main(int argc, char **argv)
{
	const char *tests = getenv("CFGFS_TESTS");
	struct cases *cases;
	bool is_written;

	if (argc != 4)
		return 2;

	const unsigned count = (unsigned)strtoul(argv[2], NULL, 10);
	const unsigned turn = (unsigned)strtoul(argv[3], NULL, 10);

	cases = cases_open(tests ? tests : "tests", getenv("CFGFS_SUITES"));
	if (!cases)
		return 1;
	is_written = cases_write_rules(argv[1], turn);
	for (unsigned i = turn; is_written && i < count;
	     i += turn ? REWRITTEN : 1)
		is_written = cases_write(cases, argv[1], i * STRIDE, turn);
	cases_close(cases);
	if (!is_written)
		perror(argv[1]);
	return is_written ? 0 : 1;
}
