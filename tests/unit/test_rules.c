/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/test.h"

#include <jansson.h>

#include "lib/err.h"
#include "recorder/rules.h"

static const char text[] = "["
    "{\"do\":\"log\", \"exe\":\"/usr/bin/sudo\", \"argv\":[\"-l\"]},"
    "{\"do\":\"deny\", \"exe\":\"rm\", \"argv\":[\"-rf\", \"/*\", \"...\"],"
    " \"text\":\"not like that\"},"
    "{\"do\":\"deny\", \"exe\":\"/usr/bin/*sh\", \"euid\":0},"
    "{\"do\":\"deny\", \"exe\":\"reboot\", \"argv\":[]}]";

static void
first_match(void **state)
{
	static const struct {
		const char *exe, *argv;
		size_t n;
		uid_t euid;
		int want;	/* index of the rule, -1 none */
	} t[] = {
		{ "/usr/bin/sudo", "sudo\0-l", 8, 0, 0 },
		{ "/usr/bin/sudo", "sudo\0-l\0x", 10, 0, -1 },
		{ "/opt/bin/sudo", "sudo\0-l", 8, 0, -1 },
		{ "/bin/rm", "rm\0-rf\0/", 9, 1000, 1 },
		{ "/bin/rm", "rm\0-rf\0/etc\0x", 14, 1000, 1 },
		{ "/bin/rm", "other\0-rf\0/etc", 15, 1000, 1 },
		{ "/bin/rm", "rm\0-rf\0x", 9, 1000, -1 },
		{ "/bin/rm", "rm\0-rf", 7, 1000, -1 },
		{ "/bin/rm", "rm\0-rf /etc", 12, 1000, -1 },
		{ "/bin/lrm", "rm\0-rf\0/", 9, 1000, -1 },
		{ "/usr/bin/bash", "bash", 5, 0, 2 },
		{ "/usr/bin/bash", "bash", 5, 1000, -1 },
		{ "/sbin/reboot", "reboot", 7, 0, 3 },
		{ "/sbin/reboot", "", 0, 0, 3 },
		{ "/sbin/reboot", "reboot\0-f", 10, 0, -1 },
		{ "rm", "rm\0-rf\0/", 9, 1000, 1 },
	};
	json_t *j = json_loads(text, 0, NULL);
	struct rules r = { NULL, 0 };

	(void)state;
	assert_non_null(j);
	assert_int_equal(rules_parse(j, &r, NULL), 0);
	assert_int_equal(r.n, 4);
	assert_string_equal(r.rule[1].text, "not like that");
	for (size_t i = 0; i < COUNT(t); i++) {
		struct rule_facts f = { t[i].exe, t[i].argv, t[i].n,
		    t[i].euid, 0, 0, "" };
		const struct rule *got = rules_find(&r, &f);

		print_message("row %zu\n", i);
		if (t[i].want < 0)
			assert_null(got);
		else
			assert_ptr_equal(got, &r.rule[t[i].want]);
	}
	rules_clear(&r);
	json_decref(j);
}

static void
refuses(void **state)
{
	static const char *const t[] = {
		"{}", "[1]", "[{}]", "[{\"do\":\"ask\"}]", "[{\"do\":1}]",
		"[{\"do\":\"deny\",\"exe\":1}]",
		"[{\"do\":\"deny\",\"argv\":\"x\"}]",
		"[{\"do\":\"deny\",\"argv\":[1]}]",
		"[{\"do\":\"deny\",\"argv\":[\"a\\u0000b\"]}]",
		"[{\"do\":\"deny\",\"euid\":-1}]",
		"[{\"do\":\"deny\",\"euid\":4294967296}]",
		"[{\"do\":\"deny\",\"exec\":\"x\"}]",
		"[{\"do\":\"hold\",\"wait_us\":0}]",
		"[{\"do\":\"hold\",\"wait_us\":\"5m\"}]",
		"[{\"do\":\"hold\",\"name\":7}]",
		"[{\"do\":\"log\"},{\"do\":\"deny\",\"argv\":[\"a\",\"b\",2]}]",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(t); i++) {
		json_t *j = json_loads(t[i], JSON_ALLOW_NUL, NULL);
		struct rules r = { NULL, 0 };
		struct err e = { 0 };

		print_message("%s\n", t[i]);
		assert_non_null(j);
		assert_int_equal(rules_parse(j, &r, &e), -1);
		assert_int_equal(e.code, ERR_INPUT);
		assert_null(r.rule);
		json_decref(j);
	}
}

