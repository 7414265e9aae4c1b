/* SPDX-License-Identifier: BSD-2-Clause */
#include "lib/execfilter.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "lib/err.h"

#ifndef SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV
#define SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV (1UL << 5)	/* Linux 5.19 */
#endif

#define LOAD(field) { BPF_LD | BPF_W | BPF_ABS, 0, 0, \
	offsetof(struct seccomp_data, field) }
#define JEQ(value, yes, no) { BPF_JMP | BPF_JEQ | BPF_K, (yes), (no), \
	(uint32_t)(value) }
#define RETURN(what) { BPF_RET | BPF_K, 0, 0, (what) }

/* Jumps count the instructions to skip; the unit test runs the program.  An
 * ioctl request is 32 bits to the kernel, so the low half is the whole. */
#if defined(__x86_64__)
#define X32 0x40000000u
static const struct sock_filter program[] = {
	/*  0 */ LOAD(arch),
	/*  1 */ JEQ(AUDIT_ARCH_X86_64, 2, 0),
	/*  2 */ JEQ(AUDIT_ARCH_I386, 8, 0),
	/*  3 */ RETURN(SECCOMP_RET_KILL_PROCESS),
	/*  4 */ LOAD(nr),
	/*  5 */ JEQ(59, 14, 0),		/* execve */
	/*  6 */ JEQ(322, 13, 0),		/* execveat */
	/*  7 */ JEQ(520 | X32, 12, 0),		/* x32 execve */
	/*  8 */ JEQ(545 | X32, 11, 0),		/* x32 execveat */
	/*  9 */ JEQ(16, 5, 0),			/* ioctl */
	/* 10 */ JEQ(514 | X32, 4, 7),		/* x32 ioctl */
	/* 11 */ LOAD(nr),
	/* 12 */ JEQ(11, 7, 0),			/* i386 execve */
	/* 13 */ JEQ(358, 6, 0),		/* i386 execveat */
	/* 14 */ JEQ(54, 0, 3),			/* i386 ioctl */
	/* 15 */ LOAD(args[1]),
	/* 16 */ JEQ(TIOCSTI, 2, 0),
	/* 17 */ JEQ(TIOCLINUX, 1, 0),
	/* 18 */ RETURN(SECCOMP_RET_ALLOW),
	/* 19 */ RETURN(SECCOMP_RET_ERRNO | EPERM),
	/* 20 */ RETURN(SECCOMP_RET_USER_NOTIF),
};
#elif defined(__aarch64__)
static const struct sock_filter program[] = {
	/*  0 */ LOAD(arch),
	/*  1 */ JEQ(AUDIT_ARCH_AARCH64, 2, 0),
	/*  2 */ JEQ(AUDIT_ARCH_ARM, 5, 0),
	/*  3 */ RETURN(SECCOMP_RET_KILL_PROCESS),
	/*  4 */ LOAD(nr),
	/*  5 */ JEQ(221, 11, 0),		/* execve */
	/*  6 */ JEQ(281, 10, 0),		/* execveat */
	/*  7 */ JEQ(29, 4, 8),			/* ioctl */
	/*  8 */ LOAD(nr),
	/*  9 */ JEQ(11, 7, 0),			/* arm execve */
	/* 10 */ JEQ(387, 6, 0),		/* arm execveat */
	/* 11 */ JEQ(54, 0, 4),			/* arm ioctl */
	/* 12 */ LOAD(args[1]),
	/* 13 */ JEQ(TIOCSTI, 1, 0),
	/* 14 */ JEQ(TIOCLINUX, 0, 1),
	/* 15 */ RETURN(SECCOMP_RET_ERRNO | EPERM),
	/* 16 */ RETURN(SECCOMP_RET_ALLOW),
	/* 17 */ RETURN(SECCOMP_RET_USER_NOTIF),
};
#else
#error "add the numbers of execve, execveat and ioctl of this architecture"
#endif

size_t
execfilter_program(struct sock_filter ret[EXECFILTER_MAX])
{
	memcpy(ret, program, sizeof(program));
	return sizeof(program) / sizeof(program[0]);
}

int
execfilter_install(int *ret, struct err *e)
{
	struct sock_filter f[EXECFILTER_MAX];
	struct sock_fprog prog = { .filter = f };
	unsigned long flags = SECCOMP_FILTER_FLAG_NEW_LISTENER |
	    SECCOMP_FILTER_FLAG_SPEC_ALLOW |
	    SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV;
	long fd;

	prog.len = (unsigned short)execfilter_program(f);
	fd = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &prog);
	if (fd < 0 && errno == EINVAL) { /* before 5.19: EINTR can be seen */
		flags &= ~(unsigned long)SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV;
		fd = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags,
		    &prog);
	}
	if (fd >= 0) {
		*ret = (int)fd;
		return 0;
	}
	if (errno == EBUSY)
		return err_set(e, ERR_CONFLICT,
		    "this process is under an exec gate already");
	if (errno == EACCES)
		return err_set(e, ERR_DENIED,
		    "the exec gate needs CAP_SYS_ADMIN");
	if (errno == EINVAL || errno == ENOSYS)
		return err_set(e, ERR_UNAVAILABLE, "this kernel has no seccomp "
		    "user notification (Linux 5.5 is needed)");
	return err_sys(e, "seccomp");
}
