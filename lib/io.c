/* SPDX-License-Identifier: BSD-2-Clause */
#include "lib/io.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/buf.h"
#include "lib/err.h"

static void
wait_for(int fd, short events)
{
	struct pollfd p = { .fd = fd, .events = events };

	(void)poll(&p, 1, -1);
}

int
io_write_all(int fd, const void *p, size_t n, struct err *e)
{
	const char *c = p;

	while (n > 0) {
		ssize_t w = write(fd, c, n);

		if (w < 0 && errno == EINTR)
			continue;
		if (w < 0 && errno == EAGAIN) {
			wait_for(fd, POLLOUT);
			continue;
		}
		if (w < 0)
			return err_sys(e, "write");
		c += w;
		n -= (size_t)w;
	}
	return 0;
}

int
io_read_all(int fd, struct buf *b, struct err *e)
{
	for (;;) {
		size_t left = b->max - b->len;
		size_t want = left < 65536 ? left + 1 : 65536;
		char chunk[65536 + 1];
		ssize_t r = read(fd, chunk, want);
		int rc;

		if (r < 0 && errno == EINTR)
			continue;
		if (r < 0 && errno == EAGAIN) {
			wait_for(fd, POLLIN);
			continue;
		}
		if (r < 0)
			return err_sys(e, "read");
		if (r == 0)
			return 0;
		rc = buf_put(b, chunk, (size_t)r, e);
		explicit_bzero(chunk, (size_t)r);
		if (rc < 0)
			return -1;
	}
}

static int
read_checked(const char *path, bool trusted, bool secret, struct buf *b,
    struct err *e)
{
	struct stat st;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	int rc = -1;

	if (fd < 0)
		return err_sys(e, "%s", path);
	if (fstat(fd, &st) < 0) {
		(void)err_sys(e, "%s", path);
	} else if (!S_ISREG(st.st_mode)) {
		(void)err_set(e, ERR_CONFIG, "%s: not a regular file", path);
	} else if (trusted && st.st_uid != 0 && st.st_uid != geteuid()) {
		(void)err_set(e, ERR_CONFIG,
		    "%s: owned by uid %u, must be root: chown root it", path,
		    (unsigned)st.st_uid);
	} else if (trusted && (st.st_mode & (S_IWGRP | S_IWOTH)) != 0) {
		(void)err_set(e, ERR_CONFIG,
		    "%s: writable by group or others: chmod go-w it", path);
	} else if (secret && (st.st_mode & S_IROTH) != 0) {
		(void)err_set(e, ERR_CONFIG,
		    "%s: a secret readable by others: chmod o-r it", path);
	} else {
		rc = io_read_all(fd, b, e);
		if (rc < 0)
			(void)err_prefix(e, "%s", path);
	}
	(void)close(fd);
	return rc;
}

int
io_read_file(const char *path, struct buf *b, struct err *e)
{
	return read_checked(path, false, false, b, e);
}

int
io_read_trusted(const char *path, bool secret, struct buf *b, struct err *e)
{
	return read_checked(path, true, secret, b, e);
}

static int
sync_folder(const char *path, struct err *e)
{
	char dir[4096];
	char *slash;
	int fd;

	(void)snprintf(dir, sizeof(dir), "%s", path);
	slash = strrchr(dir, '/');
	if (slash == NULL)
		(void)snprintf(dir, sizeof(dir), ".");
	else
		slash[slash == dir ? 1 : 0] = '\0';
	fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return err_sys(e, "%s", dir);
	if (fsync(fd) < 0) {
		(void)err_sys(e, "%s", dir);
		(void)close(fd);
		return -1;
	}
	(void)close(fd);
	return 0;
}

int
io_replace_file(const char *path, const void *p, size_t n, mode_t mode,
    struct err *e)
{
	char tmp[4096];
	int fd;

	if (snprintf(tmp, sizeof(tmp), "%s.new.%ld", path, (long)getpid()) >=
	    (int)sizeof(tmp))
		return err_set(e, ERR_LIMIT, "%s: name too long", path);
	(void)unlink(tmp);
	fd = open(tmp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW,
	    mode);
	if (fd < 0)
		return err_sys(e, "%s", tmp);
	if (io_write_all(fd, p, n, e) < 0) {
		(void)err_prefix(e, "%s", tmp);
		goto fail;
	}
	if (fsync(fd) < 0) {
		(void)err_sys(e, "%s", tmp);
		goto fail;
	}
	io_close(&fd);
	if (rename(tmp, path) < 0) {
		(void)err_sys(e, "%s", path);
		goto fail;
	}
	return sync_folder(path, e);
fail:
	io_close(&fd);
	(void)unlink(tmp);
	return -1;
}

static int
change_flag(int fd, int get, int set, int flag, bool on, struct err *e)
{
	int flags = fcntl(fd, get);

	if (flags < 0)
		return err_sys(e, "fcntl");
	flags = on ? flags | flag : flags & ~flag;
	if (fcntl(fd, set, flags) < 0)
		return err_sys(e, "fcntl");
	return 0;
}

int
io_set_nonblock(int fd, bool on, struct err *e)
{
	return change_flag(fd, F_GETFL, F_SETFL, O_NONBLOCK, on, e);
}

int
io_set_cloexec(int fd, bool on, struct err *e)
{
	return change_flag(fd, F_GETFD, F_SETFD, FD_CLOEXEC, on, e);
}

void
io_close(int *fd)
{
	if (*fd >= 0)
		(void)close(*fd);
	*fd = -1;
}
