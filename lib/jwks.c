/* SPDX-License-Identifier: BSD-2-Clause */
#include "lib/jwks.h"

#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "lib/b64.h"
#include "lib/buf.h"
#include "lib/io.h"
#include "lib/quote.h"
#include "lib/strictjson.h"

#define JWKS_DEPTH 8 /* a set is 3 deep; entries may carry more */

/* A string member, or NULL when it is absent; *bad is set for other types. */
static const char *
member(const json_t *o, const char *name, bool *bad)
{
	const json_t *v = json_object_get(o, name);

	if (v != NULL && !json_is_string(v))
		*bad = true;
	return json_string_value(v);
}

/* RFC 7518, sections 6.2.1.2 and 6.3.1: base64url of a big-endian number.
 * Returns the count of bytes or -1. */
static ssize_t
number(const json_t *o, const char *name, uint8_t *ret, size_t max,
    struct err *e)
{
	const json_t *v = json_object_get(o, name);
	ssize_t n;

	if (!json_is_string(v))
		return err_set(e, ERR_INPUT, "%s is missing or no string",
		    name);
	n = b64url_decode(json_string_value(v), json_string_length(v), ret,
	    max, e);
	if (n < 0)
		return err_prefix(e, "%s", name);
	if (n == 0)
		return err_set(e, ERR_INPUT, "%s is empty", name);
	return n;
}

static int
parse_rsa(const json_t *o, struct jwk *k, struct err *e)
{
	ssize_t n = number(o, "n", k->a, sizeof(k->a), e);
	ssize_t x = n < 0 ? -1 : number(o, "e", k->b, 8, e);
	uint64_t exponent = 0;
	size_t bits;

	if (x < 0)
		return -1;
	if (k->a[0] == 0 || k->b[0] == 0)
		return err_set(e, ERR_INPUT,
		    "RSA number with leading zeros"); /* RFC 7518, 6.3.1.1 */
	bits = (size_t)n * 8 - (size_t)__builtin_clz(k->a[0]) + 24;
	if (bits < JWK_RSA_MIN)
		return err_set(e, ERR_INPUT, "RSA key of %zu bits, fewer than "
		    "%d", bits, JWK_RSA_MIN);
	if ((k->a[n - 1] & 1) == 0)
		return err_set(e, ERR_INPUT, "RSA modulus is even");
	for (ssize_t i = 0; i < x; i++)
		exponent = exponent << 8 | k->b[i];
	if (exponent < 65537 || (exponent & 1) == 0)
		return err_set(e, ERR_INPUT, "RSA exponent %llu: must be odd "
		    "and at least 65537", (unsigned long long)exponent);
	k->a_len = (size_t)n;
	k->b_len = (size_t)x;
	return 0;
}

/* Is this the encoding of a point whose order divides 8, or no number below
 * p = 2^255 - 19?  With the first kind of key a signature holds for any text
 * or many; the second is a further spelling of a key (RFC 8032, 5.1.3). */
static bool
ed25519_bad(const uint8_t x[32])
{
	/* y of the points of order 8, little endian; order 4, 1 and 2 have
	 * y = 0, 1 and p - 1 */
	static const uint8_t order8[2][32] = {
		{ 0x26, 0xe8, 0x95, 0x8f, 0xc2, 0xb2, 0x27, 0xb0, 0x45, 0xc3,
		    0xf4, 0x89, 0xf2, 0xef, 0x98, 0xf0, 0xd5, 0xdf, 0xac,
		    0x05, 0xd3, 0xc6, 0x33, 0x39, 0xb1, 0x38, 0x02, 0x88,
		    0x6d, 0x53, 0xfc, 0x05 },
		{ 0xc7, 0x17, 0x6a, 0x70, 0x3d, 0x4d, 0xd8, 0x4f, 0xba, 0x3c,
		    0x0b, 0x76, 0x0d, 0x10, 0x67, 0x0f, 0x2a, 0x20, 0x53,
		    0xfa, 0x2c, 0x39, 0xcc, 0xc6, 0x4e, 0xc7, 0xfd, 0x77,
		    0x92, 0xac, 0x03, 0x7a },
	};
	uint8_t y[32];
	size_t zeros = 0, ones = 0;

	memcpy(y, x, sizeof(y));
	y[31] &= 0x7f; /* the sign of x */
	if (memcmp(y, order8[0], 32) == 0 || memcmp(y, order8[1], 32) == 0)
		return true;
	for (size_t i = 1; i < 31; i++) {
		zeros += y[i] == 0;
		ones += y[i] == 0xff;
	}
	if (zeros == 30 && y[31] == 0)
		return y[0] <= 1;
	/* p is ed ff .. ff 7f */
	return ones == 30 && y[31] == 0x7f && y[0] >= 0xec;
}

