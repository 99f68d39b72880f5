/*
 * A library to be preloaded: the N-th call of a kind fails, or all from it on.
 *
 *   CFGFS_FAULT=KIND:N   this one fails        CFGFS_FAULT=KIND:N+   and all
 * after CFGFS_FAULT_NOTE=FILE   is made when a call was made to fail
 *
 * KIND is alloc, read, write, sync, open, mmap or truncate. Calls are counted
 * from before main(). What stdio does inside the C library is out of reach.
 */
#undef _FILE_OFFSET_BITS /* it makes open() and open64() one */

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

enum kind { ALLOC, READ, WRITE, SYNC, OPEN, MMAP, TRUNCATE, KINDS };

static const char *const names[KINDS] = {"alloc", "read", "write",   "sync",
					 "open",  "mmap", "truncate"};
static const int errors[KINDS] = {ENOMEM, EIO,	  ENOSPC, EIO,
				  EMFILE, ENOMEM, ENOSPC};

static int wanted = -1;
static unsigned long which;
static bool goes_on;
static const char *note;
static atomic_ulong count;

typedef long syscall_function(long number, ...);
static syscall_function *real_syscall;

static void make_note(void)
{
	if (note)
		real_syscall(SYS_close, real_syscall(SYS_openat, AT_FDCWD, note,
						     O_CREAT | O_WRONLY, 0600));
}

/* Shall this call fail? */
static bool fails(enum kind kind)
{
	if ((int)kind != wanted)
		return false;

	const unsigned long number = atomic_fetch_add(&count, 1) + 1;

	if (goes_on ? number < which : number != which)
		return false;
	make_note();
	errno = errors[kind];
	return true;
}

__attribute__((constructor)) static void begin(void)
{
	const char *text = getenv("CFGFS_FAULT");
	const char *colon = text ? strchr(text, ':') : NULL;

	*(void **)&real_syscall = dlsym(RTLD_NEXT, "syscall");
	note = getenv("CFGFS_FAULT_NOTE");
	if (!colon)
		return;
	which = strtoul(colon + 1, NULL, 10);
	goes_on = text[strlen(text) - 1] == '+';
	for (int i = 0; i < KINDS; i++)
		if (strncmp(text, names[i], (size_t)(colon - text)) == 0)
			wanted = i;
}

/* Digits without stdio, which might allocate. */
__attribute__((destructor)) static void end(void)
{
	char digits[24];
	size_t at = sizeof(digits);
	long fd;

	if (wanted < 0 || which || !note)
		return;
	for (unsigned long rest = atomic_load(&count); rest || at == 24;
	     rest /= 10)
		digits[--at] = (char)('0' + rest % 10);
	fd = real_syscall(SYS_openat, AT_FDCWD, note, O_CREAT | O_WRONLY, 0600);
	real_syscall(SYS_write, fd, digits + at, sizeof(digits) - at);
	real_syscall(SYS_close, fd);
}

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t items, size_t size);
void *__libc_realloc(void *old, size_t size);
void *__libc_memalign(size_t alignment, size_t size);

void *malloc(size_t size)
{
	return fails(ALLOC) ? NULL : __libc_malloc(size);
}

void *calloc(size_t items, size_t size)
{
	return fails(ALLOC) ? NULL : __libc_calloc(items, size);
}

void *realloc(void *old, size_t size)
{
	return fails(ALLOC) ? NULL : __libc_realloc(old, size);
}

void *reallocarray(void *old, size_t items, size_t size)
{
	size_t all;

	if (__builtin_mul_overflow(items, size, &all)) {
		errno = ENOMEM;
		return NULL;
	}
	return realloc(old, all);
}

void *aligned_alloc(size_t alignment, size_t size)
{
	return fails(ALLOC) ? NULL : __libc_memalign(alignment, size);
}

int posix_memalign(void **out, size_t alignment, size_t size)
{
	void *block = fails(ALLOC) ? NULL : __libc_memalign(alignment, size);

	if (!block)
		return ENOMEM;
	*out = block;
	return 0;
}

ssize_t read(int fd, void *buf, size_t size)
{
	return fails(READ) ? -1 : real_syscall(SYS_read, fd, buf, size);
}

