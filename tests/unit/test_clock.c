/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/test.h"

#include "lib/clock.h"
#include "lib/err.h"
#include "lib/id.h"

static void
durations(void **state)
{
	static const struct {
		const char *text;
		int64_t s;	/* -1: refused */
	} t[] = {
		{ "90s", 90 }, { "45m", 2700 }, { "2h30m", 9000 },
		{ "1w2d", 777600 }, { "0s", -1 }, { "", -1 }, { "7", -1 },
		{ "2h 30m", -1 }, { "30m2h", -1 }, { "1h1h", -1 },
		{ "-1h", -1 }, { "1y", -1 }, { "99999999999999999999s", -1 },
		{ "3650d", 315360000 }, { "3651d", -1 }, { "1.5h", -1 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(t); i++) {
		struct err e = { 0 };
		int64_t us = -1;
		int rc = clock_duration(t[i].text, &us, &e);

		if (rc != (t[i].s < 0 ? -1 : 0) ||
		    (rc == 0 && us != t[i].s * 1000000))
			fail_msg("%s: %d %lld", t[i].text, rc, (long long)us);
		if (rc == 0) {
			char back[CLOCK_TEXT_MAX];
			int64_t again = 0;

			clock_duration_format(us, back);
			assert_int_equal(clock_duration(back, &again, &e), 0);
			assert_int_equal(again, us);
		}
	}
}

static void
times(void **state)
{
	static const struct {
		const char *text;
		int64_t us;
	} t[] = {
		{ "1970-01-01T00:00:00Z", 0 },
		{ "2026-07-24T12:00:01.123456Z", INT64_C(1784894401123456) },
		{ "2026-07-24T14:00:01.5+02:00", INT64_C(1784894401500000) },
		{ "2026-02-31T00:00:00Z", -1 }, { "2026-13-01T00:00:00Z", -1 },
		{ "2026-07-24T12:00:01", -1 }, { "2026-07-24", -1 },
		{ "2026-07-24T12:00:01.Z", -1 }, { "", -1 },
		{ "2026-07-24T12:00:01Zx", -1 },
		{ "2026-07-24T24:00:01Z", -1 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(t); i++) {
		struct err e = { 0 };
		int64_t us = -1;
		int rc = clock_parse(t[i].text, &us, &e);

		if (us != t[i].us || (rc == 0) != (t[i].us >= 0))
			fail_msg("%s: %d %lld", t[i].text, rc, (long long)us);
	}
}

static void
moments(void **state)
{
	/* 2026-07-24T12:00:01.123456Z */
	const int64_t now = INT64_C(1784894401123456), s = 1000000;
	const int64_t day = INT64_C(1784851200) * s;
	const struct {
		const char *text;
		int64_t us;	/* -1: refused */
	} t[] = {
		{ "now", now }, { "today", day },
		{ "yesterday", day - 86400 * s },
		{ "-30d", now - 30 * 86400 * s }, { "30d", now - 30 *
		    86400 * s }, { "-2h", now - 7200 * s },
		{ "-1h30m", now - 5400 * s }, { "2026-07-24", day },
		{ "1970-01-01", 0 },
		{ "2026-07-24T14:00:01.123456+02:00", now },
		{ "2026-07-24 12:00:01.123456Z", now },
		{ "2026-02-31", -1 }, { "2026-7-24", -1 }, { "", -1 },
		{ "-", -1 }, { "--2h", -1 }, { "2", -1 }, { "-2", -1 },
		{ "+2h", -1 }, { "2h30", -1 }, { "tomorrow", -1 },
		{ "Today", -1 }, { "today ", -1 },
		{ "2026-07-24T12:00:01", -1 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(t); i++) {
		struct err e = { 0 };
		int64_t us = -1;
		int rc = clock_moment(t[i].text, now, &us, &e);

		if (us != t[i].us || (rc == 0) != (t[i].us >= 0))
			fail_msg("%s: %d %lld", t[i].text, rc, (long long)us);
		assert_int_equal(e.code, rc == 0 ? ERR_NONE : ERR_USAGE);
	}
}

static void
formats(void **state)
{
	char s[CLOCK_TEXT_MAX];

	(void)state;
	clock_format(INT64_C(1784894401123456), s);
	assert_string_equal(s, "2026-07-24T12:00:01.123456Z");
	clock_format(-1, s);
	assert_string_equal(s, "1969-12-31T23:59:59.999999Z");
	clock_format(INT64_MAX, s);
	assert_string_equal(s, "-");
}

static void
ids(void **state)
{
	char a[ID_MAX], b[ID_MAX];
	struct err e = { 0 };

	(void)state;
	assert_int_equal(id_make('r', a, &e), 0);
	assert_int_equal(id_make('r', b, &e), 0);
	assert_string_not_equal(a, b);
	assert_true(id_ok(a, 'r'));
	assert_true(id_ok(a, 0));
	assert_false(id_ok(a, 'g'));
	assert_false(id_ok("r-0123456789abi", 'r')); /* no i in the alphabet */
	assert_false(id_ok("r-0123456789ab", 'r'));
	assert_true(id_prefix_ok("r-012", 'r'));
	assert_false(id_prefix_ok("r-01", 'r'));
	assert_false(id_prefix_ok("../x", 0));
	assert_false(id_ok(NULL, 0));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(durations),
		cmocka_unit_test(times),
		cmocka_unit_test(moments), cmocka_unit_test(formats),
		cmocka_unit_test(ids),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
