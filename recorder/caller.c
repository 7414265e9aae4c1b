/* SPDX-License-Identifier: BSD-2-Clause */
#include "recorder/caller.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "lib/err.h"
#include "lib/io.h"

#define PATH_ROOM 4096
#define PAGE 4096
#define AUX_MAX 4096
#define WORDS_LIMIT 1048576	/* words of one argv we look at */
#define I386_EXECVE 11		/* asm/unistd_32.h */
#define X32_BIT 0x40000000

/* Where the arguments are. */
struct asked {
	bool narrow;	/* pointers of 32 bits */
	int dirfd;
	uint64_t path, argv;
	bool empty_path;
};

static void
asked_of(const struct seccomp_data *d, struct asked *ret)
{
	bool narrow = d->arch == AUDIT_ARCH_I386;
	int nr = d->nr & ~X32_BIT;
	bool plain = narrow ? nr == I386_EXECVE : nr == SYS_execve ||
	    (d->nr & X32_BIT) != 0;

	*ret = (struct asked){ .narrow = narrow, .dirfd = AT_FDCWD,
	    .path = d->args[0], .argv = d->args[1] };
	if (plain)
		return;
	ret->dirfd = (int)d->args[0];
	ret->path = d->args[1];
	ret->argv = d->args[2];
	ret->empty_path = (d->args[4] & AT_EMPTY_PATH) != 0;
}

/* ---- its memory ------------------------------------------------------- */

/* Bytes up to the end of the page; 0 when there are none. */
static size_t
read_page(pid_t pid, uint64_t at, char *to, size_t max)
{
	size_t n = PAGE - at % PAGE;
	struct iovec here = { to, n < max ? n : max };
	struct iovec there = { (void *)(uintptr_t)at, here.iov_len };
	ssize_t got = process_vm_readv(pid, &here, 1, &there, 1, 0);

	return got > 0 ? (size_t)got : 0;
}

/* Append the string at `at` and its NUL.  False: cannot be read, too long. */
static bool
read_string(pid_t pid, uint64_t at, struct buf *b)
{
	char page[PAGE];

	for (;;) {
		size_t n = read_page(pid, at, page, sizeof(page));
		char *end = n == 0 ? NULL : memchr(page, '\0', n);

		if (n == 0)
			return false;
		if (end != NULL)
			n = (size_t)(end - page) + 1;
		if (buf_put(b, page, n, NULL) < 0)
			return false;
		if (end != NULL)
			return true;
		at += n;
	}
}

static bool
read_argv(pid_t pid, const struct asked *a, struct buf *b)
{
	size_t width = a->narrow ? 4 : 8, n = 0, at = 0;
	char page[PAGE];
	uint64_t from = a->argv;

	if (from == 0)
		return true;
	for (size_t words = 0; words < WORDS_LIMIT; words++) {
		uint64_t p = 0;

		if (at + width > n) {
			n = read_page(pid, from, page, sizeof(page));
			at = 0;
			if (n < width)
				return false;
			from += n;
		}
		(void)memcpy(&p, page + at, width);
		at += width;
		if (p == 0)
			return true;
		if (!read_string(pid, p, b))
			return false;
	}
	return false;
}

/* ---- its file --------------------------------------------------------- */

static int
open_at(pid_t pid, const struct asked *a, const char *path)
{
	struct open_how how = { .flags = O_PATH | O_CLOEXEC };
	char base[80], own[PATH_ROOM + 16];
	int dir, fd;

	if (strncmp(path, "/proc/self/", 11) == 0 ||
	    strncmp(path, "/proc/thread-self/", 18) == 0) {
		(void)snprintf(own, sizeof(own), "/proc/%ld/%s", (long)pid,
		    strchr(path + 6, '/') + 1);
		path = own; /* itself, not us */
	}
	if (path[0] == '/') {
		(void)snprintf(base, sizeof(base), "/proc/%ld/root",
		    (long)pid);
		/* magic links (/proc/PID/exe, fd) are none of a root's */
		if (strncmp(path, "/proc/", 6) != 0)
			how.resolve = RESOLVE_IN_ROOT;
	} else if (a->dirfd == AT_FDCWD) {
		(void)snprintf(base, sizeof(base), "/proc/%ld/cwd",
		    (long)pid);
	} else {
		(void)snprintf(base, sizeof(base), "/proc/%ld/fd/%d",
		    (long)pid, a->dirfd);
		if (path[0] == '\0' && a->empty_path)
			return open(base, O_PATH | O_CLOEXEC);
	}
	dir = open(base, O_PATH | O_CLOEXEC);
	if (dir < 0)
		return -1;
	fd = (int)syscall(SYS_openat2, dir, path, &how, sizeof(how));
	io_close(&dir);
	return fd;
}

static void
name_of(const char *link, char *ret, size_t size)
{
	ssize_t n = readlink(link, ret, size - 1);

	ret[n < 0 ? 0 : n] = '\0';
}

