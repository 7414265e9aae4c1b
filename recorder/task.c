/* SPDX-License-Identifier: BSD-2-Clause */
#include "recorder/task.h"

#include <ctype.h>
#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "lib/buf.h"
#include "lib/err.h"
#include "lib/io.h"

#define FILE_MAX 8192
#define ANCESTORS 64
#define SWEEPS 3	/* what forks while we look is found by the next */

static int
slurp(pid_t pid, const char *name, struct buf *b, struct err *e)
{
	char path[64];

	(void)snprintf(path, sizeof(path), "/proc/%ld/%s", (long)pid, name);
	buf_reset(b);
	return io_read_file(path, b, e);
}

static int
parse_stat(const char *p, struct task *t)
{
	unsigned long long start;
	const char *end = strrchr(p, ')'); /* the name may hold anything */
	int tty;

	if (end == NULL || sscanf(end + 1, " %c %d %d %d %d %*d %*u %*u %*u "
	    "%*u %*u %*u %*u %*d %*d %*d %*d %*d %*d %llu", &t->state,
	    &t->ppid, &t->pgid, &t->sid, &tty, &start) != 6)
		return -1;
	t->tty = (unsigned)tty;
	t->start = start;
	return 0;
}

int
task_read(pid_t pid, struct task *ret, struct err *e)
{
	struct buf b = BUF_INIT(FILE_MAX);
	struct task t = { .pid = pid };
	const char *uid, *gid;
	int rc = -1;

	if (slurp(pid, "stat", &b, e) < 0)
		goto out;
	if (parse_stat(b.p, &t) < 0) {
		(void)err_set(e, ERR_SYSTEM, "/proc/%ld/stat", (long)pid);
		goto out;
	}
	if (slurp(pid, "status", &b, e) < 0)
		goto out;
	uid = strstr(b.p, "\nUid:");
	gid = strstr(b.p, "\nGid:");
	if (uid == NULL || gid == NULL ||
	    sscanf(uid + 5, "%u %u", &t.uid, &t.euid) != 2 ||
	    sscanf(gid + 5, "%*u %u", &t.egid) != 1) {
		(void)err_set(e, ERR_SYSTEM, "/proc/%ld/status", (long)pid);
		goto out;
	}
	*ret = t;
	rc = 0;
out:
	buf_clear(&b);
	return rc;
}

int
task_exe(pid_t pid, dev_t *dev, ino_t *ino, struct err *e)
{
	char path[64];
	struct stat st;

	(void)snprintf(path, sizeof(path), "/proc/%ld/exe", (long)pid);
	if (stat(path, &st) < 0)
		return err_sys(e, "%s", path);
	*dev = st.st_dev;
	*ino = st.st_ino;
	return 0;
}

static uint32_t
number(pid_t pid, const char *file)
{
	struct buf b = BUF_INIT(64);
	uint32_t id = UINT32_MAX;

	if (slurp(pid, file, &b, NULL) == 0 && b.len > 0)
		id = (uint32_t)strtoul(b.p, NULL, 10);
	buf_clear(&b);
	return id;
}

uint32_t
task_audit(pid_t pid)
{
	return number(pid, "sessionid");
}

uint32_t
task_loginuid(pid_t pid)
{
	return number(pid, "loginuid");
}

int
task_each(void (*fn)(void *arg, const struct task *t), void *arg,
    struct err *e)
{
	DIR *d = opendir("/proc");
	struct dirent *entry;
	struct task t;

	if (d == NULL)
		return err_sys(e, "/proc");
	while ((entry = readdir(d)) != NULL)
		if (isdigit((unsigned char)entry->d_name[0]) != 0 &&
		    task_read((pid_t)strtol(entry->d_name, NULL, 10), &t,
		    NULL) == 0)
			fn(arg, &t);
	(void)closedir(d);
	return 0;
}

void
task_kill(const struct task *t)
{
	int fd = (int)syscall(SYS_pidfd_open, t->pid, 0);
	struct task now;

	if (fd < 0)
		return;
	if (task_read(t->pid, &now, NULL) == 0 && now.start == t->start)
		(void)syscall(SYS_pidfd_send_signal, fd, SIGKILL, NULL, 0);
	io_close(&fd);
}

bool
task_descends(const struct task *t, pid_t ancestor)
{
	struct task up = *t;

	for (int i = 0; i < ANCESTORS && up.ppid > 1; i++) {
		if (up.ppid == ancestor)
			return true;
		if (task_read(up.ppid, &up, NULL) < 0)
			return false;
	}
	return false;
}

static void
kill_below(void *arg, const struct task *t)
{
	const pid_t *sid = arg;

	if (t->sid == *sid || task_descends(t, getpid()))
		task_kill(t);
}

void
task_kill_below(pid_t sid)
{
	for (int i = 0; i < SWEEPS; i++)
		(void)task_each(kill_below, &sid, NULL);
}
