/* SPDX-License-Identifier: BSD-2-Clause
 * claims.h - the claims of a token to a person, each one checked.
 * in: a payload whose signature holds, policy and request (token.h)
 * out: struct identity (identity.h)
 *
 * A claim of another type than its definition gives it is refused, never
 * read around; a claim that is not needed may be absent. */
#ifndef WARRANT_PAM_MODULE_CLAIMS_H
#define WARRANT_PAM_MODULE_CLAIMS_H

#include <stddef.h>

#include <jansson.h>

struct err;
struct identity;
struct jwa;
struct token_policy;
struct token_request;

/* Check every claim and fill *id (all zeros before).  alg: of the signature,
 * for at_hash.  -1 with *e set: ERR_DENIED for a claim that says no (expired,
 * another audience, group overage), ERR_INPUT for one that makes no sense.
 * Pure. */
int claims_read(const json_t *claims, const struct token_policy *p,
    const struct token_request *q, const struct jwa *alg,
    struct identity *id, struct err *e);

#endif
