/* SPDX-License-Identifier: BSD-2-Clause
 * served_jail.c - all that the recorder may ask of the kernel. */
#include "recorder/served.h"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>

#include "lib/jail.h"

/* Other recorders run as the same user: no request that names a process to
 * be signalled (F_SETOWN, FIOSETOWN) may be left. */
static int
narrow(struct err *e)
{
	static const unsigned commands[] = { F_GETFD, F_SETFD, F_GETFL,
	    F_SETFL };
	static const unsigned requests[] = { TCGETS, TCSETS, TCSETSW, TCSETSF,
	    /* the same of struct termios2, as a newer libc asks for it */
	    _IOC(_IOC_READ, 'T', 0x2a, 44), _IOC(_IOC_WRITE, 'T', 0x2b, 44),
	    _IOC(_IOC_WRITE, 'T', 0x2c, 44), _IOC(_IOC_WRITE, 'T', 0x2d, 44),
	    TIOCGPGRP, TIOCGWINSZ, TIOCSWINSZ };

	return jail_request(SYS_fcntl, commands, sizeof(commands) /
	    sizeof(commands[0]), e) < 0 ? -1 : jail_request(SYS_ioctl,
	    requests, sizeof(requests) / sizeof(requests[0]), e);
}

/* Nor does abort(3) find the call it would end by: it ends all the same. */
int
served_jail(struct err *e)
{
	static const int calls[] = { SYS_read, SYS_write, SYS_writev,
	    SYS_poll, SYS_ppoll, SYS_close, SYS_sendmsg, SYS_recvmsg,
	    SYS_ioctl, SYS_fcntl, SYS_fallocate, SYS_ftruncate,
	    SYS_fdatasync, SYS_fsync, SYS_lseek, SYS_fstat, SYS_newfstatat,
	    SYS_clock_gettime, SYS_clock_nanosleep, SYS_brk, SYS_mmap,
	    SYS_munmap, SYS_mremap, SYS_madvise, SYS_mlock, SYS_munlock,
	    SYS_mprotect, SYS_futex, SYS_getrandom, SYS_rt_sigreturn,
	    SYS_rt_sigprocmask, SYS_rt_sigaction, SYS_restart_syscall,
	    SYS_getpid, SYS_gettid, SYS_exit, SYS_exit_group, SYS_sendto };

	if (jail_quiet(e) < 0 || narrow(e) < 0)
		return -1;
	return jail_allow(calls, sizeof(calls) / sizeof(calls[0]), e);
}
