/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/test.h"

#include "lib/err.h"
#include "pam_module/map.h"

#define ISS "https://id.example"

static const char file[] =
    "# who may be whom\n"
    ISS " 100 ann\n"
    ISS "\t100   dba   # the role account\n"
    ISS " 101 dba\n"
    "https://other.example 100 bob\n"
    ISS " 102 root privileged\n"
    ISS " 103 root\n"
    ISS " a%20b%23c%25 carl\n"
    "\n"
    "   \t \n";

static struct identity id;

static void
person(const char *iss, const char *sub, const char *user, const char *email,
    bool verified)
{
	memset(&id, 0, sizeof(id));
	(void)snprintf(id.iss, sizeof(id.iss), "%s", iss);
	(void)snprintf(id.sub, sizeof(id.sub), "%s", sub);
	(void)snprintf(id.username, sizeof(id.username), "%s", user);
	(void)snprintf(id.email, sizeof(id.email), "%s", email);
	id.email_verified = verified;
}

static void
who_may_be_whom(void **state)
{
	static const struct {
		const char *name, *rule;
		const char *iss, *sub, *user, *email;
		bool verified;
		const char *account;
		uid_t uid;
		int want;
	} t[] = {
		{ "username", "claim:preferred_username", ISS, "1", "ann", "",
		    0, "ann", 1000, 0 },
		{ "another username", "claim:preferred_username", ISS, "1",
		    "ann", "", 0, "bob", 1000, -1 },
		{ "username a prefix", "claim:preferred_username", ISS, "1",
		    "an", "", 0, "ann", 1000, -1 },
		{ "case twin", "claim:preferred_username", ISS, "1", "Ann", "",
		    0, "ann", 1000, -1 },
		{ "no username", "claim:preferred_username", ISS, "1", "", "",
		    0, "ann", 1000, -1 },
		{ "empty twice", "claim:preferred_username", ISS, "1", "", "",
		    0, "", 1000, -1 },
		{ "username root", "claim:preferred_username", ISS, "1",
		    "root", "", 0, "root", 0, -1 },
		{ "uid 0 under another name", "claim:preferred_username", ISS,
		    "1", "toor", "", 0, "toor", 0, -1 },
		{ "system account", "claim:preferred_username", ISS, "1",
		    "www-data", "", 0, "www-data", 33, -1 },
		{ "first ordinary uid", "claim:preferred_username", ISS, "1",
		    "ann", "", 0, "ann", 1000, 0 },
		{ "last system uid", "claim:preferred_username", ISS, "1",
		    "ann", "", 0, "ann", 999, -1 },
		{ "another issuer", "claim:preferred_username",
		    "https://other.example", "1", "ann", "", 0, "ann", 1000,
		    -1 },
		{ "account with a slash", "claim:preferred_username", ISS, "1",
		    "../x", "", 0, "../x", 1000, -1 },
		{ "account in capitals", "claim:preferred_username", ISS, "1",
		    "ANN", "", 0, "ANN", 1000, -1 },
		{ "nobody", "claim:preferred_username", "", "", "ann", "", 0,
		    "ann", 1000, -1 },
		{ "sub", "sub=100 ann", ISS, "100", "x", "", 0, "ann", 1000,
		    0 },
		{ "sub, other account", "sub=100 ann", ISS, "100", "bob", "",
		    0, "bob", 1000, -1 },
		{ "sub a prefix", "sub=100 ann", ISS, "10", "x", "", 0, "ann",
		    1000, -1 },
		{ "sub of another issuer", "sub=100 ann",
		    "https://other.example", "100", "", "", 0, "ann", 1000,
		    -1 },
		{ "sub to root without the word", "sub=100 root", ISS, "100",
		    "", "", 0, "root", 0, -1 },
		{ "sub to root", "sub=100 root privileged", ISS, "100", "",
		    "", 0, "root", 0, 0 },
		{ "e-mail", "email=a@b.example ann", ISS, "1", "",
		    "a@b.example", 1, "ann", 1000, 0 },
		{ "e-mail not verified", "email=a@b.example ann", ISS, "1",
		    "", "a@b.example", 0, "ann", 1000, -1 },
		{ "e-mail in capitals", "email=a@b.example ann", ISS, "1", "",
		    "A@b.example", 1, "ann", 1000, -1 },
		{ "e-mail with two @", "email=a@b.example ann", ISS, "1", "",
		    "a@b.example@c", 1, "ann", 1000, -1 },
		{ "e-mail with a homoglyph", "email=a@b.example ann", ISS,
		    "1", "", "\xd0\xb0@b.example", 1, "ann", 1000, -1 },
		{ "file", "map", ISS, "100", "", "", 0, "ann", 1000, 0 },
		{ "file, role account", "map", ISS, "100", "", "", 0, "dba",
		    1000, 0 },
		{ "file, second person", "map", ISS, "101", "", "", 0, "dba",
		    1000, 0 },
		{ "file, not theirs", "map", ISS, "101", "", "", 0, "ann",
		    1000, -1 },
		{ "file, line of another issuer", "map", ISS, "100", "", "",
		    0, "bob", 1000, -1 },
		{ "file, root", "map", ISS, "102", "", "", 0, "root", 0, 0 },
		{ "file, root without the word", "map", ISS, "103", "", "", 0,
		    "root", 0, -1 },
		{ "file, escapes", "map", ISS, "a b#c%", "", "", 0, "carl",
		    1000, 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(t); i++) {
		const struct map_account a = { t[i].account, t[i].uid, 1000 };
		struct map_rule r;
		struct err e = { 0 };
		int got;

		assert_int_equal(map_rule_parse(t[i].rule, ISS, &r, &e), 0);
		person(t[i].iss, t[i].sub, t[i].user, t[i].email,
		    t[i].verified);
		got = map_find(&r, 1, file, sizeof(file) - 1, &id, &a, NULL,
		    &e);
		if (got != t[i].want)
			fail_msg("%s: %d %s", t[i].name, got, e.text);
		if (got < 0)
			assert_int_equal(e.code, ERR_DENIED);
	}
}

static void
first_that_fits_counts(void **state)
{
	static const char *const words[] = { "sub=1 bob", "sub=1 ann", "map",
	    "claim:preferred_username" };
	struct map_rule r[4];
	struct map_account a = { "ann", 1000, 1000 };
	struct err e = { 0 };
	size_t which = 99;

	(void)state;
	for (size_t i = 0; i < 4; i++)
		assert_int_equal(map_rule_parse(words[i], ISS, &r[i], &e), 0);
	person(ISS, "1", "ann", "", false);
	assert_int_equal(map_find(r, 4, file, sizeof(file) - 1, &id, &a,
	    &which, &e), 0);
	assert_int_equal(which, 1);
	/* without a file the rule map gives nothing */
	assert_int_equal(map_find(r + 2, 1, NULL, 0, &id, &a, &which, &e),
	    -1);
	assert_int_equal(map_find(r, 0, NULL, 0, &id, &a, &which, &e), -1);
	assert_int_equal(which, 1);
	/* no privileged rule behind one that lacks the word */
	a.uid = 0;
	assert_int_equal(map_find(r, 4, file, sizeof(file) - 1, &id, &a,
	    &which, &e), -1);
	assert_non_null(strstr(e.text, "privileged"));
}

static void
rules_that_are_none(void **state)
{
	static const char *const bad[] = { "", "sub", "sub=", "sub=1",
	    "sub= ann", "sub=1 Ann", "sub=1 ann root", "sub=1 ann privileged x",
	    "email=a", "email= ann", "claim:email", "claim:", "claim", "claim:a b",
	    "claim:preferred_username x",
	    "map x", "*", "group=dba ann", "sub=%00 ann", "sub=a%2 ann",
	    "sub=a\x01 ann", "Sub=1 ann" };

	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++) {
		struct map_rule r;
		struct err e = { 0 };

		if (map_rule_parse(bad[i], ISS, &r, &e) != -1)
			fail_msg("accepted: %s", bad[i]);
		assert_int_equal(e.code, ERR_CONFIG);
	}
}

