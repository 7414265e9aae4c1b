/* SPDX-License-Identifier: BSD-2-Clause
 * Three ways to the parts of a token:
 *   any bytes            through token_verify with a fixed key set
 *   'H' header           header and its rules, put into a token
 *   'C' payload          claims, as if the signature held
 *   'U' response         userinfo
 * Nothing is ever accepted by the first two: nobody can sign for these keys
 * here. */
#include <stdlib.h>
#include <string.h>

#include "lib/b64.h"
#include "lib/buf.h"
#include "lib/jwks.h"
#include "lib/strictjson.h"
#include "pam_module/claims.h"
#include "pam_module/jws.h"
#include "pam_module/person.h"
#include "pam_module/token.h"
#include "tests/fuzz/fuzz.h"

/* RFC 8037 A.1, RFC 7517 A.1; nobody fuzzing knows how to use them. */
static const char set[] = "{\"keys\":[{\"kty\":\"OKP\",\"crv\":\"Ed25519\","
    "\"kid\":\"ed\",\"x\":\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\"},"
    "{\"kty\":\"EC\",\"crv\":\"P-256\",\"kid\":\"es\","
    "\"x\":\"MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4\","
    "\"y\":\"4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM\"}]}";

static struct jwks keys;
static struct token_policy policy;
static struct identity id;

static const struct token_request request = {
	.now_us = 1780000000 * INT64_C(1000000),
	.nonce_rule = TOKEN_NONCE_IF_PRESENT,
	.nonce = "n",
	.access_token = "a",
};

static void
set_up(void)
{
	if (keys.n > 0)
		return;
	if (jwks_parse(set, sizeof(set) - 1, &keys, NULL) < 0)
		abort();
	token_policy_init(&policy);
	memcpy(policy.issuer, "https://i", sizeof("https://i"));
	memcpy(policy.client_id, "c", 2);
}

static void
refused(const char *text, size_t n)
{
	struct token_peek peek;

	(void)token_peek(text, n, &peek, NULL);
	if (token_verify(text, n, &keys, &policy, &request, &id, NULL) == 0)
		abort();
}

static void
header(const char *p, size_t n)
{
	struct buf b = BUF_INIT(JWS_MAX);

	if (b64url_encode(p, n, &b, NULL) == 0 &&
	    buf_puts(&b, ".e30.", NULL) == 0) {
		for (int i = 0; i < 86; i++)
			(void)buf_putc(&b, 'A', NULL);
		refused(b.p, b.len);
	}
	buf_clear(&b);
}

static void
claims(const char *p, size_t n)
{
	json_t *o = strictjson_object(p, n, 16, NULL);

	memset(&id, 0, sizeof(id));
	if (o != NULL && claims_read(o, &policy, &request,
	    jwa_find("ES256", 5), &id, NULL) == 0 &&
	    (strcmp(id.iss, policy.issuer) != 0 || id.sub[0] == '\0' ||
	    id.exp_us <= request.now_us - policy.leeway_us))
		abort();
	json_decref(o);
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	const char *text = (const char *)p;

	set_up();
	if (n > 2 * JWS_MAX)
		return 0;
	refused(text, n);
	if (n < 2)
		return 0;
	if (text[0] == 'H')
		header(text + 1, n - 1);
	if (text[0] == 'C')
		claims(text + 1, n - 1);
	if (text[0] == 'U') {
		memset(&id, 0, sizeof(id));
		memcpy(id.sub, "7", 2);
		(void)person_add_userinfo(text + 1, n - 1, &policy, &id,
		    NULL);
		if (strcmp(id.sub, "7") != 0)
			abort();
	}
	return 0;
}
