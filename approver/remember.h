/* SPDX-License-Identifier: BSD-2-Clause
 * remember.h - who has signed in lately, with which key and from where.
 * in: a verified sign-in of an issuer with `remember'
 * out: the same person again, without a sign-in, for some hours
 *
 * In memory alone: a new ledger knows nobody.  It counts only for the same
 * public key, account and network under unchanged rules (configuration and
 * map files), and ends when a grant of the person is revoked. */
#ifndef WARRANT_APPROVER_REMEMBER_H
#define WARRANT_APPROVER_REMEMBER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "lib/id.h"

#define REMEMBER_MAX 4096	/* sign-ins; the oldest makes room */
#define REMEMBER_NET_MAX 256	/* with the NUL */

struct remembered {
	struct remembered *next;
	char person[ID_MAX];
	char net[REMEMBER_NET_MAX];
	json_t *msg;		/* login.verified as it came */
	int64_t until_us;	/* 0: forgotten */
};

/* The network of an address: "10.1.2.0/24", "2001:db8:1:2::/64"; anything
 * else (a name, "" for a local login) stands for itself.  Pure. */
void remember_net(const char *rhost, char ret[REMEMBER_NET_MAX]);

/* Keep msg (borrowed; has key, account, rules, rhost, remember_us) for its
 * time; the same key and account are replaced.  NULL without memory. */
struct remembered *remember_add(struct remembered **all, const json_t *msg,
    const char *person, int64_t now_us);

/* The sign-in that stands for this question (key, account, rules, rhost),
 * or NULL. */
const struct remembered *remember_find(const struct remembered *all,
    const json_t *question, int64_t now_us);

/* Forget a person; NULL: all. */
void remember_forget(struct remembered *all, const char *person);

/* Free what is forgotten or over. */
void remember_sweep(struct remembered **all, int64_t now_us);

#endif
