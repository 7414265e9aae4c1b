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
		    t[i].euid };
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
		"{}", "[1]", "[{}]", "[{\"do\":\"hold\"}]", "[{\"do\":1}]",
		"[{\"do\":\"deny\",\"exe\":1}]",
		"[{\"do\":\"deny\",\"argv\":\"x\"}]",
		"[{\"do\":\"deny\",\"argv\":[1]}]",
		"[{\"do\":\"deny\",\"argv\":[\"a\\u0000b\"]}]",
		"[{\"do\":\"deny\",\"euid\":-1}]",
		"[{\"do\":\"deny\",\"euid\":4294967296}]",
		"[{\"do\":\"deny\",\"exec\":\"x\"}]",
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

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(first_match),
		cmocka_unit_test(refuses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
