/* SPDX-License-Identifier: BSD-2-Clause */
#include "lib/jail.h"

#include <errno.h>
#include <grp.h>
#include <linux/audit.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "lib/err.h"

#define CALLS_MAX 128
#define X32_BIT 0x40000000U

#if defined(__x86_64__)
#define HERE_ARCH AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define HERE_ARCH AUDIT_ARCH_AARCH64
#else
#error "add the AUDIT_ARCH of this architecture"
#endif

int
jail_quiet(struct err *e)
{
	const struct rlimit none = { 0, 0 };

	if (setrlimit(RLIMIT_CORE, &none) < 0)
		return err_sys(e, "setrlimit");
	if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0)
		return err_sys(e, "PR_SET_DUMPABLE");
	return 0;
}

int
jail_user(uid_t uid, gid_t gid, struct err *e)
{
	if (uid == 0)
		return err_set(e, ERR_CONFIG, "will not run as root");
	if (geteuid() == uid && getuid() == uid && getegid() == gid)
		return 0; /* started as that user already */
	if (setgroups(0, NULL) < 0 || setresgid(gid, gid, gid) < 0 ||
	    setresuid(uid, uid, uid) < 0)
		return err_sys(e, "cannot become uid %u gid %u",
		    (unsigned)uid, (unsigned)gid);
	if (setuid(0) == 0 || seteuid(0) == 0)
		return err_set(e, ERR_SYSTEM, "could become root again");
	return jail_caps(0, e);
}

int
jail_caps(uint64_t mask, struct err *e)
{
	struct __user_cap_header_struct h = {
	    .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct d[2] = { { 0, 0, 0 }, { 0, 0, 0 } };

	for (int c = 0; c <= 63; c++) {
		if ((mask >> c & 1) != 0 ||
		    prctl(PR_CAPBSET_READ, c, 0, 0, 0) != 1)
			continue;
		/* EPERM: no CAP_SETPCAP, so the set cannot be used either */
		if (prctl(PR_CAPBSET_DROP, c, 0, 0, 0) < 0 && errno != EPERM)
			return err_sys(e, "PR_CAPBSET_DROP");
	}
	(void)prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
	d[0].permitted = d[0].effective = (uint32_t)mask;
	d[1].permitted = d[1].effective = (uint32_t)(mask >> 32);
	if (syscall(SYS_capset, &h, d) < 0)
		return err_sys(e, "capset");
	return 0;
}

/* Only calls of our own architecture; the number of the call is loaded. */
static size_t
start_filter(struct sock_filter *f)
{
	const struct sock_filter start[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
		    offsetof(struct seccomp_data, arch)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, HERE_ARCH, 1, 0),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
		    offsetof(struct seccomp_data, nr)),
	};

	memcpy(f, start, sizeof(start));
	return sizeof(start) / sizeof(start[0]);
}

static int
install(struct sock_filter *f, size_t n, struct err *e)
{
	struct sock_fprog prog = { .len = (unsigned short)n, .filter = f };

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return err_sys(e, "no_new_privs");
	/* all threads, or none: then a thread's id comes back */
	if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER,
	    SECCOMP_FILTER_FLAG_TSYNC, &prog) != 0)
		return err_sys(e, "seccomp");
	return 0;
}

/* After start_filter: the verdict one for each of the n calls, else other. */
static size_t
add_calls(struct sock_filter *f, const int *calls, size_t n, uint32_t one,
    uint32_t other)
{
	size_t k = 0;

	for (size_t i = 0; i < n; i++) /* a hit jumps over the other */
		f[k++] = (struct sock_filter)BPF_JUMP(
		    BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)calls[i],
		    (uint8_t)(n - i), 0);
	f[k++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, other);
	f[k++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, one);
	return k;
}

int
jail_allow(const int *allowed, size_t n, struct err *e)
{
	struct sock_filter f[CALLS_MAX + 6];
	size_t k;

	if (n > CALLS_MAX)
		return err_set(e, ERR_LIMIT, "too many system calls");
	k = start_filter(f);
	k += add_calls(f + k, allowed, n, SECCOMP_RET_ALLOW,
	    SECCOMP_RET_KILL_PROCESS);
	return install(f, k, e);
}

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "the low half of an argument lies elsewhere"
#endif

int
jail_request(int call, const unsigned *allowed, size_t n, struct err *e)
{
	struct sock_filter f[CALLS_MAX + 10];
	int numbers[CALLS_MAX];
	size_t k;

	if (n > CALLS_MAX)
		return err_set(e, ERR_LIMIT, "too many requests");
	for (size_t i = 0; i < n; i++)
		numbers[i] = (int)allowed[i];
	k = start_filter(f);
	f[k++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K,
	    (uint32_t)call, 1, 0);
	f[k++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K,
	    SECCOMP_RET_ALLOW);
	f[k++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
	    offsetof(struct seccomp_data, args[1]));
	k += add_calls(f + k, numbers, n, SECCOMP_RET_ALLOW,
	    SECCOMP_RET_KILL_PROCESS);
	return install(f, k, e);
}

int
jail_deny(const int *denied, size_t n, struct err *e)
{
	struct sock_filter f[CALLS_MAX + 8];
	size_t k;

	if (n > CALLS_MAX)
		return err_set(e, ERR_LIMIT, "too many system calls");
	k = start_filter(f);
	/* x32 calls are of this architecture, by other numbers: seccomp(2) */
	f[k++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K,
	    X32_BIT, 0, 1);
	f[k++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K,
	    SECCOMP_RET_KILL_PROCESS);
	k += add_calls(f + k, denied, n,
	    SECCOMP_RET_ERRNO | (EPERM & SECCOMP_RET_DATA),
	    SECCOMP_RET_ALLOW);
	return install(f, k, e);
}
