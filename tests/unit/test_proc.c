/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/test.h"

#include <sys/wait.h>
#include <unistd.h>

#include "approver/proc.h"
#include "lib/err.h"

#define TAIL " S 7 1 1 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 987654 1 2"

static void
parses(void **state)
{
	static const struct {
		const char *text;
		int rc;
		pid_t ppid;
		uint64_t start;
	} t[] = {
		{ "12 (sh)" TAIL, 0, 7, 987654 },
		{ "12 (a b) S 99 (c)" TAIL, 0, 7, 987654 },
		{ "12 ())" TAIL "\n", 0, 7, 987654 },
		{ "", -1, 0, 0 },
		{ "12 (sh", -1, 0, 0 },
		{ "12 (sh) S", -1, 0, 0 },
		{ "12 (sh) S 7 1 1 0 -1", -1, 0, 0 },
		{ "12 (sh) S x 1 1", -1, 0, 0 },
	};
	(void)state;

	for (size_t i = 0; i < COUNT(t); i++) {
		struct proc p = { .ppid = 0 };

		print_message("%s\n", t[i].text);
		assert_int_equal(proc_parse_stat(t[i].text, &p, NULL),
		    t[i].rc);
		assert_int_equal(p.ppid, t[i].ppid);
		assert_int_equal(p.start, t[i].start);
	}
}

static void
knows_its_family(void **state)
{
	struct proc p;
	pid_t child;
	(void)state;

	assert_int_equal(proc_read(getpid(), &p, NULL), 0);
	assert_int_equal(p.ppid, getppid());
	assert_true(proc_descends(getpid(), getpid()));
	assert_true(proc_descends(getpid(), getppid()));
	assert_false(proc_descends(getppid(), getpid()));
	child = fork();
	if (child == 0)
		_exit(proc_descends(getpid(), getppid()) ? 0 : 1);
	assert_true(child > 0);
	assert_true(proc_descends(child, getpid()) == 1);
	{
		int status = -1;

		assert_int_equal(waitpid(child, &status, 0), child);
		assert_int_equal(status, 0);
	}
	assert_int_equal(proc_read(child, &p, NULL), -1);
	assert_false(proc_descends(child, getpid()));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parses),
		cmocka_unit_test(knows_its_family),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
