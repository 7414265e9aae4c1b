/* SPDX-License-Identifier: BSD-2-Clause
 * verified.h - tell the ledger who signed in, or why not.
 * in: a verified identity and the account it was mapped to
 * out: the ledger's login id; an event either way */
#ifndef WARRANT_PAM_MODULE_VERIFIED_H
#define WARRANT_PAM_MODULE_VERIFIED_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/id.h"

struct account;
struct err;
struct identity;

/* How it was proven. */
struct verified_how {
	const char *flow;	/* device, certificate, parts */
	bool once;		/* the token may not be used again */
	const char *key;	/* fingerprint of the public key; "": none */
	int64_t remember_us;	/* 0: not */
	const char *rules;	/* judge_rules; with remember_us */
};

/* Op login.verified.  0 with the one-time id, or -1 with *e: ERR_CONFLICT
 * when the token was used before. */
int verified_tell(const char *rundir, const struct account *a,
    const struct identity *id, const struct verified_how *how,
    char login[ID_MAX], struct err *e);

/* Op login.remembered: 1 with the one-time id when this key has signed in to
 * this account from this network lately, under the same rules; 0; -1. */
int verified_remembered(const char *rundir, const struct account *a,
    const char *key, const char *rules, char login[ID_MAX], struct err *e);

/* Op login.rejected, for the record only: nobody is let in or kept out by
 * its answer.  id: as far as it is known (all zeros: not). */
void verified_rejected(const char *rundir, const struct account *a,
    const struct identity *id, const struct err *why);

#endif
