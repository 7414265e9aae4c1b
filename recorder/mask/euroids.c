/* SPDX-License-Identifier: BSD-2-Clause
 * Check digits of the numbers of persons in Europe.  The rules say which
 * law or register each comes from. */
#include <ctype.h>
#include <string.h>

#include "recorder/mask/ids.h"
#include "recorder/mask/sym.h"
#include "recorder/mask/validate.h"

/* 11 less the weighted sum mod 11; 11 counts as 0, 10 cannot be. */
static unsigned
eleven(const unsigned *d, const char *weights)
{
	return (11 - ids_weigh(d, weights) % 11) % 11;
}

static unsigned
remainder_of(const unsigned *d, int n, unsigned start, unsigned by)
{
	unsigned r = start % by;

	for (int i = 0; i < n; i++)
		r = (r * 10 + d[i]) % by;
	return r;
}

/* France: 13 characters and 97 less their remainder; the departments of
 * Corsica 2A and 2B count as 19 and 18. */
bool
valid_nir(const char *v, size_t n)
{
	unsigned d[15], month;
	char s[16];

	if (ids_letters(v, n, s, 15) != 15)
		return false;
	if (s[5] == '2' && (s[6] == 'A' || s[6] == 'B')) {
		s[5] = '1';
		s[6] = s[6] == 'A' ? '9' : '8';
	}
	if (ids_digits(s, 15, d, 15) != 15 || d[0] < 1 || d[0] > 8)
		return false;
	month = ids_two(d + 3);
	return month >= 1 && (month <= 12 || month >= 20) &&
	    97 - remainder_of(d, 13, 0, 97) == ids_two(d + 13);
}

/* Belgium: 97 less the remainder of nine digits; a 2 stands before them
 * for who was born from 2000 on. */
bool
valid_nrn(const char *v, size_t n)
{
	unsigned d[11], check;

	if (ids_digits(v, n, d, 11) != 11 || ids_two(d + 2) > 12 ||
	    ids_two(d + 4) > 31)
		return false;
	check = ids_two(d + 9);
	return 97 - remainder_of(d, 9, 0, 97) == check ||
	    97 - remainder_of(d, 9, 2, 97) == check;
}

bool
valid_cpr(const char *v, size_t n)
{
	unsigned d[10];

	return ids_digits(v, n, d, 10) == 10 &&
	    ids_date(ids_two(d + 2), ids_two(d));
}

/* Norway: two check digits; of a D number the day is 40 more, of numbers
 * hospitals give the month. */
bool
valid_fnr(const char *v, size_t n)
{
	unsigned d[11], day, month;

	if (ids_digits(v, n, d, 11) != 11)
		return false;
	day = ids_two(d);
	month = ids_two(d + 2);
	return ids_date(month > 40 ? month - 40 : month,
	    day > 40 ? day - 40 : day) && eleven(d, "376189452") == d[9] &&
	    eleven(d, "5432765432") == d[10];
}

/* Czechia and Slovakia, ten digits since 1954: a multiple of 11; a woman's
 * month is 50 more, 20 more when the numbers of a day run out. */
bool
valid_rodnecislo(const char *v, size_t n)
{
	unsigned d[10], month, rest;

	if (ids_digits(v, n, d, 10) != 10)
		return false;
	month = ids_two(d + 2) % 50;
	rest = remainder_of(d, 9, 0, 11);
	return ids_date(month > 20 ? month - 20 : month, ids_two(d + 4)) &&
	    (rest == 10 ? 0 : rest) == d[9];
}

/* Switzerland: an EAN-13 of the country 756. */
bool
valid_ahv(const char *v, size_t n)
{
	unsigned d[13];

	return ids_digits(v, n, d, 13) == 13 && d[0] == 7 && d[1] == 5 &&
	    d[2] == 6 && (ids_weigh(d, "131313131313") + d[12]) % 10 == 0;
}

