/* SPDX-License-Identifier: BSD-2-Clause
 * token.h - an ID token (OpenID Connect Core 1.0, section 2) to a person.
 * in: bytes from anybody, the issuer's key set, what the administrator wants
 * of its tokens, what this login asked for, the time
 * out: struct identity, or the reason why not
 *
 * The one way to a struct identity.  Pure: no clock, file or network.
 *
 * Order: form and header (jws.h), key (jwks.h), signature; only then is the
 * payload decoded at all; libjwt's opinion; the claims (claims.h).  The reason
 * is for the log, precise and with all that came from outside quoted; the
 * person is told TOKEN_TEXT and no more. */
#ifndef WARRANT_PAM_MODULE_TOKEN_H
#define WARRANT_PAM_MODULE_TOKEN_H

#include <stddef.h>
#include <stdint.h>

#include "pam_module/identity.h"

struct err;
struct jwks;

#define TOKEN_TEXT "identity not accepted"

#define TOKEN_LIST_MAX 8	/* entries of a list of a policy */
#define TOKEN_WORD_MAX 255	/* bytes of a client id, acr, claim name */
#define TOKEN_LEEWAY_MAX_US (120 * INT64_C(1000000))

struct token_list {
	size_t n;
	char word[TOKEN_LIST_MAX][TOKEN_WORD_MAX + 1];
};

/* What is wanted of the tokens of one issuer: its section of warrant.conf.
 * A limit of 0 is no limit; "" and an empty list ask for nothing. */
struct token_policy {
	char issuer[IDENTITY_ISS_MAX + 1];	/* byte for byte */
	char client_id[TOKEN_WORD_MAX + 1];	/* azp must be this */
	struct token_list audience;	/* ours: aud must name one of them;
					 * empty: client_id alone */
	struct token_list trusted;	/* others that aud may name beside */
	uint32_t algs;			/* bits of jwa.h */
	int64_t leeway_us;		/* for exp, iat, nbf; <= 120 s */
	int64_t max_age_us;		/* since iat */
	int64_t max_lifetime_us;	/* from iat to exp */
	int64_t max_auth_age_us;	/* since auth_time */
	struct token_list acr;		/* one of these */
	struct token_list amr;		/* all of these */
	struct token_list claims;	/* all of these NAME=VALUE */
	char groups_claim[TOKEN_WORD_MAX + 1];	/* "": no groups */
	char username_claim[TOKEN_WORD_MAX + 1]; /* that names an account */
	int64_t earliest_us;		/* a clock before this is wrong */
};

/* Must the token carry the nonce of this login (Core 1.0, 3.1.3.7, 11)? */
enum token_nonce {
	TOKEN_NONCE_REQUIRED = 0,	/* present and equal */
	TOKEN_NONCE_IF_PRESENT,		/* the flow may not echo it: RFC 8628 */
	TOKEN_NONCE_ANY			/* somebody else's flow: not looked at */
};

/* What this login asked for; strings borrowed. */
struct token_request {
	int64_t now_us;			/* wall clock, Unix epoch */
	enum token_nonce nonce_rule;
	const char *nonce;		/* NULL only with TOKEN_NONCE_ANY */
	const char *access_token;	/* NULL: none is used, at_hash not
					 * looked at (Core 1.0, 3.1.3.8) */
};

/* algs all, leeway 30 s, lifetime 24 h, groups_claim "groups", username_claim
 * "preferred_username"; the rest empty. */
void token_policy_init(struct token_policy *p);

/* Does it make sense?  -1 with *e (ERR_CONFIG): no issuer, no client_id,
 * no algorithm, leeway over 120 s or below 0, a limit below 0.  Pure. */
int token_policy_check(const struct token_policy *p, struct err *e);

/* n bytes to *ret; -1 with *e set and *ret untouched.  ERR_NOT_FOUND: the
 * token names a key that the set has not (it may have been rotated: fetch
 * the set and try again, once); ERR_CONFIG: the policy; any other: refused
 * for good. */
int token_verify(const char *text, size_t n, const struct jwks *keys,
    const struct token_policy *p, const struct token_request *q,
    struct identity *ret, struct err *e);

/* What a token says of itself before anything is verified: good for nothing
 * but to choose the policy by which it is judged next. */
struct token_peek {
	char iss[IDENTITY_ISS_MAX + 1];
	char aud[TOKEN_WORD_MAX + 1];	/* the first; "" when none fits */
};

/* -1 with *e (ERR_INPUT).  Pure. */
int token_peek(const char *text, size_t n, struct token_peek *ret,
    struct err *e);

/* The signature alone, nothing of the claims: for warrant-check. */
int token_verify_signature(const char *text, size_t n,
    const struct jwks *keys, uint32_t algs, struct err *e);

/* SHA-256 of iss, a zero byte, and the header.payload of the token in hex:
 * the key of the ledger's row that lets a token be used once.  Since
 * base64url is taken in one spelling only and the signature (of which ECDSA
 * has many) is left out, copies of a token have one key.  text holds n bytes
 * that token_verify accepted.  -1 with *e (ERR_INPUT, ERR_CRYPTO). */
int token_once_key(const char *iss, const char *text, size_t n, char ret[65],
    struct err *e);

#endif
