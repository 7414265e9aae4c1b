/* SPDX-License-Identifier: BSD-2-Clause
 * link.h - one client of the courier and what it has asked.
 * in: messages of courier.sock (HACKING.md); out: answers on the same link
 *
 * At most two questions are open on a link: one about its sign-in
 * (device.start, device.wait) and one other (jwks, userinfo); a third is
 * refused.  A link has at most one sign-in. */
#ifndef WARRANT_APPROVER_LINK_H
#define WARRANT_APPROVER_LINK_H

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

struct link {
	int fd;
	struct courier *in;
	struct signin *signin;
	struct question flow, other;
	struct fetch *userinfo;
	bool gone;		/* an answer could not be sent: free it */
};

/* Takes fd over in any case; NULL when there is no memory. */
struct link *link_new(struct courier *c, int fd);

/* Read what the client sent, one message.  Sets gone at its end. */
void link_read(struct link *l);

/* Move on what is open and answer what can be answered. */
void link_step(struct link *l, int64_t now_ms);

/* When link_step is due by the clock; -1: never. */
int64_t link_due(const struct link *l);

/* Stops everything done for it; NULL is fine. */
void link_free(struct link *l);

#endif
