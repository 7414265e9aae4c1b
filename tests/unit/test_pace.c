/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/test.h"

#include "approver/http.h"
#include "approver/pace.h"
#include "lib/buf.h"
#include "lib/err.h"

static void
sign_ins_a_minute(void **state)
{
	static const struct {
		int64_t at;
		const char *source, *account;
		int good;
	} t[] = {
		{ 0, "s1", "a1", 1 },
		{ 1, "s1", "a2", 1 },
		{ 2, "s1", "a3", 0 },		/* third of the source */
		{ 3, "s2", "a1", 1 },
		{ 4, "s3", "a1", 0 },		/* third of the account */
		{ 5, "s4", "a4", 1 },
		{ 6, "s5", "a5", 1 },
		{ 7, "s6", "a6", 0 },		/* sixth of all */
		{ 59999, "s1", "a7", 0 },
		{ 60000, "s1", "a7", 1 },	/* the first is too old now */
		{ 60001, "s1", "a8", 1 },
		{ 60002, "s1", "a9", 0 },
	};
	struct pace p;

	(void)state;
	assert_int_equal(pace_open(&p, 2, 2, 5, NULL), 0);
	for (size_t i = 0; i < COUNT(t); i++) {
		struct err e = { 0 };
		int rc = pace_start(&p, t[i].source, t[i].account, t[i].at,
		    &e);

		if ((rc == 0) != t[i].good)
			fail_msg("row %zu: %s", i, e.text);
		if (rc < 0)
			assert_int_equal(e.code, ERR_LIMIT);
	}
	pace_clear(&p);
}

static void
long_names_count_together(void **state)
{
	char a[400], b[400];
	struct pace p;

	(void)state;
	memset(a, 'x', sizeof(a));
	memset(b, 'x', sizeof(b));
	a[sizeof(a) - 1] = b[sizeof(b) - 1] = '\0';
	b[sizeof(b) - 2] = 'y';
	assert_int_equal(pace_open(&p, 1, 100, 100, NULL), 0);
	assert_int_equal(pace_start(&p, a, "1", 0, NULL), 0);
	assert_int_equal(pace_start(&p, b, "2", 0, NULL), -1);
	pace_clear(&p);
}

static void
polls_of_one_sign_in(void **state)
{
	static const struct {
		enum token_state was;
		int64_t retry_after, want;
	} t[] = {
		{ TOKEN_PENDING, 0, 2000 },
		{ TOKEN_RETRY, 0, 4000 },
		{ TOKEN_RETRY, 0, 8000 },
		{ TOKEN_RETRY, 20, 20000 },
		{ TOKEN_RETRY, 0, 30000 },	/* PACE_BACKOFF_MAX_MS */
		{ TOKEN_RETRY, 999999999, EXPIRES_MAX * 1000 },
		{ TOKEN_PENDING, 0, 2000 },
		{ TOKEN_SLOW_DOWN, 0, 7000 },
		{ TOKEN_PENDING, 0, 7000 },
		{ TOKEN_SLOW_DOWN, 0, 12000 },
		{ TOKEN_SLOW_DOWN, 15, 17000 },
		{ TOKEN_RETRY, 0, 30000 },
		{ TOKEN_PENDING, 18, 18000 },
	};
	struct pace_poll one = { .interval_ms = 2000 };
	struct pace_poll other = { .interval_ms = 1000 };
	int64_t floor_ms = 0;

	(void)state;
	for (size_t i = 0; i < COUNT(t); i++) {
		int64_t got = pace_next(&one, t[i].was, t[i].retry_after,
		    &floor_ms);

		if (got != t[i].want)
			fail_msg("row %zu: %lld", i, (long long)got);
	}
	/* what one was told holds for all of that provider */
	assert_int_equal(pace_next(&other, TOKEN_PENDING, 0, &floor_ms),
	    17000);
}

static void
cache_control(void **state)
{
	static const struct {
		const char *value;
		int64_t want;
	} t[] = {
		{ "", -1 },
		{ "public", -1 },
		{ "max-age=300", 300 },
		{ "public, max-age=300, must-revalidate", 300 },
		{ "MAX-AGE=\"60\"", 60 },
		{ "max-age=600 ,max-age=60", 60 },
		{ "max-age=99999999999999999999999", INT32_MAX },
		{ "max-age=-1", 0 },
		{ "max-age=x", 0 },
		{ "max-age", -1 },
		{ "max-age=300, no-store", 0 },
		{ "no-cache", 0 },
		{ "x-max-age=5", -1 },
		{ ",,, ,", -1 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(t); i++)
		if (http_max_age(t[i].value) != t[i].want)
			fail_msg("%s: %lld", t[i].value,
			    (long long)http_max_age(t[i].value));
}

static void
forms(void **state)
{
	struct buf b = BUF_INIT(100);

	(void)state;
	assert_int_equal(http_form(&b, "a b", "1&2=3%+", NULL), 0);
	assert_int_equal(http_form(&b, "c", "\xc3\xbc\n*-._~/", NULL), 0);
	assert_string_equal(b.p,
	    "a+b=1%262%3D3%25%2B&c=%C3%BC%0A*-._%7E%2F");
	buf_clear(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sign_ins_a_minute),
		cmocka_unit_test(long_names_count_together),
		cmocka_unit_test(polls_of_one_sign_in),
		cmocka_unit_test(cache_control),
		cmocka_unit_test(forms),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
