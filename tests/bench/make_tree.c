/*
 * make_tree DIR COUNT: COUNT different YAML files of about 2 KB in folders of
 * a hundred, the same ones every time.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

enum { FILES_PER_FOLDER = 100, SERVICES = 8 };

static int write_file(const char *path, unsigned number)
{
	FILE *file = fopen(path, "we");

	if (!file)
		return -errno;
	fprintf(file, "# Settings of cell %u\nname: cell-%u\nzone: %s\n",
		number, number, number % 2 ? "north" : "south");
	fputs("services:\n", file);
	for (unsigned i = 0; i < SERVICES; i++) {
		const unsigned seed = number * 31 + i * 17;

		fprintf(file,
			"  - name: service-%u\n"
			"    image: registry.internal/team-%u/service:1.%u.%u\n"
			"    replicas: %u\n"
			"    port: %u\n"
			"    resources: {cpu: %u.5, memory: %uMi}\n"
			"    environment:\n"
			"      LOG_LEVEL: info\n"
			"      QUEUE_URL: \"amqp://queue-%u.internal:5672\"\n"
			"    enabled: true\n",
			seed % 1000, seed % 7, seed % 40, seed % 11,
			seed % 5 + 1, 8000 + seed % 1000, seed % 4,
			128 * (seed % 8 + 1), seed % 13);
	}
	return fclose(file) ? -errno : 0;
}

int main(int argc, char **argv)
{
	if (argc != 3) {
		fputs("usage: make_tree DIR COUNT\n", stderr);
		return 2;
	}
	for (unsigned i = 0; i < (unsigned)atoi(argv[2]); i++) {
		char path[4096];

		snprintf(path, sizeof(path), "%s/%03u", argv[1],
			 i / FILES_PER_FOLDER);
		if (i % FILES_PER_FOLDER == 0 && mkdir(path, 0777) &&
		    errno != EEXIST) {
			perror(path);
			return 1;
		}
		snprintf(path, sizeof(path), "%s/%03u/cell-%05u.yaml", argv[1],
			 i / FILES_PER_FOLDER, i);
		if (write_file(path, i)) {
			perror(path);
			return 1;
		}
	}
	return 0;
}
