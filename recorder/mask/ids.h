/* SPDX-License-Identifier: BSD-2-Clause
 * ids.h - what the checks of national numbers share.
 * in: a value as printed; out: its digits, letters, weighted sums */
#ifndef WARRANT_RECORDER_MASK_IDS_H
#define WARRANT_RECORDER_MASK_IDS_H

#include <stdbool.h>
#include <stddef.h>

/* The digits of v without separators: their number, or -1 when something
 * else stands between or there are more than max. */
int ids_digits(const char *v, size_t n, unsigned *d, int max);

/* Letters and digits in upper case without separators, NUL-ended (s holds
 * max + 1): their number, or -1 above max. */
int ids_letters(const char *v, size_t n, char *s, int max);

/* Sum of d[i] times the digit weights[i]. */
unsigned ids_weigh(const unsigned *d, const char *weights);

/* The number two digits make. */
static inline unsigned
ids_two(const unsigned *d)
{
	return d[0] * 10 + d[1];
}

bool ids_all_equal(const unsigned *d, int n);

/* A day that can be (29 February always). */
bool ids_date(unsigned month, unsigned day);

#endif
