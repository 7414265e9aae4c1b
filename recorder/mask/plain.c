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

/* Can a match not be excluded from place at on? */
static bool
may_begin(struct near_scan *near, uint8_t before, size_t at, size_t end)
{
	const struct mask_rules *r = near->m->rules;
	const struct dfa *d = &r->dfa;
	const uint16_t *next = d->next;
	uint32_t q = r->first[r->prev[before]][near->in[at]];
	size_t i = at + 1;

	while (q != 0 && q < d->accept_min && i < end)
		q = next[q * d->nclass + r->cls[near->in[i++]]];
	return q != 0 && may_match(near, at, i, end, q);
}

/* Is place at worth a run of the automaton?  Not if all that may begin there
 * asks for a word that is not there. */
static bool
worth(struct near_scan *near, uint8_t before, size_t at, size_t end)
{
	const struct sieve *s = &near->m->rules->starts;
	uint64_t bits = sieve_place(s, before, near->in + at, end - at);

	return (bits & ~s->near) != 0 || (bits != 0 && near_may(near, at, at));
}

/* The first place from which a match cannot be excluded. */
static size_t
find_candidate(const struct mask *m, const uint8_t *in, size_t end)
{
	uint8_t before = hist_last(m, 0);
	struct near_scan near;

	near_begin(&near, m, in, end);
	for (size_t at = 0; at < end; at += 64) {
		uint64_t hits = sieve_block(&m->rules->starts,
		    at > 0 ? in[at - 1] : before, in + at, end - at);

		for (; hits != 0; hits &= hits - 1) {
			size_t i = at + (size_t)__builtin_ctzll(hits);
			uint8_t left = i > 0 ? in[i - 1] : before;

			if (worth(&near, left, i, end) &&
			    may_begin(&near, left, i, end))
				return i;
		}
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
	done = find_candidate(m, in, n - 1);
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
