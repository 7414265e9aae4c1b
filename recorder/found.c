/* SPDX-License-Identifier: BSD-2-Clause */
#include "recorder/found.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/buf.h"
#include "lib/err.h"
#include "lib/visible.h"
#include "recorder/grid.h"

#define MARGIN_MAX 12	/* of a line that goes on, columns */

/* Four bytes a cell, and the ends of the lines. */
#define TEXT_MAX (4 * GRID_COLS_MAX * GRID_ROWS_MAX + 2 * GRID_ROWS_MAX)

/* The screen as a text, and what a masker made of it. */
struct look {
	struct found *f;
	const struct grid *g;
	struct mask_options o;
	struct buf text, masked;
	unsigned n;
	unsigned joined;	/* lines that run into the next are, with so
				 * many blanks less one between them */
};

int
found_open(struct found *f, unsigned cells, struct err *e)
{
	f->n = 0;
	f->cell = calloc(cells, sizeof(*f->cell));
	f->at = calloc(cells, sizeof(*f->at));
	f->value = calloc(FOUND_MAX + 1, sizeof(*f->value));
	f->seen = calloc(FOUND_MAX, sizeof(*f->seen));
	if (f->cell == NULL || f->at == NULL || f->value == NULL ||
	    f->seen == NULL)
		return err_set(e, ERR_MEMORY, "out of memory");
	(void)snprintf(f->value[FOUND_MAX].rule, sizeof(f->value[0].rule),
	    "screen");
	return 0;
}

void
found_close(struct found *f)
{
	free(f->cell);
	free(f->at);
	free(f->value);
	free(f->seen);
	*f = (struct found){ .n = 0 };
}

/* ---- the text --------------------------------------------------------- */

static bool
blank(const struct grid_cell *c)
{
	return c->cp == 0 || c->cp == ' ';
}

/* Columns of a margin that line numbers leave blank. */
static unsigned
margin(const struct grid *g, unsigned row)
{
	unsigned n = 0;

	while (n < MARGIN_MAX && n < g->cols && blank(grid_at(g, row, n)))
		n++;
	return n;
}

static bool
runs_on(const struct grid *g, unsigned row)
{
	/* it may go on behind a blank in the last column */
	return row + 1 < g->rows && (!blank(grid_at(g, row, g->cols - 1)) ||
	    (g->cols > 1 && !blank(grid_at(g, row, g->cols - 2)))) &&
	    margin(g, row + 1) < MARGIN_MAX;
}

static bool
any_runs_on(const struct grid *g)
{
	for (unsigned row = 0; row < g->rows; row++)
		if (runs_on(g, row))
			return true;
	return false;
}

static bool
line_ends(const struct look *l, unsigned row)
{
	return l->joined == 0 || !runs_on(l->g, row);
}

/* Nothing for the right half of a wide one, and for a margin inside of a
 * joined line. */
static size_t
utf8_of(const struct look *l, unsigned row, unsigned col, char ret[4])
{
	const struct grid_cell *c = grid_at(l->g, row, col);

	ret[0] = ' ';
	if (c->width == 0 || (l->joined > 0 && row > 0 && col < MARGIN_MAX &&
	    blank(c) && runs_on(l->g, row - 1) &&
	    col + l->joined <= margin(l->g, row)))
		return 0;
	return c->cp == 0 ? 1 : visible_utf8(c->cp, ret);
}

static int
put_rows(struct look *l, struct err *e)
{
	uint32_t *at = l->f->at;

	for (unsigned row = 0; row < l->g->rows; row++) {
		for (unsigned col = 0; col < l->g->cols; col++) {
			char utf8[4];
			size_t n = utf8_of(l, row, col, utf8);

			*at++ = (uint32_t)l->text.len;
			if (n > 0 && buf_put(&l->text, utf8, n, e) < 0)
				return -1;
		}
		if (line_ends(l, row) && buf_put(&l->text, "\r\n", 2, e) < 0)
			return -1;
	}
	return 0;
}

