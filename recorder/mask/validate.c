/* SPDX-License-Identifier: BSD-2-Clause */
#include "recorder/mask/validate.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "lib/err.h"
#include "recorder/mask/sym.h"

#define VALUE_MAX 128

bool
valid_luhn(const char *v, size_t n)
{
	unsigned sum = 0, count = 0;

	for (size_t i = n; i-- > 0;) {
		unsigned d = (unsigned char)v[i];

		if (!sym_digit(d))
			continue;
		d -= '0';
		if (count++ % 2 == 1)
			d = d > 4 ? 2 * d - 9 : 2 * d;
		sum += d;
	}
	return count > 1 && sum % 10 == 0;
}

/* Issuer ranges of ISO/IEC 7812-1 as the schemes publish them: first six
 * digits, and the lengths in use (bit i: i digits). */
#define L(n) (1u << (n))
#define L16_19 (L(16) | L(17) | L(18) | L(19))
#define L13_19 (L(13) | L(14) | L(15) | L16_19)

static const struct {
	unsigned lo, hi, lengths;
} issuers[] = {
	{ 220000, 220499, L16_19 },		/* Mir */
	{ 222100, 272099, L(16) },		/* Mastercard 2-series */
	{ 300000, 305999, L(14) | L16_19 },	/* Diners Club */
	{ 309500, 309599, L(14) | L16_19 },
	{ 340000, 349999, L(15) },		/* American Express */
	{ 352800, 358999, L16_19 },		/* JCB */
	{ 360000, 369999, L(14) | L16_19 },	/* Diners Club */
	{ 370000, 379999, L(15) },		/* American Express */
	{ 380000, 399999, L(14) | L16_19 },	/* Diners Club */
	{ 400000, 499999, L(13) | L(16) | L(19) },	/* Visa */
	{ 500000, 509999, L13_19 },		/* Maestro, Verve, RuPay */
	{ 510000, 559999, L(16) },		/* Mastercard */
	{ 560000, 589999, L13_19 },		/* Maestro */
	{ 601100, 601199, L16_19 },		/* Discover */
	{ 606282, 606282, L(16) | L(19) },	/* Hipercard */
	{ 606985, 608500, L(16) },		/* RuPay */
	{ 620000, 629999, L16_19 },		/* UnionPay */
	{ 630400, 630499, L13_19 },		/* Maestro */
	{ 636297, 636297, L(16) },		/* Elo */
	{ 636368, 636368, L(16) },
	{ 639000, 639099, L13_19 },		/* Maestro */
	{ 644000, 659999, L16_19 },		/* Discover, RuPay, Troy */
	{ 670000, 679999, L13_19 },		/* Maestro */
	{ 810000, 817199, L16_19 },		/* UnionPay */
	{ 979200, 979289, L(16) },		/* Troy */
};

bool
valid_card(const char *v, size_t n)
{
	unsigned iin = 0, digits = 0;
	bool differ = false;
	char first = 0;

	for (size_t i = 0; i < n; i++) {
		if (!sym_digit((unsigned char)v[i]))
			continue;
		if (digits == 0)
			first = v[i];
		differ = differ || v[i] != first;
		if (digits < 6)
			iin = iin * 10 + (unsigned)(v[i] - '0');
		digits++;
	}
	if (digits < 13 || digits > 19 || !differ)
		return false;
	for (size_t i = 0; i < sizeof(issuers) / sizeof(issuers[0]); i++)
		if (iin >= issuers[i].lo && iin <= issuers[i].hi)
			return (issuers[i].lengths & L(digits)) != 0 &&
			    valid_luhn(v, n);
	return false;
}

