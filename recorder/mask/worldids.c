/* SPDX-License-Identifier: BSD-2-Clause
 * Check digits of numbers of persons, companies and things outside
 * Europe.  The rules say which law or register each comes from. */
#include <ctype.h>
#include <string.h>

#include "recorder/mask/ids.h"
#include "recorder/mask/sym.h"
#include "recorder/mask/validate.h"

/* Value of a letter or digit: A is 10. */
static unsigned
base36(char c)
{
	return sym_digit((unsigned char)c) ? (unsigned)(c - '0') :
	    (unsigned)(c - 'A') + 10;
}

/* China: GB 11643, ISO 7064 MOD 11-2, the date in full. */
bool
valid_cnid(const char *v, size_t n)
{
	unsigned d[17], p = 0;

	if (n != 18 || ids_digits(v, 17, d, 17) != 17 || d[0] == 0 ||
	    (ids_two(d + 6) != 19 && ids_two(d + 6) != 20) ||
	    !ids_date(ids_two(d + 10), ids_two(d + 12)))
		return false;
	for (int i = 0; i < 17; i++)
		p = (p + d[i]) * 2 % 11;
	p = (12 - p) % 11;
	return p == 10 ? toupper((unsigned char)v[17]) == 'X' :
	    v[17] == (char)('0' + p);
}

/* Taiwan: the letter of the place counts as two digits. */
bool
valid_twid(const char *v, size_t n)
{
	static const char places[] = "ABCDEFGHJKLMNPQRSTUVXYWZIO";
	unsigned d[9], place;
	const char *at;

	if (n != 10 || ids_digits(v + 1, 9, d, 9) != 9)
		return false;
	at = strchr(places, toupper((unsigned char)v[0]));
	if (at == NULL)
		return false;
	place = (unsigned)(at - places) + 10;
	return (place / 10 + place % 10 * 9 + ids_weigh(d, "87654321") +
	    d[8]) % 10 == 0;
}

/* Hong Kong: one or two letters, six digits, (check). */
bool
valid_hkid(const char *v, size_t n)
{
	unsigned sum = 0;
	char s[10];
	int k = ids_letters(v, n, s, 9), at = 0;

	if (k != 8 && k != 9)
		return false;
	sum = k == 8 ? 36 * 9 : 0; /* a space counts as 36 */
	for (unsigned w = (unsigned)k; w > 1; w--, at++)
		sum += base36(s[at]) * w;
	sum = (11 - sum % 11) % 11;
	return s[at] == (sum == 10 ? 'A' : (char)('0' + sum));
}

/* Japan: individual number. */
bool
valid_mynumber(const char *v, size_t n)
{
	unsigned d[12], rest;

	if (ids_digits(v, n, d, 12) != 12 || ids_all_equal(d, 12))
		return false;
	rest = ids_weigh(d, "65432765432") % 11;
	return (rest <= 1 ? 0 : 11 - rest) == d[11];
}

/* Mexico: the letters of CURP count from 10, N with tilde between. */
static unsigned
mx_value(char c)
{
	unsigned x = base36(c);

	return x + (c > 'N' && c <= 'Z');
}

bool
valid_curp(const char *v, size_t n)
{
	unsigned sum = 0, d[6];
	char s[19];

	if (ids_letters(v, n, s, 18) != 18 ||
	    ids_digits(s + 4, 6, d, 6) != 6 ||
	    !ids_date(ids_two(d + 2), ids_two(d + 4)))
		return false;
	for (unsigned i = 0; i < 17; i++)
		sum += mx_value(s[i]) * (18 - i);
	return s[17] == (char)('0' + (10 - sum % 10) % 10);
}

/* Mexico, tax: three or four letters, date, three characters.  Its check
 * digit is left out: old numbers have others. */
bool
valid_rfc(const char *v, size_t n)
{
	unsigned d[6];

	return (n == 12 || n == 13) &&
	    ids_digits(v + n - 9, 6, d, 6) == 6 &&
	    ids_date(ids_two(d + 2), ids_two(d + 4));
}

bool
valid_cuit(const char *v, size_t n)
{
	unsigned d[11], rest;

	if (ids_digits(v, n, d, 11) != 11 || ids_all_equal(d, 11) ||
	    (d[0] != 2 && d[0] != 3))
		return false;
	rest = ids_weigh(d, "5432765432") % 11;
	return (rest == 0 ? 0 : rest == 1 ? 9 : 11 - rest) == d[10];
}

