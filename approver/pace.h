/* SPDX-License-Identifier: BSD-2-Clause
 * pace.h - how often: sign-ins begun, and polls of one sign-in.
 * in: what happened and when; out: may it, and when next.  Pure.
 *
 * Times are milliseconds of a clock that only goes forward. */
#ifndef WARRANT_APPROVER_PACE_H
#define WARRANT_APPROVER_PACE_H

#include <stddef.h>
#include <stdint.h>

#include "approver/discover.h"

struct err;

#define PACE_WINDOW_MS	60000
#define PACE_SOURCE_MAX	256	/* bytes of a source or account, with NUL */
#define PACE_BACKOFF_MAX_MS 30000

/* One sign-in that was let through. */
struct pace_start {
	int64_t at_ms;
	char source[PACE_SOURCE_MAX];
	char account[PACE_SOURCE_MAX];
};

struct pace {
	int64_t rate_source, rate_account, rate_all;	/* a minute */
	struct pace_start *ring;	/* rate_all entries, oldest at next */
	size_t n, next;
};

int pace_open(struct pace *p, int64_t rate_source, int64_t rate_account,
    int64_t rate_all, struct err *e);
void pace_clear(struct pace *p);

/* May a sign-in begin now?  If so it is counted: 0.  Else -1 with *e
 * (ERR_LIMIT), nothing counted.  A source or account longer than fits is
 * counted by its first PACE_SOURCE_MAX - 1 bytes. */
int pace_start(struct pace *p, const char *source, const char *account,
    int64_t now_ms, struct err *e);

/* The polling of one sign-in. */
struct pace_poll {
	int64_t interval_ms;	/* as the provider wants it */
	int64_t backoff_ms;	/* 0 while it answers */
};

/* Milliseconds until the next poll after this answer.  retry_after_s: of the
 * answer, 0 when it had none.  floor_ms: shared by all sign-ins of this
 * provider and raised by slow_down (RFC 8628, section 3.5: 5 s more, for all
 * that follows). */
int64_t pace_next(struct pace_poll *p, enum token_state state,
    int64_t retry_after_s, int64_t *floor_ms);

#endif
