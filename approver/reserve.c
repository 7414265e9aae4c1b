/* SPDX-License-Identifier: BSD-2-Clause */
#include "approver/reserve.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "lib/err.h"
#include "lib/io.h"

static const char name[] = "reserve";

int64_t
reserve_free(int dir, struct err *e)
{
	struct statvfs v;

	if (fstatvfs(dir, &v) < 0)
		return err_sys(e, "fstatvfs");
	return (int64_t)(v.f_bavail * v.f_frsize);
}

/* Is it there, and whole?  One that a crash or another size left is not. */
static bool
is_there(const struct reserve *r)
{
	struct stat st;

	return fstatat(r->dir, name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
	    S_ISREG(st.st_mode) && st.st_size == r->size;
}

int
reserve_keep(const struct reserve *r, int64_t spare, struct err *e)
{
	int64_t room;
	int fd, rc;

	if (r->size == 0 || is_there(r))
		return 1;
	(void)unlinkat(r->dir, name, 0);
	room = reserve_free(r->dir, e);
	if (room < r->size + spare)
		return room < 0 ? -1 : 0;
	fd = openat(r->dir, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW |
	    O_CLOEXEC, 0600);
	if (fd < 0)
		return err_sys(e, "%s", name);
	rc = posix_fallocate(fd, 0, r->size);
	io_close(&fd);
	if (rc != 0) {
		(void)unlinkat(r->dir, name, 0);
		errno = rc;
		return rc == ENOSPC ? 0 : err_sys(e, "%s", name);
	}
	return 1;
}

bool
reserve_release(const struct reserve *r)
{
	return unlinkat(r->dir, name, 0) == 0;
}
