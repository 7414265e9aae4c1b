/* SPDX-License-Identifier: BSD-2-Clause
 * jwks.h - a key set (RFC 7517) and its keys for OpenSSL.
 * in: the text a provider publishes at its jwks_uri
 * out: the public keys that may verify a signature; EVP_PKEY of one of them
 *
 * An entry that is not understood does not spoil the set (RFC 7517 section
 * 5): it is skipped and counted.  Skipped are also entries of other uses
 * (use, key_ops, alg), symmetric keys, private keys, RSA below 2048 or above
 * 8192 bits, e below 65537 or even, coordinates of another size than the
 * curve's, and points of low order.  What costs time is asked of a key for
 * OpenSSL: is the point on the curve, by jwk_key at each use; is an RSA n
 * composite (milliseconds), by jwks_check once, when a set is new. */
#ifndef WARRANT_LIB_JWKS_H
#define WARRANT_LIB_JWKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <openssl/types.h>

#include "lib/err.h"
#include "lib/jwa.h"

#define JWKS_TEXT_MAX (256 * 1024)	/* bytes of a key set */
#define JWKS_ENTRIES_MAX 100		/* entries of "keys" */
#define JWK_KID_MAX 256			/* bytes of a key id, printable ASCII */
#define JWK_RSA_MIN 2048		/* bits; RFC 7518 section 3.3 */
#define JWK_RSA_MAX 8192		/* bits; bounds the work of a check */
#define JWKS_CHECK_MAX 128		/* keys of 2048 bits, or work like it */

struct jwk {
	char kid[JWK_KID_MAX + 1];	/* "" when the entry has none */
	enum jwa_kty kty;
	const struct jwa *curve;	/* EC, OKP: a row with this curve */
	const struct jwa *alg;		/* the one the entry names, or NULL */
	uint8_t a[JWK_RSA_MAX / 8];	/* RSA: n; EC, OKP: x; big endian */
	uint8_t b[72];			/* RSA: e; EC: y */
	size_t a_len;
	size_t b_len;
};

struct jwks {
	struct jwk *key;
	size_t n;		/* usable keys */
	size_t entries;		/* of the text, usable or not */
	bool checked;		/* jwks_check has passed its RSA keys */
	char why[ERR_TEXT_MAX];	/* why the first unusable one was skipped */
};

/* Text to set; 0, or -1 with *e set (ERR_INPUT, ERR_LIMIT) and *ret as it
 * was.  No usable key at all is an error.  Release with jwks_clear.  Pure. */
int jwks_parse(const char *text, size_t n, struct jwks *ret, struct err *e);

/* Read and parse a file. */
int jwks_read(const char *path, struct jwks *ret, struct err *e);

/* The one key that a token with this kid (NULL: it names none) and alg may be
 * verified with; borrowed from ks.  NULL with *e set: ERR_NOT_FOUND when no
 * entry has that kid (the caller may fetch the set anew), ERR_CRYPTO when one
 * has but does not fit or more than one fit.  Without kid the set must have a
 * single entry (OpenID Connect Core 1.0, section 10.1).  Pure. */
const struct jwk *jwks_find(const struct jwks *ks, const char *kid,
    const struct jwa *alg, struct err *e);

/* k as a public key of OpenSSL; the caller frees it.  It is put through
 * EVP_PKEY_public_check unless it is RSA and checked, which says that
 * somebody has done so.  NULL with *e set (ERR_CRYPTO). */
EVP_PKEY *jwk_key(const struct jwk *k, bool checked, struct err *e);

/* Put every RSA key of the set through the check of jwk_key: 0 and
 * ks->checked, or -1 with *e when one fails (ERR_CRYPTO) or the work is that
 * of more than JWKS_CHECK_MAX keys (ERR_LIMIT; each user then checks the key
 * it takes).  Up to half a second. */
int jwks_check(struct jwks *ks, struct err *e);

void jwks_clear(struct jwks *ks);

#endif
