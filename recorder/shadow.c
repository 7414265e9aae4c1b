/* SPDX-License-Identifier: BSD-2-Clause */
#include "recorder/shadow.h"

#include <stdlib.h>
#include <string.h>

#include "lib/buf.h"
#include "lib/err.h"
#include "recorder/found.h"
#include "recorder/grid.h"

#define ESC 0x1b
#define SHOWN_MAX (8 * 1024 * 1024)

/* The terminal of one view. */
struct side {
	struct grid grid;
	uint64_t looked, told;	/* painted, of grid and of the program's */
};

/* A glyph among the bytes that are about to be shown. */
struct glyph {
	size_t at;
	uint8_t len, width;
};

struct shadow {
	struct shadow_options o;
	struct tok tok;		/* of the normal screen */
	enum { NORMAL, ENTERING, FULL, LEAVING } mode;
	struct grid grid;	/* as the program painted it */
	struct found found;
	struct side side[SHADOW_VIEWS];
	struct glyph *glyph;	/* to be replaced */
	size_t nglyph, room;
};

int
shadow_new(const struct shadow_options *o, struct shadow **ret,
    struct err *e)
{
	*ret = calloc(1, sizeof(**ret));
	if (*ret == NULL)
		return err_set(e, ERR_MEMORY, "out of memory");
	(*ret)->o = *o;
	return 0;
}

static void
close_grids(struct shadow *s)
{
	grid_close(&s->grid);
	for (int i = 0; i < SHADOW_VIEWS; i++)
		grid_close(&s->side[i].grid);
	found_close(&s->found);
	free(s->glyph);
	s->glyph = NULL;
	s->nglyph = s->room = 0;
}

static int
open_grids(struct shadow *s, struct err *e)
{
	if (grid_open(&s->grid, s->o.rows, s->o.cols, e) < 0 ||
	    found_open(&s->found, s->grid.rows * s->grid.cols, e) < 0)
		return -1;
	for (int i = 0; i < SHADOW_VIEWS; i++) {
		s->side[i] = (struct side){ .looked = 0 };
		if (grid_open(&s->side[i].grid, s->o.rows, s->o.cols, e) < 0)
			return -1;
	}
	s->mode = FULL;
	return 0;
}

void
shadow_free(struct shadow *s)
{
	if (s == NULL)
		return;
	close_grids(s);
	free(s);
}

int
shadow_resize(struct shadow *s, unsigned rows, unsigned cols, struct err *e)
{
	s->o.rows = rows;
	s->o.cols = cols;
	if (s->mode != FULL && s->mode != LEAVING)
		return 0;
	if (grid_resize(&s->grid, rows, cols, e) < 0)
		return -1;
	for (int i = 0; i < SHADOW_VIEWS; i++)
		if (grid_resize(&s->side[i].grid, rows, cols, e) < 0)
			return -1;
	found_close(&s->found);
	if (found_open(&s->found, s->grid.rows * s->grid.cols, e) < 0)
		return -1;
	return found_look(&s->found, &s->grid, s->o.rules, s->o.key, e);
}

/* ---- the program ------------------------------------------------------ */

/* Up to where it enters the alternate screen. */
static size_t
take_normal(struct shadow *s, const char *p, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (tok_ground(&s->tok)) {
			const char *next = memchr(p + i, ESC, n - i);

			if (next == NULL)
				return n;
			i = (size_t)(next - p);
		}
		if (grid_switch(&s->tok, (uint8_t)p[i]) == 1) {
			s->mode = ENTERING;
			s->tok = (struct tok){ .state = 0 };
			return i + 1;
		}
		do
			(void)tok_byte(&s->tok, (uint8_t)p[i]);
		while (s->tok.again);
	}
	return n;
}

int
shadow_take(struct shadow *s, const char *p, size_t n, size_t *ret,
    struct err *e)
{
	uint64_t before;
	size_t i = 0;

	if (s->mode == LEAVING) {
		close_grids(s);
		s->mode = NORMAL;
	}
	if (s->mode == ENTERING && open_grids(s, e) < 0)
		return -1;
	if (s->mode == NORMAL) {
		*ret = take_normal(s, p, n);
		return 0;
	}
	before = s->grid.painted;
	for (; i < n && grid_switch(&s->grid.tok, (uint8_t)p[i]) != -1; i++)
		grid_byte(&s->grid, (uint8_t)p[i]);
	if (i == 0) {	/* it leaves: the views have until then */
		s->mode = LEAVING;
		i = 1;
	}
	*ret = i;
	return s->grid.painted == before ? 0 : found_look(&s->found,
	    &s->grid, s->o.rules, s->o.key, e);
}

/* ---- what a view shows ------------------------------------------------ */

static int
put_glyph(struct shadow *s, const struct glyph *g, struct err *e)
{
	if (s->nglyph == s->room) {
		size_t room = s->room == 0 ? 64 : 2 * s->room;
		struct glyph *new = reallocarray(s->glyph, room,
		    sizeof(*new));

		if (new == NULL)
			return err_set(e, ERR_MEMORY, "out of memory");
		s->glyph = new;
		s->room = room;
	}
	s->glyph[s->nglyph++] = *g;
	return 0;
}

