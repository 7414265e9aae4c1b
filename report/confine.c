/* SPDX-License-Identifier: BSD-2-Clause */
#include "report/confine.h"

#include <sys/syscall.h>

#include "lib/jail.h"

int
confine(bool files, struct err *e)
{
	static const int outside[] = {
		SYS_execve, SYS_execveat, SYS_socket, SYS_connect,
		SYS_sendto, SYS_sendmsg, SYS_sendmmsg, SYS_ptrace,
		SYS_process_vm_writev, SYS_kill, SYS_tkill, SYS_clone,
		SYS_clone3, SYS_mount, SYS_unshare, SYS_setns, SYS_bpf,
		SYS_io_uring_setup, SYS_keyctl, SYS_memfd_create,
	};
	static const int names[] = {
		SYS_openat, SYS_openat2, SYS_unlinkat, SYS_renameat2,
		SYS_linkat, SYS_symlinkat, SYS_mkdirat, SYS_mknodat,
		SYS_fchmodat, SYS_fchownat, SYS_utimensat, SYS_truncate,
		SYS_open_by_handle_at, SYS_chdir, SYS_setxattr,
#if defined(SYS_open)
		SYS_open, SYS_creat, SYS_unlink, SYS_rename, SYS_renameat,
		SYS_link, SYS_symlink, SYS_mkdir, SYS_mknod, SYS_rmdir,
		SYS_chmod, SYS_chown, SYS_lchown, SYS_fork, SYS_vfork,
#endif
	};

	if (jail_deny(outside, sizeof(outside) / sizeof(outside[0]), e) < 0)
		return -1;
	return files ? 0 : jail_deny(names, sizeof(names) / sizeof(names[0]),
	    e);
}
