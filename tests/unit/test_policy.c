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
	policy_clear(&p);
	conf_free(c);
}

#define ROLE "[role a]\naccount = x\nrequest = *\napprove = l\n"

/* Rules as the gate takes them: an object a program. */
static void
rules_of_roles(void **state)
{
	static struct policy p;
	struct conf *c = NULL;
	struct err e = { 0 };
	char *got;
	(void)state;

	assert_int_equal(load("[gate]\nrules = root\n" ROLE
	    "[role b]\naccount = x\nrequest = *\napprove = l\n"
	    "rules = tidy, root\n"
	    "[role c]\naccount = x\nrequest = *\napprove = l\n"
	    "rules = none\n"
	    "[rule root]\nprogram = sudo, su\nby = leads\nwait = 5m\n"
	    "[rule tidy]\ndo = deny\nprogram = rm\nargs =  -rf  /* ...\n"
	    "as = root\nsay = no\n", &c, &p, &e), 0);
	got = json_dumps(p.role[0].rules, JSON_COMPACT | JSON_SORT_KEYS);
	assert_string_equal(got, "["
	    "{\"do\":\"hold\",\"exe\":\"sudo\",\"name\":\"root\","
	    "\"wait_us\":300000000},"
	    "{\"do\":\"hold\",\"exe\":\"su\",\"name\":\"root\","
	    "\"wait_us\":300000000}]");
	free(got);
	assert_int_equal(json_array_size(p.role[1].rules), 3);
	got = json_dumps(json_array_get(p.role[1].rules, 0),
	    JSON_COMPACT | JSON_SORT_KEYS);
	assert_string_equal(got, "{\"argv\":[\"-rf\",\"/*\",\"...\"],"
	    "\"do\":\"deny\",\"euid\":0,\"exe\":\"rm\","
	    "\"name\":\"tidy\",\"text\":\"no\","
	    "\"wait_us\":600000000}");
	free(got);
	assert_int_equal(json_array_size(p.role[2].rules), 0);
	assert_string_equal(policy_rule(&p, "root")->by_text, "leads");
	assert_string_equal(policy_rule(&p, "tidy")->by_text, "");
	assert_null(policy_rule(&p, "none"));
	policy_clear(&p);
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
		{ "[gate]\nrules = gone\n" ROLE,
		    "t:2: there is no section [rule gone]" },
		{ ROLE "[rule r]\nprogram = x\nby = *\n",
		    "t:7: who decides must be named groups, not *" },
		{ ROLE "rules = r\n[rule r]\nprogram = x\nas = no-such\n",
		    "t:8: there is no account no-such" },
		{ ROLE "rules = r\n[rule r]\nprogram = x\n"
		    "args = 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17\n",
		    "t:8: args: more than 16 words" },
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
		policy_clear(&p);
		conf_free(c);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(loads),
		cmocka_unit_test(rules_of_roles),
		cmocka_unit_test(refuses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
