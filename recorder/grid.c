/* SPDX-License-Identifier: BSD-2-Clause */
#include "recorder/grid.h"

#include <stdlib.h>
#include <string.h>

#include "lib/err.h"

#define REPLACEMENT 0xfffd

/* ---- sizes ------------------------------------------------------------ */

void
grid_clear(struct grid *g)
{
	for (unsigned row = 0; row < g->rows; row++)
		grid_erase(g, row, 0, g->cols);
}

void
grid_reset(struct grid *g)
{
	g->at = g->saved = (struct grid_place){ .row = 0 };
	g->top = g->left = 0;
	g->bottom = g->rows;
	g->right = g->cols;
	g->wrap = true;
	g->insert = g->newline = g->margins = false;
	g->last = 0;
	for (unsigned i = 0; i < GRID_COLS_MAX; i++)
		g->stop[i] = i % 8 == 0;
	grid_clear(g);
}

static unsigned
fit(unsigned n, unsigned most, unsigned none)
{
	return n == 0 ? none : n < most ? n : most;
}

int
grid_open(struct grid *g, unsigned rows, unsigned cols, struct err *e)
{
	*g = (struct grid){ .rows = fit(rows, GRID_ROWS_MAX, 24),
	    .cols = fit(cols, GRID_COLS_MAX, 80) };
	g->cell = calloc((size_t)g->rows * g->cols, sizeof(*g->cell));
	if (g->cell == NULL)
		return err_set(e, ERR_MEMORY, "out of memory");
	grid_reset(g);
	return 0;
}

void
grid_close(struct grid *g)
{
	if (g->cell != NULL)
		explicit_bzero(g->cell, (size_t)g->rows * g->cols *
		    sizeof(*g->cell));
	free(g->cell);
	*g = (struct grid){ .rows = 0 };
}

