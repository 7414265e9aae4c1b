/* SPDX-License-Identifier: BSD-2-Clause
 * execfilter.h - the seccomp filter that asks a listener about every execve.
 * in: a process with CAP_SYS_ADMIN (sshd, before it drops to the account)
 * out: a listener descriptor (seccomp_unotify(2)), to be handed to
 * warrant-gate
 *
 * The filter is inherited by every child, survives setuid programs and
 * cannot be removed or loosened; no_new_privs stays off, so sudo and su go on
 * working.  It asks about execve and execveat of every calling convention of
 * the machine, answers EPERM to ioctl TIOCSTI and TIOCLINUX (typing into
 * one's own terminal), and ends a process that calls with the numbers of an
 * architecture it does not know.  When the last copy of the listener is
 * closed every later execve fails with ENOSYS; when the last process under
 * the filter is gone the listener reports POLLHUP. */
#ifndef WARRANT_LIB_EXECFILTER_H
#define WARRANT_LIB_EXECFILTER_H

#include <stddef.h>

#include <linux/filter.h>

struct err;

#define EXECFILTER_MAX 32	/* instructions */

/* The program for this machine; returns the number of instructions.  Pure. */
size_t execfilter_program(struct sock_filter ret[EXECFILTER_MAX]);

/* Put the calling thread and all its later children under the filter.  *ret
 * is the listener, close-on-exec.  -1 with *e: ERR_CONFLICT when the caller
 * is under a listener already (a login inside a session: join it),
 * ERR_UNAVAILABLE when the kernel is older than 5.5 or built without it,
 * ERR_DENIED without CAP_SYS_ADMIN. */
int execfilter_install(int *ret, struct err *e);

#endif
