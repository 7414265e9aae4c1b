/* SPDX-License-Identifier: BSD-2-Clause
 * mask_helper.h - what the tests of the masker share: one masker, its
 * output and its events. */
#ifndef WARRANT_TESTS_UNIT_MASK_HELPER_H
#define WARRANT_TESTS_UNIT_MASK_HELPER_H

#include "lib/buf.h"
#include "lib/err.h"
#include "recorder/mask/mask.h"

#define EVENTS_MAX 64
#define MS ((int64_t)1000000)

struct bench {
	struct mask *m;
	struct buf out;
	struct err e;
	unsigned nev;
	struct mask_event ev[EVENTS_MAX];
	char rule[EVENTS_MAX][32];
};

static inline struct mask_rules *
load_rules(const char *profiles)
{
	const char *path = TEST_MASK_RULES;
	struct mask_rules *r = NULL;
	struct err e = { 0 };

	if (mask_rules_compile(&path, 1, profiles, &r, &e) < 0)
		fail_msg("%s", e.text);
	return r;
}

static inline void
note_event(void *ctx, const struct mask_event *ev)
{
	struct bench *b = ctx;

	assert_true(b->nev < EVENTS_MAX);
	b->ev[b->nev] = *ev;
	(void)snprintf(b->rule[b->nev], sizeof(b->rule[0]), "%s", ev->rule);
	b->nev++;
}

static inline void
bench_open(struct bench *b, const struct mask_rules *r, enum mask_view view,
    bool tty, unsigned cols)
{
	struct mask_options o = { .view = view, .tty = tty, .cols = cols,
	    .event = note_event, .ctx = b };

	*b = (struct bench){ .out = BUF_INIT(64 * 1024 * 1024) };
	b->m = mask_new(r, &o, &b->e);
	assert_non_null(b->m);
}

static inline void
bench_close(struct bench *b)
{
	mask_free(b->m);
	buf_clear(&b->out);
}

static inline void
bench_feed(struct bench *b, const char *in, size_t n, int64_t now)
{
	if (mask_feed(b->m, in, n, now, &b->out, &b->e) < 0)
		fail_msg("%s", b->e.text);
}

static inline void
bench_end(struct bench *b)
{
	if (mask_flush(b->m, &b->out, &b->e) < 0)
		fail_msg("%s", b->e.text);
}

static inline const char *
bench_text(const struct bench *b)
{
	return b->out.p == NULL ? "" : b->out.p;
}

#endif
