/* SPDX-License-Identifier: BSD-2-Clause
 * signin.h - a person signs in by the device flow (RFC 8628).
 * in: an enrolled account, warrant.conf(5), the courier, a conversation
 * out: a login id of the ledger, one-time and bound to the account
 *
 * The courier fetches, this verifies: the token against the key set, the
 * claims against the policy, the person against the account.  Only then is
 * the ledger told.  Waits for the person at most as long as the key wait of
 * [login] says, and not at all once the client has gone. */
#ifndef WARRANT_PAM_MODULE_SIGNIN_H
#define WARRANT_PAM_MODULE_SIGNIN_H

#include <security/pam_modules.h>

#include "lib/id.h"

struct account;
struct args;
struct conf;
struct err;

struct signin {
	pam_handle_t *pamh;
	const struct args *args;
	const struct conf *conf;
	const struct account *account;
	/* out */
	char login[ID_MAX];	/* l-..., secret until the session begins */
	const char *say;	/* on failure: the line for the person */
};

/* 0 with s->login, or -1 with *e (precise, for the log) and s->say:
 *	ERR_DENIED, ERR_INPUT, ERR_CRYPTO, ERR_TIMEOUT	this sign-in is not one
 *	ERR_LIMIT	too many of them
 *	ERR_UNAVAILABLE	courier, provider or ledger does not answer
 *	ERR_CONFIG	an issuer's section makes no sense
 *	ERR_SYSTEM, ERR_MEMORY */
int signin_run(struct signin *s, struct err *e);

#endif
