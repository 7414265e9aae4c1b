/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>

#include "lib/jwks.h"
#include "lib/quote.h"

static OSSL_PARAM *
rsa_params(const struct jwk *k, BIGNUM **n, BIGNUM **x, OSSL_PARAM_BLD *b)
{
	*n = BN_bin2bn(k->a, (int)k->a_len, NULL);
	*x = BN_bin2bn(k->b, (int)k->b_len, NULL);
	if (*n == NULL || *x == NULL ||
	    !OSSL_PARAM_BLD_push_BN(b, OSSL_PKEY_PARAM_RSA_N, *n) ||
	    !OSSL_PARAM_BLD_push_BN(b, OSSL_PKEY_PARAM_RSA_E, *x))
		return NULL;
	return OSSL_PARAM_BLD_to_param(b);
}

static OSSL_PARAM *
ec_params(const struct jwk *k, uint8_t point[1 + 2 * 66], OSSL_PARAM_BLD *b)
{
	point[0] = POINT_CONVERSION_UNCOMPRESSED;
	memcpy(point + 1, k->a, k->a_len);
	memcpy(point + 1 + k->a_len, k->b, k->b_len);
	if (!OSSL_PARAM_BLD_push_utf8_string(b, OSSL_PKEY_PARAM_GROUP_NAME,
	    k->curve->group, 0) ||
	    !OSSL_PARAM_BLD_push_octet_string(b, OSSL_PKEY_PARAM_PUB_KEY,
	    point, 1 + k->a_len + k->b_len))
		return NULL;
	return OSSL_PARAM_BLD_to_param(b);
}

static OSSL_PARAM *
okp_params(const struct jwk *k, OSSL_PARAM_BLD *b)
{
	if (!OSSL_PARAM_BLD_push_octet_string(b, OSSL_PKEY_PARAM_PUB_KEY,
	    k->a, k->a_len))
		return NULL;
	return OSSL_PARAM_BLD_to_param(b);
}

static EVP_PKEY *
from_params(const char *type, OSSL_PARAM *params)
{
	EVP_PKEY_CTX *c = EVP_PKEY_CTX_new_from_name(NULL, type, NULL);
	EVP_PKEY *key = NULL;

	if (c != NULL && EVP_PKEY_fromdata_init(c) == 1)
		(void)EVP_PKEY_fromdata(c, &key, EVP_PKEY_PUBLIC_KEY, params);
	EVP_PKEY_CTX_free(c);
	return key;
}

static bool
sound(EVP_PKEY *key)
{
	EVP_PKEY_CTX *c = EVP_PKEY_CTX_new_from_pkey(NULL, key, NULL);
	bool ok = c != NULL && EVP_PKEY_public_check(c) == 1;

	EVP_PKEY_CTX_free(c);
	return ok;
}

EVP_PKEY *
jwk_key(const struct jwk *k, bool checked, struct err *e)
{
	bool skip = checked && k->kty == JWA_KTY_RSA;
	OSSL_PARAM_BLD *b;
	OSSL_PARAM *params = NULL;
	BIGNUM *n = NULL, *x = NULL;
	uint8_t point[1 + 2 * 66];
	EVP_PKEY *key = NULL;

	(void)ERR_set_mark(); /* the queue is the host program's: sshd */
	b = OSSL_PARAM_BLD_new();
	if (b == NULL)
		(void)err_set(e, ERR_MEMORY, "out of memory");
	else if (k->kty == JWA_KTY_RSA)
		params = rsa_params(k, &n, &x, b);
	else if (k->kty == JWA_KTY_EC)
		params = ec_params(k, point, b);
	else if (k->kty == JWA_KTY_OKP)
		params = okp_params(k, b);
	if (params != NULL)
		key = from_params(k->kty == JWA_KTY_RSA ? "RSA" :
		    k->kty == JWA_KTY_EC ? "EC" : k->curve->group, params);
	if (b != NULL && (key == NULL || (!skip && !sound(key)))) {
		(void)err_set(e, ERR_CRYPTO, "key %s is no valid public key",
		    quote_str(k->kid).s);
		EVP_PKEY_free(key);
		key = NULL;
	}
	OSSL_PARAM_free(params);
	OSSL_PARAM_BLD_free(b);
	BN_free(n);
	BN_free(x);
	(void)ERR_pop_to_mark();
	return key;
}

/* What checking k costs, in keys of 2048 bits: the cube of its size. */
static size_t
work(const struct jwk *k)
{
	size_t parts = k->a_len * 8 * 4 / JWK_RSA_MIN;

	return (parts * parts * parts + 63) / 64;
}

int
jwks_check(struct jwks *ks, struct err *e)
{
	size_t sum = 0;
	EVP_PKEY *key;

	for (size_t i = 0; i < ks->n; i++)
		if (ks->key[i].kty == JWA_KTY_RSA)
			sum += work(&ks->key[i]);
	if (sum > JWKS_CHECK_MAX)
		return err_set(e, ERR_LIMIT, "RSA keys that cost as much to "
		    "check as %zu of %d bits", sum, JWK_RSA_MIN);
	for (size_t i = 0; i < ks->n; i++) {
		if (ks->key[i].kty != JWA_KTY_RSA)
			continue;
		key = jwk_key(&ks->key[i], false, e);
		if (key == NULL)
			return -1;
		EVP_PKEY_free(key);
	}
	ks->checked = true;
	return 0;
}
