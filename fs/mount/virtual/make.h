/*
 * The writers of what virtual files say, for the table in kinds.c.
 */
#ifndef FS_MOUNT_VIRTUAL_MAKE_H
#define FS_MOUNT_VIRTUAL_MAKE_H

#include "fs/mount/virtual/kinds.h"

virtual_maker make_status;	/* DIR/.status */
virtual_maker make_report;	/* DIR/.report */
virtual_maker make_file_status; /* FILE.status */
virtual_maker make_file_report; /* FILE.report */
virtual_maker make_explain;
virtual_maker make_output; /* of the whole tree, in the kind's format */
virtual_maker make_lines;  /* the same piece by piece, for formats of lines */
virtual_maker make_metrics;
virtual_maker make_profile;

#endif
