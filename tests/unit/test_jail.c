/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/test.h"

#include <errno.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/err.h"
#include "lib/jail.h"
#include "lib/user.h"

/* The status with which child() leaves in a process of its own. */
static int
in_child(int (*child)(void))
{
	int status = -1;
	pid_t pid = fork();

	if (pid == 0)
		_exit(child());
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return status;
}

static int
allowed_calls_go_on(void)
{
	const int calls[] = { SYS_exit_group, SYS_getpid };
	struct err e = { 0 };

	if (jail_allow(calls, COUNT(calls), &e) < 0)
		return 1;
	return syscall(SYS_getpid) > 0 ? 7 : 2;
}

static int
other_calls_end_it(void)
{
	const int calls[] = { SYS_exit_group, SYS_getpid };
	struct err e = { 0 };

	if (jail_allow(calls, COUNT(calls), &e) < 0)
		return 1;
	(void)socket(AF_UNIX, SOCK_STREAM, 0);
	return 3;
}

static int
denied_calls_fail(void)
{
	const int calls[] = { SYS_socket, SYS_execve };
	char *const argv[] = { NULL };
	struct err e = { 0 };

	if (jail_deny(calls, COUNT(calls), &e) < 0)
		return 1;
	if (socket(AF_UNIX, SOCK_STREAM, 0) >= 0 || errno != EPERM)
		return 2;
	if (execve("/bin/true", argv, argv) >= 0 || errno != EPERM)
		return 3;
	return getppid() > 0 && getuid() == geteuid() ? 7 : 4;
}

#ifdef __x86_64__
static int
other_numbers_end_it(void)
{
	const int calls[] = { SYS_execve };
	struct err e = { 0 };

	if (jail_deny(calls, COUNT(calls), &e) < 0)
		return 1;
	(void)syscall(0x40000000 | SYS_getpid);
	return 3;
}
#endif

static int
root_is_left_for_good(void)
{
	struct err e = { 0 };

	if (jail_user(65534, 65534, &e) < 0)
		return 1;
	return setuid(0) < 0 && errno == EPERM && getuid() == 65534 ? 7 : 2;
}

static void
filter(void **state)
{
	int status;

	(void)state;
#ifdef __SANITIZE_ADDRESS__
	skip(); /* the sanitizer needs calls of its own to leave */
#endif
	status = in_child(allowed_calls_go_on);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 7);
	status = in_child(other_calls_end_it);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS);
}

static void
denied(void **state)
{
	int status;

	(void)state;
	status = in_child(denied_calls_fail);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 7);
#ifdef __x86_64__
	status = in_child(other_numbers_end_it);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS);
#endif
}

static void
ids(void **state)
{
	int status;

	(void)state;
	if (getuid() != 0)
		skip();
	status = in_child(root_is_left_for_good);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 7);
}

static void
names(void **state)
{
	static const struct {
		const char *name;
		int good;
	} t[] = {
		{ "alice", 1 }, { "_svc", 1 }, { "db-admin_2", 1 },
		{ "", 0 }, { "1a", 0 }, { "-a", 0 }, { "Alice", 0 },
		{ "a b", 0 }, { "a/../b", 0 }, { "a\n", 0 },
		{ "abcdefghijklmnopqrstuvwxyzabcdef", 1 },
		{ "abcdefghijklmnopqrstuvwxyzabcdefg", 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(t); i++)
		if (user_name_ok(t[i].name) != t[i].good)
			fail_msg("%s", t[i].name);
}

static void
root_is_in_its_group(void **state)
{
	struct user u;
	struct err e = { 0 };

	(void)state;
	assert_int_equal(user_find("root", &u, &e), 1);
	assert_int_equal(u.uid, 0);
	assert_int_equal(user_in_group(&u, "root", &e), 1);
	assert_int_equal(user_in_group(&u, "no-such-group-here", &e), 0);
	assert_int_equal(user_find("no-such-user-here", &u, &e), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(filter),
		cmocka_unit_test(denied),
		cmocka_unit_test(ids),
		cmocka_unit_test(names),
		cmocka_unit_test(root_is_in_its_group),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
