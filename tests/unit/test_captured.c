/* SPDX-License-Identifier: BSD-2-Clause
 * What code in the recorder's place can do: each attack runs behind the
 * filter of served_jail.c, in a process of its own. */
#include "tests/unit/test.h"

#include <errno.h>
#include <fcntl.h>
#include <pty.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/err.h"
#include "lib/jail.h"
#include "recorder/served.h"

#define NOBODY 65534
#define SURVIVED 7

static int pair[2];	/* a socket, as its links are */
static int tty = -1;	/* as its end of the inner terminal */
static pid_t victim;	/* another process of the same user */

struct call {
	const char *name;
	long number, a, b, c;
};

static const struct call *chosen;

static void
makes_the_call(void)
{
	(void)syscall(chosen->number, chosen->a, chosen->b, chosen->c, 0, 0);
}

static void
aborts(void)
{
	abort();
}

static void
does_its_work(void)
{
	struct winsize w = { .ws_col = 80, .ws_row = 24 };
	struct termios t;
	char c = 'x';
	void *p = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (p != MAP_FAILED && write(pair[0], &c, 1) == 1 &&
	    read(pair[1], &c, 1) == 1 && tcgetattr(tty, &t) == 0 &&
	    tcsetattr(tty, TCSADRAIN, &t) == 0 &&
	    ioctl(tty, TIOCSWINSZ, &w) == 0 && fcntl(pair[0], F_SETFL,
	    fcntl(pair[0], F_GETFL) | O_NONBLOCK) == 0)
		_exit(SURVIVED);
}

static void
become_nobody(void)
{
	struct err e = { 0 };

	if (getuid() == 0 && jail_user(NOBODY, NOBODY, &e) < 0)
		_exit(1);
}

static int
behind_the_filter(void (*attack)(void))
{
	struct err e = { 0 };
	int status = -1;
	pid_t pid = fork();

	if (pid == 0) {
		become_nobody();
		if (served_jail(&e) < 0)
			_exit(2);
		attack();
		_exit(3);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return status;
}

static void
assert_ends_it(void (*attack)(void))
{
	int status = behind_the_filter(attack);

	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGSYS);
	assert_int_equal(waitpid(victim, NULL, WNOHANG), 0); /* it lives */
}

#define AT(p) ((long)(intptr_t)(p))

static void
every_way_out_ends_the_process(void **state)
{
	char *const none[] = { NULL };
	const int who = victim;
	const char key = 'x';
	const struct call t[] = {
		{ "open", SYS_openat, AT_FDCWD, AT("/etc/passwd"), 0 },
		{ "unlink", SYS_unlinkat, AT_FDCWD, AT("/no/such"), 0 },
		{ "socket", SYS_socket, AF_UNIX, SOCK_STREAM, 0 },
		{ "connect", SYS_connect, pair[0], 0, 0 },
		{ "ptrace", SYS_ptrace, PTRACE_ATTACH, victim, 0 },
		{ "process_vm_readv", SYS_process_vm_readv, victim, 0, 0 },
		{ "process_vm_writev", SYS_process_vm_writev, victim, 0, 0 },
		{ "pidfd_open", SYS_pidfd_open, victim, 0, 0 },
		{ "pidfd_getfd", SYS_pidfd_getfd, pair[0], 0, 0 },
		{ "kill", SYS_kill, victim, SIGKILL, 0 },
		{ "tgkill", SYS_tgkill, victim, victim, SIGKILL },
		{ "sigqueue", SYS_rt_sigqueueinfo, victim, SIGKILL, 0 },
		{ "F_SETOWN", SYS_fcntl, pair[0], F_SETOWN, victim },
		{ "F_SETSIG", SYS_fcntl, pair[0], F_SETSIG, SIGKILL },
		{ "FIOSETOWN", SYS_ioctl, pair[0], FIOSETOWN, AT(&who) },
		{ "TIOCSTI", SYS_ioctl, tty, TIOCSTI, AT(&key) },
		{ "TIOCSCTTY", SYS_ioctl, tty, TIOCSCTTY, 1 },
		{ "execve", SYS_execve, AT("/bin/true"), AT(none), AT(none) },
		{ "clone", SYS_clone, SIGCHLD, 0, 0 },
		{ "setresuid", SYS_setresuid, 0, 0, 0 },
		{ "set dumpable", SYS_prctl, PR_SET_DUMPABLE, 1, 0 },
		{ "seccomp", SYS_seccomp, 1, 0, 0 },
		{ "io_uring", SYS_io_uring_setup, 1, 0, 0 },
		{ "bpf", SYS_bpf, 0, 0, 0 },
		{ "unshare", SYS_unshare, 0x10000000, 0, 0 },
		{ "mount", SYS_mount, 0, 0, 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(t); i++) {
		print_message("%s\n", t[i].name);
		chosen = &t[i];
		assert_ends_it(makes_the_call);
	}
	assert_ends_it(aborts);
}

static void
what_it_needs_goes_on(void **state)
{
	int status = behind_the_filter(does_its_work);

	(void)state;
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), SURVIVED);
}

/* In a process of the recorder's own user: 0 when nothing of pid opens. */
static int
look_into(pid_t pid)
{
	static const char *const names[] = { "mem", "environ", "fd", "maps" };
	char path[64];

	become_nobody();
	for (size_t i = 0; i < COUNT(names); i++) {
		(void)snprintf(path, sizeof(path), "/proc/%ld/%s", (long)pid,
		    names[i]);
		if (open(path, O_RDONLY) >= 0 || errno != EACCES)
			return 1;
	}
	return ptrace(PTRACE_SEIZE, pid, 0, 0) == 0 || errno != EPERM;
}

static void
nobody_of_its_user_looks_into_it(void **state)
{
	struct err e = { 0 };
	int ready[2], status = -1;
	pid_t jailed, other;
	char c;

	(void)state;
	assert_int_equal(pipe(ready), 0);
	jailed = fork();
	if (jailed == 0) {
		become_nobody();
		/* the read lasts until it is killed */
		_exit(served_jail(&e) < 0 || write(ready[1], "x", 1) != 1 ||
		    read(pair[1], &c, 1) < 0);
	}
	assert_int_equal(read(ready[0], &c, 1), 1);
	other = fork();
	if (other == 0)
		_exit(look_into(jailed));
	assert_int_equal(waitpid(other, &status, 0), other);
	(void)kill(jailed, SIGKILL);
	assert_int_equal(waitpid(jailed, NULL, 0), jailed);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	(void)close(ready[0]);
	(void)close(ready[1]);
}

static int
begin(void **state)
{
	int slave;

	(void)state;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0 ||
	    openpty(&tty, &slave, NULL, NULL, NULL) < 0)
		return -1;
	victim = fork();
	if (victim == 0) {
		become_nobody();
		for (;;)
			(void)pause();
	}
	return victim < 0 ? -1 : 0;
}

static int
end(void **state)
{
	(void)state;
	(void)kill(victim, SIGKILL);
	return waitpid(victim, NULL, 0) == victim ? 0 : -1;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_way_out_ends_the_process),
		cmocka_unit_test(what_it_needs_goes_on),
		cmocka_unit_test(nobody_of_its_user_looks_into_it),
	};

#ifdef __SANITIZE_ADDRESS__
	return 77; /* the sanitizer needs calls of its own to leave */
#endif
	return cmocka_run_group_tests(tests, begin, end);
}
