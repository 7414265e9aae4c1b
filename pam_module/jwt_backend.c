/* SPDX-License-Identifier: BSD-2-Clause */
#include "pam_module/jwt_backend.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <jwt.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>

#include "config.h"
#include "lib/buf.h"
#include "lib/err.h"
#include "lib/b64.h"
#include "lib/jwks.h"

#ifdef HAVE_JWT_CHECKER

const char *
jwt_backend_name(void)
{
	return "libjwt 3";
}

static int
put_number(struct buf *b, const char *name, const uint8_t *p, size_t n,
    struct err *e)
{
	if (buf_printf(b, e, ",\"%s\":\"", name) < 0 ||
	    b64url_encode(p, n, b, e) < 0)
		return -1;
	return buf_puts(b, "\"", e);
}

/* The key as a JWK, which is what this interface takes. */
static int
jwk_text(const struct jwk *k, const struct jwa *alg, struct buf *b,
    struct err *e)
{
	bool rsa = k->kty == JWA_KTY_RSA;
	int rc = buf_printf(b, e, "{\"kty\":\"%s\",\"alg\":\"%s\"",
	    rsa ? "RSA" : k->kty == JWA_KTY_EC ? "EC" : "OKP", alg->name);

	if (rc == 0 && !rsa)
		rc = buf_printf(b, e, ",\"crv\":\"%s\"", alg->crv);
	if (rc == 0)
		rc = put_number(b, rsa ? "n" : "x", k->a, k->a_len, e);
	if (rc == 0 && k->b_len > 0)
		rc = put_number(b, rsa ? "e" : "y", k->b, k->b_len, e);
	return rc < 0 ? -1 : buf_puts(b, "}", e);
}

/* Times are ours to judge: claims.c knows the clock and the leeway. */
static bool
accepts(const char *token, const struct jwa *alg, const struct jwk *k)
{
	struct buf b = BUF_INIT(8192);
	jwk_set_t *set = NULL;
	jwt_checker_t *c = jwt_checker_new();
	bool ok = false;

	if (jwk_text(k, alg, &b, NULL) == 0)
		set = jwks_create(b.p);
	if (c != NULL && set != NULL && jwks_item_get(set, 0) != NULL)
		ok = jwt_checker_setkey(c, jwt_str_alg(alg->name),
		    jwks_item_get(set, 0)) == 0 &&
		    jwt_checker_time_leeway(c, JWT_CLAIM_EXP, -1) == 0 &&
		    jwt_checker_time_leeway(c, JWT_CLAIM_NBF, -1) == 0 &&
		    jwt_checker_verify(c, token) == 0;
	jwt_checker_free(c);
	jwks_free(set);
	buf_clear(&b);
	return ok;
}

#else

const char *
jwt_backend_name(void)
{
	return "libjwt 1/2";
}

static bool
accepts_pem(const char *token, const struct jwa *alg,
    const unsigned char *pem, int len)
{
	jwt_t *jwt = NULL;
	bool ok = jwt_decode(&jwt, token, pem, len) == 0 &&
	    jwt_get_alg(jwt) == jwt_str_alg(alg->name);

	jwt_free(jwt);
	return ok;
}

static bool
accepts(const char *token, const struct jwa *alg, EVP_PKEY *key)
{
	BIO *bio = BIO_new(BIO_s_mem());
	char *pem = NULL;
	bool ok = false;
	long len;

	if (bio != NULL && PEM_write_bio_PUBKEY(bio, key) == 1) {
		len = BIO_get_mem_data(bio, &pem);
		/* without a key libjwt would accept everything */
		ok = len > 0 && accepts_pem(token, alg,
		    (const unsigned char *)pem, (int)len);
	}
	BIO_free(bio);
	return ok;
}

#endif

int
jwt_backend_check(const char *text, size_t n, const struct jwa *alg,
    const struct jwk *k, EVP_PKEY *key, struct err *e)
{
	struct buf token = BUF_INIT(n);
	bool ok;

	if (jwt_str_alg(alg->name) == JWT_ALG_INVAL)
		return 0;
	if (buf_put(&token, text, n, e) < 0) /* with its NUL */
		return -1;
	(void)ERR_set_mark();
#ifdef HAVE_JWT_CHECKER
	(void)key;
	ok = accepts(token.p, alg, k);
#else
	(void)k;
	ok = accepts(token.p, alg, key);
#endif
	(void)ERR_pop_to_mark();
	buf_clear(&token);
	if (!ok)
		return err_set(e, ERR_CRYPTO, "%s refuses what OpenSSL "
		    "accepts as %s", jwt_backend_name(), alg->name);
	return 1;
}