/* Lengths of the SWIFT IBAN registry, and of the wider list in use. */
static const char ibans[] =
    "AD24AE23AL28AT20AZ28BA20BE16BG22BH22BI27BR29BY28CH21CR22CY28CZ24DE22"
    "DJ27DK18DO28EE20EG29ES24FI18FK18FO18FR27GB22GE22GI23GL18GR27GT28HN28"
    "HR21HU28IE22IL23IQ23IS26IT27JO30KW30KZ20LB28LC32LI21LT20LU20LV21LY25"
    "MC27MD24ME22MK19MN20MR27MT31MU30NI28NL18NO15OM23PK24PL28PS29PT25QA29"
    "RO24RS22RU33SA24SC31SD18SE24SI19SK24SM27SO23ST25SV28TL23TN24TR26UA29"
    "VA22VG24XK20YE30DZ26AO25BJ28BF28CV25CM27CF27TD27KM27CG27CI28GQ27GA27"
    "GW25IR26MG27ML28MA28MZ25NE28SN28TG28";

bool
valid_iban(const char *v, size_t n)
{
	char s[VALUE_MAX];
	size_t len = 0, want = 0;
	unsigned mod = 0;

	for (size_t i = 0; i < n; i++)
		if (sym_alnum((unsigned char)v[i]) && len < sizeof(s))
			s[len++] = (char)toupper((unsigned char)v[i]);
	if (len < 15)
		return false;
	for (size_t i = 0; i + 3 < sizeof(ibans); i += 4)
		if (ibans[i] == s[0] && ibans[i + 1] == s[1])
			want = (size_t)(ibans[i + 2] - '0') * 10 +
			    (size_t)(ibans[i + 3] - '0');
	if (want != len)
		return false;
	/* ISO 13616: the first four behind the rest, A = 10, mod 97 is 1 */
	for (size_t i = 0; i < len; i++) {
		unsigned c = (unsigned char)s[(i + 4) % len];

		mod = sym_digit(c) ? mod * 10 + (c - '0') :
		    mod * 100 + (c - 'A' + 10);
		mod %= 97;
	}
	return mod == 1;
}

/* Shannon entropy in bits a symbol. */
static double
entropy(const char *v, size_t n)
{
	unsigned count[256] = { 0 };
	double h = 0;

	for (size_t i = 0; i < n; i++)
		count[(unsigned char)v[i]]++;
	for (int i = 0; i < 256; i++)
		if (count[i] > 0) {
			double p = (double)count[i] / (double)n;

			h -= p * log2(p);
		}
	return h;
}

bool
valid_entropy(const char *v, size_t n, double min)
{
	return entropy(v, n) >= min;
}

/* Classes: lower, upper, digit, other. */
static int
classes(const char *v, size_t n)
{
	bool lower = false, upper = false, digit = false, other = false;

	for (size_t i = 0; i < n; i++) {
		unsigned c = (unsigned char)v[i];

		if (sym_digit(c))
			digit = true;
		else if (!sym_alpha(c))
			other = true;
		else if (c >= 'a')
			lower = true;
		else
			upper = true;
	}
	return lower + upper + digit + other;
}

bool
valid_classes(const char *v, size_t n, double min)
{
	return classes(v, n) >= min;
}

/* Is word (m bytes) somewhere in v, in either case? */
static bool
contains(const char *v, size_t n, const char *word, size_t m)
{
	for (size_t i = 0; i + m <= n; i++)
		if (strncasecmp(v + i, word, m) == 0)
			return true;
	return false;
}

bool
valid_notlike(const char *v, size_t n, const char *words)
{
	while (*words != '\0') {
		size_t m = strcspn(words, ",");

		if (m > 0 && contains(v, n, words, m))
			return false;
		words += m;
		words += *words == ',';
	}
	return true;
}

/* A name of a program, not a secret: letters with _ . - between. */
static bool
is_identifier(const char *v, size_t n)
{
	bool separated = false;

	for (size_t i = 0; i < n; i++) {
		unsigned c = (unsigned char)v[i];

		if (c == '_' || c == '.' || c == '-' || c == ':')
			separated = true;
		else if (!sym_alpha(c))
			return false;
	}
	return separated || n < 16;
}

static bool
is_path(const char *v, size_t n)
{
	size_t slashes = 0;

	if (v[0] != '/' && v[0] != '~' && v[0] != '.')
		return false;
	for (size_t i = 0; i < n; i++) {
		slashes += v[i] == '/';
		if (v[i] == '+' || v[i] == '=')
			return false;
	}
	return slashes >= (v[0] == '/' ? 2 : 1);
}

