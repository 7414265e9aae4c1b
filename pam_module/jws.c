/* SPDX-License-Identifier: BSD-2-Clause */
#include "pam_module/jws.h"

#include <string.h>

#include <jansson.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>

#include "lib/b64.h"
#include "lib/err.h"
#include "lib/quote.h"
#include "lib/strictjson.h"

#define HEADER_MAX 4096	/* bytes, decoded */
#define HEADER_DEPTH 4

/* The three parts; exactly two dots. */
static int
split(const char *text, size_t n, struct jws *j, size_t *header_len,
    struct err *e)
{
	const char *dot, *second;

	if (n > JWS_MAX)
		return err_set(e, ERR_LIMIT, "token of more than %d bytes",
		    JWS_MAX);
	if (n == 0)
		return err_set(e, ERR_INPUT, "token is empty");
	dot = memchr(text, '.', n);
	second = dot == NULL ? NULL :
	    memchr(dot + 1, '.', n - (size_t)(dot + 1 - text));
	if (second == NULL || memchr(second + 1, '.',
	    n - (size_t)(second + 1 - text)) != NULL)
		return err_set(e, ERR_INPUT,
		    "token is not three parts with two dots between");
	*header_len = (size_t)(dot - text);
	j->payload = *header_len + 1;
	j->signed_len = (size_t)(second - text);
	j->text = text;
	return 0;
}

static int
header_kid(const json_t *h, struct jws *j, struct err *e)
{
	const json_t *v = json_object_get(h, "kid");
	const char *s = json_string_value(v);
	size_t n = json_string_length(v);

	j->has_kid = v != NULL;
	if (v == NULL)
		return 0;
	if (s == NULL || n == 0 || n > JWK_KID_MAX)
		return err_set(e, ERR_INPUT, "token header: kid is not a "
		    "string of 1 to %d characters", JWK_KID_MAX);
	for (size_t i = 0; i < n; i++)
		if (s[i] < 0x20 || s[i] > 0x7e)
			return err_set(e, ERR_INPUT, "token header: kid %s is "
			    "not printable ASCII", quote(s, n).s);
	memcpy(j->kid, s, n + 1);
	return 0;
}

/* RFC 7515 section 4.1, RFC 8725 sections 3.1, 3.10 and 3.11. */
static int
header_check(const json_t *h, uint32_t algs, struct jws *j, struct err *e)
{
	static const char *const refused[] = { "crit", "b64", "zip", "cty",
	    "jwk", "jku", "x5u", "x5c" };
	const json_t *alg = json_object_get(h, "alg");
	const json_t *typ = json_object_get(h, "typ");

	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++)
		if (json_object_get(h, refused[i]) != NULL)
			return err_set(e, ERR_INPUT,
			    "token header: %s is refused", refused[i]);
	if (typ != NULL && (!json_is_string(typ) ||
	    strcmp(json_string_value(typ), "JWT") != 0))
		return err_set(e, ERR_INPUT, "token header: typ %s is not JWT",
		    json_is_string(typ) ? quote_str(json_string_value(typ)).s :
		    "(no string)");
	if (!json_is_string(alg))
		return err_set(e, ERR_INPUT,
		    "token header: alg is missing or no string");
	j->alg = jwa_find(json_string_value(alg), json_string_length(alg));
	if (j->alg == NULL || (j->alg->bit & algs) == 0)
		return err_set(e, ERR_CRYPTO,
		    "token header: alg %s is not allowed",
		    quote_str(json_string_value(alg)).s);
	return header_kid(h, j, e);
}

int
jws_parse(const char *text, size_t n, uint32_t algs, struct jws *ret,
    struct err *e)
{
	uint8_t header[HEADER_MAX];
	size_t header_len, sig_at;
	ssize_t len;
	json_t *h;
	int rc;

