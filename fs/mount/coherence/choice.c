#include "fs/mount/coherence/choice.h"

#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

int choice_new(void)
{
	auto_close int fd = memfd_create("cfgfs-choice", MFD_CLOEXEC);

	if (fd < 0 || ftruncate(fd, sizeof(struct coherence_choice)))
		return -errno;
	return steal_fd(&fd);
}

int choice_attach(int fd, struct coherence_choice **out)
{
	void *memory = mmap(NULL, sizeof(struct coherence_choice),
			    PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	if (memory == MAP_FAILED)
		return -errno;
	*out = memory;
	return 0;
}

void choice_free(struct coherence_choice *choice)
{
	if (choice)
		munmap(choice, sizeof(*choice));
}