static int
parse_point(const json_t *o, struct jwk *k, struct err *e)
{
	bool bad = false;
	const char *crv = member(o, "crv", &bad);
	ssize_t n, m = 0;

	k->curve = crv == NULL ? NULL : jwa_find_curve(crv);
	if (k->curve == NULL || k->curve->kty != k->kty)
		return err_set(e, ERR_INPUT, "curve %s is not for tokens",
		    crv == NULL ? "(none)" : quote_str(crv).s);
	n = number(o, "x", k->a, sizeof(k->a), e);
	if (n >= 0 && k->kty == JWA_KTY_EC)
		m = number(o, "y", k->b, sizeof(k->b), e);
	if (n < 0 || m < 0)
		return -1;
	if ((size_t)n != k->curve->half ||
	    (k->kty == JWA_KTY_EC && m != n))
		return err_set(e, ERR_INPUT,
		    "coordinate of %zd and %zd bytes on %s", n, m, crv);
	if (k->kty == JWA_KTY_OKP && ed25519_bad(k->a))
		return err_set(e, ERR_INPUT,
		    "Ed25519 point of low order or no canonical number");
	k->a_len = (size_t)n;
	k->b_len = (size_t)m;
	return 0;
}

/* RFC 7517, sections 4.2 to 4.4: may it verify signatures? */
static int
parse_use(const json_t *o, struct jwk *k, struct err *e)
{
	const json_t *ops = json_object_get(o, "key_ops");
	bool bad = false, verify = ops == NULL;
	const char *use = member(o, "use", &bad);
	const char *alg = member(o, "alg", &bad);
	const json_t *op;
	size_t i;

	if (bad || (ops != NULL && !json_is_array(ops)))
		return err_set(e, ERR_INPUT,
		    "use, alg or key_ops of another type");
	if (use != NULL && strcmp(use, "sig") != 0)
		return err_set(e, ERR_INPUT, "use is %s", quote_str(use).s);
	json_array_foreach(ops, i, op)
		if (json_is_string(op) &&
		    strcmp(json_string_value(op), "verify") == 0)
			verify = true;
	if (!verify)
		return err_set(e, ERR_INPUT, "key_ops without verify");
	if (json_object_get(o, "d") != NULL || json_object_get(o, "k") != NULL)
		return err_set(e, ERR_INPUT, "a private key, published");
	if (alg == NULL)
		return 0;
	k->alg = jwa_find(alg, strlen(alg));
	if (k->alg == NULL || k->alg->kty != k->kty)
		return err_set(e, ERR_INPUT, "alg %s does not fit",
		    quote_str(alg).s);
	return 0;
}

static int
parse_kid(const json_t *o, struct jwk *k, struct err *e)
{
	const json_t *v = json_object_get(o, "kid");
	const char *s = json_string_value(v);
	size_t n = json_string_length(v);

	if (v == NULL)
		return 0;
	if (s == NULL || n == 0 || n > JWK_KID_MAX)
		return err_set(e, ERR_INPUT, "kid is not 1 to %d characters",
		    JWK_KID_MAX);
	for (size_t i = 0; i < n; i++)
		if (s[i] < 0x20 || s[i] > 0x7e)
			return err_set(e, ERR_INPUT, "kid %s is not "
			    "printable ASCII", quote(s, n).s);
	memcpy(k->kid, s, n + 1);
	return 0;
}

static int
parse_entry(const json_t *o, struct jwk *k, struct err *e)
{
	static const struct {
		const char *name;
		enum jwa_kty kty;
		int (*parse)(const json_t *, struct jwk *, struct err *);
	} kinds[] = {
		{ "RSA", JWA_KTY_RSA, parse_rsa },
		{ "EC", JWA_KTY_EC, parse_point },
		{ "OKP", JWA_KTY_OKP, parse_point },
	};
	bool bad = false;
	const char *kty = member(o, "kty", &bad);

	*k = (struct jwk){ 0 };
	if (kty == NULL)
		return err_set(e, ERR_INPUT, "no kty");
	if (parse_kid(o, k, e) < 0)
		return -1;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (strcmp(kty, kinds[i].name) != 0)
			continue;
		k->kty = kinds[i].kty;
		if (parse_use(o, k, e) < 0 || kinds[i].parse(o, k, e) < 0)
			return err_prefix(e, "key %s", quote_str(k->kid).s);
		if (k->alg != NULL && k->curve != NULL && k->alg != k->curve)
			return err_set(e, ERR_INPUT, "key %s: alg %s on "
			    "curve %s", quote_str(k->kid).s, k->alg->name,
			    k->curve->crv);
		return 0;
	}
	return err_set(e, ERR_INPUT, "kty %s is not for tokens",
	    quote_str(kty).s);
}