/* What stands behind "password=" and is worth hiding: no variable, call,
 * path, address, placeholder or plain word. */
bool
valid_secret(const char *v, size_t n)
{
	static const char *const openers[] = { "$", "{{", "<", "%(", "%{",
	    "#{", "arn:", "ref+", "xxx", "***", "..." };

	for (size_t i = 0; i < sizeof(openers) / sizeof(openers[0]); i++) {
		size_t m = strlen(openers[i]);

		if (n >= m && strncasecmp(v, openers[i], m) == 0 &&
		    (m != 1 || v[1] != '2' || n < 20))
			return false;
	}
	if (n < 6 || contains(v, n, "://", 3) || contains(v, n, "****", 4) ||
	    contains(v, n, "redacted", 8) || memchr(v, '(', n) != NULL)
		return false;
	if (is_identifier(v, n) || is_path(v, n))
		return false;
	return classes(v, n) >= 2 ? entropy(v, n) >= 1.5 :
	    entropy(v, n) >= 2.75;
}

static int
b64url_value(unsigned c)
{
	if (c >= 'A' && c <= 'Z')
		return (int)c - 'A';
	if (c >= 'a' && c <= 'z')
		return (int)c - 'a' + 26;
	if (sym_digit(c))
		return (int)c - '0' + 52;
	if (c == '-' || c == '+')
		return 62;
	return c == '_' || c == '/' ? 63 : -1;
}

/* A JOSE header begins with one of the registered member names. */
bool
valid_jose(const char *v, size_t n)
{
	static const char *const names[] = { "alg", "typ", "kid", "enc",
	    "cty", "zip", "jku", "jwk", "x5u", "x5c", "x5t", "x5t#S256",
	    "crit", "epk", "apu", "apv", "p2s", "p2c", "iv", "tag", "b64",
	    "url", "nonce", "ver", "iss", "sub", "aud", "svt", "ppt" };
	char text[VALUE_MAX];
	size_t len = 0;
	unsigned bits = 0, have = 0;

	for (size_t i = 0; i < n; i++) {
		int x = b64url_value((unsigned char)v[i]);

		if (x < 0)
			break;
		bits = bits << 6 | (unsigned)x;
		have += 6;
		if (have >= 8) {
			have -= 8;
			text[len++] = (char)(bits >> have & 0xff);
		}
		if (len == sizeof(text))
			break;
	}
	if (len < 3 || text[0] != '{' || text[1] != '"')
		return false;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		size_t m = strlen(names[i]);

		if (len > m + 2 && memcmp(text + 2, names[i], m) == 0 &&
		    text[2 + m] == '"')
			return true;
	}
	return false;
}

enum check_arg { ARG_NONE = 0, ARG_NUMBER, ARG_WORDS };

