/* SPDX-License-Identifier: BSD-2-Clause */
#include "report/modes.h"

#include "lib/visible.h"

static int
larger(int a, int b)
{
	return a > b ? a : b;
}

/* ---- bounds ----------------------------------------------------------- */

static bool
colour_valid(uint32_t c)
{
	return c == VIEW_DEFAULT || (c & ~0xffU) == VIEW_INDEXED ||
	    (c & ~0xffffffU) == VIEW_RGB;
}

static bool
pen_valid(const struct modes_pen *p)
{
	return colour_valid(p->fg) && colour_valid(p->bg) &&
	    p->attrs < VIEW_PROTECTED;
}

static bool
place_valid(int row, int col)
{
	return row >= 0 && row < VIEW_ROWS_MAX && col >= 0 &&
	    col < VIEW_COLS_MAX;
}

static bool
last_valid(const struct modes_last *l)
{
	if (!place_valid(l->row, l->col) || l->width < 0 || l->width > 2)
		return false;
	for (int i = 0; i < VIEW_CHARS; i++)
		if (l->ch[i] > 0x10ffff || (l->ch[i] != 0 &&
		    (l->ch[i] < 0x20 || (l->ch[i] >= 0x7f &&
		    l->ch[i] < 0xa0) || (i > 0 && l->ch[i - 1] == 0))))
			return false;
	return true;
}

bool
modes_valid(const struct modes *m, const struct modes_last *l, int rows,
    int cols)
{
	const struct vt_margins *x = &m->margins;

	for (int i = 0; i < 4; i++)
		if (m->set[i] != 'u' && m->set[i] != '0' &&
		    m->set[i] != 'A' && m->set[i] != 'B')
			return false;
	return m->row >= 0 && m->row < rows && m->col >= 0 &&
	    m->col < cols && place_valid(m->saved.row, m->saved.col) &&
	    last_valid(l) && x->top >= 0 && x->top < x->bottom &&
	    x->bottom <= rows && x->left >= 0 && x->left < x->right &&
	    x->right <= cols && m->gl < 4 && m->single < 4 &&
	    pen_valid(&m->pen) && pen_valid(&m->saved.pen) &&
	    (!m->phantom || (l->row == m->row && l->col == m->col));
}

/* ---- again ------------------------------------------------------------ */

void
modes_size(const struct modes *m, const struct modes_last *l, int *rows,
    int *cols)
{
	*rows = larger(*rows, larger(m->saved.row, l->row)) + 1;
	*cols = larger(*cols, larger(m->saved.col, l->col + l->width)) + 1;
}

static void
put_colour(VTerm *vt, int what, uint32_t c)
{
	if ((c & VIEW_RGB) != 0)
		vt_printf(vt, "\x1b[%d;2;%u;%u;%um", what, c >> 16 & 0xff,
		    c >> 8 & 0xff, c & 0xff);
	else if (c != VIEW_DEFAULT)
		vt_printf(vt, "\x1b[%d;5;%um", what, c & 0xff);
}

static void
put_pen(VTerm *vt, const struct modes_pen *p)
{
	static const int on[] = { 1, 4, 3, 5, 7, 9 };	/* by bit */

	vt_puts(vt, "\x1b[0m");
	for (unsigned i = 0; i < sizeof(on) / sizeof(on[0]); i++)
		if ((p->attrs >> i & 1) != 0)
			vt_printf(vt, "\x1b[%dm", on[i]);
	put_colour(vt, 38, p->fg);
	put_colour(vt, 48, p->bg);
}

static void
put_last(VTerm *vt, const struct modes_last *l)
{
	char text[VIEW_CHARS * 4];
	size_t n = 0;

	for (int i = 0; i < VIEW_CHARS && l->ch[i] != 0; i++)
		n += visible_utf8(l->ch[i], text + n);
	if (n > 0)
		vt_put(vt, text, n);
}

static void
put_mode(VTerm *vt, const char *mode, bool on)
{
	vt_printf(vt, "\x1b[%s%c", mode, on ? 'h' : 'l');
}

/* On the larger screen: what may lie outside of the other one, and margins
 * that are as long as that one is, but would not follow it. */
static void
put_large(VTerm *vt, const struct modes *m, const struct modes_last *l)
{
	const struct vt_margins *x = &m->margins;

	put_pen(vt, &m->saved.pen);
	put_mode(vt, "?25", m->saved.visible);
	vt_printf(vt, "\x1b[%d;%dH\x1b" "7", m->saved.row + 1,
	    m->saved.col + 1);
	vt_printf(vt, "\x1b[%d;%dH", l->row + 1, l->col + 1);
	put_last(vt, l);
	if (m->bottom_open)
		vt_printf(vt, "\x1b[%dr", x->top + 1);
	else
		vt_printf(vt, "\x1b[%d;%dr", x->top + 1, x->bottom);
	if (m->right_open)
		vt_printf(vt, "\x1b[%ds", x->left + 1);
	else
		vt_printf(vt, "\x1b[%d;%ds", x->left + 1, x->right);
}

static void
put_place(VTerm *vt, const struct modes *m, const struct modes_last *l)
{
	int row = m->row, col = m->col;

	put_mode(vt, "?69", m->sides);
	put_mode(vt, "?6", m->origin);
	if (m->origin) {
		row -= m->margins.top;
		col -= m->sides ? m->margins.left : 0;
	}
	vt_printf(vt, "\x1b[%d;%dH", row + 1, col + 1);
	if (m->phantom)
		put_last(vt, l);
}

static void
put_sets(VTerm *vt, const struct modes *m)
{
	static const char *const shift[] = { "\x0f", "\x0e", "\x1bn",
	    "\x1bo" };

	for (int i = 0; i < 4; i++)
		if (m->set[i] != 'u')
			vt_printf(vt, "\x1b%c%c", "()*+"[i], m->set[i]);
	vt_puts(vt, shift[m->gl]);
	if (m->single != 0)
		vt_puts(vt, m->single == 2 ? "\x1bN" : "\x1bO");
}

void
modes_write(VTerm *vt, const struct modes *m, const struct modes_last *l,
    int rows, int cols)
{
	put_large(vt, m, l);
	vterm_set_size(vt, rows, cols);
	vt_puts(vt, "\x1b[3g");
	for (int col = 1; col < cols; col++)
		if ((m->tabs[col / 8] >> col % 8 & 1) != 0)
			vt_printf(vt, "\x1b[1;%dH\x1bH", col + 1);
	put_place(vt, m, l);
	put_mode(vt, "4", m->insert);
	put_mode(vt, "20", m->newline);
	put_mode(vt, "?7", m->autowrap);
	put_mode(vt, "?5", m->reverse);
	put_mode(vt, "?1047", m->alternate);
	put_mode(vt, "?25", m->visible);
	if (m->protect)
		vt_puts(vt, "\x1b[1\"q");
	put_pen(vt, &m->pen);
	put_sets(vt, m);
}
