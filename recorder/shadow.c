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
#define AHEAD_MAX (1024 * 1024)

/* One view: its terminal, and the program's as far as the view is. */
struct side {
	struct grid grid, raw;
	struct buf ahead;	/* bytes the view has not come to yet */
	struct found found;
	uint64_t looked, told;	/* painted, of grid and of raw */
};

/* A glyph among the bytes that are about to be shown. */
struct glyph {
	size_t at;
	uint8_t len, width;
};

struct shadow {
	struct shadow_options o;
	struct tok tok;		/* where the program is */
	enum { NORMAL, ENTERING, FULL, LEAVING } mode;
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
close_sides(struct shadow *s)
{
	for (int i = 0; i < SHADOW_VIEWS; i++) {
		struct side *v = &s->side[i];

		grid_close(&v->grid);
		grid_close(&v->raw);
		buf_clear(&v->ahead);
		found_close(&v->found);
	}
	free(s->glyph);
	s->glyph = NULL;
	s->nglyph = s->room = 0;
}

static int
open_sides(struct shadow *s, struct err *e)
{
	for (int i = 0; i < SHADOW_VIEWS; i++) {
		struct side *v = &s->side[i];

		*v = (struct side){ .ahead = BUF_INIT(AHEAD_MAX) };
		if (grid_open(&v->grid, s->o.rows, s->o.cols, e) < 0 ||
		    grid_open(&v->raw, s->o.rows, s->o.cols, e) < 0 ||
		    found_open(&v->found, v->raw.rows * v->raw.cols, e) < 0)
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
	close_sides(s);
	free(s);
}

int
shadow_resize(struct shadow *s, unsigned rows, unsigned cols, struct err *e)
{
	s->o.rows = rows;
	s->o.cols = cols;
	if (s->mode != FULL && s->mode != LEAVING)
		return 0;
	for (int i = 0; i < SHADOW_VIEWS; i++) {
		struct side *v = &s->side[i];

		found_close(&v->found);
		if (grid_resize(&v->grid, rows, cols, e) < 0 ||
		    grid_resize(&v->raw, rows, cols, e) < 0 ||
		    found_open(&v->found, v->raw.rows * v->raw.cols, e) < 0 ||
		    found_look(&v->found, &v->raw, s->o.rules, s->o.key,
		    e) < 0)
			return -1;
	}
	return 0;
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

/* Up to the last byte of what leaves it, then that byte: until it is shown
 * the views have the screen. */
static size_t
take_full(struct shadow *s, const char *p, size_t n)
{
	size_t i = 0;

	for (; i < n; i++) {
		if (grid_switch(&s->tok, (uint8_t)p[i]) == -1) {
			if (i > 0)
				return i;
			s->mode = LEAVING;
			s->tok = (struct tok){ .state = 0 };
			return 1;
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
	if (s->mode == LEAVING) {
		close_sides(s);
		s->mode = NORMAL;
	}
	if (s->mode == ENTERING && open_sides(s, e) < 0)
		return -1;
	if (s->mode == NORMAL) {
		*ret = take_normal(s, p, n);
		return 0;
	}
	*ret = take_full(s, p, n);
	for (int i = 0; i < SHADOW_VIEWS; i++)
		if (buf_put(&s->side[i].ahead, p, *ret, e) < 0)
			return -1;
	return 0;
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

	if (v->looked == g->painted && v->told == v->raw.painted)
		return 0;
	for (unsigned row = 0; row < g->rows; row++)
		for (unsigned col = 0; col < g->cols; col++) {
			struct grid_cell *c = grid_at(g, row, col);
			size_t i = (size_t)(c - g->cell);
			bool here = c->from >= base;
			unsigned width = c->width;
			struct found_value *f;

			if (v->found.cell[i] == 0 || c->cp == 0 ||
			    c->cp == ' ' || c->cp == '*' ||
			    c->cp != v->raw.cell[i].cp)
				continue;
			f = &v->found.value[v->found.cell[i] - 1];
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
	v->told = v->raw.painted;
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

	if (s->nglyph > 1)
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
		struct found_value *v = &s->side[view].found.value[i];
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

/* The program's terminal, up to where the view is: held bytes behind. */
static int
follow(struct shadow *s, struct side *v, size_t held, struct err *e)
{
	size_t n = v->ahead.len > held ? v->ahead.len - held : 0, i = 0;
	uint64_t before = v->raw.painted;

	for (; i < n && grid_switch(&v->raw.tok, (uint8_t)v->ahead.p[i]) !=
	    -1; i++)
		grid_byte(&v->raw, (uint8_t)v->ahead.p[i]);
	buf_drop(&v->ahead, i);
	return v->raw.painted == before ? 0 : found_look(&v->found, &v->raw,
	    s->o.rules, s->o.key, e);
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
    size_t from, size_t held, struct err *e)
{
	struct side *v = &s->side[view];
	struct buf over = BUF_INIT(SHOWN_MAX), out = BUF_INIT(SHOWN_MAX);
	size_t n = b->len - from, at;
	int rc = 0;

	if (s->mode != FULL && s->mode != LEAVING)
		return 0;
	s->nglyph = 0;
	if (follow(s, v, held, e) < 0 ||
	    feed(s, v, b->p + from, n, &at, &over, e) < 0)
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