static unsigned
least(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

/* ---- cells ------------------------------------------------------------ */

/* Half of a wide glyph is none. */
static void
mend(struct grid *g, unsigned row, unsigned col)
{
	struct grid_cell *c = grid_at(g, row, col);

	if (col > 0 && c->width == 0 && c[-1].width != 2)
		*c = (struct grid_cell){ .width = 1 };
	if (c->width == 2 && (col + 1 == g->cols || c[1].width != 0))
		*c = (struct grid_cell){ .width = 1 };
}

void
grid_erase(struct grid *g, unsigned row, unsigned from, unsigned to)
{
	if (row >= g->rows || from >= to)
		return;
	for (unsigned col = from; col < to; col++)
		*grid_at(g, row, col) = (struct grid_cell){ .width = 1 };
	if (from > 0)
		mend(g, row, from - 1);
	if (to < g->cols)
		mend(g, row, to);
	g->painted++;
}

int
grid_resize(struct grid *g, unsigned rows, unsigned cols, struct err *e)
{
	struct grid new;

	if (grid_open(&new, rows, cols, e) < 0)
		return -1;
	for (unsigned row = 0; row < least(g->rows, new.rows); row++) {
		(void)memcpy(grid_at(&new, row, 0), grid_at(g, row, 0),
		    least(g->cols, new.cols) * sizeof(*g->cell));
		mend(&new, row, new.cols - 1);
	}
	new.at.row = least(g->at.row, new.rows - 1);
	new.at.col = least(g->at.col, new.cols - 1);
	new.wrap = g->wrap;
	new.insert = g->insert;
	new.newline = g->newline;
	new.taken = g->taken;
	new.start = g->start;
	new.painted = g->painted + 1;
	new.tok = g->tok;
	grid_close(g);
	*g = new;
	return 0;
}

/* Lines from top to the margin move up by n (down: -n). */
void
grid_scroll(struct grid *g, unsigned top, int n)
{
	unsigned height = g->bottom - top;
	unsigned by = least((unsigned)(n < 0 ? -n : n), height);
	size_t wide = (g->right - g->left) * sizeof(*g->cell);

	for (unsigned i = 0; i < height - by; i++) {
		unsigned to = n > 0 ? top + i : g->bottom - 1 - i;

		(void)memmove(grid_at(g, to, g->left), grid_at(g, n > 0 ?
		    to + by : to - by, g->left), wide);
	}
	for (unsigned i = 0; i < by; i++)
		grid_erase(g, n > 0 ? g->bottom - 1 - i : top + i, g->left,
		    g->right);
	g->painted++;
}

/* What is right of the cursor, to the margin, moves left by n. */
void
grid_shift(struct grid *g, int n)
{
	unsigned row = g->at.row, col = g->at.col;
	unsigned end = col < g->right ? g->right : g->cols;
	unsigned by = least((unsigned)(n < 0 ? -n : n), end - col);
	size_t keep = (end - col - by) * sizeof(*g->cell);

	if (n > 0) {
		(void)memmove(grid_at(g, row, col), grid_at(g, row, col + by),
		    keep);
		grid_erase(g, row, end - by, end);
	} else {
		(void)memmove(grid_at(g, row, col + by), grid_at(g, row, col),
		    keep);
		grid_erase(g, row, col, col + by);
	}
	mend(g, row, col);
	mend(g, row, end - 1);
	if (col > 0)
		mend(g, row, col - 1);
	if (end < g->cols)
		mend(g, row, end);
}

void
grid_down(struct grid *g)
{
	if (g->at.row + 1 == g->bottom)
		grid_scroll(g, g->top, 1);
	else if (g->at.row + 1 < g->rows)
		g->at.row++;
}

void
grid_glyph(struct grid *g, uint32_t cp, unsigned width, unsigned len)
{
	unsigned end = g->at.col < g->right ? g->right : g->cols;
	struct grid_cell *c;

	if (width > end - (end == g->right ? g->left : 0))
		return;
	if (g->at.full || g->at.col + width > end) {
		if (g->wrap) {
			g->at.col = g->left;
			grid_down(g);
		} else {
			g->at.col = end - width;
		}
		g->at.full = false;
		end = g->at.col < g->right ? g->right : g->cols;
	}
	if (g->insert)
		grid_shift(g, -(int)width);
	c = grid_at(g, g->at.row, g->at.col);
	*c = (struct grid_cell){ .from = g->start, .cp = cp,
	    .len = (uint8_t)len, .width = (uint8_t)width };
	if (width == 2)
		c[1] = (struct grid_cell){ .width = 0 };
	if (g->at.col > 0)
		mend(g, g->at.row, g->at.col - 1);
	if (g->at.col + width < g->cols)
		mend(g, g->at.row, g->at.col + width);
	g->last = cp;
	g->painted++;
	if (g->at.col + width < end) {
		g->at.col += width;
	} else {
		g->at.col = end - 1;
		g->at.full = g->wrap;
	}
}

/* ---- bytes ------------------------------------------------------------ */

int
grid_switch(const struct tok *t, uint8_t b)
{
	if (tok_in_escape(t))
		return b == 'c' ? -1 : 0;
	if ((b != 'h' && b != 'l') || !tok_in_sequence(t) ||
	    t->prefix != '?' || t->inter != 0)
		return 0;
	for (unsigned i = 0; i <= t->nparam && i < 8; i++)
		if (t->param[i] == 47 || t->param[i] == 1047 ||
		    t->param[i] == 1049)
			return b == 'h' ? 1 : -1;
	return 0;
}

/* A token that began in the ground state. */
static void
ground(struct grid *g, uint8_t b, enum tok_kind k, bool utf8)
{
	if (k == TOK_GLYPH && b != '\t')
		grid_glyph(g, g->tok.cp, g->tok.width,
		    (unsigned)(g->taken + 1 - g->start));
	else if (!utf8 && b < 0x20)
		grid_control(g, b);
	else if (k == TOK_BREAK && (g->tok.again || !utf8 ||
	    g->tok.cp >= 0xa0 || g->tok.cp < 0x80))
		grid_glyph(g, REPLACEMENT, 1, 0);
}

void
grid_byte(struct grid *g, uint8_t b)
{
	do {
		bool between = tok_ground(&g->tok);
		bool utf8 = tok_in_utf8(&g->tok);
		bool escape = tok_in_escape(&g->tok);
		bool sequence = tok_in_sequence(&g->tok);
		enum tok_kind k;

		if (between)
			g->start = g->taken;
		k = tok_byte(&g->tok, b);
		if (between || utf8) {
			if (k != TOK_MORE)
				ground(g, b, k, utf8);
		} else if (b < 0x20) {
			if (escape || sequence)
				grid_control(g, b);
		} else if (tok_ground(&g->tok) && !g->tok.again) {
			if (escape)
				grid_escape(g, b);
			else if (sequence)
				grid_sequence(g, b);
		}
	} while (g->tok.again);
	g->taken++;
}