static void
holds(void **state)
{
	json_t *j = json_loads("[{\"do\":\"hold\",\"exe\":\"sudo\","
	    "\"wait_us\":5000000,\"name\":\"root\"},"
	    "{\"do\":\"hold\"}]", 0, NULL);
	json_t *log = json_loads("[{\"do\":\"log\",\"exe\":\"x\"}]", 0,
	    NULL);
	struct rules r = { NULL, 0 }, harmless = { NULL, 0 };

	(void)state;
	assert_int_equal(rules_parse(j, &r, NULL), 0);
	assert_int_equal(r.rule[0].action, RULE_HOLD);
	assert_int_equal(r.rule[0].wait_us, 5000000);
	assert_string_equal(r.rule[0].name, "root");
	assert_int_equal(r.rule[1].wait_us, RULE_WAIT_US);
	assert_true(rules_enforce(&r));
	assert_int_equal(rules_parse(log, &harmless, NULL), 0);
	assert_false(rules_enforce(&harmless));
	rules_clear(&r);
	rules_clear(&harmless);
	assert_false(rules_enforce(&r)); /* none at all */
	json_decref(j);
	json_decref(log);
}

#define F(exe, argv, euid, ino, path) \
	{ exe, argv, sizeof(argv), euid, 1, ino, path }

/* What really runs, beside what was asked. */
static void
second_look(void **state)
{
	static const struct {
		const char *name;
		bool approved;
		struct rule_facts asked, is;
		bool want;
	} t[] = {
		{ "as asked, no rule fits", false,
		    F("/bin/true", "true", 1, 7, "true"),
		    F("/bin/true", "true", 1, 7, "true"), true },
		{ "another program in its place, refused", false,
		    F("/bin/true", "true", 1, 7, "true"),
		    F("/bin/rm", "rm\0-rf\0/", 1, 8, "rm"), false },
		{ "another in its place, of no rule", false,
		    F("/bin/true", "true", 1, 7, "true"),
		    F("/bin/ls", "ls", 1, 8, "ls"), true },
		{ "the words of a rule that logs", false,
		    F("/usr/bin/sudo", "sudo\0-l", 0, 7, "sudo"),
		    F("/usr/bin/sudo", "sudo\0-l", 0, 7, "sudo"), true },
		{ "approved and the same", true,
		    F("/bin/rm", "rm\0-rf\0/", 1, 8, "rm"),
		    F("/bin/rm", "rm\0-rf\0/", 1, 8, "rm"), true },
		{ "approved, another word", true,
		    F("/bin/rm", "rm\0-rf\0/a", 1, 8, "rm"),
		    F("/bin/rm", "rm\0-rf\0/b", 1, 8, "rm"), false },
		{ "approved, one word more", true,
		    F("/bin/rm", "rm\0-rf", 1, 8, "rm"),
		    F("/bin/rm", "rm\0-rf\0/", 1, 8, "rm"), false },
		{ "approved, another file of that name", true,
		    F("/bin/rm", "rm\0-rf\0/", 1, 8, "rm"),
		    F("/bin/rm", "rm\0-rf\0/", 1, 9, "rm"), false },
		{ "approved, other rights", true,
		    F("/bin/rm", "rm\0-rf\0/", 1, 8, "rm"),
		    F("/bin/rm", "rm\0-rf\0/", 0, 8, "rm"), false },
		{ "an approved script, by its interpreter", true,
		    F("/x/d.sh", "d.sh\0now", 1, 8, "./d.sh"),
		    F("/bin/sh", "/bin/sh\0./d.sh\0now", 1, 3, "./d.sh"),
		    true },
		{ "a program that only looks like that", true,
		    F("/x/d.sh", "d.sh\0now", 1, 8, "./d.sh"),
		    F("/x/evil", "/bin/sh\0./d.sh\0now", 1, 4, "/x/evil"),
		    false },
		{ "an approved script, other words", true,
		    F("/x/d.sh", "d.sh\0now", 1, 8, "./d.sh"),
		    F("/bin/sh", "/bin/sh\0./d.sh\0then", 1, 3, "./d.sh"),
		    false },
		{ "a script whose path is not known", true,
		    F("/x/d.sh", "d.sh", 1, 8, ""),
		    F("/bin/sh", "/bin/sh\0", 1, 3, ""), false },
	};
	json_t *j = json_loads(text, 0, NULL);
	struct rules r = { NULL, 0 };

	(void)state;
	assert_int_equal(rules_parse(j, &r, NULL), 0);
	for (size_t i = 0; i < COUNT(t); i++) {
		const char *why = NULL;

		print_message("%s\n", t[i].name);
		assert_int_equal(rules_second(&r, t[i].approved, &t[i].asked,
		    &t[i].is, &why), t[i].want);
		assert_true(t[i].want || why != NULL);
	}
	rules_clear(&r);
	json_decref(j);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(first_match),
		cmocka_unit_test(refuses),
		cmocka_unit_test(holds),
		cmocka_unit_test(second_look),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
