/*
 * The subcommands of cfgfs, one file each.
 */
#ifndef TOOLS_COMMAND_H
#define TOOLS_COMMAND_H

#include "validate/base.h"

#include <getopt.h>

struct command {
	const char *name;
	const char *summary; /* one line for `cfgfs --help`; NULL: none */
	bool is_common;	     /* false: only in `cfgfs --help all` */
	/* argv[0] is the command's name; returns the exit status. */
	int (*run)(int argc, char **argv);
};

int cmd_mount(int argc, char **argv);
int cmd_ctl(int argc, char **argv);
int cmd_sync(int argc, char **argv);
int cmd_resume(int argc, char **argv);
int cmd_upgrade(int argc, char **argv);
int cmd_umount(int argc, char **argv);
int cmd_check(int argc, char **argv);
int cmd_status(int argc, char **argv);
int cmd_explain(int argc, char **argv);
int cmd_cache(int argc, char **argv);

/* As mount.fuse.cfgfs; argv[0] is that name. */
int cmd_fstab(int argc, char **argv);

/*
 * For a command without options but --help: does it have `count` operands, from
 * argv[optind] on? Else the usage has been printed and *status is how to end.
 */
must_check bool command_takes(int argc, char **argv, const char *usage,
			      int count, int *status);

/* As getopt_long(), whose messages then begin as all others do. */
int command_option(int argc, char **argv, const char *letters,
		   const struct option *options);

/* The exit status; a failure is told on stderr. NULL: no memory to say why. */
int command_end(bool has_succeeded, const char *why);

/* Colour is for terminals, and only if nobody objects (NO_COLOR, TERM=dumb). */
bool command_use_colour(int fd);

#endif