/* ---- what was masked -------------------------------------------------- */

static void
seen(void *ctx, const struct mask_event *ev)
{
	struct look *l = ctx;
	struct found_value *v;

	if (!ev->masked || l->n == FOUND_MAX)
		return;
	v = &l->f->seen[l->n++];
	*v = (struct found_value){ .off = ev->off, .len = ev->len,
	    .cols = ev->cols };
	(void)snprintf(v->rule, sizeof(v->rule), "%s", ev->rule);
	(void)memcpy(v->fp, ev->fp, sizeof(v->fp));
}

/* The bytes of as many columns of the masked text. */
static size_t
columns(const struct buf *b, size_t from, unsigned width)
{
	size_t at = from;

	for (unsigned w = 0; w < width && at < b->len;) {
		uint32_t cp;
		size_t n = visible_char(b->p + at, b->len - at, &cp);

		w += n == 0 ? 1 : glyph_width(cp);
		at += n == 0 ? 1 : n;
	}
	return at - from;
}

/* A glyph that was changed is of a value; which one is not known yet. */
static void
mark_cells(struct look *l)
{
	uint16_t *cell = l->f->cell;
	size_t at = 0, i = 0;

	for (unsigned row = 0; row < l->g->rows; row++) {
		for (unsigned col = 0; col < l->g->cols; col++, i++) {
			char utf8[4];
			const struct grid_cell *c = &l->g->cell[i];
			size_t n = utf8_of(l, row, col, utf8), m;

			if (n == 0)
				continue;
			m = columns(&l->masked, at, c->width);
			if ((m != n || memcmp(l->masked.p + at, utf8, n) !=
			    0) && cell[i] == 0)
				cell[i] = FOUND_MAX + 1;
			at += m;
		}
		at += line_ends(l, row) ? 2 : 0;
	}
}

static void
name_cells(struct look *l, const struct found_value *v)
{
	struct found *f = l->f;
	size_t cells = (size_t)l->g->rows * l->g->cols;
	bool named = false;

	if (f->n == FOUND_MAX)
		return;
	for (size_t i = 0; i < cells && l->f->at[i] < v->off + v->len; i++)
		if (l->f->at[i] >= v->off && f->cell[i] == FOUND_MAX + 1) {
			f->cell[i] = (uint16_t)(f->n + 1);
			named = true;
		}
	if (named)
		f->value[f->n++] = *v;
}

static int
look(struct look *l, const struct mask_rules *rules, struct err *e)
{
	buf_reset(&l->text);
	buf_reset(&l->masked);
	l->n = 0;
	if (put_rows(l, e) < 0 || mask_whole(rules, &l->o, l->text.p,
	    l->text.len, &l->masked, e) < 0)
		return -1;
	mark_cells(l);
	for (unsigned i = 0; i < l->n; i++)
		name_cells(l, &l->f->seen[i]);
	return 0;
}

int
found_look(struct found *f, const struct grid *g,
    const struct mask_rules *rules, const uint8_t key[MASK_KEY_LEN],
    struct err *e)
{
	size_t cells = (size_t)g->rows * g->cols;
	struct look l = { .f = f, .g = g, .o = { .view = MASK_RECORD,
	    .style = MASK_FILL, .tty = true, .event = seen, .ctx = &l },
	    .text = BUF_INIT(TEXT_MAX), .masked = BUF_INIT(TEXT_MAX) };
	int rc;

	(void)memcpy(l.o.key, key, sizeof(l.o.key));
	f->n = 0;
	(void)memset(f->cell, 0, cells * sizeof(*f->cell));
	rc = look(&l, rules, e);
	for (l.joined = 1; rc == 0 && l.joined <= 2 && any_runs_on(g);
	    l.joined++)
		rc = look(&l, rules, e);
	f->value[FOUND_MAX].hidden = f->value[FOUND_MAX].exposed = 0;
	explicit_bzero(l.o.key, sizeof(l.o.key));
	buf_clear(&l.text);
	buf_clear(&l.masked);
	return rc;
}
