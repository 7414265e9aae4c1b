/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/test.h"

#include "pam_module/decide.h"
#include "pam_module/identity.h"

static struct identity ann = { .iss = "i", .sub = "1" };
static struct identity no_sub = { .iss = "i" };
static struct identity no_iss = { .sub = "1" };

#define GRANT(i, s, a, until, gone) &(const struct decide_grant){ \
    .iss = i, .sub = s, .account = a, .from_us = 100, .until_us = until, \
    .revoked = gone, .state = DECIDE_GRANT_FOUND }
#define G GRANT("i", "1", "db", 200, false)
#define LONG GRANT("i", "1", "db", 900, false)
#define GONE GRANT("i", "1", "db", 200, true)
#define NO_G &(const struct decide_grant){ .state = DECIDE_GRANT_NONE }
#define UNKNOWN &(const struct decide_grant){ 0 }
#define TERMS(mode, record) &(const struct decide_terms){ \
    .can_record = record, .signed_in_us = 50, .login_max_us = 600, \
    .no_grant = mode }
#define T TERMS(DECIDE_NO_GRANT_LOBBY, true)
#define SHUT TERMS(DECIDE_NO_GRANT_DENY, true)

static void
the_table(void **state)
{
	const struct {
		const char *name;
		const struct identity *id;
		const char *account;
		bool mapped;
		const struct decide_grant *g;
		const struct decide_terms *t;
		int64_t now;
		enum verdict verdict;
		enum decide_reason reason;
	} t[] = {
		{ "first second", &ann, "db", 1, G, T, 100,
		    VERDICT_ALLOW, DECIDE_GRANT },
		{ "last microsecond", &ann, "db", 1, G, T, 199,
		    VERDICT_ALLOW, DECIDE_GRANT },
		{ "one early", &ann, "db", 1, G, T, 99,
		    VERDICT_LOBBY, DECIDE_NOT_YET },
		{ "one early, no lobby", &ann, "db", 1, G, SHUT, 99,
		    VERDICT_DENY, DECIDE_NOT_YET },
		{ "at the end", &ann, "db", 1, G, T, 200,
		    VERDICT_LOBBY, DECIDE_OVER },
		{ "at the end, no lobby", &ann, "db", 1, G, SHUT,
		    200, VERDICT_DENY, DECIDE_OVER },
		{ "revoked", &ann, "db", 1, GONE, T, 150,
		    VERDICT_LOBBY, DECIDE_OVER },
		{ "revoked, no lobby", &ann, "db", 1, GONE,
		    SHUT, 150, VERDICT_DENY, DECIDE_OVER },
		{ "empty window", &ann, "db", 1, GRANT("i", "1", "db", 100, false), T, 100,
		    VERDICT_LOBBY, DECIDE_OVER },
		{ "no grant", &ann, "db", 1, NO_G, T, 150,
		    VERDICT_LOBBY, DECIDE_NO_GRANT },
		{ "no grant, no lobby", &ann, "db", 1, NO_G, SHUT,
		    150, VERDICT_DENY, DECIDE_NO_GRANT },
		{ "ledger silent", &ann, "db", 1, UNKNOWN, T, 150,
		    VERDICT_DENY, DECIDE_UNKNOWN_GRANT },
		{ "ledger not asked", &ann, "db", 1, NULL, T, 150,
		    VERDICT_DENY, DECIDE_UNKNOWN_GRANT },
		{ "other subject's grant", &ann, "db", 1, GRANT("i", "2", "db", 200, false), T,
		    150, VERDICT_DENY, DECIDE_OTHER_PERSON },
		{ "other issuer's grant", &ann, "db", 1, GRANT("j", "1", "db", 200, false), T,
		    150, VERDICT_DENY, DECIDE_OTHER_PERSON },
		{ "other account's grant", &ann, "web", 1, G, T, 150,
		    VERDICT_DENY, DECIDE_OTHER_PERSON },
		{ "cannot record", &ann, "db", 1, G, TERMS(DECIDE_NO_GRANT_LOBBY, false),
		    150, VERDICT_DENY, DECIDE_CANNOT_RECORD },
		{ "not mapped", &ann, "db", 0, G, T, 150,
		    VERDICT_DENY, DECIDE_NOT_MAPPED },
		{ "no account", &ann, "", 1, GRANT("i", "1", "", 200, false), T, 150,
		    VERDICT_DENY, DECIDE_NOT_MAPPED },
		{ "nobody", NULL, "db", 1, G, T, 150,
		    VERDICT_DENY, DECIDE_NO_IDENTITY },
		{ "no sub", &no_sub, "db", 1, GRANT("i", "", "db", 200, false), T, 150,
		    VERDICT_DENY, DECIDE_NO_IDENTITY },
		{ "no iss", &no_iss, "db", 1, GRANT("", "1", "db", 200, false), T, 150,
		    VERDICT_DENY, DECIDE_NO_IDENTITY },
		{ "last moment of the sign-in", &ann, "db", 1,
		    LONG, T, 649, VERDICT_ALLOW,
		    DECIDE_GRANT },
		{ "sign-in too old", &ann, "db", 1, LONG, T,
		    650, VERDICT_DENY, DECIDE_STALE },
		{ "sign-in in the future", &ann, "db", 1, G, T, 49,
		    VERDICT_DENY, DECIDE_STALE },
		{ "terms all zero", &ann, "db", 1, G,
		    &(const struct decide_terms){ 0 }, 150, VERDICT_DENY,
		    DECIDE_STALE },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(t); i++) {
		struct decision d = decide(t[i].id, t[i].account,
		    t[i].mapped, t[i].g, t[i].t, t[i].now);

		if (d.verdict != t[i].verdict || d.reason != t[i].reason)
			fail_msg("%s: %d %s", t[i].name, (int)d.verdict,
			    decide_reason_name(d.reason));
	}
}

static void
words_for_every_reason(void **state)
{
	(void)state;
	for (unsigned r = 0; r < DECIDE_REASONS; r++) {
		enum decide_reason a = (enum decide_reason)r;

		assert_true(strlen(decide_reason_name(a)) > 0);
		for (unsigned b = 0; b < r; b++)
			assert_string_not_equal(decide_reason_name(a),
			    decide_reason_name((enum decide_reason)b));
		if (a != DECIDE_GRANT)
			assert_true(strlen(decide_text((struct decision){
			    VERDICT_DENY, a })) > 0);
	}
	/* who is not identified learns nothing of accounts */
	assert_string_equal(
	    decide_text((struct decision){ 0, DECIDE_NO_IDENTITY }),
	    decide_text((struct decision){ 0, DECIDE_NOT_MAPPED }));
	assert_string_equal(
	    decide_reason_name((enum decide_reason)DECIDE_REASONS),
	    "unknown");
	assert_string_equal(decide_text((struct decision){ VERDICT_DENY,
	    (enum decide_reason)DECIDE_REASONS }), "identity not accepted");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_table),
		cmocka_unit_test(words_for_every_reason),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