static int
paint_over(const struct grid *g, unsigned row, unsigned col, unsigned width,
    struct buf *over, struct err *e)
{
	if (over->len == 0 && buf_printf(over, e, "\0337%s%s\033[m",
	    g->at.origin ? "\033[?6l" : "", g->insert ? "\033[4l" : "") < 0)
		return -1;
	return buf_printf(over, e, "\033[%u;%uH%.*s", row + 1, col + 1,
	    (int)width, "**");
}

/* The cells of values that this view shows as they are. */
static int
collect(struct shadow *s, struct side *v, uint64_t base, struct buf *over,
    struct err *e)
{
	struct grid *g = &v->grid;

	if (v->looked == g->painted && v->told == s->grid.painted)
		return 0;
	for (unsigned row = 0; row < g->rows; row++)
		for (unsigned col = 0; col < g->cols; col++) {
			struct grid_cell *c = grid_at(g, row, col);
			size_t i = (size_t)(c - g->cell);
			bool here = c->from >= base;
			unsigned width = c->width;
			struct found_value *f;

			if (s->found.cell[i] == 0 || c->cp == 0 ||
			    c->cp == ' ' || c->cp == '*' ||
			    c->cp != s->grid.cell[i].cp)
				continue;
			f = &s->found.value[s->found.cell[i] - 1];
			f->hidden++;
			f->exposed += here ? 0 : 1;
			if ((here && c->len > 0 ? put_glyph(s,
			    &(struct glyph){ (size_t)(c->from - base), c->len,
			    c->width }, e) : paint_over(g, row, col, width,
			    over, e)) < 0)
				return -1;
			c->cp = '*';
			c->width = 1;
			if (width == 2)
				c[1] = *c;
		}
	v->looked = g->painted;
	v->told = s->grid.painted;
	return 0;
}

static int
by_offset(const void *a, const void *b)
{
	const struct glyph *x = a, *y = b;

	return x->at < y->at ? -1 : x->at > y->at;
}

/* Write from p, n bytes, with the glyphs replaced and over put in at `at`. */
static int
rewrite(struct shadow *s, const char *p, size_t n, size_t at,
    const struct buf *over, struct buf *out, struct err *e)
{
	size_t done = 0;

	qsort(s->glyph, s->nglyph, sizeof(*s->glyph), by_offset);
	for (size_t i = 0; i < s->nglyph; i++) {
		const struct glyph *g = &s->glyph[i];

		if (buf_put(out, p + done, g->at - done, e) < 0 ||
		    buf_put(out, "**", g->width, e) < 0)
			return -1;
		done = g->at + g->len;
	}
	if (buf_put(out, p + done, at - done, e) < 0 ||
	    buf_put(out, over->p, over->len, e) < 0)
		return -1;
	return buf_put(out, p + at, n - at, e);
}

static void
tell(struct shadow *s, enum shadow_view view)
{
	for (unsigned i = 0; i <= FOUND_MAX; i++) {
		struct found_value *v = &s->found.value[i];
		struct mask_event ev = { .rule = v->rule, .len = v->len,
		    .cols = v->cols, .exposed = v->exposed,
		    .state = MASK_SCREEN, .masked = true };

		if (v->hidden > 0 && s->o.event != NULL) {
			(void)memcpy(ev.fp, v->fp, sizeof(ev.fp));
			s->o.event(s->o.ctx, view, &ev);
		}
		v->hidden = v->exposed = 0;
	}
}

/* Feed the view; *at is the last offset where a sequence may be put in. */
static int
feed(struct shadow *s, struct side *v, const char *p, size_t n, size_t *at,
    struct buf *over, struct err *e)
{
	uint64_t base = v->grid.taken;

	*at = 0;
	for (size_t i = 0; i < n; i++) {
		if (grid_between(&v->grid) && over->len == 0)
			*at = i;
		/* the last chance before these cells are gone */
		if (grid_switch(&v->grid.tok, (uint8_t)p[i]) == -1 &&
		    collect(s, v, base, over, e) < 0)
			return -1;
		grid_byte(&v->grid, (uint8_t)p[i]);
	}
	if (grid_between(&v->grid) && over->len == 0)
		*at = n;
	return collect(s, v, base, over, e);
}

int
shadow_pass(struct shadow *s, enum shadow_view view, struct buf *b,
    size_t from, struct err *e)
{
	struct side *v = &s->side[view];
	struct buf over = BUF_INIT(SHOWN_MAX), out = BUF_INIT(SHOWN_MAX);
	size_t n = b->len - from, at;
	int rc = 0;

	if (s->mode != FULL && s->mode != LEAVING)
		return 0;
	s->nglyph = 0;
	if (feed(s, v, b->p + from, n, &at, &over, e) < 0)
		rc = -1;
	if (rc == 0 && over.len > 0) {
		rc = buf_printf(&over, e, "%s%s\0338", v->grid.insert ?
		    "\033[4h" : "", v->grid.at.origin ? "\033[?6h" : "");
		v->grid.saved = v->grid.at;
	}
	if (rc == 0 && (over.len > 0 || s->nglyph > 0)) {
		rc = rewrite(s, b->p + from, n, at, &over, &out, e);
		b->len = from;
		if (rc == 0)
			rc = buf_put(b, out.p, out.len, e);
		tell(s, view);
	}
	buf_clear(&over);
	buf_clear(&out);
	return rc;
}
