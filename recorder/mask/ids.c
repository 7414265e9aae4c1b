/* SPDX-License-Identifier: BSD-2-Clause
 * Check digits and forms of national numbers. */
#include <ctype.h>
#include <string.h>

#include "recorder/mask/ids.h"
#include "recorder/mask/sym.h"
#include "recorder/mask/validate.h"

int
ids_digits(const char *v, size_t n, unsigned *d, int max)
{
	int k = 0;

	for (size_t i = 0; i < n; i++) {
		unsigned c = (unsigned char)v[i];

		if (sym_digit(c)) {
			if (k == max)
				return -1;
			d[k++] = c - '0';
		} else if (strchr(" -./+", (int)c) == NULL || c == 0) {
			return -1;
		}
	}
	return k;
}

int
ids_letters(const char *v, size_t n, char *s, int max)
{
	int k = 0;

	for (size_t i = 0; i < n; i++) {
		unsigned c = (unsigned char)v[i];

		if (!sym_alnum(c))
			continue;
		if (k == max)
			return -1;
		s[k++] = (char)toupper((int)c);
	}
	s[k] = '\0';
	return k;
}

unsigned
ids_weigh(const unsigned *d, const char *weights)
{
	unsigned sum = 0;

	for (int i = 0; weights[i] != '\0'; i++)
		sum += d[i] * (unsigned)(weights[i] - '0');
	return sum;
}

bool
ids_all_equal(const unsigned *d, int n)
{
	for (int i = 1; i < n; i++)
		if (d[i] != d[0])
			return false;
	return true;
}

bool
ids_date(unsigned month, unsigned day)
{
	static const unsigned char last[] = { 31, 29, 31, 30, 31, 30, 31, 31,
	    30, 31, 30, 31 };

	return month >= 1 && month <= 12 && day >= 1 &&
	    day <= last[month - 1];
}

bool
valid_ssn(const char *v, size_t n)
{
	unsigned d[9], area, group, serial;

	if (ids_digits(v, n, d, 9) != 9)
		return false;
	area = d[0] * 100 + d[1] * 10 + d[2];
	group = d[3] * 10 + d[4];
	serial = d[5] * 1000 + d[6] * 100 + d[7] * 10 + d[8];
	return area != 0 && area != 666 && area < 900 && group != 0 &&
	    serial != 0;
}

bool
valid_itin(const char *v, size_t n)
{
	unsigned d[9], group;

	if (ids_digits(v, n, d, 9) != 9 || d[0] != 9)
		return false;
	group = d[3] * 10 + d[4];
	return (group >= 50 && group <= 65) || (group >= 70 && group <= 88) ||
	    (group >= 90 && group <= 92) || (group >= 94 && group <= 99);
}

bool
valid_aba(const char *v, size_t n)
{
	unsigned d[9], first;

	if (ids_digits(v, n, d, 9) != 9 || ids_all_equal(d, 9))
		return false;
	first = d[0] * 10 + d[1];
	return (first <= 12 || (first >= 21 && first <= 32) ||
	    (first >= 61 && first <= 72) || first == 80) &&
	    ids_weigh(d, "371371371") % 10 == 0;
}

bool
valid_npi(const char *v, size_t n)
{
	char s[15] = "80840";
	unsigned d[10];

	if (ids_digits(v, n, d, 10) != 10 || d[0] < 1 || d[0] > 2)
		return false;
	for (int i = 0; i < 10; i++)
		s[5 + i] = (char)('0' + d[i]);
	return valid_luhn(s, sizeof(s));
}

bool
valid_nino(const char *v, size_t n)
{
	static const char *const never[] = { "BG", "GB", "KN", "NK", "NT",
	    "TN", "ZZ" };
	char s[10];

	if (ids_letters(v, n, s, 9) != 9 || strchr("DFIQUV", s[0]) != NULL ||
	    strchr("DFIOQUV", s[1]) != NULL || s[8] < 'A' || s[8] > 'D')
		return false;
	for (size_t i = 0; i < sizeof(never) / sizeof(never[0]); i++)
		if (memcmp(s, never[i], 2) == 0)
			return false;
	return true;
}

