#include "fs/mount/session/privileges.h"

#include <errno.h>
#include <linux/capability.h>
#include <sys/inotify.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

enum { WORDS = _LINUX_CAPABILITY_U32S_3 };

static uint64_t bit(int capability)
{
	return UINT64_C(1) << capability;
}

/* Where changes cannot be watched by inotify they are by fanotify, which is
 * for administrators. */
static bool has_inotify(void)
{
	const char *without = getenv("CFGFS_WITHOUT");
	auto_close int fd = inotify_init1(IN_CLOEXEC);

	return fd >= 0 && !(without && strstr(without, "inotify"));
}

static uint64_t wanted(enum privileges privileges)
{
	/* Files of the source that only root or their owner may read. */
	uint64_t mask = bit(CAP_DAC_READ_SEARCH);

	if (privileges == PRIVILEGES_SUPERVISOR)
		mask |= bit(CAP_SYS_ADMIN) | bit(CAP_SETPCAP);
	else if (!has_inotify())
		mask |= bit(CAP_SYS_ADMIN);
	return mask;
}

/* The system call: the library for it would be needed for this alone. */
static int set_capabilities(uint64_t mask)
{
	struct __user_cap_header_struct header = {
		.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct data[WORDS];

	if (syscall(SYS_capget, &header, data))
		return -errno;
	for (unsigned i = 0; i < WORDS; i++) {
		const uint32_t kept = (uint32_t)(mask >> (32 * i));

		data[i].permitted &= kept;
		data[i].effective = data[i].permitted;
		data[i].inheritable = 0;
	}
	return syscall(SYS_capset, &header, data) ? -errno : 0;
}

/* What no program that is started later can get. Not allowed to who has no
 * capabilities, and nothing is lost then. */
static void bound_capabilities(uint64_t mask)
{
	for (int i = 0; prctl(PR_CAPBSET_READ, i, 0, 0, 0) >= 0; i++)
		if (i >= 64 || !(mask & bit(i)))
			prctl(PR_CAPBSET_DROP, i, 0, 0, 0);
}

int privileges_keep(enum privileges privileges)
{
	const uint64_t mask = wanted(privileges);

	bound_capabilities(mask);
	if (privileges == PRIVILEGES_WORKER &&
	    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		return -errno;
	return set_capabilities(mask);
}