/* Every check by the name a rule file gives it. */
static const struct {
	const char *name;
	enum check_arg arg;
	bool (*plain)(const char *, size_t);
	bool (*number)(const char *, size_t, double);
	bool (*words)(const char *, size_t, const char *);
} checks[] = {
	{ "aba", ARG_NONE, valid_aba, NULL, NULL },
	{ "abn", ARG_NONE, valid_abn, NULL, NULL },
	{ "acn", ARG_NONE, valid_acn, NULL, NULL },
	{ "afm", ARG_NONE, valid_afm, NULL, NULL },
	{ "ahv", ARG_NONE, valid_ahv, NULL, NULL },
	{ "amka", ARG_NONE, valid_amka, NULL, NULL },
	{ "atsvnr", ARG_NONE, valid_atsvnr, NULL, NULL },
	{ "baltic", ARG_NONE, valid_baltic, NULL, NULL },
	{ "base58", ARG_NONE, valid_base58, NULL, NULL },
	{ "bech32", ARG_NONE, valid_bech32, NULL, NULL },
	{ "bsn", ARG_NONE, valid_bsn, NULL, NULL },
	{ "card", ARG_NONE, valid_card, NULL, NULL },
	{ "cif", ARG_NONE, valid_cif, NULL, NULL },
	{ "classes", ARG_NUMBER, NULL, valid_classes, NULL },
	{ "cnid", ARG_NONE, valid_cnid, NULL, NULL },
	{ "cnp", ARG_NONE, valid_cnp, NULL, NULL },
	{ "cnpj", ARG_NONE, valid_cnpj, NULL, NULL },
	{ "codicefiscale", ARG_NONE, valid_codicefiscale, NULL, NULL },
	{ "conit", ARG_NONE, valid_conit, NULL, NULL },
	{ "cpf", ARG_NONE, valid_cpf, NULL, NULL },
	{ "cpr", ARG_NONE, valid_cpr, NULL, NULL },
	{ "cuit", ARG_NONE, valid_cuit, NULL, NULL },
	{ "curp", ARG_NONE, valid_curp, NULL, NULL },
	{ "dea", ARG_NONE, valid_dea, NULL, NULL },
	{ "egn", ARG_NONE, valid_egn, NULL, NULL },
	{ "entropy", ARG_NUMBER, NULL, valid_entropy, NULL },
	{ "esnss", ARG_NONE, valid_esnss, NULL, NULL },
	{ "fin", ARG_NONE, valid_fin, NULL, NULL },
	{ "fnr", ARG_NONE, valid_fnr, NULL, NULL },
	{ "gstin", ARG_NONE, valid_gstin, NULL, NULL },
	{ "hetu", ARG_NONE, valid_hetu, NULL, NULL },
	{ "hkid", ARG_NONE, valid_hkid, NULL, NULL },
	{ "iban", ARG_NONE, valid_iban, NULL, NULL },
	{ "iin", ARG_NONE, valid_iin, NULL, NULL },
	{ "inn", ARG_NONE, valid_inn, NULL, NULL },
	{ "inpan", ARG_NONE, valid_inpan, NULL, NULL },
	{ "ird", ARG_NONE, valid_ird, NULL, NULL },
	{ "itin", ARG_NONE, valid_itin, NULL, NULL },
	{ "jmbg", ARG_NONE, valid_jmbg, NULL, NULL },
	{ "jose", ARG_NONE, valid_jose, NULL, NULL },
	{ "kennitala", ARG_NONE, valid_kennitala, NULL, NULL },
	{ "luhn", ARG_NONE, valid_luhn, NULL, NULL },
	{ "medicare", ARG_NONE, valid_medicare, NULL, NULL },
	{ "mynumber", ARG_NONE, valid_mynumber, NULL, NULL },
	{ "nhs", ARG_NONE, valid_nhs, NULL, NULL },
	{ "nif", ARG_NONE, valid_nif, NULL, NULL },
	{ "nik", ARG_NONE, valid_nik, NULL, NULL },
	{ "nino", ARG_NONE, valid_nino, NULL, NULL },
	{ "nip", ARG_NONE, valid_nip, NULL, NULL },
	{ "nir", ARG_NONE, valid_nir, NULL, NULL },
	{ "notlike", ARG_WORDS, NULL, NULL, valid_notlike },
	{ "npi", ARG_NONE, valid_npi, NULL, NULL },
	{ "nrn", ARG_NONE, valid_nrn, NULL, NULL },
	{ "oib", ARG_NONE, valid_oib, NULL, NULL },
	{ "personnummer", ARG_NONE, valid_personnummer, NULL, NULL },
	{ "pesel", ARG_NONE, valid_pesel, NULL, NULL },
	{ "pk", ARG_NONE, valid_pk, NULL, NULL },
	{ "pps", ARG_NONE, valid_pps, NULL, NULL },
	{ "ptnif", ARG_NONE, valid_ptnif, NULL, NULL },
	{ "rfc", ARG_NONE, valid_rfc, NULL, NULL },
	{ "rodnecislo", ARG_NONE, valid_rodnecislo, NULL, NULL },
	{ "rrn", ARG_NONE, valid_rrn, NULL, NULL },
	{ "rut", ARG_NONE, valid_rut, NULL, NULL },
	{ "rvnr", ARG_NONE, valid_rvnr, NULL, NULL },
	{ "secret", ARG_NONE, valid_secret, NULL, NULL },
	{ "snils", ARG_NONE, valid_snils, NULL, NULL },
	{ "ssn", ARG_NONE, valid_ssn, NULL, NULL },
	{ "steuerid", ARG_NONE, valid_steuerid, NULL, NULL },
	{ "taj", ARG_NONE, valid_taj, NULL, NULL },
	{ "tckn", ARG_NONE, valid_tckn, NULL, NULL },
	{ "tfn", ARG_NONE, valid_tfn, NULL, NULL },
	{ "thai", ARG_NONE, valid_thai, NULL, NULL },
	{ "twid", ARG_NONE, valid_twid, NULL, NULL },
	{ "ukdl", ARG_NONE, valid_ukdl, NULL, NULL },
	{ "verhoeff", ARG_NONE, valid_verhoeff, NULL, NULL },
	{ "vin", ARG_NONE, valid_vin, NULL, NULL },
	{ "ymd", ARG_NONE, valid_ymd, NULL, NULL },
	{ "zaid", ARG_NONE, valid_zaid, NULL, NULL },
};

