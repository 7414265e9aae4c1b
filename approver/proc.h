/* SPDX-License-Identifier: BSD-2-Clause
 * proc.h - which login a process belongs to.
 * in: /proc/PID/stat, /proc/PID/sessionid (proc(5)); out: numbers, and the
 * end of those that belong to one */
#ifndef WARRANT_APPROVER_PROC_H
#define WARRANT_APPROVER_PROC_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct err;

#define PROC_NO_SESSION UINT32_MAX	/* no audit session was ever set */

struct proc {
	char state;	/* R, S, ... Z */
	pid_t ppid;
	uint64_t start;	/* clock ticks after boot: pid and start are unique */
	uint32_t session;
};

/* "PID (COMM) S PPID ... START ..." to state, ppid and start; comm may hold
 * anything, blanks and parentheses too.  -1 with *e (ERR_INPUT).  Pure. */
int proc_parse_stat(const char *text, struct proc *ret, struct err *e);

/* 0, or -1 with *e (ERR_NOT_FOUND) when there is no such process. */
int proc_read(pid_t pid, struct proc *ret, struct err *e);

/* Does pid descend from ancestor (or is it)?  1 or 0; a process whose parents
 * are gone descends from nobody. */
int proc_descends(pid_t pid, pid_t ancestor);

/* Call fn for every process there is. */
typedef void proc_fn(void *arg, pid_t pid, const struct proc *p);
void proc_each(proc_fn *fn, void *arg);

/* SIGKILL, if pid is still the process that started then. */
void proc_kill(pid_t pid, uint64_t start);

#endif
