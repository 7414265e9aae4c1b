/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/test.h"

#include "lib/err.h"
#include "pam_module/args.h"

static void
good(void **state)
{
	const char *v[] = { "conf=/etc/a.conf", "rundir=/run/b",
		"breakglass", "debug" };
	struct args a;

	(void)state;
	assert_int_equal(args_parse(0, NULL, &a, NULL), 0);
	assert_string_equal(a.conf, WARRANT_SYSCONFDIR "/warrant.conf");
	assert_string_equal(a.rundir, WARRANT_RUNDIR);
	assert_false(a.breakglass);
	assert_false(a.debug);
	assert_int_equal(args_parse(4, v, &a, NULL), 0);
	assert_string_equal(a.conf, "/etc/a.conf");
	assert_string_equal(a.rundir, "/run/b");
	assert_true(a.breakglass);
	assert_true(a.debug);
}

static void
bad(void **state)
{
	static const char *const t[] = {
		"conf", "conf=", "conf=a.conf", "conf=./a", "rundir=run",
		"breakglas", "Debug", "breakglass=no", "use_first_pass",
		"nullok", "failmode=safe", "", " debug",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(t); i++) {
		struct args a = { .conf = "untouched" };
		const char *v[] = { "debug", t[i] };
		struct err e = { 0 };

		print_message("%s\n", t[i]);
		assert_int_equal(args_parse(2, v, &a, &e), -1);
		assert_int_equal(e.code, ERR_CONFIG);
		assert_string_equal(a.conf, "untouched");
		assert_false(a.debug);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(good),
		cmocka_unit_test(bad),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
