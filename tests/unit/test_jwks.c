/* SPDX-License-Identifier: BSD-2-Clause
 * What the tokens of test_token.c do not reach: bounds, counts, choice. */
#include "tests/unit/test.h"

#include <openssl/bn.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>

#include "lib/b64.h"
#include "lib/buf.h"
#include "lib/err.h"
#include "lib/jwks.h"

/* RFC 8037, appendix A.2, and RFC 7517, appendix A.1 (the EC key). */
#define ED "{\"kty\":\"OKP\",\"crv\":\"Ed25519\"," \
    "\"x\":\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\""
#define P256 "{\"kty\":\"EC\",\"crv\":\"P-256\"," \
    "\"x\":\"MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4\"," \
    "\"y\":\"4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM\""

static int
parse(const char *text, struct jwks *ret, struct err *e)
{
	return jwks_parse(text, strlen(text), ret, e);
}

static void
sets_that_are_none(void **state)
{
	static const char *const t[] = {
		"", "[]", "{}", "{\"keys\":{}}", "{\"keys\":[]}",
		"{\"keys\":[{}]}", "{\"keys\":[\"x\"]}", "{\"keys\":null}",
		"{\"keys\":[" ED "}],\"keys\":[]}",
		"{\"keys\":[" ED ",\"kty\":\"OKP\"}]}",
		"{\"keys\":[" ED ",\"use\":\"enc\"}]}",
		"{\"keys\":[" ED ",\"use\":7}]}",
		"{\"keys\":[" ED ",\"key_ops\":\"verify\"}]}",
		"{\"keys\":[" ED ",\"key_ops\":[]}]}",
		"{\"keys\":[" ED ",\"alg\":\"ES256\"}]}",
		"{\"keys\":[" ED ",\"kid\":\"\"}]}",
		"{\"keys\":[" ED ",\"kid\":7}]}",
		"{\"keys\":[" ED ",\"d\":\"AA\"}]}",
		"{\"keys\":[" P256 ",\"alg\":\"ES384\"}]}",
		"{\"keys\":[" P256 ",\"alg\":\"RS256\"}]}",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(t); i++) {
		struct jwks ks = { .n = 77 };
		struct err e = { 0 };

		if (parse(t[i], &ks, &e) != -1)
			fail_msg("accepted: %s", t[i]);
		assert_int_equal(ks.n, 77); /* untouched */
		assert_int_equal(e.code, ERR_INPUT);
	}
}

static void
bad_entries_are_counted_not_fatal(void **state)
{
	struct jwks ks = { 0 };
	struct err e = { 0 };

	(void)state;
	assert_int_equal(parse("{\"keys\":[{\"kty\":\"x\\u001b\"}," ED
	    ",\"kid\":\"a\",\"use\":\"sig\",\"key_ops\":[\"sign\",\"verify\"]"
	    "},7," P256 ",\"kid\":\"b\"}]}", &ks, &e), 0);
	assert_int_equal(ks.n, 2);
	assert_int_equal(ks.entries, 4);
	assert_non_null(strstr(ks.why, "\\x1b"));
	jwks_clear(&ks);
	jwks_clear(&ks); /* twice is fine */
}

static void
caps(void **state)
{
	struct buf b = BUF_INIT(2 * JWKS_TEXT_MAX);
	struct jwks ks = { 0 };
	struct err e = { 0 };

	(void)state;
	assert_int_equal(buf_puts(&b, "{\"keys\":[" ED "}", &e), 0);
	for (int i = 1; i < JWKS_ENTRIES_MAX; i++)
		assert_int_equal(buf_puts(&b, ",1", &e), 0);
	assert_int_equal(buf_puts(&b, "]}", &e), 0);
	assert_int_equal(jwks_parse(b.p, b.len, &ks, &e), 0);
	assert_int_equal(ks.entries, JWKS_ENTRIES_MAX);
	jwks_clear(&ks);
	b.len -= 2;
	assert_int_equal(buf_puts(&b, ",1]}", &e), 0);
	assert_int_equal(jwks_parse(b.p, b.len, &ks, &e), -1);
	assert_int_equal(e.code, ERR_LIMIT);
	buf_reset(&b);
	assert_int_equal(buf_puts(&b, "{\"keys\":[" ED "}]", &e), 0);
	while (b.len < JWKS_TEXT_MAX - 1)
		assert_int_equal(buf_putc(&b, ' ', &e), 0);
	assert_int_equal(buf_putc(&b, '}', &e), 0);
	assert_int_equal(jwks_parse(b.p, b.len, &ks, &e), 0);
	jwks_clear(&ks);
	assert_int_equal(buf_putc(&b, ' ', &e), 0);
	assert_int_equal(jwks_parse(b.p, b.len, &ks, &e), -1);
	assert_int_equal(e.code, ERR_LIMIT);
	buf_clear(&b);
}

static void
exactly_one_fitting_key(void **state)
{
	static const char set[] = "{\"keys\":["
	    ED ",\"kid\":\"a\"}," P256 ",\"kid\":\"a\"},"
	    ED ",\"kid\":\"b\"}," ED ",\"kid\":\"b\"},"
	    P256 ",\"kid\":\"c\",\"alg\":\"ES256\"}," ED "}]}";
	static const struct {
		const char *kid, *alg;
		int want; /* index, or -code */
	} t[] = {
		{ "a", "EdDSA", 0 }, { "a", "ES256", 1 },
		{ "a", "ES384", -ERR_CRYPTO }, { "a", "RS256", -ERR_CRYPTO },
		{ "b", "EdDSA", -ERR_CRYPTO }, { "c", "ES256", 4 },
		{ "c", "EdDSA", -ERR_CRYPTO }, { "d", "EdDSA", -ERR_NOT_FOUND },
		{ "", "EdDSA", -ERR_NOT_FOUND }, { NULL, "ES256", -ERR_CRYPTO },
	};
	struct jwks ks = { 0 };

	(void)state;
	assert_int_equal(parse(set, &ks, NULL), 0);
	for (size_t i = 0; i < COUNT(t); i++) {
		struct err e = { 0 };
		const struct jwk *k = jwks_find(&ks, t[i].kid,
		    jwa_find(t[i].alg, strlen(t[i].alg)), &e);

		if (t[i].want >= 0)
			assert_ptr_equal(k, &ks.key[t[i].want]);
		else {
			assert_null(k);
			assert_int_equal((int)e.code, -t[i].want);
		}
	}
	jwks_clear(&ks);
}