	*ret = (struct jws){ 0 };
	if (split(text, n, ret, &header_len, e) < 0)
		return -1;
	len = b64url_decode(text, header_len, header, sizeof(header), e);
	if (len < 0)
		return err_prefix(e, "token header");
	h = strictjson_object((const char *)header, (size_t)len, HEADER_DEPTH,
	    e);
	if (h == NULL)
		return err_prefix(e, "token header");
	rc = header_check(h, algs, ret, e);
	json_decref(h);
	if (rc < 0)
		return -1;
	sig_at = ret->signed_len + 1;
	len = b64url_decode(text + sig_at, n - sig_at, ret->sig,
	    sizeof(ret->sig), e);
	if (len < 0)
		return err_prefix(e, "token signature");
	ret->sig_len = (size_t)len;
	return 0;
}

/* r and s side by side (RFC 7518, section 3.4) to DER for OpenSSL; the
 * caller frees *der.  Returns the length, or 0. */
static size_t
ecdsa_der(const struct jws *j, unsigned char **der)
{
	ECDSA_SIG *sig = ECDSA_SIG_new();
	BIGNUM *r = BN_bin2bn(j->sig, (int)j->alg->half, NULL);
	BIGNUM *s = BN_bin2bn(j->sig + j->alg->half, (int)j->alg->half, NULL);
	int n = 0;

	if (sig == NULL || r == NULL || s == NULL ||
	    ECDSA_SIG_set0(sig, r, s) != 1) {
		BN_free(r);
		BN_free(s);
	} else {
		n = i2d_ECDSA_SIG(sig, der);
	}
	ECDSA_SIG_free(sig);
	return n > 0 ? (size_t)n : 0;
}

static bool
set_padding(EVP_PKEY_CTX *c, const struct jwa *alg)
{
	if (alg->kty != JWA_KTY_RSA)
		return true;
	if (!alg->pss)
		return EVP_PKEY_CTX_set_rsa_padding(c, RSA_PKCS1_PADDING) == 1;
	/* RFC 7518, section 3.5: MGF1 with, and salt as long as, the digest */
	return EVP_PKEY_CTX_set_rsa_padding(c, RSA_PKCS1_PSS_PADDING) == 1 &&
	    EVP_PKEY_CTX_set_rsa_pss_saltlen(c, RSA_PSS_SALTLEN_DIGEST) == 1 &&
	    EVP_PKEY_CTX_set_rsa_mgf1_md_name(c, alg->digest, NULL) == 1;
}

static bool
holds(const struct jws *j, EVP_PKEY *key, const unsigned char *sig,
    size_t sig_len)
{
	/* Ed25519 digests by itself: RFC 8037, section 3.1 */
	const char *digest = j->alg->kty == JWA_KTY_OKP ? NULL :
	    j->alg->digest;
	EVP_MD_CTX *c = EVP_MD_CTX_new();
	EVP_PKEY_CTX *kc = NULL;
	bool ok = c != NULL &&
	    EVP_DigestVerifyInit_ex(c, &kc, digest, NULL, NULL, key, NULL) ==
	    1 && set_padding(kc, j->alg) &&
	    EVP_DigestVerify(c, sig, sig_len, (const unsigned char *)j->text,
	    j->signed_len) == 1;

	EVP_MD_CTX_free(c);
	return ok;
}

int
jws_verify(const struct jws *j, EVP_PKEY *key, struct err *e)
{
	size_t want = j->alg->kty == JWA_KTY_RSA ?
	    (size_t)EVP_PKEY_get_size(key) : 2 * j->alg->half;
	unsigned char *der = NULL;
	bool ok = false;

	if (j->sig_len != want)
		return err_set(e, ERR_CRYPTO, "%s signature of %zu bytes, "
		    "must be %zu", j->alg->name, j->sig_len, want);
	(void)ERR_set_mark();
	if (j->alg->kty == JWA_KTY_EC) {
		size_t n = ecdsa_der(j, &der);

		ok = n > 0 && holds(j, key, der, n);
	} else {
		ok = holds(j, key, j->sig, j->sig_len);
	}
	OPENSSL_free(der);
	(void)ERR_pop_to_mark();
	if (!ok)
		return err_set(e, ERR_CRYPTO, "%s signature does not hold",
		    j->alg->name);
	return 0;
}
