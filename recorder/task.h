/* SPDX-License-Identifier: BSD-2-Clause
 * task.h - facts of a process, by proc(5).
 * in: a pid; out: what the kernel says of it now
 *
 * A pid is used again soon: a process is a pid and its start time. */
#ifndef WARRANT_RECORDER_TASK_H
#define WARRANT_RECORDER_TASK_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct err;

struct task {
	pid_t pid, ppid, pgid, sid;
	unsigned tty;		/* device number of its terminal, 0 none */
	uint64_t start;		/* clock ticks since boot */
	uid_t uid, euid;
	gid_t egid;
	char state;		/* 'Z' is dead already */
};

/* pid may be a thread.  -1 with *e when it is gone. */
int task_read(pid_t pid, struct task *ret, struct err *e);

/* Device and inode of its program. */
int task_exe(pid_t pid, dev_t *dev, ino_t *ino, struct err *e);

/* Its audit session, UINT32_MAX none. */
uint32_t task_audit(pid_t pid);

/* Who signed in before it, pam_loginuid(8); UINT32_MAX not known. */
uint32_t task_loginuid(pid_t pid);

/* Every process of the host, thread group leaders alone. */
int task_each(void (*fn)(void *arg, const struct task *t), void *arg,
    struct err *e);

/* Is it below that process? */
bool task_descends(const struct task *t, pid_t ancestor);

/* SIGKILL, unless the pid is by now another's. */
void task_kill(const struct task *t);

/* All that is below this process, or in session sid. */
void task_kill_below(pid_t sid);

#endif
