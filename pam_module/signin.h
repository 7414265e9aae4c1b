/* SPDX-License-Identifier: BSD-2-Clause
 * signin.h - a person signs in: by the device flow (RFC 8628), by a token in
 * the certificate that sshd was shown (cert.h), or by a token in parts.
 * in: an enrolled account, warrant.conf(5), the courier, a conversation
 * out: a login id of the ledger, one-time and bound to the account
 *
 * The courier fetches, this verifies: the token against the key set, the
 * claims against the policy, the person against the account.  Only then is
 * the ledger told.  Waits for the person at most as long as the key wait of
 * [login] says, and not at all once the client has gone.
 *
 *	signin.c	which flow, and what follows each of them
 *	signin_device.c	the device flow
 *	signin_other.c	certificate and parts */
#ifndef WARRANT_PAM_MODULE_SIGNIN_H
#define WARRANT_PAM_MODULE_SIGNIN_H

#include <stdbool.h>

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

/* In the phase auth.  0 with s->login, or -1 with *e (precise, for the log)
 * and s->say:
 *	ERR_DENIED, ERR_INPUT, ERR_CRYPTO, ERR_TIMEOUT	this sign-in is not one
 *	ERR_CONFLICT	the token was used before
 *	ERR_LIMIT	too many of them
 *	ERR_UNAVAILABLE	courier, provider or ledger does not answer
 *	ERR_CONFIG	an issuer's section makes no sense
 *	ERR_SYSTEM, ERR_MEMORY */
int signin_run(struct signin *s, struct err *e);

/* A code that is none, and the wait for it: for an account that is not there
 * (s->account has its name, visible, and no more).  Always -1, after as long
 * as the person's own patience or [login] wait. */
int signin_decoy(struct signin *s, struct err *e);

/* In the phase session, of a login by key alone, which has no phase auth: by
 * the certificate that sshd let in.  As signin_run; ERR_NOT_FOUND for a key
 * without a token. */
int signin_by_key(struct signin *s, struct err *e);

/* May a key alone stand for a sign-in here?  (Its token is verified when the
 * session begins: sshd tells nobody of the key before.) */
bool signin_key_may(const struct signin *s);

#endif
