/* SPDX-License-Identifier: BSD-2-Clause
 * judge.h - a token, by whichever flow it came, to a person and an account.
 * in: the token, [issuer] sections, the keys that the courier has
 * out: struct identity and a yes, or the reason why not
 *
 * What all flows share: device flow, certificate, parts, and the pre-filter
 * of warrant-authkeys. */
#ifndef WARRANT_PAM_MODULE_JUDGE_H
#define WARRANT_PAM_MODULE_JUDGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/jwks.h"
#include "pam_module/identity.h"
#include "pam_module/policy.h"

struct cert;
struct conf;
struct conf_section;
struct err;
struct user;

/* Large: keep it off the stack.  All zeros but for the first three. */
struct judge {
	const char *rundir, *socket;	/* where the courier is asked */
	const struct conf *conf;
	const struct conf_section *issuer;
	struct policy policy;
	bool once;		/* the token is good for one login */
	struct jwks keys;
	struct identity id;
};

/* The first issuer that takes tokens by this flow (a word of the key flows),
 * with its policy.  -1 with *e, ERR_NOT_FOUND when there is none. */
int judge_first(struct judge *j, const char *flow, struct err *e);

/* The issuer that the token says it is from, of several sections that of its
 * client; it must take this flow.  -1
 * with *e: ERR_INPUT, ERR_DENIED, ERR_CONFIG. */
int judge_named(struct judge *j, const char *flow, const char *token,
    size_t n, struct err *e);

/* Form, signature, claims.  A key that the set has not is asked for by name,
 * once.  -1 with *e as token_verify, ERR_UNAVAILABLE without the courier. */
int judge_token(struct judge *j, const char *token, size_t n,
    const char *access_token, struct err *e);

/* The same for the token of a certificate at this time: bound to its key as
 * the issuer's key bind says.  Asks judge_named itself. */
int judge_certificate(struct judge *j, const struct cert *c, int64_t now_us,
    struct err *e);

/* May j->id use this account?  -1 with *e: ERR_DENIED, ERR_CONFIG. */
int judge_account(const struct judge *j, const struct user *u,
    struct err *e);

/* SHA-256 in hex of all that decides who may use which account: the
 * configuration and its map files.  -1 with *e when one cannot be read. */
int judge_rules(const struct conf *c, char ret[65], struct err *e);

/* Free the keys, wipe the rest. */
void judge_clear(struct judge *j);

/* Does any issuer take this flow? */
bool judge_flow(const struct conf *c, const char *flow);

#endif
