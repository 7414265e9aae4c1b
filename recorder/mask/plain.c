/* SPDX-License-Identifier: BSD-2-Clause
 * Most of what a terminal shows is plain text without anything to mask.
 * This file decides it where it lies: no cells, no copies but the last. */
#include "recorder/mask/plain.h"

#include <string.h>

#include "lib/buf.h"
#include "recorder/mask/engine.h"
#include "recorder/mask/near.h"

#define BLOCK_LEN 64

static bool
is_plain(uint8_t b)
{
	return (b >= 0x20 && b < 0x7f) || b == '\t' || b == '\n' || b == '\r';
}

size_t
plain_span(const uint8_t *in, size_t n)
{
	const uint8_t *cr;
	size_t at = 0;

	while (n - at >= BLOCK_LEN) {
		unsigned bad = 0;

		for (size_t i = 0; i < BLOCK_LEN; i++) {
			uint8_t b = in[at + i];

			bad |= (unsigned)((uint8_t)(b - 0x20) > 0x5e) &
			    (b != '\t') & (b != '\n') & (b != '\r');
		}
		if (bad != 0)
			break;
		at += BLOCK_LEN;
	}
	while (at < n && is_plain(in[at]))
		at++;
	/* a CR without its LF moves the cursor: not plain */
	for (cr = in; (cr = memchr(cr, '\r', at - (size_t)(cr - in))) != NULL;
	    cr++)
		if (cr + 1 == in + at || cr[1] != '\n')
			return (size_t)(cr - in);
	return at;
}

/* The run from at on has come to state q behind i and accepts: go on to its
 * end.  False when all it accepts on the way asks for a word that is not
 * there. */
static bool
may_match(struct near_scan *near, size_t at, size_t i, size_t end,
    uint32_t q)
{
	const struct mask_rules *r = near->m->rules;
	const struct dfa *d = &r->dfa;

	while (q != 0) {
		if (q >= d->accept_min && !near_only(r, q))
			return true;
		if (i == end)
			return true;
		q = d->next[q * d->nclass + r->cls[near->in[i++]]];
	}
	return near_may(near, at, i);
}

/* The first place from which a match cannot be excluded. */
static size_t
find_candidate(const struct mask *m, unsigned prev, const uint8_t *in,
    size_t end)
{
	const struct mask_rules *r = m->rules;
	struct near_scan near;
	const struct dfa *d = &r->dfa;
	const uint16_t *next = d->next;
	const uint8_t *cls = r->cls;
	uint32_t nclass = d->nclass, accept_min = d->accept_min;

	near_begin(&near, m, in, end);
	for (size_t at = 0; at < end; at++) {
		uint32_t q = r->first[prev][in[at]];
		size_t i = at + 1;

		prev = r->prev[in[at]];
		if (q == 0)
			continue;
		while (q < accept_min && i < end) {
			q = next[q * nclass + cls[in[i++]]];
			if (q == 0)
				break;
		}
		if (q != 0 && may_match(&near, at, i, end, q))
			return at;
	}
	return end;
}

/* Where the cursor is after plain text. */
static void
move_cursor(struct mask *m, const uint8_t *in, size_t n)
{
	const uint8_t *cr = memrchr(in, '\r', n);

	if (cr != NULL) {
		/* what stands before it may have ended lines */
		for (const uint8_t *c = in; m->row > 0 && c < cr; c++)
			m->row += *c == '\n';
		n -= (size_t)(cr + 1 - in);
		in = cr + 1;
		m->col = 0;
		m->col_known = true;
	}
	if (!m->col_known || m->o.cols == 0)
		return;
	for (size_t i = 0; i < n; i++) {
		if (in[i] == '\n') {
			m->row += m->row > 0;
		} else if (in[i] == '\t') {
			m->col = (m->col / 8 + 1) * 8;
			if (m->col >= m->o.cols)
				m->col = m->o.cols - 1;
		} else if (m->col >= m->o.cols) {
			m->col = 1;
			m->row += m->row > 0;
		} else {
			m->col++;
		}
	}
}

static void
remember(struct mask *m, const uint8_t *in, size_t n)
{
	size_t from = n > HIST_KEEP ? n - HIST_KEEP : 0;

	if (from > 0)
		m->nhist = 0;
	for (size_t i = from; i < n; i++)
		hist_push(m, in[i] == '\r' ? SYM_BREAK : in[i]);
}

size_t
plain_feed(struct mask *m, const uint8_t *in, size_t n)
{
	struct err e = { 0 };
	size_t done;

	if (n < 2)
		return 0;
	done = find_candidate(m, sym_prev(hist_last(m, 0)), in, n - 1);
	if (done == 0)
		return 0;
	if (buf_put(m->out, in, done, &e) < 0)
		mask_fail(m, &e);
	if (m->o.tty)
		move_cursor(m, in, done);
	remember(m, in, done);
	m->base += done;
	return done;
}
