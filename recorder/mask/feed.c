/* SPDX-License-Identifier: BSD-2-Clause */
#include "recorder/mask/feed.h"

#include <string.h>

#include "lib/buf.h"
#include "recorder/mask/engine.h"
#include "recorder/mask/plain.h"

void
feed_compact(struct mask *m)
{
	uint32_t keep = m->em;

	if (m->head < m->n && m->c[m->head].off < keep)
		keep = m->c[m->head].off;
	if (m->head > 0) {
		memmove(m->c, m->c + m->head,
		    (m->n - m->head) * sizeof(m->c[0]));
		m->n -= m->head;
		m->head = 0;
	}
	if (keep == 0)
		return;
	memmove(m->raw, m->raw + keep, m->rawlen - keep);
	explicit_bzero(m->raw + m->rawlen - keep, keep);
	for (uint32_t i = 0; i < m->n; i++)
		m->c[i].off -= keep;
	m->base += keep;
	m->rawlen -= keep;
	m->em -= keep;
	m->tokstart = m->tokstart > keep ? m->tokstart - keep : 0;
}

/* Make room: forget, and if that is not enough decide. */
static void
make_room(struct mask *m)
{
	feed_compact(m);
	if (m->rawlen < RAW_MAX && m->n < CELLS_MAX)
		return;
	match_end(m);
	emit_to(m, m->rawlen);
	feed_compact(m);
}

static void
keep_byte(struct mask *m, uint8_t b)
{
	if (m->rawlen == RAW_MAX)
		make_room(m);
	m->raw[m->rawlen++] = b;
}

/* Is this glyph the echo of what the person typed last? */
static bool
is_echo(struct mask *m, uint8_t sym)
{
	unsigned skip = 0;

	if (m->ntyped == 0)
		return false;
	if (m->fed_ns - m->typed_ns > MASK_ECHO_NS || m->em < m->tokstart ||
	    m->mode != MODE_TEXT) {
		m->ntyped = 0;
		return false;
	}
	while (skip < m->ntyped && m->typed[skip] < 0x20)
		skip++;
	if (skip == m->ntyped || m->typed[skip] != sym) {
		m->ntyped = 0;
		return false;
	}
	m->ntyped -= skip + 1;
	memmove(m->typed, m->typed + skip + 1, m->ntyped);
	return true;
}

/* May this last cell still become another?  An underscore may underline what
 * comes, or be a part of the value that is being masked. */
static bool
may_change(const struct mask *m, const struct cell *c)
{
	if (m->mode == MODE_RUN)
		return c->sym == '_' && !symset_has(
		    &m->rules->set.rule[m->open.rule].run, '_');
	return c->sym == '_' || (c->flags & CELL_MARGIN) != 0;
}

static void
push(struct mask *m, uint8_t sym, unsigned width, unsigned flags,
    uint32_t off)
{
	if (m->n == CELLS_MAX) {
		uint64_t at = m->base + off;

		make_room(m);
		off = at > m->base ? (uint32_t)(at - m->base) : 0;
	}
	if (sym != SYM_BREAK && is_echo(m, sym)) {
		flags |= CELL_ECHO;
		emit_to(m, m->rawlen);
	}
	m->c[m->n++] = (struct cell){ .off = off, .sym = sym,
	    .width = (uint8_t)width, .flags = (uint8_t)flags };
	/* decide first what waited: its bytes end where this cell begins */
	m->pend = true;
	match_cells(m);
	m->pend = may_change(m, &m->c[m->n - 1]);
	match_cells(m);
}

static void
push_break(struct mask *m)
{
	m->over = false;
	push(m, SYM_BREAK, 0, 0, m->tokstart);
}

/* A glyph onto the place of the one before it: bold or underlined by
 * overstriking, or a correction. */
static void
strike(struct mask *m, uint8_t sym, unsigned width)
{
	struct cell *c = m->n > m->head ? &m->c[m->n - 1] : NULL;
	uint8_t old = c != NULL ? c->sym : hist_last(m, 0);

	m->over = false;
	if (m->mode != MODE_TEXT && c == NULL) {
		push(m, sym, width, 0, m->tokstart);
		return;
	}
	if (c == NULL) {
		if (sym == '_' || sym == old)
			return;
		if (m->nhist > 0)
			m->nhist--;
		push(m, sym, width, 0, m->tokstart);
		return;
	}
	if (c->over++ > OVER_MAX) {
		push_break(m);
		return;
	}
	if (width > c->width)
		c->width = (uint8_t)width;
	if (sym == '_' || sym == old || m->mode == MODE_BLOCK)
		return;
	c->sym = sym;
	if (m->mode == MODE_RUN)
		c->over = 0; /* it is this one symbol of the value */
	else if (!m->pend)
		m->pos--;
	m->pend = false;
	match_cells(m);
}

static void
on_glyph(struct mask *m)
{
	uint8_t sym = glyph_fold(m->tok.cp);
	unsigned width = m->tok.width, flags = 0;

	if (m->o.tty && m->o.cols > 0 && m->col_known) {
		if (sym == SYM_TAB) {
			m->col = (m->col / 8 + 1) * 8;
			if (m->col >= m->o.cols)
				m->col = m->o.cols - 1;
		} else if (m->col + width > m->o.cols) {
			if (sym == ' ')
				flags = CELL_MARGIN;
			m->col = width;
			m->row += m->row > 0;
		} else {
			m->col += width;
		}
	}
	if (m->over)
		strike(m, sym, width);
	else
		push(m, sym, width, flags, m->tokstart);
}