static void
a_bad_line_spoils_the_file(void **state)
{
	static const char *const bad[] = {
		"i s\n", "i s a b c\n", "i s Ann\n", "i s ann sudo\n",
		"i s ann\n\ni s %zz\n", "i s ann\r\n", "i s ann \x01\n",
		"i\n",
	};
	char big[700];
	struct err e = { 0 };

	(void)state;
	assert_int_equal(map_file_check(file, sizeof(file) - 1, &e), 0);
	assert_int_equal(map_file_check("", 0, &e), 0);
	assert_int_equal(map_file_check("i s ann", 7, &e), 0);
	assert_int_equal(map_file_check("i s a\0b", 7, &e), -1);
	for (size_t i = 0; i < COUNT(bad); i++) {
		const struct map_rule r = { .kind = MAP_FILE, .issuer = ISS };
		const struct map_account a = { "ann", 1000, 1000 };

		if (map_file_check(bad[i], strlen(bad[i]), &e) != -1)
			fail_msg("accepted: %s", bad[i]);
		assert_int_equal(e.code, ERR_CONFIG);
		assert_non_null(strstr(e.text, "line"));
		person(ISS, "s", "", "", false);
		assert_int_equal(map_find(&r, 1, bad[i], strlen(bad[i]), &id,
		    &a, NULL, &e), -1);
		assert_int_equal(e.code, ERR_CONFIG);
	}
	memset(big, 'x', sizeof(big));
	assert_int_equal(map_file_check(big, sizeof(big), &e), -1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_may_be_whom),
		cmocka_unit_test(first_that_fits_counts),
		cmocka_unit_test(rules_that_are_none),
		cmocka_unit_test(a_bad_line_spoils_the_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
