/* SPDX-License-Identifier: BSD-2-Clause
 * verify.c - microseconds for one token: key loaded and checked, signature
 * verified with the key at hand, and all of token_verify.
 * in: files with a key set and a token signed by it; iss https://b, aud b
 * out: three figures */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>

#include "lib/buf.h"
#include "lib/clock.h"
#include "lib/err.h"
#include "lib/io.h"
#include "lib/jwks.h"
#include "pam_module/jws.h"
#include "pam_module/token.h"

#define LOADS 50
#define VERIFIES 2000

static void
need(int rc, const struct err *e)
{
	if (rc == 0)
		return;
	fprintf(stderr, "verify: %s\n", e->text);
	exit(1);
}

static double
us_each(int64_t begin_ns, int n)
{
	return (double)(clock_mono_ns() - begin_ns) / 1000.0 / n;
}

int
main(int argc, char **argv)
{
	static struct jwks keys;
	static struct token_policy p;
	static struct identity id;
	struct token_request q = { .now_us = clock_wall_us(),
		.nonce_rule = TOKEN_NONCE_ANY };
	struct buf set = BUF_INIT(JWKS_TEXT_MAX), token = BUF_INIT(JWS_MAX);
	const struct jwk *k;
	EVP_PKEY *key = NULL;
	struct err e = { 0 };
	struct jws j;
	int64_t at;

	if (argc != 3)
		return 2;
	need(io_read_file(argv[1], &set, &e), &e);
	need(io_read_file(argv[2], &token, &e), &e);
	need(jwks_parse(set.p, set.len, &keys, &e), &e);
	token_policy_init(&p);
	memcpy(p.issuer, "https://b", sizeof("https://b"));
	memcpy(p.client_id, "b", 2);
	need(jws_parse(token.p, token.len, JWA_ALL, &j, &e), &e);
	k = jwks_find(&keys, j.kid, j.alg, &e);
	need(k == NULL ? -1 : 0, &e);
	at = clock_mono_ns();
	for (int i = 0; i < LOADS; i++) {
		EVP_PKEY_free(key);
		key = jwk_key(k, false, &e);
		need(key == NULL ? -1 : 0, &e);
	}
	printf("load %.1f\n", us_each(at, LOADS));
	at = clock_mono_ns();
	for (int i = 0; i < VERIFIES; i++) {
		need(jws_parse(token.p, token.len, JWA_ALL, &j, &e), &e);
		need(jws_verify(&j, key, &e), &e);
	}
	printf("verify %.1f\n", us_each(at, VERIFIES));
	at = clock_mono_ns();
	for (int i = 0; i < LOADS; i++)
		need(token_verify(token.p, token.len, &keys, &p, &q, &id, &e),
		    &e);
	printf("all %.1f\n", us_each(at, LOADS));
	EVP_PKEY_free(key);
	return 0;
}
