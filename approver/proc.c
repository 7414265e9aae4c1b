/* SPDX-License-Identifier: BSD-2-Clause */
#include "approver/proc.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "lib/err.h"
#include "lib/io.h"

#define DEPTH_MAX 4096	/* parents followed */
#define START_FIELD 22	/* proc(5): starttime, counted from 1 */

int
proc_parse_stat(const char *text, struct proc *ret, struct err *e)
{
	const char *s = strrchr(text, ')');
	unsigned long long start;
	char state;
	int ppid;

	if (s == NULL || sscanf(s, ") %c %d", &state, &ppid) != 2)
		return err_set(e, ERR_INPUT, "no process status");
	s++; /* the blank in front of field 3 */
	for (int field = 3; field < START_FIELD; field++) {
		s = strchr(s + 1, ' ');
		if (s == NULL)
			return err_set(e, ERR_INPUT, "short process status");
	}
	if (sscanf(s, " %llu", &start) != 1)
		return err_set(e, ERR_INPUT, "no start time");
	ret->state = state;
	ret->ppid = (pid_t)ppid;
	ret->start = start;
	return 0;
}

/* A small file of /proc as text; -1 when it is not there. */
static int
read_text(pid_t pid, const char *name, char *ret, size_t size, struct err *e)
{
	char path[64];
	ssize_t n;
	int fd;

	(void)snprintf(path, sizeof(path), "/proc/%ld/%s", (long)pid, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return err_set(e, ERR_NOT_FOUND, "no process %ld", (long)pid);
	n = read(fd, ret, size - 1);
	io_close(&fd);
	if (n < 0)
		return err_set(e, ERR_NOT_FOUND, "no process %ld", (long)pid);
	ret[n] = '\0';
	return 0;
}

int
proc_read(pid_t pid, struct proc *ret, struct err *e)
{
	char text[1024], *end;
	struct proc p = { .session = PROC_NO_SESSION };
	unsigned long session;

	if (read_text(pid, "stat", text, sizeof(text), e) < 0 ||
	    proc_parse_stat(text, &p, e) < 0)
		return -1;
	/* a kernel without audit has no such file */
	if (read_text(pid, "sessionid", text, sizeof(text), NULL) == 0) {
		errno = 0;
		session = strtoul(text, &end, 10);
		if (errno == 0 && end != text && session <= UINT32_MAX)
			p.session = (uint32_t)session;
	}
	*ret = p;
	return 0;
}

int
proc_descends(pid_t pid, pid_t ancestor)
{
	for (int i = 0; i < DEPTH_MAX && pid > 1; i++) {
		struct proc p;

		if (pid == ancestor)
			return 1;
		if (proc_read(pid, &p, NULL) < 0)
			return 0;
		pid = p.ppid;
	}
	return 0;
}

void
proc_each(proc_fn *fn, void *arg)
{
	DIR *d = opendir("/proc");
	struct dirent *entry;

	while (d != NULL && (entry = readdir(d)) != NULL) {
		pid_t pid = (pid_t)strtol(entry->d_name, NULL, 10);
		struct proc p;

		if (isdigit((unsigned char)entry->d_name[0]) != 0 &&
		    proc_read(pid, &p, NULL) == 0)
			fn(arg, pid, &p);
	}
	if (d != NULL)
		(void)closedir(d);
}

void
proc_kill(pid_t pid, uint64_t start)
{
	int fd = (int)syscall(SYS_pidfd_open, pid, 0);
	struct proc p;

	if (fd < 0)
		return;
	if (proc_read(pid, &p, NULL) == 0 && p.start == start)
		(void)syscall(SYS_pidfd_send_signal, fd, SIGKILL, NULL, 0);
	io_close(&fd);
}
