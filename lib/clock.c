/* SPDX-License-Identifier: BSD-2-Clause */
#include "lib/clock.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "lib/err.h"

#define SECOND_US INT64_C(1000000)

static int64_t
read_clock(clockid_t id, int64_t per_second)
{
	struct timespec t = { 0 };

	(void)clock_gettime(id, &t);
	return (int64_t)t.tv_sec * per_second +
	    t.tv_nsec / (INT64_C(1000000000) / per_second);
}

int64_t
clock_wall_us(void)
{
	return read_clock(CLOCK_REALTIME, SECOND_US);
}

int64_t
clock_boot_us(void)
{
	return read_clock(CLOCK_BOOTTIME, SECOND_US);
}

int64_t
clock_mono_ns(void)
{
	return read_clock(CLOCK_MONOTONIC, INT64_C(1000000000));
}

void
clock_format(int64_t wall_us, char ret[CLOCK_TEXT_MAX])
{
	int64_t us = wall_us % SECOND_US;
	time_t s = (time_t)(wall_us / SECOND_US);
	struct tm tm;
	size_t n;

	if (us < 0) {
		us += SECOND_US;
		s--;
	}
	if (gmtime_r(&s, &tm) == NULL || tm.tm_year > 8099 ||
	    tm.tm_year < -1900) {
		(void)snprintf(ret, CLOCK_TEXT_MAX, "-");
		return;
	}
	n = strftime(ret, CLOCK_TEXT_MAX, "%Y-%m-%dT%H:%M:%S", &tm);
	(void)snprintf(ret + n, CLOCK_TEXT_MAX - n, ".%06dZ", (int)us);
}

/* Two digits at s, within lo..hi; -1 when they are not. */
static int
two(const char *s, int lo, int hi)
{
	int v;

	if (!isdigit((unsigned char)s[0]) || !isdigit((unsigned char)s[1]))
		return -1;
	v = (s[0] - '0') * 10 + s[1] - '0';
	return v < lo || v > hi ? -1 : v;
}

static int
parse_offset(const char *s, int64_t *ret_s)
{
	int h, m;

	*ret_s = 0;
	if (strcmp(s, "Z") == 0 || strcmp(s, "z") == 0)
		return 0;
	if ((s[0] != '+' && s[0] != '-') || strlen(s) != 6 || s[3] != ':')
		return -1;
	h = two(s + 1, 0, 23);
	m = two(s + 4, 0, 59);
	if (h < 0 || m < 0)
		return -1;
	*ret_s = (h * 60 + m) * 60 * (s[0] == '-' ? 1 : -1);
	return 0;
}

int
clock_parse(const char *s, int64_t *ret_us, struct err *e)
{
	static const char form[] = "dddd-dd-ddTdd:dd:dd";
	struct tm tm = { 0 }, back;
	int64_t us = 0, offset, scale = SECOND_US;
	const char *p;
	int day;
	time_t t;

	for (size_t i = 0; form[i] != '\0'; i++)
		if (form[i] == 'd' ? !isdigit((unsigned char)s[i]) :
		    s[i] != form[i] && !(form[i] == 'T' &&
		    (s[i] == 't' || s[i] == ' ')))
			goto bad;
	tm.tm_year = two(s, 0, 99) * 100 + two(s + 2, 0, 99) - 1900;
	tm.tm_mon = two(s + 5, 1, 12) - 1;
	tm.tm_mday = two(s + 8, 1, 31);
	tm.tm_hour = two(s + 11, 0, 23);
	tm.tm_min = two(s + 14, 0, 59);
	tm.tm_sec = two(s + 17, 0, 59);
	if (tm.tm_mon < 0 || tm.tm_mday < 0 || tm.tm_hour < 0 ||
	    tm.tm_min < 0 || tm.tm_sec < 0)
		goto bad;
	p = s + sizeof(form) - 1;
	if (*p == '.') {
		for (p++; isdigit((unsigned char)*p) && scale > 1; p++) {
			scale /= 10;
			us += (*p - '0') * scale;
		}
		if (scale == SECOND_US)
			goto bad;
	}
	if (parse_offset(p, &offset) < 0)
		goto bad;
	day = tm.tm_mday;
	t = timegm(&tm); /* normalises tm */
	if (gmtime_r(&t, &back) == NULL || back.tm_mday != day)
		goto bad; /* 31 February */
	*ret_us = ((int64_t)t + offset) * SECOND_US + us;
	return 0;
bad:
	return err_set(e, ERR_INPUT,
	    "\"%.40s\" is no time: write 2026-07-24T12:00:00Z", s);
}

