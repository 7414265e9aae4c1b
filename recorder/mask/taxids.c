/* SPDX-License-Identifier: BSD-2-Clause
 * Check digits of tax, pension and citizen numbers. */
#include <ctype.h>
#include <string.h>

#include "recorder/mask/ids.h"
#include "recorder/mask/sym.h"
#include "recorder/mask/validate.h"

/* Brazil: a check digit is 11 less the weighted sum mod 11, ten being 0. */
static unsigned
br_check(const unsigned *d, int n, unsigned highest)
{
	unsigned sum = 0, w = 2;

	for (int i = n; i-- > 0;) {
		sum += d[i] * w;
		w = w == highest ? 2 : w + 1;
	}
	sum %= 11;
	return sum < 2 ? 0 : 11 - sum;
}

bool
valid_cpf(const char *v, size_t n)
{
	unsigned d[11];

	return ids_digits(v, n, d, 11) == 11 && !ids_all_equal(d, 11) &&
	    br_check(d, 9, 11) == d[9] && br_check(d, 10, 11) == d[10];
}

bool
valid_cnpj(const char *v, size_t n)
{
	unsigned d[14];

	return ids_digits(v, n, d, 14) == 14 && !ids_all_equal(d, 14) &&
	    br_check(d, 12, 9) == d[12] && br_check(d, 13, 9) == d[13];
}

/* Germany: ISO 7064 MOD 11,10, and of the first ten digits exactly one
 * stands there twice or three times. */
bool
valid_steuerid(const char *v, size_t n)
{
	unsigned d[11], count[10] = { 0 }, twice = 0, more = 0, p = 10;

	if (ids_digits(v, n, d, 11) != 11 || d[0] == 0)
		return false;
	for (int i = 0; i < 10; i++) {
		unsigned s = (d[i] + p) % 10;

		count[d[i]]++;
		p = (s == 0 ? 10 : s) * 2 % 11;
	}
	for (int i = 0; i < 10; i++) {
		twice += count[i] == 2 || count[i] == 3;
		more += count[i] > 3;
	}
	return twice == 1 && more == 0 && (11 - p) % 10 == d[10];
}

/* Germany: pension insurance number, its letter counted as two digits. */
bool
valid_rvnr(const char *v, size_t n)
{
	static const char weights[] = "212571212121";
	unsigned d[13], sum = 0, day, place;
	char s[13];

	if (ids_letters(v, n, s, 12) != 12 || !sym_alpha((unsigned char)s[8]))
		return false;
	place = (unsigned)(s[8] - 'A') + 1;
	for (int i = 0, k = 0; i < 12; i++) {
		if (i == 8) {
			d[k++] = place / 10;
			d[k++] = place % 10;
		} else if (sym_digit((unsigned char)s[i])) {
			d[k++] = (unsigned)(s[i] - '0');
		} else {
			return false;
		}
	}
	day = d[2] * 10 + d[3];
	if (!ids_date(d[4] * 10 + d[5], day > 50 ? day - 50 : day))
		return false;
	for (int i = 0; i < 12; i++) {
		unsigned x = d[i] * (unsigned)(weights[i] - '0');

		sum += x / 10 + x % 10;
	}
	return sum % 10 == d[12];
}

bool
valid_tckn(const char *v, size_t n)
{
	unsigned d[11], odd, even;

	if (ids_digits(v, n, d, 11) != 11 || d[0] == 0)
		return false;
	odd = d[0] + d[2] + d[4] + d[6] + d[8];
	even = d[1] + d[3] + d[5] + d[7];
	return (odd * 7 + 90 - even) % 10 == d[9] &&
	    (odd + even + d[9]) % 10 == d[10];
}

bool
valid_thai(const char *v, size_t n)
{
	unsigned d[13], sum = 0;

	if (ids_digits(v, n, d, 13) != 13 || d[0] == 0 || d[0] == 9)
		return false;
	for (unsigned i = 0; i < 12; i++)
		sum += d[i] * (13 - i);
	return (11 - sum % 11) % 10 == d[12];
}

bool
valid_zaid(const char *v, size_t n)
{
	unsigned d[13];

	return ids_digits(v, n, d, 13) == 13 &&
	    ids_date(d[2] * 10 + d[3], d[4] * 10 + d[5]) && d[10] <= 2 &&
	    valid_luhn(v, n);
}

/* Netherlands: the "eleven test" with the last digit counted negative. */
bool
valid_bsn(const char *v, size_t n)
{
	unsigned d[9];

	return ids_digits(v, n, d, 9) == 9 && !ids_all_equal(d, 9) &&
	    (ids_weigh(d, "98765432") + 10 * d[8]) % 11 == 0;
}
