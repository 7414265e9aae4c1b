/* SPDX-License-Identifier: BSD-2-Clause
 * signin.h - one sign-in by the device flow (RFC 8628).
 * in: who asks, at which issuer; out: a code to show, then tokens or why not
 *
 * The provider is polled from the moment the code is there, whether anybody
 * waits or not, since a person may finish in the browser first.  signin_free
 * stops all of it at once. */
#ifndef WARRANT_APPROVER_SIGNIN_H
#define WARRANT_APPROVER_SIGNIN_H

#include <stdint.h>

#include "approver/discover.h"
#include "approver/fetch.h"
#include "approver/pace.h"
#include "lib/err.h"

struct issuer;

enum signin_state {
	SIGNIN_FAILED = 0,	/* why says it */
	SIGNIN_META,		/* the endpoints are not known yet */
	SIGNIN_ASKING,		/* for a code */
	SIGNIN_DECOY,		/* asks nobody, but takes as long */
	SIGNIN_POLLING,		/* code is valid: show it */
	SIGNIN_DONE		/* token is valid */
};

struct signin {
	enum signin_state state;
	struct issuer *issuer;
	char account[PACE_SOURCE_MAX];
	char source[PACE_SOURCE_MAX];
	struct device_code code;
	struct token_answer token;
	struct err why;
	struct pace_poll pace;
	int64_t asked_ms;	/* when the code was asked for */
	int64_t next_ms;	/* the next poll */
	int64_t until_ms;	/* the code's end */
	struct err last;	/* the last poll, when it had no answer */
	struct fetch *fetch;
};

/* Milliseconds of CLOCK_MONOTONIC, as all times here. */
int64_t signin_now_ms(void);

/* A sign-in that has asked nobody yet; NULL with *e.  signin_free. */
struct signin *signin_new(struct issuer *is, const char *account,
    const char *source, struct err *e);

/* One that asks nobody at all and ends when its code does; the same. */
struct signin *signin_decoy(struct issuer *is, const char *account,
    const char *source, struct err *e);

/* Do what is due. */
void signin_step(struct signin *s, int64_t now_ms);

/* When signin_step has something to do by the clock alone; -1: never. */
int64_t signin_due(const struct signin *s);

/* Stop, wipe and free; NULL is fine. */
void signin_free(struct signin *s);

#endif