ssize_t pread(int fd, void *buf, size_t size, off_t at)
{
	return fails(READ) ? -1 : real_syscall(SYS_pread64, fd, buf, size, at);
}

ssize_t pread64(int fd, void *buf, size_t size, off_t at)
{
	return pread(fd, buf, size, at);
}

ssize_t write(int fd, const void *buf, size_t size)
{
	return fails(WRITE) ? -1 : real_syscall(SYS_write, fd, buf, size);
}

ssize_t pwrite(int fd, const void *buf, size_t size, off_t at)
{
	return fails(WRITE) ? -1
			    : real_syscall(SYS_pwrite64, fd, buf, size, at);
}

ssize_t pwrite64(int fd, const void *buf, size_t size, off_t at)
{
	return pwrite(fd, buf, size, at);
}

ssize_t pwritev(int fd, const struct iovec *parts, int part_count, off_t at)
{
	return fails(WRITE) ? -1
			    : real_syscall(SYS_pwritev, fd, parts, part_count,
					   at, 0);
}

ssize_t pwritev64(int fd, const struct iovec *parts, int part_count, off_t at)
{
	return pwritev(fd, parts, part_count, at);
}

ssize_t writev(int fd, const struct iovec *parts, int part_count)
{
	return fails(WRITE) ? -1
			    : real_syscall(SYS_writev, fd, parts, part_count);
}

int fsync(int fd)
{
	return fails(SYNC) ? -1 : (int)real_syscall(SYS_fsync, fd);
}

int fdatasync(int fd)
{
	return fails(SYNC) ? -1 : (int)real_syscall(SYS_fdatasync, fd);
}

int msync(void *start, size_t size, int flags)
{
	return fails(SYNC) ? -1
			   : (int)real_syscall(SYS_msync, start, size, flags);
}

static mode_t mode_of(int flags, va_list arguments)
{
	const bool has_mode =
		flags & O_CREAT || (flags & O_TMPFILE) == O_TMPFILE;

	return has_mode ? va_arg(arguments, mode_t) : 0;
}

int openat(int directory, const char *path, int flags, ...)
{
	va_list arguments;
	mode_t mode;

	va_start(arguments, flags);
	mode = mode_of(flags, arguments);
	va_end(arguments);
	return fails(OPEN) ? -1
			   : (int)real_syscall(SYS_openat, directory, path,
					       flags, mode);
}

int openat64(int directory, const char *path, int flags, ...)
{
	va_list arguments;
	mode_t mode;

	va_start(arguments, flags);
	mode = mode_of(flags, arguments);
	va_end(arguments);
	return openat(directory, path, flags, mode);
}

int open(const char *path, int flags, ...)
{
	va_list arguments;
	mode_t mode;

	va_start(arguments, flags);
	mode = mode_of(flags, arguments);
	va_end(arguments);
	return openat(AT_FDCWD, path, flags, mode);
}

int open64(const char *path, int flags, ...)
{
	va_list arguments;
	mode_t mode;

	va_start(arguments, flags);
	mode = mode_of(flags, arguments);
	va_end(arguments);
	return openat(AT_FDCWD, path, flags, mode);
}

void *mmap(void *start, size_t size, int protection, int flags, int fd,
	   off_t at)
{
	return fails(MMAP) ? MAP_FAILED
			   : (void *)real_syscall(SYS_mmap, start, size,
						  protection, flags, fd, at);
}

void *mmap64(void *start, size_t size, int protection, int flags, int fd,
	     off_t at)
{
	return mmap(start, size, protection, flags, fd, at);
}

int ftruncate(int fd, off_t size)
{
	return fails(TRUNCATE) ? -1
			       : (int)real_syscall(SYS_ftruncate, fd, size);
}

int ftruncate64(int fd, off_t size)
{
	return ftruncate(fd, size);
}

/* Calls that the C library has no function for. */
long syscall(long number, ...)
{
	long a[6];
	va_list arguments;

	va_start(arguments, number);
	for (int i = 0; i < 6; i++)
		a[i] = va_arg(arguments, long);
	va_end(arguments);
	if (number == SYS_openat2 && fails(OPEN))
		return -1;
	return real_syscall(number, a[0], a[1], a[2], a[3], a[4], a[5]);
}
