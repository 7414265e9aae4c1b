/* SPDX-License-Identifier: BSD-2-Clause */
#include "pam_module/token.h"

#include <stdlib.h>
#include <string.h>

#include <jansson.h>
#include <openssl/evp.h>

#include "lib/b64.h"
#include "lib/buf.h"
#include "lib/err.h"
#include "lib/strictjson.h"
#include "pam_module/claims.h"
#include "pam_module/jws.h"
#include "pam_module/jwt_backend.h"

#define SECOND INT64_C(1000000)
#define PAYLOAD_DEPTH 16

void
token_policy_init(struct token_policy *p)
{
	*p = (struct token_policy){
		.algs = JWA_ALL,
		.leeway_us = 30 * SECOND,
		.max_lifetime_us = 24 * 3600 * SECOND,
		.groups_claim = "groups",
		.username_claim = "preferred_username",
	};
}

int
token_policy_check(const struct token_policy *p, struct err *e)
{
	if (p->issuer[0] == '\0')
		return err_set(e, ERR_CONFIG, "no issuer is configured");
	if (p->client_id[0] == '\0')
		return err_set(e, ERR_CONFIG, "no client_id is configured");
	if (p->algs == 0)
		return err_set(e, ERR_CONFIG, "no algorithm is allowed");
	if (p->leeway_us < 0 || p->leeway_us > TOKEN_LEEWAY_MAX_US)
		return err_set(e, ERR_CONFIG, "leeway is over 120 seconds");
	if (p->max_age_us < 0 || p->max_lifetime_us < 0 ||
	    p->max_auth_age_us < 0 || p->audience.n > TOKEN_LIST_MAX ||
	    p->trusted.n > TOKEN_LIST_MAX || p->acr.n > TOKEN_LIST_MAX ||
	    p->amr.n > TOKEN_LIST_MAX || p->claims.n > TOKEN_LIST_MAX)
		return err_set(e, ERR_CONFIG, "token limits out of range");
	return 0;
}

static json_t *
payload(const struct jws *j, struct err *e)
{
	uint8_t bytes[B64_DECODED_MAX(JWS_MAX)];
	ssize_t n = b64url_decode(j->text + j->payload,
	    j->signed_len - j->payload, bytes, sizeof(bytes), e);
	json_t *o = NULL;

	if (n >= 0)
		o = strictjson_object((const char *)bytes, (size_t)n,
		    PAYLOAD_DEPTH, e);
	if (o == NULL)
		(void)err_prefix(e, "token payload");
	explicit_bzero(bytes, sizeof(bytes));
	return o;
}

/* Form, key, signature; then the payload, and libjwt's opinion of what is
 * known by then to be one strict document.  The caller releases the claims;
 * NULL with *e set. */
static json_t *
verified_claims(const char *text, size_t n, const struct jwks *keys,
    uint32_t algs, struct jws *j, struct err *e)
{
	json_t *claims = NULL;
	const struct jwk *k;
	EVP_PKEY *key;

	if (jws_parse(text, n, algs, j, e) < 0)
		return NULL;
	k = jwks_find(keys, j->has_kid ? j->kid : NULL, j->alg, e);
	key = k == NULL ? NULL : jwk_key(k, keys->checked, e);
	if (key == NULL)
		return NULL;
	if (jws_verify(j, key, e) == 0)
		claims = payload(j, e);
	if (claims != NULL &&
	    jwt_backend_check(text, n, j->alg, k, key, e) < 0) {
		json_decref(claims);
		claims = NULL;
	}
	EVP_PKEY_free(key);
	return claims;
}

int
token_verify(const char *text, size_t n, const struct jwks *keys,
    const struct token_policy *p, const struct token_request *q,
    struct identity *ret, struct err *e)
{
	struct identity *id = NULL;
	json_t *claims = NULL;
	struct jws j;
	int rc = -1;

	if (token_policy_check(p, e) < 0)
		return -1;
	claims = verified_claims(text, n, keys, p->algs, &j, e);
	if (claims == NULL)
		return -1;
	id = calloc(1, sizeof(*id));
	if (id == NULL) {
		(void)err_set(e, ERR_MEMORY, "out of memory");
		goto out;
	}
	if (claims_read(claims, p, q, j.alg, id, e) < 0 ||
	    token_once_key(id->iss, text, n, id->token_hash, e) < 0)
		goto out;
	memcpy(id->alg, j.alg->name, strlen(j.alg->name) + 1);
	memcpy(id->kid, j.kid, sizeof(id->kid));
	*ret = *id;
	rc = 0;
out:
	json_decref(claims);
	free(id);
	return rc;
}

int
token_peek(const char *text, size_t n, struct token_peek *ret, struct err *e)
{
	const char *iss = NULL, *aud;
	const json_t *v;
	json_t *claims;
	struct jws j;
	int rc = -1, found;

	if (jws_parse(text, n, JWA_ALL, &j, e) < 0)
		return -1;
	claims = payload(&j, e);
	if (claims == NULL)
		return -1;
	found = strictjson_text(claims, "iss", &iss, e);
	if (found == 0 || (found > 0 && strlen(iss) > IDENTITY_ISS_MAX)) {
		(void)err_set(e, ERR_INPUT, "token: iss is missing or of "
		    "more than %d bytes", IDENTITY_ISS_MAX);
	} else if (found > 0) {
		v = json_object_get(claims, "aud");
		aud = json_string_value(json_is_array(v) ?
		    json_array_get(v, 0) : v);
		memcpy(ret->iss, iss, strlen(iss) + 1);
		ret->aud[0] = '\0';
		if (aud != NULL && strlen(aud) <= TOKEN_WORD_MAX)
			memcpy(ret->aud, aud, strlen(aud) + 1);
		rc = 0;
	}
	json_decref(claims);
	return rc;
}

int
token_verify_signature(const char *text, size_t n, const struct jwks *keys,
    uint32_t algs, struct err *e)
{
	struct jws j;
	json_t *claims = verified_claims(text, n, keys, algs, &j, e);

	json_decref(claims);
	return claims == NULL ? -1 : 0;
}

int
token_once_key(const char *iss, const char *text, size_t n, char ret[65],
    struct err *e)
{
	static const char hex[] = "0123456789abcdef";
	EVP_MD_CTX *c = NULL;
	unsigned char sum[32];
	int ok;

	while (n > 0 && text[n - 1] != '.')
		n--;
	if (n == 0)
		return err_set(e, ERR_INPUT, "no token");
	c = EVP_MD_CTX_new();
	ok = c != NULL && EVP_DigestInit_ex(c, EVP_sha256(), NULL) == 1 &&
	    EVP_DigestUpdate(c, iss, strlen(iss) + 1) == 1 &&
	    EVP_DigestUpdate(c, text, n - 1) == 1 &&
	    EVP_DigestFinal_ex(c, sum, NULL) == 1;
	EVP_MD_CTX_free(c);
	if (!ok)
		return err_set(e, ERR_CRYPTO, "SHA-256 failed");
	for (size_t i = 0; i < sizeof(sum); i++) {
		ret[2 * i] = hex[sum[i] >> 4];
		ret[2 * i + 1] = hex[sum[i] & 15];
	}
	ret[64] = '\0';
	return 0;
}