int
jwks_parse(const char *text, size_t n, struct jwks *ret, struct err *e)
{
	struct jwks ks = { 0 };
	json_t *o = NULL;
	const json_t *keys, *entry;
	struct err why = { 0 };
	size_t i;
	int rc = -1;

	if (n > JWKS_TEXT_MAX)
		return err_set(e, ERR_LIMIT, "key set of more than %d bytes",
		    JWKS_TEXT_MAX);
	o = strictjson_object(text, n, JWKS_DEPTH, e);
	if (o == NULL)
		return err_prefix(e, "key set");
	keys = json_object_get(o, "keys");
	if (!json_is_array(keys)) {
		(void)err_set(e, ERR_INPUT, "key set without a list \"keys\"");
		goto out;
	}
	ks.entries = json_array_size(keys);
	if (ks.entries > JWKS_ENTRIES_MAX) {
		(void)err_set(e, ERR_LIMIT, "key set of %zu keys, more than "
		    "%d", ks.entries, JWKS_ENTRIES_MAX);
		goto out;
	}
	ks.key = calloc(ks.entries > 0 ? ks.entries : 1, sizeof(*ks.key));
	if (ks.key == NULL) {
		(void)err_set(e, ERR_MEMORY, "out of memory");
		goto out;
	}
	json_array_foreach(keys, i, entry) {
		if (parse_entry(entry, &ks.key[ks.n], &why) == 0)
			ks.n++;
		else if (ks.why[0] == '\0')
			memcpy(ks.why, why.text, sizeof(ks.why));
	}
	if (ks.n == 0) {
		(void)err_set(e, ERR_INPUT, "key set of %zu keys, none for "
		    "signatures%s%s", ks.entries,
		    ks.entries > 0 ? ": " : "", ks.why);
		goto out;
	}
	*ret = ks;
	ks = (struct jwks){ 0 }; /* ret owns the keys from here */
	rc = 0;
out:
	jwks_clear(&ks);
	json_decref(o);
	return rc;
}

int
jwks_read(const char *path, struct jwks *ret, struct err *e)
{
	struct buf b = BUF_INIT(JWKS_TEXT_MAX);
	int rc = -1;

	if (io_read_file(path, &b, e) == 0) {
		rc = jwks_parse(b.p == NULL ? "" : b.p, b.len, ret, e);
		if (rc < 0)
			(void)err_prefix(e, "%s", path);
	}
	buf_clear(&b);
	return rc;
}

/* Curve tied to alg, RFC 7518 section 3.4. */
static bool
fits(const struct jwk *k, const struct jwa *alg)
{
	return k->kty == alg->kty && (k->alg == NULL || k->alg == alg) &&
	    (k->curve == NULL || k->curve == alg);
}

const struct jwk *
jwks_find(const struct jwks *ks, const char *kid, const struct jwa *alg,
    struct err *e)
{
	const struct jwk *found = NULL;
	size_t named = 0, fitting = 0;

	if (kid == NULL && ks->entries != 1) {
		(void)err_set(e, ERR_CRYPTO, "token names no key and the "
		    "set has %zu", ks->entries);
		return NULL;
	}
	for (size_t i = 0; i < ks->n; i++) {
		const struct jwk *k = &ks->key[i];

		if (kid != NULL &&
		    (k->kid[0] == '\0' || strcmp(k->kid, kid) != 0))
			continue;
		named++;
		if (!fits(k, alg))
			continue;
		found = k;
		fitting++;
	}
	if (fitting == 1)
		return found;
	if (named == 0)
		(void)err_set(e, ERR_NOT_FOUND, "no key %s in the set "
		    "(%zu usable of %zu)", quote_str(kid == NULL ? "" : kid).s,
		    ks->n, ks->entries);
	else
		(void)err_set(e, ERR_CRYPTO, "%zu keys %s, of which %zu fit "
		    "%s", named, quote_str(kid == NULL ? "" : kid).s, fitting,
		    alg->name);
	return NULL;
}

void
jwks_clear(struct jwks *ks)
{
	free(ks->key);
	*ks = (struct jwks){ 0 };
}
