/* SPDX-License-Identifier: BSD-2-Clause
 * clock.h - now, RFC 3339, "2h30m" and "yesterday".
 * in: clock_gettime(2), words of people; out: microseconds or nanoseconds */
#ifndef WARRANT_LIB_CLOCK_H
#define WARRANT_LIB_CLOCK_H

#include <stddef.h>
#include <stdint.h>

struct err;

#define CLOCK_TEXT_MAX 36	/* "2026-07-24T12:00:01.123456Z" and a NUL */

/* CLOCK_REALTIME and CLOCK_BOOTTIME in microseconds; CLOCK_MONOTONIC in ns. */
int64_t clock_wall_us(void);
int64_t clock_boot_us(void);
int64_t clock_mono_ns(void);

/* UTC, RFC 3339 with six digits of a second.  Pure. */
void clock_format(int64_t wall_us, char ret[CLOCK_TEXT_MAX]);

#define CLOCK_DAY_US (INT64_C(86400) * 1000 * 1000)

/* RFC 3339 date and time with Z or an offset, fraction of at most 6 digits;
 * the whole of s.  -1 with *e (ERR_INPUT). Pure. */
int clock_parse(const char *s, int64_t *ret_us, struct err *e);

/* "90s" "45m" "2h30m" "7d" "1w", whole numbers with a unit, largest unit
 * first, the whole of s, result at least 1 s and at most 10 years.  A bare
 * number is refused: its unit would be a guess.  Pure. */
int clock_duration(const char *s, int64_t *ret_us, struct err *e);

/* What a person gives for a moment: a time as above, a date (its beginning), a
 * length before now ("-30d", or "30d"), "now", "today" and "yesterday" (when
 * these days began).  Dates and days are those of UTC, as all that is shown.
 * -1 with *e (ERR_USAGE).  Pure. */
int clock_moment(const char *s, int64_t now_us, int64_t *ret_us,
    struct err *e);

/* The shortest such text for a duration of whole seconds.  Pure. */
void clock_duration_format(int64_t us, char ret[CLOCK_TEXT_MAX]);

#endif
