/* SPDX-License-Identifier: BSD-2-Clause */
#include "approver/pace.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/err.h"

#define SLOW_DOWN_MS 5000

int
pace_open(struct pace *p, int64_t rate_source, int64_t rate_account,
    int64_t rate_all, struct err *e)
{
	struct pace_start *ring = calloc((size_t)rate_all, sizeof(*ring));

	if (ring == NULL)
		return err_set(e, ERR_MEMORY, "out of memory");
	*p = (struct pace){
		.rate_source = rate_source,
		.rate_account = rate_account,
		.rate_all = rate_all,
		.ring = ring,
	};
	return 0;
}

void
pace_clear(struct pace *p)
{
	free(p->ring);
	*p = (struct pace){ 0 };
}

static void
cut(char to[PACE_SOURCE_MAX], const char *from)
{
	size_t n = strnlen(from, PACE_SOURCE_MAX - 1);

	memcpy(to, from, n);
	to[n] = '\0';
}

int
pace_start(struct pace *p, const char *source, const char *account,
    int64_t now_ms, struct err *e)
{
	struct pace_start s = { .at_ms = now_ms };
	int64_t by_source = 0, by_account = 0, all = 0;

	cut(s.source, source);
	cut(s.account, account);
	for (size_t i = 0; i < p->n; i++) {
		const struct pace_start *old = &p->ring[i];

		if (now_ms - old->at_ms >= PACE_WINDOW_MS)
			continue;
		all++;
		by_source += strcmp(old->source, s.source) == 0;
		by_account += strcmp(old->account, s.account) == 0;
	}
	if (by_source >= p->rate_source)
		return err_set(e, ERR_LIMIT,
		    "too many sign-ins from this address, wait a minute");
	if (by_account >= p->rate_account)
		return err_set(e, ERR_LIMIT,
		    "too many sign-ins for this account, wait a minute");
	if (all >= p->rate_all)
		return err_set(e, ERR_LIMIT,
		    "too many sign-ins on this host, wait a minute");
	p->ring[p->next] = s;
	p->next = (p->next + 1) % (size_t)p->rate_all;
	if (p->n < (size_t)p->rate_all)
		p->n++;
	return 0;
}

static int64_t
most(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

int64_t
pace_next(struct pace_poll *p, enum token_state state, int64_t retry_after_s,
    int64_t *floor_ms)
{
	int64_t wait;

	if (state == TOKEN_RETRY) {
		p->backoff_ms = p->backoff_ms == 0 ? 2 * p->interval_ms :
		    2 * p->backoff_ms;
		if (p->backoff_ms > PACE_BACKOFF_MAX_MS)
			p->backoff_ms = PACE_BACKOFF_MAX_MS;
		wait = most(p->backoff_ms, p->interval_ms);
	} else {
		p->backoff_ms = 0;
		if (state == TOKEN_SLOW_DOWN) {
			p->interval_ms += SLOW_DOWN_MS;
			*floor_ms = most(*floor_ms, p->interval_ms);
		}
		wait = p->interval_ms;
	}
	if (retry_after_s > EXPIRES_MAX)
		retry_after_s = EXPIRES_MAX;
	return most(most(wait, *floor_ms), 1000 * retry_after_s);
}