/* Austria: the fourth digit checks the others; months up to 15. */
bool
valid_atsvnr(const char *v, size_t n)
{
	unsigned d[10], month;

	if (ids_digits(v, n, d, 10) != 10 || d[0] == 0)
		return false;
	month = ids_two(d + 6);
	return ids_date(month > 12 && month <= 15 ? 12 : month, ids_two(d + 4)) &&
	    ids_weigh(d, "3790584216") % 11 == d[3];
}

/* Ireland: seven digits, a check letter, since 2013 one letter more. */
bool
valid_pps(const char *v, size_t n)
{
	unsigned d[7], sum;
	char s[10];
	int k = ids_letters(v, n, s, 9);

	if ((k != 8 && k != 9) || ids_digits(s, 7, d, 7) != 7)
		return false;
	sum = ids_weigh(d, "8765432");
	if (k == 9 && s[8] != 'W')
		sum += 9 * (unsigned)(s[8] - 'A' + 1);
	return s[7] == "WABCDEFGHIJKLMNOPQRSTUV"[sum % 23];
}

bool
valid_ptnif(const char *v, size_t n)
{
	unsigned d[9], check;

	if (ids_digits(v, n, d, 9) != 9 || strchr("047", (int)d[0] + '0') !=
	    NULL || ids_all_equal(d, 9))
		return false;
	check = eleven(d, "98765432");
	return (check == 10 ? 0 : check) == d[8];
}

bool
valid_cnp(const char *v, size_t n)
{
	unsigned d[13], rest;

	if (ids_digits(v, n, d, 13) != 13 || d[0] == 0 ||
	    !ids_date(ids_two(d + 3), ids_two(d + 5)) || ids_two(d + 7) == 0)
		return false;
	rest = ids_weigh(d, "279146358279") % 11;
	return (rest == 10 ? 1 : rest) == d[12];
}

/* Bulgaria: months of the 19th and 21st century are 20 and 40 more. */
bool
valid_egn(const char *v, size_t n)
{
	unsigned d[10], sum;

	if (ids_digits(v, n, d, 10) != 10 ||
	    !ids_date(ids_two(d + 2) % 20, ids_two(d + 4)))
		return false;
	sum = ids_weigh(d, "248509736") + 10 * d[4];
	return sum % 11 % 10 == d[9];
}

bool
valid_amka(const char *v, size_t n)
{
	unsigned d[11];

	return ids_digits(v, n, d, 11) == 11 &&
	    ids_date(ids_two(d + 2), ids_two(d)) && valid_luhn(v, n);
}

bool
valid_afm(const char *v, size_t n)
{
	unsigned d[9], sum = 0;

	if (ids_digits(v, n, d, 9) != 9 || ids_all_equal(d, 9))
		return false;
	for (int i = 0; i < 8; i++)
		sum = (sum + d[i]) * 2;
	return sum % 11 % 10 == d[8];
}

/* Croatia: ISO 7064 MOD 11,10. */
bool
valid_oib(const char *v, size_t n)
{
	unsigned d[11], p = 10;

	if (ids_digits(v, n, d, 11) != 11)
		return false;
	for (int i = 0; i < 10; i++) {
		unsigned s = (d[i] + p) % 10;

		p = (s == 0 ? 10 : s) * 2 % 11;
	}
	return (11 - p) % 10 == d[10];
}

/* Estonia and Lithuania: a second row of weights where the first gives
 * ten. */
bool
valid_baltic(const char *v, size_t n)
{
	unsigned d[11], rest;

	if (ids_digits(v, n, d, 11) != 11 || d[0] < 1 || d[0] > 8 ||
	    !ids_date(ids_two(d + 3), ids_two(d + 5)))
		return false;
	rest = ids_weigh(d, "1234567891") % 11;
	if (rest == 10)
		rest = ids_weigh(d, "3456789123") % 11 % 10;
	return rest == d[10];
}

/* Latvia: numbers given since 2017 begin with 32 and hide the date. */
bool
valid_pk(const char *v, size_t n)
{
	unsigned d[11], sum;

	if (ids_digits(v, n, d, 11) != 11)
		return false;
	if (d[0] == 3 && d[1] == 2)
		return true;
	sum = 1 + 10 * d[0] + ids_weigh(d, "0584216379");
	return ids_date(ids_two(d + 2), ids_two(d)) && sum % 11 % 10 == d[10];
}

