/* SPDX-License-Identifier: BSD-2-Clause
 * signin_private.h - what the flows of signin.h share.
 * in, out: struct work, one sign-in under way */
#ifndef WARRANT_PAM_MODULE_SIGNIN_PRIVATE_H
#define WARRANT_PAM_MODULE_SIGNIN_PRIVATE_H

#include <stdbool.h>
#include <stddef.h>

#include <jansson.h>

#include "lib/buf.h"
#include "pam_module/cert.h"
#include "pam_module/judge.h"
#include "pam_module/signin.h"

#define SAY_COURIER "You cannot be signed in now: the sign-in service of " \
	"this host or its provider does not answer. Try again, or use the " \
	"break-glass account of this host."
#define SAY_CONFIG "You cannot be signed in: this host is not set up " \
	"rightly. Tell its administrator."
#define SAY_LEDGER "You cannot be let in now: warrantd does not answer. " \
	"Try again, or use the break-glass account of this host."

/* What is large, and what is to be wiped. */
struct work {
	struct judge j;
	const char *flow;	/* device, certificate, parts */
	bool decoy;		/* no account: ask nobody */
	bool judged;		/* there was a token: the record wants it */
	json_t *tokens;		/* answer of device.wait */
	const char *access_token; /* of tokens, or NULL */
	struct buf typed;	/* parts of a token */
	struct cert cert;
	char key[CERT_FINGERPRINT_MAX];	/* shown to sshd; "": none */
};

/* Each gets a token by its flow and judges it: 0 with w->j.id, or -1 with *e
 * and s->say.  signin_parts: 1 when nothing was typed. */
int signin_device(struct signin *s, struct work *w, struct err *e);
int signin_parts(struct signin *s, struct work *w, struct err *e);
int signin_certificate(struct signin *s, struct work *w, struct err *e);

#endif
