/* cfgfs cache export and import: verdicts from machine to machine. */
#include "tools/cache/request.h"

#include "cache/maintain/archive.h"
#include "fs/source.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>

static int read_file(const char *path, uint64_t max_bytes, struct snapshot *out)
{
	auto_close int fd = open(path, O_RDONLY | O_CLOEXEC);

	return fd < 0 ? -errno : snapshot_read(fd, max_bytes, out);
}

/* False: it was told what is wrong. */
static bool read_key(const struct request *request, struct digest *key)
{
	struct key_file file = {0};
	auto_free char *why = NULL;

	if (!request->key_file) {
		fputs("cfgfs: archives are signed: name a file of 32 random "
		      "bytes or more with --key-file, such as one made by\n"
		      "  (umask 077; head -c 32 /dev/urandom > cfgfs.key)\n",
		      stderr);
		return false;
	}
	if (key_file_read(request->key_file, false, &file, &why)) {
		fprintf(stderr, "cfgfs: %s\n", why ? why : "out of memory");
		return false;
	}
	*key = archive_key(&file);
	key_file_release(&file);
	return true;
}

/* Beside its place first, so that there is never half an archive. */
static int write_archive(struct request *request, const struct digest *key,
			 const struct contents *contents, uint64_t *count)
{
	const char *path = request->operands[0];
	auto_free char *draft = NULL;
	int r;

	if (asprintf(&draft, "%s.XXXXXX", path) < 0)
		return -ENOMEM;

	auto_close int fd = mkostemp(draft, O_CLOEXEC);

	if (fd < 0)
		return -errno;
	r = archive_write(request->store, contents, key, fd, count);
	if (!r && (fsync(fd) || rename(draft, path)))
		r = -errno;
	if (r)
		unlink(draft);
	return r;
}

static int export_contents(struct request *request,
			   const struct contents *contents)
{
	struct digest key = {0};
	uint64_t count = 0;
	int r;

	if (!read_key(request, &key))
		return 2;
	r = write_archive(request, &key, contents, &count);
	if (r) {
		fprintf(stderr, "cfgfs: cannot write '%s': %s\n",
			request->operands[0], strerrordesc_np(-r));
		return 2;
	}
	printf("exported %" PRIu64 " verdict%s\n", count,
	       count == 1 ? "" : "s");
	return 0;
}

int cache_export_action(struct request *request)
{
	struct contents contents = {0};
	int status = 2;

	if (!request->operand_count) {
		fputs("cfgfs: name the file to export to\n", stderr);
		return 2;
	}
	if (request->operand_count == 1)
		return export_contents(request, NULL);
	if (request_contents(request->operands + 1, request->operand_count - 1,
			     &contents))
		status = export_contents(request, &contents);
	contents_release(&contents);
	return status;
}

static const char *explain(int r)
{
	switch (r) {
	case -EBADMSG:
		return "it is no archive of cfgfs, or it is cut short";
	case -EKEYREJECTED:
		return "it was signed with another key, or changed since";
	case -ESTALE:
		return "another version of cfgfs wrote it; export it anew";
	default:
		return strerrordesc_np(-r);
	}
}

int cache_import_action(struct request *request)
{
	const uint64_t max_bytes = (uint64_t)4 << 30;
	struct archive_counts counts = {0};
	struct snapshot file = {0};
	struct digest key = {0};
	int r;

	if (request->operand_count != 1) {
		fputs("cfgfs: name the one file to import\n", stderr);
		return 2;
	}
	if (!read_key(request, &key))
		return 2;
	r = read_file(request->operands[0], max_bytes, &file);
	if (!r) {
		r = archive_read(request->store,
				 (struct span){file.bytes, file.size}, &key,
				 &counts);
		snapshot_release(&file);
	}
	if (r) {
		fprintf(stderr, "cfgfs: cannot import '%s': %s\n",
			request->operands[0], explain(r));
		return 2;
	}
	printf("imported %" PRIu64 ", already there %" PRIu64 "\n",
	       counts.imported, counts.known);
	return 0;
}