static void
find_file(struct caller *c, const struct asked *a, const char *path)
{
	char link[64];
	struct stat st;
	int fd = open_at(c->task.pid, a, path);

	c->euid = c->task.euid;
	if (fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode) &&
	    (st.st_mode & 0111) != 0) {
		(void)snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
		name_of(link, c->exe, sizeof(c->exe));
		c->dev = st.st_dev;
		c->ino = st.st_ino;
		c->found = true;
		if ((st.st_mode & S_ISUID) != 0)
			c->euid = st.st_uid;
	}
	c->privileged = c->euid != c->task.uid;
	io_close(&fd);
	(void)snprintf(link, sizeof(link), "/proc/%ld/cwd",
	    (long)c->task.pid);
	name_of(link, c->cwd, sizeof(c->cwd));
}

/* ---- the notification ------------------------------------------------- */

int
caller_receive(int listener, struct caller *ret, struct err *e)
{
	struct seccomp_notif n = { 0 };
	struct buf path = BUF_INIT(PATH_ROOM);
	struct caller c = { .argv = BUF_INIT(CALLER_ARGV_MAX) };
	struct asked a;

	if (ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &n) < 0) {
		if (errno == ENOENT || errno == EINTR || errno == EAGAIN)
			return 0;
		return err_sys(e, "seccomp listener");
	}
	c.id = n.id;
	asked_of(&n.data, &a);
	if (task_read((pid_t)n.pid, &c.task, NULL) == 0 &&
	    (read_string((pid_t)n.pid, a.path, &path) || a.empty_path)) {
		c.argv_cut = !read_argv((pid_t)n.pid, &a, &c.argv);
		(void)snprintf(c.path, sizeof(c.path), "%s",
		    path.p == NULL ? "" : path.p);
		find_file(&c, &a, c.path);
	}
	buf_clear(&path);
	if (ioctl(listener, SECCOMP_IOCTL_NOTIF_ID_VALID, &n.id) < 0) {
		buf_clear(&c.argv); /* what was read may be another's */
		return 0;
	}
	*ret = c;
	return 1;
}

void
caller_clear(struct caller *c)
{
	buf_clear(&c->argv);
}

bool
caller_waits(int listener, const struct caller *c)
{
	uint64_t id = c->id;

	return ioctl(listener, SECCOMP_IOCTL_NOTIF_ID_VALID, &id) == 0;
}

bool
caller_continue(int listener, const struct caller *c)
{
	struct seccomp_notif_resp r = { .id = c->id,
	    .flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE };

	return ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &r) == 0;
}

bool
caller_fail(int listener, const struct caller *c, int error)
{
	struct seccomp_notif_resp r = { .id = c->id, .error = -error };

	return ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &r) == 0;
}

/* ---- what runs -------------------------------------------------------- */

/* The name that execve(2) was given, from the new program's own stack. */
static void
exec_name(pid_t pid, char *ret, size_t size)
{
	struct buf aux = BUF_INIT(AUX_MAX), name = BUF_INIT(PATH_ROOM);
	char file[64];
	uint64_t pair[2];

	ret[0] = '\0';
	(void)snprintf(file, sizeof(file), "/proc/%ld/auxv", (long)pid);
	if (io_read_file(file, &aux, NULL) < 0)
		aux.len = 0;
	for (size_t at = 0; at + sizeof(pair) <= aux.len;
	    at += sizeof(pair)) {
		memcpy(pair, aux.p + at, sizeof(pair));
		if (pair[0] != AT_EXECFN)
			continue;
		if (read_string(pid, pair[1], &name))
			(void)snprintf(ret, size, "%s", name.p);
		break;
	}
	buf_clear(&aux);
	buf_clear(&name);
}

int
caller_started(pid_t pid, struct caller *ret, struct err *e)
{
	struct caller c = { .found = true,
	    .argv = BUF_INIT(CALLER_ARGV_MAX) };
	char file[64];

	if (task_read(pid, &c.task, e) < 0 ||
	    task_exe(pid, &c.dev, &c.ino, e) < 0)
		return -1;
	c.euid = c.task.euid;
	c.privileged = c.euid != c.task.uid;
	(void)snprintf(file, sizeof(file), "/proc/%ld/exe", (long)pid);
	name_of(file, c.exe, sizeof(c.exe));
	(void)snprintf(file, sizeof(file), "/proc/%ld/cwd", (long)pid);
	name_of(file, c.cwd, sizeof(c.cwd));
	exec_name(pid, c.path, sizeof(c.path));
	(void)snprintf(file, sizeof(file), "/proc/%ld/cmdline", (long)pid);
	if (io_read_file(file, &c.argv, e) < 0) {
		buf_clear(&c.argv);
		return -1;
	}
	*ret = c;
	return 0;
}
