/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/test.h"

#include "approver/policy.h"
#include "lib/conf.h"
#include "lib/err.h"

static int
load(const char *text, struct conf **c, struct policy *p, struct err *e)
{
	if (conf_parse("t", text, strlen(text), c, e) < 0)
		return -2;
	return policy_load(*c, p, e);
}

static void
loads(void **state)
{
	static struct policy p;
	struct conf *c = NULL;
	struct err e = { 0 };
	(void)state;

	assert_int_equal(load("[host]\nname = db1\n"
	    "[role dba]\naccount = postgres\nrequest = eng\n"
	    "approve = leads, ops & sec\nquorum = 2\nmax = 2h\nlapse = 5m\n"
	    "[role fix]\naccount = ann\nrequest = *\napprove = leads\n"
	    "[approver bob]\nuid = 1002\nissuer = local:db1\nsub = bob\n"
	    "groups = leads\n", &c, &p, &e), 0);
	assert_int_equal(p.roles, 2);
	assert_string_equal(p.host, "db1");
	assert_int_equal(policy_role(&p, "dba")->quorum, 2);
	assert_int_equal(policy_role(&p, "dba")->max_us,
	    INT64_C(7200000000));
	assert_int_equal(policy_role(&p, "dba")->lapse_us, 300000000);
	assert_true(policy_role(&p, "fix")->request.anyone);
	assert_null(policy_role(&p, "root"));
	assert_string_equal(policy_local(&p, 1002)->sub, "bob");
	assert_null(policy_local(&p, 0));
	conf_free(c);
}

static void
refuses(void **state)
{
	static const struct {
		const char *text, *why;
	} t[] = {
		{ "[role a]\naccount = ../x\nrequest = *\napprove = l\n",
		    "t:2: '../x' is no account name" },
		{ "[role a]\naccount = x\nrequest = *\napprove = *\n",
		    "t:4: approvers must be named groups, not *" },
		{ "[role a]\naccount = x\nrequest = e f\napprove = l\n",
		    "t:3: request: unexpected 'f' in a group expression" },
		{ "[approver a]\nuid = 7\nissuer = i\nsub = a\n"
		    "[approver b]\nuid = 7\nissuer = i\nsub = b\n",
		    "t:6: uid 7 stands for two persons" },
	};
	(void)state;

	for (size_t i = 0; i < COUNT(t); i++) {
		static struct policy p;
		struct conf *c = NULL;
		struct err e = { 0 };

		print_message("%s", t[i].text);
		assert_int_equal(load(t[i].text, &c, &p, &e), -1);
		assert_int_equal(e.code, ERR_CONFIG);
		assert_string_equal(e.text, t[i].why);
		conf_free(c);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(loads),
		cmocka_unit_test(refuses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
