/* SPDX-License-Identifier: BSD-2-Clause */
#include "report/html_rows.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "lib/err.h"
#include "lib/visible.h"
#include "report/html_text.h"

#define MARKED (HTML_UNDERLINE | HTML_REVERSE | HTML_STRIKE)
#define CONTINUED UINT32_MAX	/* the right half of a wide character */
#define COLOUR_TEXT 16

struct style {
	char fg[COLOUR_TEXT], bg[COLOUR_TEXT];
	unsigned flags;
};

/* What stands in one cell. */
struct glyph {
	uint32_t shown[VTERM_MAX_CHARS_PER_CELL];
	uint32_t hidden[VTERM_MAX_CHARS_PER_CELL];
	int nshown, nhidden, width;
	bool blank;
	struct style style;
};

/* The run that is being made; width 0: none. */
struct run {
	struct buf text;
	int col, width, blanks;	/* blanks: cells at its end that show nothing */
	bool alone;		/* a cell of its own */
	struct style style;
	const struct glyph *odd;	/* with hidden characters, or NULL */
};

int
html_item(struct buf *out, struct err *e)
{
	return out->len == 0 ? 0 : buf_puts(out, ",\n", e);
}

/* ---- cells ------------------------------------------------------------ */

static void
colour(const VTermColor *c, char ret[COLOUR_TEXT])
{
	if (VTERM_COLOR_IS_DEFAULT_FG(c) || VTERM_COLOR_IS_DEFAULT_BG(c))
		(void)snprintf(ret, COLOUR_TEXT, "-1");
	else if (VTERM_COLOR_IS_INDEXED(c))
		(void)snprintf(ret, COLOUR_TEXT, "%u", c->indexed.idx);
	else
		(void)snprintf(ret, COLOUR_TEXT, "\"#%02x%02x%02x\"",
		    c->rgb.red, c->rgb.green, c->rgb.blue);
}

static void
style_of(const VTermScreenCell *c, struct style *ret)
{
	colour(&c->fg, ret->fg);
	colour(&c->bg, ret->bg);
	ret->flags = (c->attrs.bold ? HTML_BOLD : 0u) |
	    (c->attrs.underline != 0 ? HTML_UNDERLINE : 0u) |
	    (c->attrs.italic ? HTML_ITALIC : 0u) |
	    (c->attrs.blink ? HTML_BLINK : 0u) |
	    (c->attrs.reverse ? HTML_REVERSE : 0u) |
	    (c->attrs.strike ? HTML_STRIKE : 0u);
}

static void
glyph_of(const VTermScreenCell *c, struct glyph *g)
{
	g->nshown = g->nhidden = 0;
	g->width = c->width == 2 ? 2 : 1;
	g->blank = c->chars[0] == 0 || (c->chars[0] == ' ' &&
	    c->chars[1] == 0);
	style_of(c, &g->style);
	for (int i = 0; i < VTERM_MAX_CHARS_PER_CELL && c->chars[i] != 0; i++)
		if (visible_hidden(c->chars[i]))
			g->hidden[g->nhidden++] = c->chars[i];
		else
			g->shown[g->nshown++] = c->chars[i];
	if (g->nshown == 0)
		g->shown[g->nshown++] = g->nhidden > 0 ? 0xfffd : ' ';
	/* of a blank only what can be seen */
	if (g->blank && (g->style.flags & MARKED) == 0) {
		g->style.flags = 0;
		(void)snprintf(g->style.fg, COLOUR_TEXT, "-1");
	}
}

/* ---- runs ------------------------------------------------------------- */

static bool
same_style(const struct style *a, const struct style *b)
{
	return a->flags == b->flags && strcmp(a->fg, b->fg) == 0 &&
	    strcmp(a->bg, b->bg) == 0;
}

/* Does this cell show nothing at all? */
static bool
empty(const struct glyph *g)
{
	return g->blank && (g->style.flags & MARKED) == 0 &&
	    strcmp(g->style.bg, "-1") == 0;
}

static bool
joins(const struct run *r, const struct glyph *g)
{
	if (r->width == 0 || r->alone || g->width != 1 || g->nshown != 1 ||
	    g->nhidden != 0)
		return false;
	if (same_style(&r->style, &g->style))
		return true;
	/* the foreground of a blank does not matter */
	return g->blank && g->style.flags == 0 &&
	    (r->style.flags & MARKED) == 0 &&
	    strcmp(r->style.bg, g->style.bg) == 0;
}

