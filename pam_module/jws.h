/* SPDX-License-Identifier: BSD-2-Clause
 * jws.h - one JWS in compact form (RFC 7515, section 7.1), strictly.
 * in: bytes from anybody; out: what was signed, by which algorithm and key
 *
 * One token has one text: three parts, base64url as b64.h takes it, a header
 * without second meanings.  Header members that would change what is signed,
 * how it is read, or where the key comes from are refused (crit, b64, zip,
 * cty, jwk, jku, x5u, x5c); others are ignored (RFC 7515, section 4). */
#ifndef WARRANT_PAM_MODULE_JWS_H
#define WARRANT_PAM_MODULE_JWS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <openssl/types.h>

#include "lib/jwks.h"

struct err;

#define JWS_MAX 16384			/* bytes of a token */
#define JWS_SIG_MAX (JWK_RSA_MAX / 8)	/* bytes of a signature */

struct jws {
	const struct jwa *alg;
	bool has_kid;
	char kid[JWK_KID_MAX + 1];
	const char *text;	/* borrowed from the caller of jws_parse */
	size_t signed_len;	/* of text: header.payload, what is signed */
	size_t payload;		/* offset of the payload's text */
	size_t sig_len;
	uint8_t sig[JWS_SIG_MAX];
};

/* Take n bytes apart; text must outlive *ret.  algs: the bits of those
 * allowed (jwa.h).  Nothing is verified yet, the payload not even decoded.
 * -1 with *e set (ERR_INPUT, ERR_LIMIT; ERR_CRYPTO for an algorithm that is
 * not allowed) and *ret undefined.  Pure. */
int jws_parse(const char *text, size_t n, uint32_t algs, struct jws *ret,
    struct err *e);

/* Does the signature hold under key (from jwk_key)?  0, or -1 with *e set
 * (ERR_CRYPTO). */
int jws_verify(const struct jws *j, EVP_PKEY *key, struct err *e);

#endif