static const struct {
	char unit;
	int64_t seconds;
} units[] = {
	{ 'w', 7 * 86400 }, { 'd', 86400 }, { 'h', 3600 }, { 'm', 60 },
	{ 's', 1 },
};

int
clock_duration(const char *s, int64_t *ret_us, struct err *e)
{
	const int64_t limit = INT64_C(3650) * 86400;
	const char *p = s;
	int64_t total = 0;
	size_t unit = 0;

	if (*p == '\0')
		goto bad;
	while (*p != '\0') {
		int64_t v = 0;

		if (!isdigit((unsigned char)*p))
			goto bad;
		for (; isdigit((unsigned char)*p); p++) {
			v = v * 10 + *p - '0';
			if (v > limit)
				goto bad;
		}
		while (unit < sizeof(units) / sizeof(units[0]) &&
		    units[unit].unit != *p)
			unit++;
		if (unit == sizeof(units) / sizeof(units[0]))
			goto bad;
		total += v * units[unit].seconds;
		if (total > limit)
			goto bad;
		unit++;
		p++;
	}
	if (total < 1)
		goto bad;
	*ret_us = total * SECOND_US;
	return 0;
bad:
	return err_set(e, ERR_INPUT,
	    "\"%.40s\" is no duration: write 90s, 45m, 2h30m, 7d", s);
}

/* "2026-07-24": its beginning. */
static int
parse_day(const char *s, int64_t *ret_us)
{
	char text[CLOCK_TEXT_MAX];

	if (strlen(s) != sizeof("2026-07-24") - 1)
		return -1;
	(void)snprintf(text, sizeof(text), "%sT00:00:00Z", s);
	return clock_parse(text, ret_us, NULL);
}

int
clock_moment(const char *s, int64_t now_us, int64_t *ret_us, struct err *e)
{
	static const struct {
		const char *word;
		int64_t before_us;
	} days[] = { { "today", 0 }, { "yesterday", CLOCK_DAY_US } };
	int64_t ago, into = now_us % CLOCK_DAY_US;

	if (strcmp(s, "now") == 0) {
		*ret_us = now_us;
		return 0;
	}
	for (size_t i = 0; i < sizeof(days) / sizeof(days[0]); i++)
		if (strcmp(s, days[i].word) == 0) {
			*ret_us = now_us - into - days[i].before_us;
			return 0;
		}
	if (clock_duration(s[0] == '-' ? s + 1 : s, &ago, NULL) == 0) {
		*ret_us = now_us - ago;
		return 0;
	}
	if (parse_day(s, ret_us) == 0 || clock_parse(s, ret_us, NULL) == 0)
		return 0;
	return err_set(e, ERR_USAGE, "%.60s: no time: -30d, -2h, today, "
	    "yesterday, 2026-07-24 or 2026-07-24T12:00:00Z", s);
}

void
clock_duration_format(int64_t us, char ret[CLOCK_TEXT_MAX])
{
	int64_t s = us / SECOND_US;
	size_t n = 0;

	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		int64_t v = s / units[i].seconds;

		if (v == 0 || n >= CLOCK_TEXT_MAX - 1)
			continue;
		n += (size_t)snprintf(ret + n, CLOCK_TEXT_MAX - n, "%lld%c",
		    (long long)v, units[i].unit);
		s %= units[i].seconds;
	}
	if (n == 0)
		(void)snprintf(ret, CLOCK_TEXT_MAX, "0s");
}
