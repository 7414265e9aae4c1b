/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/test.h"

#include "lib/conf.h"
#include "lib/err.h"
#include "pam_module/policy.h"

#define HEAD "[issuer x]\nissuer = https://id.example\nclient_id = cli\n"
#define MINUTE (60 * INT64_C(1000000))

static struct policy p; /* large */

static int
take(const char *text, struct err *e)
{
	struct conf *c = NULL;
	int rc = conf_parse("t", text, strlen(text), &c, e);

	if (rc == 0)
		rc = policy_from_conf(conf_titled_section(c, "issuer", "x"),
		    &p, e);
	conf_free(c);
	return rc;
}

static void
defaults(void **state)
{
	struct err e = { 0 };

	(void)state;
	if (take(HEAD, &e) < 0)
		fail_msg("%s", e.text);
	assert_string_equal(p.token.issuer, "https://id.example");
	assert_string_equal(p.token.client_id, "cli");
	assert_int_equal(p.token.audience.n, 0);
	assert_int_equal(p.token.max_auth_age_us, 0);
	assert_int_equal(p.token.max_age_us, 10 * MINUTE);
	assert_int_equal(p.token.leeway_us, MINUTE / 2);
	assert_int_equal(p.token.algs, jwa_find("RS256", 5)->bit |
	    jwa_find("ES256", 5)->bit | jwa_find("EdDSA", 5)->bit);
	assert_int_equal(p.n_rules, 1);
	assert_int_equal(p.rules[0].kind, MAP_USERNAME);
	assert_string_equal(p.rules[0].issuer, "https://id.example");
}

static void
what_is_set(void **state)
{
	struct err e = { 0 };

	(void)state;
	if (take(HEAD "audience = a, b\ntrusted_audiences = api\n"
	    "max_auth_age = 8h\nrequire_acr = gold\nrequire_amr = hwk, pin\n"
	    "algs = PS384\ngroups_claim = roles\n"
	    "username = sub=7 root privileged, map\n", &e) < 0)
		fail_msg("%s", e.text);
	assert_int_equal(p.token.audience.n, 2);
	assert_string_equal(p.token.audience.word[1], "b");
	assert_string_equal(p.token.trusted.word[0], "api");
	assert_int_equal(p.token.max_auth_age_us, 480 * MINUTE);
	assert_string_equal(p.token.acr.word[0], "gold");
	assert_int_equal(p.token.amr.n, 2);
	assert_int_equal(p.token.algs, jwa_find("PS384", 5)->bit);
	assert_string_equal(p.token.groups_claim, "roles");
	assert_int_equal(p.n_rules, 2);
	assert_true(p.rules[0].privileged);
	assert_int_equal(p.rules[1].kind, MAP_FILE);
}

static void
mistakes_name_their_line(void **state)
{
	static const char *const t[] = {
		HEAD "algs = HS256\n", HEAD "algs = none\n",
		HEAD "username = everybody\n", HEAD "username = sub=7\n",
		HEAD "require_acr = a,b,c,d,e,f,g,h,i\n",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(t); i++) {
		struct err e = { 0 };

		if (take(t[i], &e) == 0)
			fail_msg("accepted: %s", t[i]);
		assert_int_equal(e.code, ERR_CONFIG);
		assert_memory_equal(e.text, "t:4", 3);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(defaults),
		cmocka_unit_test(what_is_set),
		cmocka_unit_test(mistakes_name_their_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
