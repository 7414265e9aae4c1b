/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/test.h"

#include "approver/authority.h"
#include "lib/err.h"

static void
parses(void **state)
{
	static const struct {
		const char *text;
		int rc;
		size_t groups, ways;
		const char *why;
	} t[] = {
		{ "leads", 0, 1, 1, "" },
		{ "dba-leads, ops-leads & security", 0, 3, 2, "" },
		{ "a&b,b&a", 0, 2, 2, "" },
		{ "/corp/Ops.Team@x:1_+", 0, 1, 1, "" },
		{ "*", 0, 0, 0, "" },
		{ " * ", 0, 0, 0, "" },
		{ "", -1, 0, 0, "a group is missing" },
		{ "a,", -1, 0, 0, "a group is missing" },
		{ "a&&b", -1, 0, 0, "a group is missing" },
		{ "& a", -1, 0, 0, "a group is missing" },
		{ "a b", -1, 0, 0, "unexpected 'b' in a group expression" },
		{ "a|b", -1, 0, 0, "unexpected '|' in a group expression" },
		{ "*, a", -1, 0, 0, "a group is missing" },
		{ "a,b,c,d,e,f,g,h,i,j,k,l,m,n,o,p,q", -1, 0, 0,
		    "more than 16 groups" },
		{ "a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a", -1, 0, 0,
		    "more than 16 ways" },
	};
	(void)state;

	for (size_t i = 0; i < COUNT(t); i++) {
		struct authority_expr x = { .groups = 0 };
		struct err e = { 0 };

		print_message("%s\n", t[i].text);
		assert_int_equal(authority_parse(t[i].text, &x, &e), t[i].rc);
		assert_string_equal(e.text, t[i].why);
		assert_int_equal(x.groups, t[i].groups);
		assert_int_equal(x.ways, t[i].ways);
	}
}

static uint32_t
bits(const struct authority_expr *x, const char *const *group)
{
	size_t n = 0;

	while (n < 4 && group[n] != NULL)
		n++;
	return authority_match(x, group, n);
}

static void
asks(void **state)
{
	static const struct {
		const char *text;
		const char *group[4];
		bool want;
	} t[] = {
		{ "*", { NULL }, true },
		{ "engineers", { "engineers", NULL }, true },
		{ "engineers", { "engineer", NULL }, false },
		{ "engineers", { "Engineers", NULL }, false },
		{ "engineers", { NULL }, false },
		{ "a & b, c", { "a", NULL }, false },
		{ "a & b, c", { "b", "a", NULL }, true },
		{ "a & b, c", { "c", NULL }, true },
	};
	(void)state;

	for (size_t i = 0; i < COUNT(t); i++) {
		struct authority_expr x;

		print_message("%s %zu\n", t[i].text, i);
		assert_int_equal(authority_parse(t[i].text, &x, NULL), 0);
		assert_int_equal(authority_may_ask(&x, bits(&x, t[i].group)),
		    t[i].want);
	}
}

/* One yes or no: person, groups, length in minutes (0: no). */
struct said {
	const char *who;
	const char *group[4];
	int minutes;
};

