/* SPDX-License-Identifier: BSD-2-Clause
 * served_jail.c - all that the recorder may ask of the kernel. */
#include "recorder/served.h"

#include <sys/syscall.h>

#include "lib/jail.h"

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
	    SYS_getpid, SYS_gettid, SYS_tgkill, SYS_exit, SYS_exit_group,
	    SYS_sendto };

	if (jail_quiet(e) < 0)
		return -1;
	return jail_allow(calls, sizeof(calls) / sizeof(calls[0]), e);
}
