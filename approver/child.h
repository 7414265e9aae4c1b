/* SPDX-License-Identifier: BSD-2-Clause
 * child.h - start a program with descriptors 3 and up, and see it end.
 * in: path, words, descriptors, account; out: pid and a pidfd */
#ifndef WARRANT_APPROVER_CHILD_H
#define WARRANT_APPROVER_CHILD_H

#include <stddef.h>
#include <sys/types.h>

struct err;

#define CHILD_FDS 8

struct child_start {
	const char *path;
	const char *const *argv;	/* ends with NULL */
	int fd[CHILD_FDS];	/* become 3, 4, ...; borrowed */
	size_t fds;
	uid_t uid;		/* 0: stay root */
	gid_t gid;
};

struct child {
	pid_t pid;	/* 0: none */
	int pidfd;	/* readable once it has ended; -1: none */
};

/* Standard input is /dev/null, output and error are ours, all else but fd[]
 * is closed; the environment is PATH and LANG alone; signals are as new.  0
 * also when the program cannot be executed: it then ends at once with status
 * 126. */
int child_start(const struct child_start *c, struct child *ret,
    struct err *e);

/* After pidfd was readable: collect it, *status as by waitpid(2). */
int child_wait(struct child *c, int *status, struct err *e);

/* End it by SIGKILL and collect it. */
void child_end(struct child *c);

/* "exited with status 3" or "was ended by signal 9 (Killed)". */
const char *child_status_text(int status, char *ret, size_t size);

#endif