static void
tallies(void **state)
{
	static const struct {
		const char *name, *text;
		unsigned quorum;
		struct said said[5];
		enum verdict want;
		unsigned have, missing;
		int minutes;
	} t[] = {
		{ "nobody yet", "leads", 1, { { NULL, { NULL }, 0 } },
		    VERDICT_OPEN, 0, 1, 60 },
		{ "one lead", "leads", 1, { { "bob", { "leads" }, 60 } },
		    VERDICT_GRANTED, 1, 0, 60 },
		{ "shorter", "leads", 1, { { "bob", { "leads" }, 20 } },
		    VERDICT_GRANTED, 1, 0, 20 },
		{ "longer than asked is cut", "leads", 1,
		    { { "bob", { "leads" }, 90 } },
		    VERDICT_GRANTED, 1, 0, 60 },
		{ "outsider", "leads", 1, { { "bob", { "ops" }, 60 } },
		    VERDICT_OPEN, 0, 1, 60 },
		{ "own yes", "leads", 1, { { "ann", { "leads" }, 60 } },
		    VERDICT_OPEN, 0, 1, 60 },
		{ "own no", "leads", 1, { { "ann", { "leads" }, 0 },
		    { "bob", { "leads" }, 60 } },
		    VERDICT_GRANTED, 1, 0, 60 },
		{ "quorum of two, one person twice", "leads", 2,
		    { { "bob", { "leads" }, 60 }, { "bob", { "leads" }, 60 } },
		    VERDICT_OPEN, 1, 1, 60 },
		{ "quorum of two, shortest length", "leads", 2,
		    { { "bob", { "leads" }, 60 }, { "cat", { "leads" }, 30 } },
		    VERDICT_GRANTED, 2, 0, 30 },
		{ "deny after approve", "leads", 2,
		    { { "bob", { "leads" }, 60 }, { "cat", { "leads" }, 0 } },
		    VERDICT_DENIED, 1, 1, 60 },
		{ "deny by an outsider", "leads", 1,
		    { { "eve", { "ops" }, 0 }, { "bob", { "leads" }, 60 } },
		    VERDICT_GRANTED, 1, 0, 60 },
		{ "one person in both groups", "ops & sec", 1,
		    { { "bob", { "ops", "sec" }, 60 } },
		    VERDICT_OPEN, 1, 1, 60 },
		{ "two persons, both in both", "ops & sec", 1,
		    { { "bob", { "ops", "sec" }, 60 },
		    { "cat", { "ops", "sec" }, 60 } },
		    VERDICT_GRANTED, 2, 0, 60 },
		{ "two persons of one group", "ops & sec", 2,
		    { { "bob", { "ops" }, 60 }, { "cat", { "ops" }, 60 } },
		    VERDICT_OPEN, 2, 1, 60 },
		{ "the flexible person moves over", "ops & sec", 1,
		    { { "bob", { "ops", "sec" }, 60 },
		    { "cat", { "ops" }, 60 } },
		    VERDICT_GRANTED, 2, 0, 60 },
		{ "three of quorum three with an and", "ops & sec", 3,
		    { { "bob", { "ops" }, 60 }, { "cat", { "sec" }, 60 },
		    { "dan", { "ops" }, 60 } },
		    VERDICT_GRANTED, 3, 0, 60 },
		{ "the other way", "ops & sec, boss", 1,
		    { { "bob", { "ops" }, 60 }, { "zoe", { "boss" }, 60 } },
		    VERDICT_GRANTED, 2, 0, 60 },
		{ "ways do not add up", "a & b, c & d", 1,
		    { { "bob", { "a" }, 60 }, { "cat", { "c" }, 60 } },
		    VERDICT_OPEN, 2, 1, 60 },
		{ "three groups, three persons in a ring", "a & b & c", 1,
		    { { "bob", { "a", "b" }, 60 },
		    { "cat", { "a", "c" }, 60 }, { "dan", { "a" }, 60 } },
		    VERDICT_GRANTED, 3, 0, 60 },
	};
	(void)state;

	for (size_t i = 0; i < COUNT(t); i++) {
		struct vote vote[5];
		struct authority_expr x;
		struct tally got;
		size_t n = 0;

		print_message("%s\n", t[i].name);
		assert_int_equal(authority_parse(t[i].text, &x, NULL), 0);
		for (; n < 5 && t[i].said[n].who != NULL; n++)
			vote[n] = (struct vote){
			    .who = t[i].said[n].who,
			    .has = bits(&x, t[i].said[n].group),
			    .approve = t[i].said[n].minutes > 0,
			    .for_us = t[i].said[n].minutes * INT64_C(60000000),
			};
		got = authority_tally(&x, t[i].quorum, "ann",
		    INT64_C(3600000000), vote, n);
		assert_int_equal(got.verdict, t[i].want);
		assert_int_equal(got.have, t[i].have);
		assert_int_equal(got.missing, t[i].missing);
		assert_int_equal(got.for_us / 60000000, t[i].minutes);
	}
}

static void
decides(void **state)
{
	static const struct {
		const char *name;
		struct choice c;
		enum err_code want;
	} t[] = {
		{ "as asked", { "ann", "bob", 1, true, 100, 0, 9, 10 },
		    ERR_NONE },
		{ "all of it", { "ann", "bob", 1, true, 100, 100, 9, 10 },
		    ERR_NONE },
		{ "less", { "ann", "bob", 1, true, 100, 1, 9, 10 }, ERR_NONE },
		{ "one more", { "ann", "bob", 1, true, 100, 101, 9, 10 },
		    ERR_USAGE },
		{ "negative", { "ann", "bob", 1, true, 100, -1, 9, 10 },
		    ERR_USAGE },
		{ "own", { "ann", "ann", 1, true, 100, 0, 9, 10 },
		    ERR_DENIED },
		{ "own no", { "ann", "ann", 1, false, 100, 0, 9, 10 },
		    ERR_DENIED },
		{ "outsider", { "ann", "bob", 0, true, 100, 0, 9, 10 },
		    ERR_DENIED },
		{ "outsider's no", { "ann", "bob", 0, false, 100, 0, 9, 10 },
		    ERR_DENIED },
		{ "at the lapse", { "ann", "bob", 1, true, 100, 0, 10, 10 },
		    ERR_CONFLICT },
		{ "no, in time", { "ann", "bob", 2, false, 100, 0, 9, 10 },
		    ERR_NONE },
	};
	(void)state;

	for (size_t i = 0; i < COUNT(t); i++) {
		struct err e = { 0 };

		print_message("%s\n", t[i].name);
		assert_int_equal(authority_may_decide(&t[i].c, &e),
		    t[i].want == ERR_NONE ? 0 : -1);
		assert_int_equal(e.code, t[i].want);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parses),
		cmocka_unit_test(asks),
		cmocka_unit_test(tallies),
		cmocka_unit_test(decides),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