#define NCHECKS (sizeof(checks) / sizeof(checks[0]))

const char *
check_name(size_t i)
{
	return i < NCHECKS ? checks[i].name : NULL;
}

static int
parse_arg(const char *arg, size_t n, struct check *c, struct err *e)
{
	char *end;

	if (checks[c->kind].arg == ARG_NONE)
		return n == 0 ? 0 : err_set(e, ERR_CONFIG,
		    "check %s takes no argument", checks[c->kind].name);
	if (checks[c->kind].arg == ARG_NUMBER) {
		char text[16] = "";

		if (n < 3 || n - 2 >= sizeof(text) ||
		    memcmp(arg, ">=", 2) != 0)
			return err_set(e, ERR_CONFIG, "write %s>=NUMBER",
			    checks[c->kind].name);
		memcpy(text, arg + 2, n - 2);
		c->number = strtod(text, &end);
		if (*end != '\0' || c->number < 0 || c->number > 128)
			return err_set(e, ERR_CONFIG, "%s: not a number from "
			    "0 to 128", text);
		return 0;
	}
	if (n < 3 || arg[0] != '(' || arg[n - 1] != ')')
		return err_set(e, ERR_CONFIG, "write %s(WORD,WORD)",
		    checks[c->kind].name);
	if (n - 2 >= sizeof(c->arg))
		return err_set(e, ERR_CONFIG, "over %zu bytes of words",
		    sizeof(c->arg) - 1);
	memcpy(c->arg, arg + 1, n - 2);
	c->arg[n - 2] = '\0';
	return 0;
}

int
check_parse(const char *text, size_t n, struct check *ret, struct err *e)
{
	struct check c = { 0 };
	size_t m = 0;

	while (m < n && sym_alnum((unsigned char)text[m]))
		m++;
	for (size_t i = 0; i < NCHECKS; i++)
		if (strlen(checks[i].name) == m &&
		    memcmp(checks[i].name, text, m) == 0) {
			c.kind = (int)i;
			if (parse_arg(text + m, n - m, &c, e) < 0)
				return -1;
			*ret = c;
			return 0;
		}
	return err_set(e, ERR_CONFIG, "unknown check %.*s",
	    (int)(m > 64 ? 64 : m), text);
}

bool
check_value(const struct check *c, const char *v, size_t n)
{
	switch (checks[c->kind].arg) {
	case ARG_NONE:
		return checks[c->kind].plain(v, n);
	case ARG_NUMBER:
		return checks[c->kind].number(v, n, c->number);
	case ARG_WORDS:
		return checks[c->kind].words(v, n, c->arg);
	}
	return false;
}
