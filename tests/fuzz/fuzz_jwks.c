/* SPDX-License-Identifier: BSD-2-Clause
 * A key set, and each key of it for OpenSSL.  What was accepted must keep
 * the promises of jwks.h. */
#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>

#include "lib/jwks.h"
#include "tests/fuzz/fuzz.h"

static void
promise(bool kept)
{
	if (!kept)
		abort();
}

static void
check(const struct jwk *k)
{
	EVP_PKEY *key;

	promise(strlen(k->kid) <= JWK_KID_MAX);
	promise(k->kty != JWA_KTY_NONE);
	promise(k->alg == NULL || k->alg->kty == k->kty);
	if (k->kty == JWA_KTY_RSA)
		promise(k->a_len >= JWK_RSA_MIN / 8 && k->b_len >= 3);
	else
		promise(k->a_len == k->curve->half);
	if (k->kty == JWA_KTY_RSA && k->a_len > 512)
		return; /* true, but slow */
	key = jwk_key(k, false, NULL);
	EVP_PKEY_free(key);
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct jwks ks = { 0 };

	if (jwks_parse((const char *)p, n, &ks, NULL) < 0)
		return 0;
	promise(ks.n > 0 && ks.n <= ks.entries &&
	    ks.entries <= JWKS_ENTRIES_MAX);
	check(&ks.key[0]);
	check(&ks.key[ks.n - 1]);
	(void)jwks_find(&ks, ks.key[0].kid, jwa_find("RS256", 5), NULL);
	(void)jwks_find(&ks, NULL, jwa_find("EdDSA", 5), NULL);
	jwks_clear(&ks);
	return 0;
}
