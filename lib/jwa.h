/* SPDX-License-Identifier: BSD-2-Clause
 * jwa.h - the signature algorithms of tokens (RFC 7518 section 3, RFC 8037).
 * in: a name; out: a row of one table that says all there is to know of it
 *
 * HS256 and its kin are not in the table: with a public key set a shared
 * secret is always a mistake or an attack.  "none" is no algorithm. */
#ifndef WARRANT_LIB_JWA_H
#define WARRANT_LIB_JWA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct err;

enum jwa_kty {
	JWA_KTY_NONE = 0,
	JWA_KTY_RSA,
	JWA_KTY_EC,
	JWA_KTY_OKP		/* RFC 8037, Ed25519 alone */
};

struct jwa {
	const char *name;	/* as in "alg", case-sensitive */
	enum jwa_kty kty;	/* the one kind of key that fits */
	const char *crv;	/* JWK curve, NULL for RSA */
	const char *group;	/* the same curve for OpenSSL, or NULL */
	const char *digest;	/* for OpenSSL; also of at_hash */
	bool pss;		/* RSASSA-PSS, salt as long as the digest */
	size_t half;		/* bytes of a coordinate, and of r and of s;
				 * 0 for RSA */
	uint32_t bit;		/* in a set of algorithms */
};

#define JWA_ALL UINT32_MAX

/* The row of a name of n bytes, or NULL.  Pure. */
const struct jwa *jwa_find(const char *name, size_t n);

/* The row of an EC or OKP curve by its JWK name, or NULL.  Pure. */
const struct jwa *jwa_find_curve(const char *crv);

/* "RS256 ES256 EdDSA" (spaces or commas) to a set; -1 with *e (ERR_CONFIG)
 * for an empty list or a name that is not in the table.  Pure. */
int jwa_parse_set(const char *list, uint32_t *ret, struct err *e);

#endif
