/* SPDX-License-Identifier: BSD-2-Clause
 * caller.h - what a process asks when it calls execve(2).
 * in: a notification of the listener, seccomp_unotify(2)
 * out: the file, the words, who asks; the answer
 *
 * Read from the caller's memory: another thread of it may change it right
 * after.  So this is what was asked, not what runs. */
#ifndef WARRANT_RECORDER_CALLER_H
#define WARRANT_RECORDER_CALLER_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include <linux/seccomp.h>

#include "lib/buf.h"
#include "recorder/task.h"

struct err;

#define CALLER_ARGV_MAX (2 * 1024 * 1024 + 64)	/* what the kernel takes */

struct caller {
	uint64_t id;		/* of the notification */
	struct task task;
	char path[4096];	/* as it was given, "" */
	char exe[4096];		/* path of the file as it is really named */
	char cwd[4096];
	dev_t dev;
	ino_t ino;
	uid_t euid;		/* of the program: set-user-id counted */
	bool privileged;	/* it gets rights the caller has not */
	bool found;		/* there is such a program; else a probe */
	struct buf argv;	/* block of words, argv.h */
	bool argv_cut;		/* not all could be read */
};

/* Take one notification.  1 with *ret (caller_clear), 0 when it is gone
 * already, -1 with *e when the listener fails. */
int caller_receive(int listener, struct caller *ret, struct err *e);
void caller_clear(struct caller *c);

/* The program that process pid has just started, as the same facts: read at
 * PTRACE_EVENT_EXEC, when no instruction of it has run.  -1 with *e. */
int caller_started(pid_t pid, struct caller *ret, struct err *e);

/* Does it still wait for an answer? */
bool caller_waits(int listener, const struct caller *c);

/* Let the call go on, or make it fail with this errno; false when it is gone.
 * CALLER_AGAIN: it is begun anew when the task runs next. */
#define CALLER_AGAIN 513	/* ERESTARTNOINTR of the kernel */
bool caller_continue(int listener, const struct caller *c);
bool caller_fail(int listener, const struct caller *c, int error);

#endif