bool
valid_nhs(const char *v, size_t n)
{
	unsigned d[10], sum = 0, check;

	if (ids_digits(v, n, d, 10) != 10 || ids_all_equal(d, 10))
		return false;
	for (unsigned i = 0; i < 9; i++)
		sum += d[i] * (10 - i);
	check = 11 - sum % 11;
	return check != 10 && d[9] == check % 11;
}

bool
valid_tfn(const char *v, size_t n)
{
	static const unsigned nine[] = { 1, 4, 3, 7, 5, 8, 6, 9, 10 };
	static const unsigned eight[] = { 10, 7, 8, 4, 6, 3, 5, 1 };
	unsigned d[9], sum = 0;
	int k = ids_digits(v, n, d, 9);

	if ((k != 8 && k != 9) || ids_all_equal(d, k))
		return false;
	for (int i = 0; i < k; i++)
		sum += d[i] * (k == 9 ? nine[i] : eight[i]);
	return sum % 11 == 0;
}

bool
valid_medicare(const char *v, size_t n)
{
	unsigned d[11];
	int k = ids_digits(v, n, d, 11);

	return (k == 10 || k == 11) && d[0] >= 2 && d[0] <= 6 &&
	    ids_weigh(d, "13791379") % 10 == d[8];
}

bool
valid_abn(const char *v, size_t n)
{
	static const unsigned w[] = { 10, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19 };
	unsigned d[11], sum = 0;

	if (ids_digits(v, n, d, 11) != 11 || d[0] == 0)
		return false;
	d[0]--;
	for (int i = 0; i < 11; i++)
		sum += d[i] * w[i];
	return sum % 89 == 0;
}

bool
valid_verhoeff(const char *v, size_t n)
{
	static const unsigned char mul[10][10] = {
		{ 0, 1, 2, 3, 4, 5, 6, 7, 8, 9 },
		{ 1, 2, 3, 4, 0, 6, 7, 8, 9, 5 },
		{ 2, 3, 4, 0, 1, 7, 8, 9, 5, 6 },
		{ 3, 4, 0, 1, 2, 8, 9, 5, 6, 7 },
		{ 4, 0, 1, 2, 3, 9, 5, 6, 7, 8 },
		{ 5, 9, 8, 7, 6, 0, 4, 3, 2, 1 },
		{ 6, 5, 9, 8, 7, 1, 0, 4, 3, 2 },
		{ 7, 6, 5, 9, 8, 2, 1, 0, 4, 3 },
		{ 8, 7, 6, 5, 9, 3, 2, 1, 0, 4 },
		{ 9, 8, 7, 6, 5, 4, 3, 2, 1, 0 },
	};
	static const unsigned char perm[8][10] = {
		{ 0, 1, 2, 3, 4, 5, 6, 7, 8, 9 },
		{ 1, 5, 7, 6, 2, 8, 3, 0, 9, 4 },
		{ 5, 8, 0, 3, 7, 9, 6, 1, 4, 2 },
		{ 8, 9, 1, 6, 0, 4, 3, 5, 2, 7 },
		{ 9, 4, 5, 3, 1, 2, 6, 8, 7, 0 },
		{ 4, 2, 8, 6, 5, 7, 3, 9, 0, 1 },
		{ 2, 7, 9, 3, 8, 0, 6, 4, 1, 5 },
		{ 7, 0, 4, 6, 9, 1, 3, 2, 5, 8 },
	};
	unsigned d[20], c = 0;
	int k = ids_digits(v, n, d, 20);

	if (k < 2 || ids_all_equal(d, k))
		return false;
	for (int i = 0; i < k; i++)
		c = mul[c][perm[i % 8][d[k - 1 - i]]];
	return c == 0;
}

bool
valid_inpan(const char *v, size_t n)
{
	return n == 10 && strchr("ABCFGHJLPT", toupper((unsigned char)v[3])) !=
	    NULL && memcmp(v + 5, "0000", 4) != 0;
}

