/* SPDX-License-Identifier: BSD-2-Clause
 * jwt_backend.h - libjwt's opinion of a token, behind our own.
 * in: a token that jws_verify has accepted, and its key; out: agrees or not
 *
 * libjwt 1.10 takes the algorithm from the token, any case of its name, loose
 * base64 and no key at all as a reason to accept: it is asked only what is
 * left when our checks have passed, and can only add a refusal.  1.x and 2.x
 * share one interface; 3.x has another, chosen by ./configure. */
#ifndef WARRANT_PAM_MODULE_JWT_BACKEND_H
#define WARRANT_PAM_MODULE_JWT_BACKEND_H

#include <stddef.h>

#include <openssl/types.h>

struct err;
struct jwa;
struct jwk;

/* 1 when it accepts the n bytes with the same algorithm, 0 when it does not
 * know the algorithm, -1 with *e set (ERR_CRYPTO) when it refuses. */
int jwt_backend_check(const char *text, size_t n, const struct jwa *alg,
    const struct jwk *k, EVP_PKEY *key, struct err *e);

/* Which interface was built, for --version and logs: "libjwt 1/2". */
const char *jwt_backend_name(void);

#endif
