/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/test.h"

#include "pam_module/environ.h"

static void
names(void **state)
{
	static const struct {
		const char *name;
		bool unsafe;
	} t[] = {
		{ "LD_PRELOAD", true }, { "LD_PRELOAD=/x.so", true },
		{ "LD_", true }, { "LD_ANYTHING_NEW", true }, { "LD", false },
		{ "LDFLAGS", false }, { "OLD_LD_PRELOAD", false },
		{ "BASH_ENV", true }, { "BASH_ENV=", true },
		{ "BASH_ENVIRON", false }, { "BASH_FUNC_ls%%=() { :; }", true },
		{ "ENV", true }, { "ENVOY", false }, { "ENV=/x", true },
		{ "PS4=$(id)", true }, { "PS1=$", false },
		{ "PROMPT_COMMAND=id", true }, { "ZDOTDIR=/x", true },
		{ "SHELLOPTS=xtrace", true }, { "BASHOPTS", true },
		{ "GLIBC_TUNABLES=a", true }, { "GCONV_PATH=.", true },
		{ "WARRANT_LOGIN=l-0", true }, { "WARRANT_SESSION=c-0", true },
		{ "WARRANT_ROLE=dba", true }, { "WARRANTY=2y", false },
		{ "PATH=/bin", false }, { "LANG=C", false },
		{ "LC_ALL=C", false }, { "TERM=xterm", false },
		{ "SSH_AUTH_INFO_0=publickey", false }, { "", false },
		{ "=LD_PRELOAD", false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(t); i++) {
		print_message("%s\n", t[i].name);
		assert_int_equal(environ_unsafe(t[i].name), t[i].unsafe);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
