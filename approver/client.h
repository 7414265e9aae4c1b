/* SPDX-License-Identifier: BSD-2-Clause
 * client.h - one client of the courier and what it has asked.
 * in: messages of courier.sock (HACKING.md); out: answers on the same link
 *
 * At most two questions are open on a link: one about its sign-in
 * (device.start, device.wait) and one other (jwks, userinfo); a third is
 * refused.  A link has at most one sign-in. */
#ifndef WARRANT_APPROVER_CLIENT_H
#define WARRANT_APPROVER_CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "approver/discover.h"
#include "approver/fetch.h"
#include "approver/pace.h"

struct issuer;
struct signin;

/* What all links share. */
struct courier {
	struct issuer *issuers;
	size_t n_issuers;
	struct pace pace;
	size_t pending_max;
	size_t pending;		/* sign-ins that exist now */
};

enum ask {
	ASK_NOTHING = 0,
	ASK_START,
	ASK_WAIT,
	ASK_KEYS,
	ASK_USERINFO
};

struct question {
	enum ask ask;
	json_t *id;		/* to be echoed, or NULL */
	struct issuer *issuer;
	char kid[257];		/* of ASK_KEYS; "" for any */
	char token[TOKEN_MAX + 1];	/* of ASK_USERINFO; secret */
};

struct client {
	int fd;
	struct courier *in;
	struct signin *signin;
	struct question flow, other;
	struct fetch *userinfo;
	bool keys_only;		/* may ask for jwks and nothing else */
	bool gone;		/* an answer could not be sent: free it */
};

/* Takes fd over in any case; NULL when there is no memory. */
struct client *client_new(struct courier *c, int fd);

/* Read what the client sent, one message.  Sets gone at its end. */
void client_read(struct client *cl);

/* Move on what is open and answer what can be answered. */
void client_step(struct client *cl, int64_t now_ms);

/* When client_step is due by the clock; -1: never. */
int64_t client_due(const struct client *cl);

/* Stops everything done for it; NULL is fine. */
void client_free(struct client *cl);

#endif