static int
style_number(struct html_rows *h, const struct style *s, struct buf *out,
    uint32_t *ret, struct err *e)
{
	char text[64];
	int n = snprintf(text, sizeof(text), "[\"s\",%s,%s,%u]", s->fg, s->bg,
	    s->flags);
	int rc = html_dict_find(&h->styles, text, (size_t)n, ret, e);

	if (rc <= 0)
		return rc;
	return html_item(out, e) < 0 ? -1 : buf_puts(out, text, e);
}

static int
put_hidden(struct buf *b, const struct glyph *g, struct err *e)
{
	int rc = buf_puts(b, ",\"", e);

	for (int i = 0; rc == 0 && i < g->nhidden; i++)
		rc = buf_printf(b, e, "%sU+%04X", i == 0 ? "" : " ",
		    (unsigned)g->hidden[i]);
	return rc < 0 ? -1 : buf_puts(b, "\"", e);
}

/* The run is whole: into the row. */
static int
end_run(struct html_rows *h, struct run *r, bool last, struct buf *out,
    struct err *e)
{
	uint32_t style;

	if (last || r->blanks == r->width) { /* a blank is one byte */
		r->width -= r->blanks;
		r->text.len -= (size_t)r->blanks;
	}
	if (r->width == 0)
		return 0;
	if (style_number(h, &r->style, out, &style, e) < 0 ||
	    buf_printf(&h->row, e, "%s[%d,%d,%u,\"", h->row.len > 1 ? "," :
	    "", r->col, r->width, (unsigned)style) < 0 ||
	    buf_put(&h->row, r->text.p, r->text.len, e) < 0 ||
	    buf_puts(&h->row, "\"", e) < 0 ||
	    (r->odd != NULL && put_hidden(&h->row, r->odd, e) < 0) ||
	    buf_puts(&h->row, "]", e) < 0)
		return -1;
	r->width = 0;
	return 0;
}

static void
begin_run(struct run *r, const struct glyph *g, int col)
{
	buf_reset(&r->text);
	r->col = col;
	r->blanks = 0;
	r->style = g->style;
	r->alone = g->width != 1 || g->nshown != 1 || g->nhidden != 0;
	r->odd = g->nhidden > 0 ? g : NULL;
}

static int
add_cell(struct html_rows *h, struct run *r, const struct glyph *g, int col,
    struct buf *out, struct err *e)
{
	if (!joins(r, g)) {
		if (end_run(h, r, false, out, e) < 0)
			return -1;
		begin_run(r, g, col);
	}
	for (int i = 0; i < g->nshown; i++)
		if (html_json_char(&r->text, g->shown[i], e) < 0)
			return -1;
	r->width += g->width;
	r->blanks = empty(g) ? r->blanks + 1 : 0;
	/* it is written before the next cell overwrites g */
	return r->odd != NULL ? end_run(h, r, false, out, e) : 0;
}

int
html_rows_put(struct html_rows *h, const VTermScreen *screen, int y,
    int cols, struct buf *out, uint32_t *ret, struct err *e)
{
	struct run run = { .text = BUF_INIT(HTML_ROW_BYTES) };
	VTermScreenCell cell;
	struct glyph g;
	int rc = -1;

	buf_reset(&h->row);
	if (buf_puts(&h->row, "[", e) < 0)
		return -1;
	for (int x = 0; x < cols; x++) {
		VTermPos at = { .row = y, .col = x };

		(void)memset(&cell, 0, sizeof(cell));
		(void)vterm_screen_get_cell(screen, at, &cell);
		if (cell.chars[0] == CONTINUED)
			continue;
		glyph_of(&cell, &g);
		if (add_cell(h, &run, &g, x, out, e) < 0)
			goto out;
	}
	if (end_run(h, &run, true, out, e) < 0 ||
	    buf_puts(&h->row, "]", e) < 0)
		goto out;
	rc = html_dict_find(&h->rows, h->row.p, h->row.len, ret, e);
	if (rc > 0)
		rc = html_item(out, e) < 0 || buf_printf(out, e,
		    "[\"r\",%s]", h->row.p) < 0 ? -1 : 0;
out:
	buf_clear(&run.text);
	return rc;
}

void
html_rows_clear(struct html_rows *h)
{
	html_dict_clear(&h->styles);
	html_dict_clear(&h->rows);
	buf_clear(&h->row);
}
