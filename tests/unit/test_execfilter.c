/* SPDX-License-Identifier: BSD-2-Clause
 * Runs the filter as the kernel would, over a table of calls. */
#include "tests/unit/test.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/seccomp.h>
#include <sys/ioctl.h>

#include "lib/execfilter.h"

#define NOTIF SECCOMP_RET_USER_NOTIF
#define ALLOW SECCOMP_RET_ALLOW
#define KILL SECCOMP_RET_KILL_PROCESS
#define NO (SECCOMP_RET_ERRNO | EPERM)
#define X32 0x40000000

static uint32_t
run(const struct sock_filter *f, size_t n, const struct seccomp_data *d)
{
	uint32_t a = 0;

	for (size_t pc = 0; pc < n; pc++) {
		if (f[pc].code == (BPF_LD | BPF_W | BPF_ABS)) {
			assert_true(f[pc].k <= sizeof(*d) - sizeof(a));
			memcpy(&a, (const char *)d + f[pc].k, sizeof(a));
		} else if (f[pc].code == (BPF_JMP | BPF_JEQ | BPF_K)) {
			pc += a == f[pc].k ? f[pc].jt : f[pc].jf;
		} else {
			assert_int_equal(f[pc].code, BPF_RET | BPF_K);
			return f[pc].k;
		}
	}
	fail_msg("ran off the end");
	return 0;
}

static void
answers(void **state)
{
	static const struct {
		uint32_t arch;
		int nr;
		uint64_t arg1;
		uint32_t want;
	} t[] = {
#if defined(__x86_64__)
		{ AUDIT_ARCH_X86_64, 59, 0, NOTIF },
		{ AUDIT_ARCH_X86_64, 322, 0, NOTIF },
		{ AUDIT_ARCH_X86_64, 520 | X32, 0, NOTIF },
		{ AUDIT_ARCH_X86_64, 545 | X32, 0, NOTIF },
		{ AUDIT_ARCH_I386, 11, 0, NOTIF },
		{ AUDIT_ARCH_I386, 358, 0, NOTIF },
		/* the numbers of one table mean nothing in the other */
		{ AUDIT_ARCH_X86_64, 11, 0, ALLOW },
		{ AUDIT_ARCH_X86_64, 358, 0, ALLOW },
		{ AUDIT_ARCH_X86_64, 520, 0, ALLOW },
		{ AUDIT_ARCH_X86_64, 54, TIOCSTI, ALLOW },
		{ AUDIT_ARCH_I386, 59, 0, ALLOW },
		{ AUDIT_ARCH_I386, 322, 0, ALLOW },
		{ AUDIT_ARCH_I386, 16, TIOCSTI, ALLOW },
		{ AUDIT_ARCH_X86_64, 0, 0, ALLOW },
		{ AUDIT_ARCH_X86_64, 231, 0, ALLOW },
		{ AUDIT_ARCH_X86_64, 16, TIOCSTI, NO },
		{ AUDIT_ARCH_X86_64, 16, TIOCLINUX, NO },
		/* the kernel looks at 32 bits of the request */
		{ AUDIT_ARCH_X86_64, 16, TIOCSTI | UINT64_C(1) << 40, NO },
		{ AUDIT_ARCH_X86_64, 16, TIOCGWINSZ, ALLOW },
		{ AUDIT_ARCH_X86_64, 514 | X32, TIOCSTI, NO },
		{ AUDIT_ARCH_X86_64, 514 | X32, TCGETS, ALLOW },
		{ AUDIT_ARCH_X86_64, 515 | X32, TIOCSTI, ALLOW },
		{ AUDIT_ARCH_I386, 54, TIOCSTI, NO },
		{ AUDIT_ARCH_I386, 54, TIOCLINUX, NO },
		{ AUDIT_ARCH_I386, 54, TCGETS, ALLOW },
		{ AUDIT_ARCH_AARCH64, 221, 0, KILL },
#elif defined(__aarch64__)
		{ AUDIT_ARCH_AARCH64, 221, 0, NOTIF },
		{ AUDIT_ARCH_AARCH64, 281, 0, NOTIF },
		{ AUDIT_ARCH_AARCH64, 29, TIOCSTI, NO },
		{ AUDIT_ARCH_AARCH64, 29, TIOCLINUX, NO },
		{ AUDIT_ARCH_AARCH64, 29, TCGETS, ALLOW },
		{ AUDIT_ARCH_AARCH64, 11, 0, ALLOW },
		{ AUDIT_ARCH_ARM, 11, 0, NOTIF },
		{ AUDIT_ARCH_ARM, 387, 0, NOTIF },
		{ AUDIT_ARCH_ARM, 54, TIOCSTI, NO },
		{ AUDIT_ARCH_ARM, 221, 0, ALLOW },
		{ AUDIT_ARCH_X86_64, 59, 0, KILL },
#endif
		{ AUDIT_ARCH_RISCV64, 221, 0, KILL },
		{ 0, 59, 0, KILL },
	};
	struct sock_filter f[EXECFILTER_MAX];
	size_t n = execfilter_program(f);

	(void)state;
	assert_true(n <= EXECFILTER_MAX);
	for (size_t i = 0; i < COUNT(t); i++) {
		struct seccomp_data d = { .arch = t[i].arch, .nr = t[i].nr };

		d.args[1] = t[i].arg1;
		print_message("arch %#x nr %#x arg %#llx\n",
		    (unsigned)d.arch, (unsigned)d.nr,
		    (unsigned long long)d.args[1]);
		assert_int_equal(run(f, n, &d), t[i].want);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(answers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
