/* SPDX-License-Identifier: BSD-2-Clause
 * grid_do.c - what controls and sequences do to the cells of a grid.h. */
#include "recorder/grid.h"

static unsigned
param(const struct grid *g, unsigned i)
{
	return g->tok.param[i] > 0 ? g->tok.param[i] : 1;
}

static unsigned
least(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

/* To a row and a column from 0, of the margins in origin mode. */
static void
place(struct grid *g, unsigned row, unsigned col)
{
	g->at.full = false;
	if (g->at.origin) {
		g->at.row = least(g->top + row, g->bottom - 1);
		g->at.col = least(g->left + col, g->right - 1);
	} else {
		g->at.row = least(row, g->rows - 1);
		g->at.col = least(col, g->cols - 1);
	}
}

static void
up(struct grid *g, unsigned n)
{
	unsigned end = g->at.row >= g->top ? g->top : 0;

	g->at.full = false;
	g->at.row = g->at.row >= end + n ? g->at.row - n : end;
}

static void
down(struct grid *g, unsigned n)
{
	unsigned end = g->at.row < g->bottom ? g->bottom : g->rows;

	g->at.full = false;
	g->at.row = least(g->at.row + n, end - 1);
}

static void
left(struct grid *g, unsigned n)
{
	unsigned end = g->at.col >= g->left ? g->left : 0;

	g->at.full = false;
	g->at.col = g->at.col >= end + n ? g->at.col - n : end;
}

static void
right(struct grid *g, unsigned n)
{
	unsigned end = g->at.col < g->right ? g->right : g->cols;

	g->at.full = false;
	g->at.col = least(g->at.col + n, end - 1);
}

static void
tab(struct grid *g, unsigned n)
{
	unsigned end = g->at.col < g->right ? g->right : g->cols;

	g->at.full = false;
	for (; n > 0 && g->at.col + 1 < end; n--)
		do
			g->at.col++;
		while (g->at.col + 1 < end && !g->stop[g->at.col]);
}

static void
back_tab(struct grid *g, unsigned n)
{
	g->at.full = false;
	for (; n > 0 && g->at.col > 0; n--)
		do
			g->at.col--;
		while (g->at.col > 0 && !g->stop[g->at.col]);
}

static void
line_feed(struct grid *g)
{
	unsigned row = g->at.row;

	grid_down(g);
	if (g->at.row != row || g->newline)
		g->at.full = false;
	if (g->newline)
		g->at.col = 0;
}

static void
reverse(struct grid *g)
{
	g->at.full = false;
	if (g->at.row == g->top)
		grid_scroll(g, g->top, -1);
	else if (g->at.row > 0)
		g->at.row--;
}

void
grid_control(struct grid *g, uint8_t b)
{
	switch (b) {
	case '\b':
		left(g, 1);
		break;
	case '\t':
		tab(g, 1);
		break;
	case '\n': case '\v': case '\f':
		line_feed(g);
		break;
	case '\r':
		g->at.full = false;
		g->at.col = g->at.col >= g->left ? g->left : 0;
		break;
	default:
		break;
	}
}

void
grid_escape(struct grid *g, uint8_t final)
{
	if (g->tok.inter != 0)
		return;
	switch (final) {
	case '7':
		g->saved = g->at;
		break;
	case '8':
		g->at = g->saved;
		break;
	case 'D':
		grid_down(g);
		break;
	case 'E':
		g->at.full = false;
		g->at.col = g->left;
		grid_down(g);
		break;
	case 'H':
		g->stop[g->at.col] = 1;
		break;
	case 'M':
		reverse(g);
		break;
	case 'c':
		grid_reset(g);
		break;
	default:
		break;
	}
}

/* ---- erasing ---------------------------------------------------------- */

static void
erase_line(struct grid *g, unsigned how)
{
	if (how == 0)
		grid_erase(g, g->at.row, g->at.col, g->cols);
	else if (how == 1)
		grid_erase(g, g->at.row, 0, g->at.col + 1);
	else if (how == 2)
		grid_erase(g, g->at.row, 0, g->cols);
}

static void
erase_screen(struct grid *g, unsigned how)
{
	if (how > 2)
		return;
	if (how < 2)
		erase_line(g, how);
	for (unsigned row = 0; row < g->rows; row++)
		if (how == 2 || (how == 0 ? row > g->at.row :
		    row < g->at.row))
			grid_erase(g, row, 0, g->cols);
}

/* ---- modes and margins ------------------------------------------------ */

static void
private_mode(struct grid *g, unsigned mode, bool set)
{
	switch (mode) {
	case 6:
		g->at.origin = set;
		place(g, 0, 0);
		break;
	case 7:
		g->wrap = set;
		g->at.full = g->at.full && set;
		break;
	case 69:
		g->margins = set;
		g->left = 0;
		g->right = g->cols;
		break;
	case 47: case 1047:
		grid_clear(g);
		break;
	case 1048:
		if (set)
			g->saved = g->at;
		else
			g->at = g->saved;
		break;
	case 1049:
		if (set)
			g->saved = g->at;
		grid_clear(g);
		break;
	default:
		break;
	}
}

static void
modes(struct grid *g, bool set)
{
	for (unsigned i = 0; i <= g->tok.nparam && i < 8; i++) {
		unsigned mode = g->tok.param[i];

		if (g->tok.prefix == '?')
			private_mode(g, mode, set);
		else if (mode == 4)
			g->insert = set;
		else if (mode == 20)
			g->newline = set;
	}
}

static void
rows(struct grid *g)
{
	unsigned top = param(g, 0) - 1;
	unsigned bottom = g->tok.param[1] > 0 ? g->tok.param[1] : g->rows;

	bottom = least(bottom, g->rows);
	if (top + 1 < bottom) {
		g->top = top;
		g->bottom = bottom;
		place(g, 0, 0);
	}
}

static void
columns(struct grid *g)
{
	unsigned from = param(g, 0) - 1;
	unsigned to = g->tok.param[1] > 0 ? g->tok.param[1] : g->cols;

	to = least(to, g->cols);
	if (from + 1 < to) {
		g->left = from;
		g->right = to;
		place(g, 0, 0);
	}
}

/* ---- sequences -------------------------------------------------------- */

static bool
inside(const struct grid *g)
{
	return g->at.row >= g->top && g->at.row < g->bottom &&
	    g->at.col >= g->left && g->at.col < g->right;
}

static void
repeat(struct grid *g, unsigned n)
{
	unsigned width = glyph_width(g->last);

	if (g->last == 0)
		return;
	for (n = least(n, g->rows * g->cols); n > 0; n--)
		grid_glyph(g, g->last, width, 0);
}

static void
row_to(struct grid *g, unsigned row)
{
	unsigned col = g->at.col;

	place(g, row, 0);
	g->at.col = col;
}

static void
col_to(struct grid *g, unsigned col)
{
	unsigned row = g->at.row;

	place(g, 0, col);
	g->at.row = row;
}

static void
edit(struct grid *g, uint8_t final, unsigned n)
{
	int by = (int)least(n, GRID_COLS_MAX);

	switch (final) {
	case 'L': case 'M':
		if (inside(g)) {
			grid_scroll(g, g->at.row, final == 'M' ? by : -by);
			g->at.full = false;
		}
		break;
	case '@': case 'P':
		grid_shift(g, final == 'P' ? by : -by);
		g->at.full = false;
		break;
	case 'S': case 'T':
		grid_scroll(g, g->top, final == 'S' ? by : -by);
		break;
	case 'X':
		grid_erase(g, g->at.row, g->at.col, least(g->at.col + n,
		    g->cols));
		break;
	case 'b':
		repeat(g, n);
		break;
	default:
		break;
	}
}

static void
move(struct grid *g, uint8_t final, unsigned n)
{
	switch (final) {
	case 'A':
		up(g, n);
		break;
	case 'B': case 'e':
		down(g, n);
		break;
	case 'C': case 'a':
		right(g, n);
		break;
	case 'D':
		left(g, n);
		break;
	case 'E':
		down(g, n);
		g->at.col = 0;
		break;
	case 'F':
		up(g, n);
		g->at.col = 0;
		break;
	case 'G': case '`':
		col_to(g, n - 1);
		break;
	case 'H': case 'f':
		place(g, n - 1, param(g, 1) - 1);
		break;
	case 'I':
		tab(g, n);
		break;
	case 'Z':
		back_tab(g, n);
		break;
	case 'd':
		row_to(g, n - 1);
		break;
	default:
		edit(g, final, n);
		break;
	}
}

void
grid_sequence(struct grid *g, uint8_t final)
{
	bool plain = g->tok.prefix == 0;

	if (g->tok.inter != 0)
		return;
	if (final == 'h' || final == 'l')
		modes(g, final == 'h');
	else if (final == 'J' && (plain || g->tok.prefix == '?'))
		erase_screen(g, g->tok.param[0]);
	else if (final == 'K' && (plain || g->tok.prefix == '?'))
		erase_line(g, g->tok.param[0]);
	else if (plain && final == 'g' && g->tok.param[0] == 0)
		g->stop[g->at.col] = 0;
	else if (plain && final == 'g' && g->tok.param[0] == 3)
		for (unsigned i = 0; i < GRID_COLS_MAX; i++)
			g->stop[i] = 0;
	else if (plain && final == 'r')
		rows(g);
	else if (plain && final == 's' && g->margins)
		columns(g);
	else if (plain && final == 's')
		g->saved = g->at;
	else if (plain && final == 'u')
		g->at = g->saved;
	else if (plain)
		move(g, final, param(g, 0));
}
