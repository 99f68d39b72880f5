#include "fs/mount/virtual/kinds.h"

#include "fs/mount/virtual/make.h"

/* A new virtual file is a line here and a number in inode.h. */
static const struct virtual_kind kinds[INODE_KIND_COUNT] = {
	[INODE_STATUS] = {VIRTUAL_IN_FOLDER, ".status", make_status, WORK_IO,
			  WORK_READ, .is_public = true},
	[INODE_REPORT] = {VIRTUAL_IN_FOLDER, ".report", make_report,
			  WORK_STREAM, WORK_CHECK},
	[INODE_FILE_STATUS] = {VIRTUAL_BESIDE_FILE, ".status", make_file_status,
			       WORK_STREAM, WORK_READ},
	[INODE_FILE_REPORT] = {VIRTUAL_BESIDE_FILE, ".report", make_file_report,
			       WORK_STREAM, WORK_READ},
	[INODE_BASE] = {VIRTUAL_IN_ROOT, ".cfgfs", .is_public = true},
	[INODE_STATUS_FOLDER] = {VIRTUAL_IN_BASE, "status",
				 .of_file = INODE_FILE_STATUS,
				 .of_folder = INODE_STATUS},
	[INODE_REPORT_FOLDER] = {VIRTUAL_IN_BASE, "report",
				 .of_file = INODE_FILE_REPORT,
				 .of_folder = INODE_REPORT},
	[INODE_EXPLAIN_FOLDER] = {VIRTUAL_IN_BASE, "explain",
				  .of_file = INODE_EXPLAIN},
	[INODE_EXPLAIN] = {VIRTUAL_IN_MIRROR, "", make_explain, WORK_STREAM,
			   WORK_READ},
	[INODE_REPORT_TEXT] = {VIRTUAL_IN_BASE, "report.txt", make_lines,
			       WORK_STREAM, WORK_CHECK, .format = "concise"},
	[INODE_REPORT_JSON] = {VIRTUAL_IN_BASE, "report.json", make_output,
			       WORK_STREAM, WORK_CHECK, .format = "json"},
	[INODE_REPORT_SARIF] = {VIRTUAL_IN_BASE, "report.sarif", make_output,
				WORK_STREAM, WORK_CHECK, .format = "sarif"},
	[INODE_REPORT_HTML] = {VIRTUAL_IN_BASE, "report.html", make_output,
			       WORK_STREAM, WORK_CHECK, .format = "html"},
	[INODE_METRICS] = {VIRTUAL_IN_BASE, "metrics.prom", make_metrics,
			   WORK_IO, WORK_READ},
	[INODE_PROFILE] = {VIRTUAL_IN_BASE, "profile", make_profile, WORK_IO,
			   WORK_READ},
};

const struct virtual_kind *virtual_kind_of(enum inode_kind kind)
{
	return (unsigned)kind < INODE_KIND_COUNT && kinds[kind].name
		       ? &kinds[kind]
		       : NULL;
}

bool virtual_is_mirror(enum inode_kind kind)
{
	const struct virtual_kind *found = virtual_kind_of(kind);

	return found && found->of_file != INODE_FREE;
}

enum inode_kind virtual_kind_find(enum virtual_place place, const char *name)
{
	for (int i = 0; i < INODE_KIND_COUNT; i++)
		if (kinds[i].name && kinds[i].place == place &&
		    strcmp(kinds[i].name, name) == 0)
			return (enum inode_kind)i;
	return INODE_FREE;
}
