/* SPDX-License-Identifier: BSD-2-Clause */
#include "report/paint.h"

#include <stdlib.h>
#include <string.h>

#include "lib/buf.h"
#include "lib/err.h"
#include "lib/visible.h"
#include "report/view.h"

#define UNKNOWN 0xb7		/* a middle dot, dim */
#define CLEAR "\x1b[0m\x1b[2J"

static const struct view_cell blank = { .width = 1, .known = 1 };

int
paint_open(struct paint *p, int rows, int cols, struct err *e)
{
	*p = (struct paint){ .rows = rows, .cols = cols };
	p->shown = malloc((size_t)rows * (size_t)cols * sizeof(*p->shown));
	if (p->shown == NULL)
		return err_set(e, ERR_MEMORY, "out of memory");
	/* unlike any cell there is, so that all is painted */
	(void)memset(p->shown, 0xff, (size_t)rows * (size_t)cols *
	    sizeof(*p->shown));
	return 0;
}

void
paint_close(struct paint *p)
{
	free(p->shown);
	*p = (struct paint){ 0 };
}

static int
put_colour(struct buf *out, uint32_t c, unsigned base, struct err *e)
{
	if (c & VIEW_RGB)
		return buf_printf(out, e, ";%u;2;%u;%u;%u", base + 8,
		    c >> 16 & 255, c >> 8 & 255, c & 255);
	if ((c & VIEW_INDEXED) == 0)
		return 0;
	c &= 255;
	if (c < 8)
		return buf_printf(out, e, ";%u", base + c);
	return buf_printf(out, e, ";%u;5;%u", base + 8, c);
}

static int
put_pen(struct buf *out, const struct view_cell *c, struct err *e)
{
	static const char *const names[] = { ";1", ";4", ";3", ";5", ";7",
	    ";9" };

	if (buf_puts(out, "\x1b[0", e) < 0)
		return -1;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if ((c->attrs >> i & 1) != 0 &&
		    buf_puts(out, names[i], e) < 0)
			return -1;
	if (!c->known && buf_puts(out, ";2", e) < 0)
		return -1;
	if (put_colour(out, c->fg, 30, e) < 0 ||
	    put_colour(out, c->bg, 40, e) < 0)
		return -1;
	return buf_putc(out, 'm', e);
}

/* One row as the terminal shall show it: p->cols cells. */
static void
wanted(const struct paint *p, const struct view *v, int row,
    struct view_cell *to)
{
	struct view_look look;
	int n;

	view_look(v, &look);
	n = row >= look.rows ? 0 : look.cols < p->cols ? look.cols : p->cols;
	if (n > 0)
		(void)memcpy(to, view_row(v, row), (size_t)n * sizeof(*to));
	for (int i = 0; i < n; i++) {
		if (look.reverse)
			to[i].attrs ^= VIEW_REVERSE;
		if (!to[i].known)
			to[i].ch[0] = UNKNOWN;
	}
	if (n > 0 && to[n - 1].width == 2)
		to[n - 1] = blank;
	for (int i = n; i < p->cols; i++)
		to[i] = blank;
}

static bool
same_pen(const struct view_cell *a, const struct view_cell *b)
{
	return a->fg == b->fg && a->bg == b->bg && a->attrs == b->attrs &&
	    a->known == b->known;
}

static int
paint_row(struct paint *p, int row, const struct view_cell *now,
    struct buf *out, struct err *e)
{
	struct view_cell *was = p->shown + (size_t)row * (size_t)p->cols;
	const struct view_cell *pen = NULL;
	int from = 0, to = p->cols;

	while (from < to && memcmp(now + from, was + from, sizeof(*now)) == 0)
		from++;
	if (from == to)
		return 0;
	while (memcmp(now + to - 1, was + to - 1, sizeof(*now)) == 0)
		to--;
	while (from > 0 && (now[from].width == 0 || was[from].width == 0))
		from--;
	if (buf_printf(out, e, "\x1b[%d;%dH", row + 1, from + 1) < 0)
		return -1;
	for (int i = from; i < to; i++) {
		if ((pen == NULL || !same_pen(pen, now + i)) &&
		    put_pen(out, now + i, e) < 0)
			return -1;
		pen = now + i;
		if (view_cell_text(now + i, out, e) < 0)
			return -1;
	}
	(void)memcpy(was, now, (size_t)p->cols * sizeof(*now));
	return 0;
}

static int
put_cursor(const struct paint *p, const struct view_look *look,
    struct buf *out, struct err *e)
{
	if (!look->cursor || look->row >= p->rows || look->col >= p->cols)
		return buf_puts(out, "\x1b[0m\x1b[?25l", e);
	return buf_printf(out, e, "\x1b[0m\x1b[%d;%dH\x1b[?25h",
	    look->row + 1, look->col + 1);
}

int
paint_put(struct paint *p, const struct view *v, struct buf *out,
    struct err *e)
{
	struct view_cell *row = malloc((size_t)p->cols * sizeof(*row));
	struct view_look look;
	int rc = row == NULL ? err_set(e, ERR_MEMORY, "out of memory") :
	    buf_puts(out, "\x1b[?25l", e);

	if (rc == 0 && p->shown[0].width == 0xff)
		rc = buf_puts(out, CLEAR, e);
	if (p->status)
		(void)memset(p->shown + (size_t)(p->rows - 1) *
		    (size_t)p->cols, 0xff, (size_t)p->cols * sizeof(*row));
	p->status = false;
	for (int i = 0; rc == 0 && i < p->rows; i++) {
		wanted(p, v, i, row);
		rc = paint_row(p, i, row, out, e);
	}
	view_look(v, &look);
	free(row);
	return rc == 0 ? put_cursor(p, &look, out, e) : -1;
}

int
paint_status(struct paint *p, const char *text, struct buf *out,
    struct err *e)
{
	char shown[PAINT_STATUS_MAX];
	size_t n = 0, cols = 0, k;
	uint32_t c;

	(void)visible(text, shown, sizeof(shown));
	while (cols + 1 < (size_t)p->cols && shown[n] != '\0' &&
	    (k = visible_char(shown + n, strlen(shown + n), &c)) > 0) {
		n += k;
		cols++;
	}
	p->status = true;
	return buf_printf(out, e, "\x1b[?25l\x1b[%d;1H\x1b[0;7m%.*s\x1b[K"
	    "\x1b[0m", p->rows, (int)n, shown);
}
