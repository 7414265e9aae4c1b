/* SPDX-License-Identifier: BSD-2-Clause
 * jail.h - give up what a process does not need.
 * in: a main that has opened what it needs; out: a process that can do less
 *
 * capabilities(7), seccomp(2), prctl(2).  Each main calls these once, right
 * after set-up; a failure is fatal to the program. */
#ifndef WARRANT_LIB_JAIL_H
#define WARRANT_LIB_JAIL_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct err;

/* No core dumps, not traceable and /proc/self owned by root. */
int jail_quiet(struct err *e);

/* Become uid and gid for good, without supplementary groups, and prove that
 * there is no way back.  All capabilities are gone afterwards. */
int jail_user(uid_t uid, gid_t gid, struct err *e);

/* Keep only the capabilities in mask (bit n is capability n), permitted and
 * effective, none inheritable or ambient, and drop the rest from the bounding
 * set. */
int jail_caps(uint64_t mask, struct err *e);

/* Bit of one capability, as CAP_KILL of linux/capability.h. */
#define JAIL_CAP(n) (UINT64_C(1) << (n))

/* From now on, in every thread, a call that is not among the n numbers in allowed ends
 * the process (SECCOMP_RET_KILL_PROCESS); calls of another architecture too.
 * Sets no_new_privs.  n <= 128. */
int jail_allow(const int *allowed, size_t n, struct err *e);

/* From now on, in every thread, this call ends the process unless the low 32
 * bits of its second argument (the request of ioctl(2), the command of
 * fcntl(2)) are among the n.  Before jail_allow.  Sets no_new_privs.
 * n <= 128. */
int jail_request(int call, const unsigned *allowed, size_t n, struct err *e);

/* The n calls fail with EPERM from now on; calls of another architecture (x32
 * too) end the process.  For a process whose libraries make too many calls to
 * list them.  Sets no_new_privs.  n <= 128. */
int jail_deny(const int *denied, size_t n, struct err *e);

#endif