/* Spain: NIF (8 digits) and NIE (X, Y or Z and 7 digits), letter mod 23. */
bool
valid_nif(const char *v, size_t n)
{
	static const char check[] = "TRWAGMYFPDXBNJZSQVHLCKE";
	unsigned value = 0;
	char s[10];

	if (ids_letters(v, n, s, 9) != 9)
		return false;
	if (s[0] >= 'X' && s[0] <= 'Z')
		s[0] = (char)('0' + (s[0] - 'X'));
	for (int i = 0; i < 8; i++) {
		if (!sym_digit((unsigned char)s[i]))
			return false;
		value = value * 10 + (unsigned)(s[i] - '0');
	}
	return value != 0 && s[8] == check[value % 23];
}

bool
valid_codicefiscale(const char *v, size_t n)
{
	static const unsigned char odd[] = { 1, 0, 5, 7, 9, 13, 15, 17, 19,
	    21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23 };
	unsigned sum = 0;
	char s[17];

	if (ids_letters(v, n, s, 16) != 16 ||
	    strchr("ABCDEHLMPRST", s[8]) == NULL)
		return false;
	for (int i = 0; i < 15; i++) {
		unsigned x = sym_digit((unsigned char)s[i]) ?
		    (unsigned)(s[i] - '0') : (unsigned)(s[i] - 'A');

		sum += i % 2 == 0 ? odd[x] : x;
	}
	return (unsigned)(s[15] - 'A') == sum % 26;
}

bool
valid_pesel(const char *v, size_t n)
{
	unsigned d[11];

	return ids_digits(v, n, d, 11) == 11 &&
	    ids_date((d[2] * 10 + d[3]) % 20, d[4] * 10 + d[5]) &&
	    (ids_weigh(d, "1379137913") + d[10]) % 10 == 0;
}

bool
valid_hetu(const char *v, size_t n)
{
	static const char check[] = "0123456789ABCDEFHJKLMNPRSTUVWXY";
	unsigned d[9], value = 0;
	char s[9];

	if (n != 11)
		return false;
	memcpy(s, v, 6);
	memcpy(s + 6, v + 7, 3);
	if (ids_digits(s, 9, d, 9) != 9 ||
	    !ids_date(d[2] * 10 + d[3], d[0] * 10 + d[1]))
		return false;
	for (int i = 0; i < 9; i++)
		value = value * 10 + d[i];
	return toupper((unsigned char)v[10]) == check[value % 31];
}

bool
valid_personnummer(const char *v, size_t n)
{
	unsigned d[12], day;
	int k = ids_digits(v, n, d, 12), at = k - 10;
	char s[10];

	if (k != 10 && k != 12)
		return false;
	day = d[at + 4] * 10 + d[at + 5];
	if (!ids_date(d[at + 2] * 10 + d[at + 3], day > 60 ? day - 60 : day))
		return false;
	for (int i = 0; i < 10; i++)
		s[i] = (char)('0' + d[at + i]);
	return valid_luhn(s, 10);
}

/* South Korea: the check digit is gone from numbers given since October
 * 2020, so a date from then on is enough. */
bool
valid_rrn(const char *v, size_t n)
{
	unsigned d[13], century, born;

	if (ids_digits(v, n, d, 13) != 13 ||
	    !ids_date(d[2] * 10 + d[3], d[4] * 10 + d[5]) || d[6] == 0 ||
	    d[6] == 9)
		return false;
	century = d[6] == 3 || d[6] == 4 || d[6] == 7 || d[6] == 8;
	born = d[0] * 1000 + d[1] * 100 + d[2] * 10 + d[3];
	if (century == 1 && born >= 2010)
		return true;
	return (11 - ids_weigh(d, "234567892345") % 11) % 10 == d[12];
}

bool
valid_fin(const char *v, size_t n)
{
	unsigned d[7], sum;
	char s[10];

	if (ids_letters(v, n, s, 9) != 9 || ids_digits(s + 1, 7, d, 7) != 7)
		return false;
	sum = ids_weigh(d, "2765432");
	switch (s[0]) {
	case 'S':
		return s[8] == "JZIHGFEDCBA"[sum % 11];
	case 'T':
		return s[8] == "JZIHGFEDCBA"[(sum + 4) % 11];
	case 'F':
		return s[8] == "XWUTRQPNMLK"[sum % 11];
	case 'G':
		return s[8] == "XWUTRQPNMLK"[(sum + 4) % 11];
	case 'M':
		return s[8] == "KLJNPQRTUWX"[10 - (sum + 3) % 11];
	default:
		return false;
	}
}
