/* SPDX-License-Identifier: BSD-2-Clause */
#include "approver/child.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/err.h"
#include "lib/io.h"

#define FIRST_FD 3
#define HIGH_FD 100	/* out of the way of the final places */
#define CANNOT_EXEC 126

/* Put c->fd[] at 3 and up and close the rest.  In the child: 0 or -1. */
static int
place_fds(const struct child_start *c)
{
	int high[CHILD_FDS];
	int null = open("/dev/null", O_RDWR);

	if (null < 0 || dup2(null, STDIN_FILENO) < 0)
		return -1;
	for (size_t i = 0; i < c->fds; i++) {
		high[i] = fcntl(c->fd[i], F_DUPFD, HIGH_FD);
		if (high[i] < 0)
			return -1;
	}
	for (size_t i = 0; i < c->fds; i++)
		if (dup2(high[i], FIRST_FD + (int)i) < 0)
			return -1;
	return close_range(FIRST_FD + (unsigned)c->fds, ~0U, 0);
}

static void
reset_signals(void)
{
	sigset_t none;

	for (int s = 1; s < NSIG; s++)
		(void)signal(s, SIG_DFL);
	(void)sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
}

static void
become(const struct child_start *c)
{
	static const char path[] =
	    "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:"
	    "/sbin:/bin";
	static const char lang[] = "LANG=C.UTF-8";
	char *env[] = { (char *)(uintptr_t)path, (char *)(uintptr_t)lang,
	    NULL };

	reset_signals();
	if (place_fds(c) < 0)
		return;
	if (c->uid != 0 && (setgroups(0, NULL) < 0 ||
	    setresgid(c->gid, c->gid, c->gid) < 0 ||
	    setresuid(c->uid, c->uid, c->uid) < 0))
		return;
	(void)execve(c->path, (char *const *)(uintptr_t)c->argv, env);
}

int
child_start(const struct child_start *c, struct child *ret, struct err *e)
{
	pid_t pid;
	int pidfd;

	if (c->fds > CHILD_FDS)
		return err_set(e, ERR_LIMIT, "too many descriptors");
	pid = fork();
	if (pid < 0)
		return err_sys(e, "fork");
	if (pid == 0) {
		become(c);
		(void)dprintf(STDERR_FILENO, "%s: %s\n", c->path,
		    strerror(errno));
		_exit(CANNOT_EXEC);
	}
	pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
	if (pidfd < 0) {
		(void)err_sys(e, "pidfd_open");
		(void)kill(pid, SIGKILL);
		(void)waitpid(pid, NULL, 0);
		return -1;
	}
	ret->pid = pid;
	ret->pidfd = pidfd; /* close-on-exec by itself */
	return 0;
}

int
child_wait(struct child *c, int *status, struct err *e)
{
	while (waitpid(c->pid, status, 0) < 0)
		if (errno != EINTR)
			return err_sys(e, "waitpid %ld", (long)c->pid);
	io_close(&c->pidfd);
	c->pid = 0;
	return 0;
}

void
child_end(struct child *c)
{
	int status;

	(void)kill(c->pid, SIGKILL);
	(void)child_wait(c, &status, NULL);
}

const char *
child_status_text(int status, char *ret, size_t size)
{
	if (WIFSIGNALED(status))
		(void)snprintf(ret, size, "was ended by signal %d (%s)",
		    WTERMSIG(status), strsignal(WTERMSIG(status)));
	else
		(void)snprintf(ret, size, "exited with status %d",
		    WEXITSTATUS(status));
	return ret;
}