static void
a_key_for_openssl(void **state)
{
	struct jwks ks = { 0 };
	struct err e = { 0 };
	EVP_PKEY *key;

	(void)state;
	assert_int_equal(parse("{\"keys\":[" P256 ",\"kid\":\"a\"}," ED
	    ",\"kid\":\"b\"}]}", &ks, &e), 0);
	for (size_t i = 0; i < 2; i++) {
		key = jwk_key(&ks.key[i], false, &e);
		assert_non_null(key);
		assert_int_equal(EVP_PKEY_is_a(key, i == 0 ? "EC" :
		    "ED25519"), 1);
		EVP_PKEY_free(key);
	}
	ks.key[0].b[0] ^= 1;
	assert_null(jwk_key(&ks.key[0], false, &e));
	assert_int_equal(e.code, ERR_CRYPTO);
	/* a point off the curve is refused, whatever somebody has checked */
	assert_null(jwk_key(&ks.key[0], true, &e));
	jwks_clear(&ks);
}

/* An entry with this number as n; -1 when it is no RSA key of ours. */
static int
rsa_set(const BIGNUM *n, size_t times, struct jwks *ret)
{
	struct buf b = BUF_INIT(JWKS_TEXT_MAX);
	uint8_t bytes[JWK_RSA_MAX / 8];
	int size = BN_bn2bin(n, bytes), rc;
	struct err e = { 0 };

	(void)buf_puts(&b, "{\"keys\":[", &e);
	for (size_t i = 0; i < times; i++) {
		(void)buf_printf(&b, &e, "%s{\"kty\":\"RSA\",\"kid\":\"%zu\","
		    "\"e\":\"AQAB\",\"n\":\"", i > 0 ? "," : "", i);
		(void)b64url_encode(bytes, (size_t)size, &b, &e);
		(void)buf_puts(&b, "\"}", &e);
	}
	(void)buf_puts(&b, "]}", &e);
	rc = jwks_parse(b.p, b.len, ret, &e);
	buf_clear(&b);
	return rc;
}

static void
rsa_keys_are_checked_once(void **state)
{
	EVP_PKEY *good = EVP_RSA_gen(JWK_RSA_MIN), *key;
	BIGNUM *n = NULL, *prime = BN_get_rfc3526_prime_2048(NULL),
	    *huge = BN_get_rfc3526_prime_8192(NULL);
	struct jwks ks = { 0 };
	struct err e = { 0 };

	(void)state;
	assert_int_equal(EVP_PKEY_get_bn_param(good, "n", &n), 1);
	assert_int_equal(rsa_set(n, 2, &ks), 0);
	assert_false(ks.checked);
	assert_int_equal(jwks_check(&ks, &e), 0);
	assert_true(ks.checked);
	jwks_clear(&ks);
	/* with a prime n the private key is no secret */
	assert_int_equal(rsa_set(prime, 1, &ks), 0);
	assert_int_equal(jwks_check(&ks, &e), -1);
	assert_int_equal(e.code, ERR_CRYPTO);
	assert_false(ks.checked);
	assert_null(jwk_key(&ks.key[0], ks.checked, &e));
	key = jwk_key(&ks.key[0], true, &e);
	assert_non_null(key);
	EVP_PKEY_free(key);
	jwks_clear(&ks);
	/* too much work is left undone, and said so */
	e = (struct err){ 0 };
	assert_int_equal(rsa_set(huge, 3, &ks), 0);
	assert_int_equal(jwks_check(&ks, &e), -1);
	assert_int_equal(e.code, ERR_LIMIT);
	assert_false(ks.checked);
	jwks_clear(&ks);
	EVP_PKEY_free(good);
	BN_free(n);
	BN_free(prime);
	BN_free(huge);
}

static void
names_of_algorithms(void **state)
{
	struct err e = { 0 };
	uint32_t set = 0;

	(void)state;
	assert_int_equal(jwa_parse_set("RS256, ES256", &set, &e), 0);
	assert_int_equal(set, jwa_find("RS256", 5)->bit |
	    jwa_find("ES256", 5)->bit);
	assert_int_equal(jwa_parse_set("", &set, &e), -1);
	assert_int_equal(jwa_parse_set(" , ", &set, &e), -1);
	assert_int_equal(jwa_parse_set("RS256 HS256", &set, &e), -1);
	assert_int_equal(jwa_parse_set("none", &set, &e), -1);
	assert_int_equal(e.code, ERR_CONFIG);
	assert_null(jwa_find("rs256", 5));
	assert_null(jwa_find("RS256\0", 6));
	assert_null(jwa_find("", 0));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sets_that_are_none),
		cmocka_unit_test(bad_entries_are_counted_not_fatal),
		cmocka_unit_test(caps),
		cmocka_unit_test(exactly_one_fitting_key),
		cmocka_unit_test(a_key_for_openssl),
		cmocka_unit_test(rsa_keys_are_checked_once),
		cmocka_unit_test(names_of_algorithms),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