/* Chile: the last is a digit or K. */
bool
valid_rut(const char *v, size_t n)
{
	unsigned sum = 0, w = 2;
	char s[10];
	int k = ids_letters(v, n, s, 9);

	if (k < 8)
		return false;
	for (int i = k - 1; i-- > 0;) {
		if (!sym_digit((unsigned char)s[i]))
			return false;
		sum += (unsigned)(s[i] - '0') * w;
		w = w == 7 ? 2 : w + 1;
	}
	sum = (11 - sum % 11) % 11;
	return s[k - 1] == (sum == 10 ? 'K' : (char)('0' + sum));
}

/* Colombia, tax. */
bool
valid_conit(const char *v, size_t n)
{
	static const unsigned w[] = { 41, 37, 29, 23, 19, 17, 13, 7, 3 };
	unsigned d[10], rest = 0;

	if (ids_digits(v, n, d, 10) != 10)
		return false;
	for (int i = 0; i < 9; i++)
		rest += d[i] * w[i];
	rest %= 11;
	return (rest < 2 ? rest : 11 - rest) == d[9];
}

/* Six digits yymmdd; Indonesia puts ddmmyy behind six others, a woman's day
 * is 40 more. */
bool
valid_ymd(const char *v, size_t n)
{
	unsigned d[16];

	return ids_digits(v, n, d, 16) >= 6 &&
	    ids_date(ids_two(d + 2), ids_two(d + 4));
}

bool
valid_nik(const char *v, size_t n)
{
	unsigned d[16], day;

	if (ids_digits(v, n, d, 16) != 16 || d[0] == 0)
		return false;
	day = ids_two(d + 6);
	return ids_date(ids_two(d + 8), day > 40 ? day - 40 : day);
}

/* India, goods and services tax: state, PAN, check of base 36. */
bool
valid_gstin(const char *v, size_t n)
{
	unsigned sum = 0;
	char s[16];

	if (ids_letters(v, n, s, 15) != 15)
		return false;
	for (int i = 0; i < 14; i++) {
		unsigned x = base36(s[i]) * (i % 2 == 0 ? 1 : 2);

		sum += x / 36 + x % 36;
	}
	return base36(s[14]) == (36 - sum % 36) % 36;
}

/* United States, prescriber of controlled substances. */
bool
valid_dea(const char *v, size_t n)
{
	unsigned d[7];

	if (n != 9 || ids_digits(v + 2, 7, d, 7) != 7)
		return false;
	return (d[0] + d[2] + d[4] + 2 * (d[1] + d[3] + d[5])) % 10 == d[6];
}

/* ISO 3779 with the check digit of 49 CFR 565. */
bool
valid_vin(const char *v, size_t n)
{
	static const unsigned weights[] = { 8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8,
	    7, 6, 5, 4, 3, 2 };
	/* A to Z; I, O and Q do not occur */
	static const char letters[] = "12345678012345070923456789";
	unsigned sum = 0;

	if (n != 17)
		return false;
	for (int i = 0; i < 17; i++) {
		char c = (char)toupper((unsigned char)v[i]);

		if (sym_alpha((unsigned char)c))
			c = letters[c - 'A'];
		sum += (unsigned)(c - '0') * weights[i];
	}
	sum %= 11;
	return toupper((unsigned char)v[8]) == (sum == 10 ? 'X' :
	    (int)('0' + sum));
}

/* Kazakhstan: date, then a second row of weights where the first gives
 * ten. */
bool
valid_iin(const char *v, size_t n)
{
	static const unsigned again[] = { 3, 4, 5, 6, 7, 8, 9, 10, 11, 1, 2 };
	unsigned d[12], sum = 0, more = 0;

	if (ids_digits(v, n, d, 12) != 12 || !ids_date(ids_two(d + 2), ids_two(d + 4)))
		return false;
	for (unsigned i = 0; i < 11; i++) {
		sum += d[i] * (i + 1);
		more += d[i] * again[i];
	}
	sum = sum % 11 == 10 ? more % 11 : sum % 11;
	return sum == d[11];
}

/* New Zealand, tax: 8 or 9 digits, a second row of weights. */
bool
valid_ird(const char *v, size_t n)
{
	unsigned d[9] = { 0 }, check;
	int k = ids_digits(v, n, d, 9);

	if (k != 8 && k != 9)
		return false;
	if (k == 8) {
		memmove(d + 1, d, 8 * sizeof(d[0]));
		d[0] = 0;
	}
	check = (11 - ids_weigh(d, "32765432") % 11) % 11;
	if (check == 10)
		check = (11 - ids_weigh(d, "74325276") % 11) % 11;
	return check == d[8];
}

bool
valid_acn(const char *v, size_t n)
{
	unsigned d[9];

	return ids_digits(v, n, d, 9) == 9 && !ids_all_equal(d, 9) &&
	    (ids_weigh(d, "87654321") + d[8]) % 10 == 0;
}
