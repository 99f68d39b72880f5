#include "fs/mount/virtual/kinds.h"

#include "fs/mount/virtual/make.h"

/* A new virtual file is a line here and a number in inode.h. */
static const struct virtual_kind kinds[INODE_KIND_COUNT] = {
	[INODE_STATUS] = {".status", make_status, VIRTUAL_IN_FOLDER, WORK_IO,
			  WORK_READ, .is_public = true},
	[INODE_REPORT] = {".report", make_report, VIRTUAL_IN_FOLDER,
			  WORK_STREAM, WORK_CHECK},
	[INODE_FILE_STATUS] = {".status", make_file_status, VIRTUAL_BESIDE_FILE,
			       WORK_STREAM, WORK_READ},
	[INODE_FILE_REPORT] = {".report", make_file_report, VIRTUAL_BESIDE_FILE,
			       WORK_STREAM, WORK_READ},
	[INODE_BASE] = {.name = ".cfgfs",
			.place = VIRTUAL_IN_ROOT,
			.is_public = true},
	[INODE_STATUS_FOLDER] = {.name = "status",
				 .place = VIRTUAL_IN_BASE,
				 .of_file = INODE_FILE_STATUS,
				 .of_folder = INODE_STATUS},
	[INODE_REPORT_FOLDER] = {.name = "report",
				 .place = VIRTUAL_IN_BASE,
				 .of_file = INODE_FILE_REPORT,
				 .of_folder = INODE_REPORT},
	[INODE_EXPLAIN_FOLDER] = {.name = "explain",
				  .place = VIRTUAL_IN_BASE,
				  .of_file = INODE_EXPLAIN},
	[INODE_EXPLAIN] = {"", make_explain, VIRTUAL_IN_MIRROR, WORK_STREAM,
			   WORK_READ},
	[INODE_REPORT_TEXT] = {"report.txt", make_lines, VIRTUAL_IN_BASE,
			       WORK_STREAM, WORK_CHECK, .format = "concise"},
	[INODE_REPORT_JSON] = {"report.json", make_output, VIRTUAL_IN_BASE,
			       WORK_STREAM, WORK_CHECK, .format = "json"},
	[INODE_REPORT_SARIF] = {"report.sarif", make_output, VIRTUAL_IN_BASE,
				WORK_STREAM, WORK_CHECK, .format = "sarif"},
	[INODE_REPORT_HTML] = {"report.html", make_output, VIRTUAL_IN_BASE,
			       WORK_STREAM, WORK_CHECK, .format = "html"},
	[INODE_METRICS] = {"metrics.prom", make_metrics, VIRTUAL_IN_BASE,
			   WORK_IO, WORK_READ},
	[INODE_PROFILE] = {"profile", make_profile, VIRTUAL_IN_BASE, WORK_IO,
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