/* less and readline wrap a line by a space behind the margin and BS or CR:
 * the text goes on. */
static bool
soft_wrapped(struct mask *m)
{
	if (!m->pend || m->n == m->head ||
	    (m->c[m->n - 1].flags & CELL_MARGIN) == 0)
		return false;
	m->n--;
	m->pend = false;
	m->col = 0;
	if (m->n == m->head)
		m->head = m->n = 0;
	return true;
}

static void
on_back(struct mask *m)
{
	uint8_t last = m->n > m->head ? m->c[m->n - 1].sym : hist_last(m, 0);

	if (soft_wrapped(m))
		return;
	if (m->col > 0)
		m->col--;
	if (m->over || last == SYM_BREAK || last == SYM_TAB)
		push_break(m);
	else
		m->over = true;
}

/* CUP: vim and tmux go on in column 1 of the next row after a full one. */
static void
on_place(struct mask *m)
{
	bool wrap = m->o.tty && m->o.cols > 0 && m->col_known &&
	    m->col == m->o.cols && m->tok.col == 1 &&
	    (m->row == 0 || m->tok.row == m->row + 1);

	m->row = m->tok.row;
	m->col = m->tok.col - 1;
	m->col_known = true;
	if (!wrap)
		push_break(m);
}

static void
on_repeat(struct mask *m)
{
	uint8_t sym = m->n > m->head ? m->c[m->n - 1].sym : hist_last(m, 0);
	unsigned n = m->tok.count;

	if (n > REPEAT_MAX || sym == SYM_BREAK || m->over) {
		push_break(m);
		return;
	}
	m->col += n;
	for (unsigned i = 0; i < n && !m->failed; i++)
		push(m, sym, 1, CELL_REPEAT,
		    i == 0 ? m->tokstart : m->rawlen);
}

static void
act(struct mask *m, enum tok_kind kind)
{
	switch (kind) {
	case TOK_GLYPH:
		on_glyph(m);
		break;
	case TOK_BACK:
		on_back(m);
		break;
	case TOK_CR:
		if (soft_wrapped(m))
			break;
		m->col = 0;
		m->col_known = true;
		push_break(m);
		break;
	case TOK_LF:
		m->row += m->row > 0;
		push_break(m);
		break;
	case TOK_PLACE:
		on_place(m);
		break;
	case TOK_REPEAT:
		on_repeat(m);
		break;
	case TOK_BREAK:
		m->col_known = false;
		m->row = 0;
		push_break(m);
		break;
	default:
		break;
	}
}

/* The text of a title or clipboard string is masked on its own, byte for
 * byte, so that the length of the sequence stays. */
static void
string_begin(struct mask *m)
{
	struct mask_options o = m->o;

	o.view = MASK_RECORD;
	o.tty = false;
	if (m->inner == NULL)
		m->inner = mask_new(m->rules, &o, &m->err);
	if (m->inner == NULL) {
		m->failed = true;
		return;
	}
	m->inner->base = m->base + m->rawlen;
	m->inner->nhist = 0;
	m->inner_open = true;
}

static void
string_put(struct mask *m, const uint8_t *b)
{
	struct buf out = BUF_INIT(RAW_MAX);
	struct err e = { 0 };
	int rc = b != NULL ? mask_feed(m->inner, b, 1, 0, &out, &e) :
	    mask_flush(m->inner, &out, &e);

	if (rc < 0)
		mask_fail(m, &e);
	for (size_t i = 0; i < out.len && !m->failed; i++)
		keep_byte(m, (uint8_t)out.p[i]);
	buf_clear(&out);
	if (b == NULL)
		m->inner_open = false;
}

static void
slow_byte(struct mask *m, uint8_t b)
{
	for (bool again = true; again && !m->failed;) {
		enum tok_kind kind;

		if (tok_ground(&m->tok))
			m->tokstart = m->rawlen;
		kind = tok_byte(&m->tok, b);
		again = m->tok.again;
		if (kind == TOK_PAYLOAD) {
			string_put(m, &b);
			continue;
		}
		if (m->inner_open)
			string_put(m, NULL);
		if (!again)
			keep_byte(m, b);
		if (kind == TOK_STRING)
			string_begin(m);
		else if (kind != TOK_MORE)
			act(m, kind);
	}
}

static bool
idle(const struct mask *m)
{
	return m->head == m->n && m->mode == MODE_TEXT &&
	    tok_ground(&m->tok) && !m->over && m->ntyped == 0;
}

void
feed_bytes(struct mask *m, const uint8_t *in, size_t n)
{
	size_t at = 0, plain = 0;

	while (at < n && !m->failed) {
		if (idle(m)) {
			emit_to(m, m->rawlen);
			feed_compact(m);
			if (at >= plain)
				plain = at + plain_span(in + at, n - at);
			if (plain > at)
				at += plain_feed(m, in + at, plain - at);
		}
		if (!m->failed)
			slow_byte(m, in[at++]);
	}
}

void
feed_end(struct mask *m)
{
	if (m->inner_open)
		string_put(m, NULL);
	match_end(m);
	emit_to(m, m->rawlen);
	m->tok = (struct tok){ 0 };
	m->over = false;
	feed_compact(m);
}