/* Iceland: companies add 40 to the day. */
bool
valid_kennitala(const char *v, size_t n)
{
	unsigned d[10], day;

	if (ids_digits(v, n, d, 10) != 10)
		return false;
	day = ids_two(d);
	return ids_date(ids_two(d + 2), day > 40 ? day - 40 : day) &&
	    eleven(d, "32765432") == d[8];
}

/* The countries of former Yugoslavia. */
bool
valid_jmbg(const char *v, size_t n)
{
	unsigned d[13], check;

	if (ids_digits(v, n, d, 13) != 13 || !ids_date(ids_two(d + 2), ids_two(d)) ||
	    (d[4] != 9 && d[4] != 0))
		return false;
	check = eleven(d, "765432765432");
	return (check == 10 ? 0 : check) == d[12];
}

bool
valid_taj(const char *v, size_t n)
{
	unsigned d[9];

	return ids_digits(v, n, d, 9) == 9 && !ids_all_equal(d, 9) &&
	    ids_weigh(d, "37373737") % 10 == d[8];
}

bool
valid_nip(const char *v, size_t n)
{
	unsigned d[10];

	return ids_digits(v, n, d, 10) == 10 && !ids_all_equal(d, 10) &&
	    ids_weigh(d, "657234567") % 11 == d[9];
}

/* Spain, social security: province and number, and their remainder. */
bool
valid_esnss(const char *v, size_t n)
{
	unsigned d[12], number, province;

	if (ids_digits(v, n, d, 12) != 12)
		return false;
	province = ids_two(d);
	if (province == 0 || (province > 53 && province != 66))
		return false;
	/* a number under ten millions goes without its leading zero */
	number = d[2] == 0 ? remainder_of(d + 3, 7, province, 97) :
	    remainder_of(d + 2, 8, province, 97);
	return number == ids_two(d + 10);
}

/* Spain, companies: letter, seven digits, digit or letter. */
bool
valid_cif(const char *v, size_t n)
{
	unsigned d[7], sum = 0, check;
	char s[10];

	if (ids_letters(v, n, s, 9) != 9 || ids_digits(s + 1, 7, d, 7) != 7)
		return false;
	for (int i = 0; i < 7; i++) {
		unsigned x = i % 2 == 0 ? d[i] * 2 : d[i];

		sum += x / 10 + x % 10;
	}
	check = (10 - sum % 10) % 10;
	return s[8] == (char)('0' + check) || s[8] == "JABCDEFGHI"[check];
}

/* Russia, tax number of a person: two check digits. */
bool
valid_inn(const char *v, size_t n)
{
	static const unsigned w[] = { 3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8 };
	unsigned d[12], a = 0, b = 0;

	if (ids_digits(v, n, d, 12) != 12 || ids_all_equal(d, 12))
		return false;
	for (int i = 0; i < 11; i++) {
		a += i < 10 ? w[i + 1] * d[i] : 0;
		b += w[i] * d[i];
	}
	return a % 11 % 10 == d[10] && b % 11 % 10 == d[11];
}

/* Russia, pension insurance: weights 9 to 1, mod 101. */
bool
valid_snils(const char *v, size_t n)
{
	unsigned d[11];

	return ids_digits(v, n, d, 11) == 11 && !ids_all_equal(d, 9) &&
	    ids_weigh(d, "987654321") % 101 % 100 == ids_two(d + 9);
}

/* Great Britain, driving licence: name, date of birth with its digits
 * moved (a woman's month is 50 more), initials. */
bool
valid_ukdl(const char *v, size_t n)
{
	unsigned month;

	if (n != 16)
		return false;
	month = (unsigned)(v[6] - '0') % 5 * 10 + (unsigned)(v[7] - '0');
	return ids_date(month, (unsigned)(v[8] - '0') * 10 +
	    (unsigned)(v[9] - '0'));
}
