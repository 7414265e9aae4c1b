/* SPDX-License-Identifier: BSD-2-Clause */
#include "report/view.h"

#include <stdlib.h>
#include <string.h>

#include "lib/buf.h"
#include "lib/err.h"
#include "report/arena.h"
#include "report/view_private.h"
#include "report/vt.h"

/* ---- cells ------------------------------------------------------------ */

static struct view_cell *
cells(const struct view *v, int row)
{
	return v->cells[v->k.alt] + (size_t)v->line[v->k.alt][row] *
	    (size_t)v->k.cols;
}

const struct view_cell *
view_row(const struct view *v, int row)
{
	return cells(v, row);
}

static void
blank(struct view_cell *c, size_t n, const struct view_cell *pen, bool known)
{
	for (size_t i = 0; i < n; i++)
		c[i] = (struct view_cell){ .fg = pen->fg, .bg = pen->bg,
		    .width = 1, .known = known };
}

/* ---- rows told -------------------------------------------------------- */

static void
tell(struct view *v, int row)
{
	uint8_t *dirty = &v->dirty[v->k.alt][v->line[v->k.alt][row]];
	struct err e;

	if (v->tell == NULL || !*dirty)
		return;
	*dirty = 0;
	buf_reset(&v->text);
	if (view_text(v, row, &v->text, &e) == 0 && v->text.len > 0)
		v->tell(v->tell_arg, v->text.p);
}

static void
touch(struct view *v, int row)
{
	v->dirty[v->k.alt][v->line[v->k.alt][row]] = 1;
}

void
view_tell(struct view *v, view_line_fn *fn, void *arg)
{
	v->tell = fn;
	v->tell_arg = arg;
}

void
view_told(struct view *v)
{
	for (int row = 0; row < v->k.rows; row++)
		tell(v, row);
}

/* ---- what libvterm says ----------------------------------------------- */

static int
putglyph(VTermGlyphInfo *g, VTermPos at, void *arg)
{
	struct view *v = arg;
	struct view_cell *row, *c;

	if (at.row < 0 || at.row >= v->k.rows || at.col < 0 ||
	    at.col >= v->k.cols)
		return 1;
	row = cells(v, at.row);
	c = row + at.col;
	*c = v->k.pen;
	for (size_t i = 0; i < VIEW_CHARS && g->chars[i] != 0; i++)
		c->ch[i] = g->chars[i];
	c->width = g->width == 2 ? 2 : 1;
	c->attrs |= g->protected_cell ? VIEW_PROTECTED : 0;
	/* half of a wide one that stood there is no character any more */
	if (at.col > 0 && c[-1].width == 2)
		blank(c - 1, 1, &v->k.pen, true);
	if (c->width == 2 && at.col + 1 < v->k.cols) {
		c[1] = v->k.pen;
		c[1].width = 0;
	}
	if (at.col + c->width < v->k.cols && c[c->width].width == 0)
		blank(c + c->width, 1, &v->k.pen, true);
	touch(v, at.row);
	if (v->text_now) {	/* and no DECALN */
		v->k.last = (struct modes_last){ .row = at.row,
		    .col = at.col, .width = g->width };
		(void)memcpy(v->k.last.ch, c->ch, sizeof(c->ch));
	}
	return 1;
}

static int
erase(VTermRect r, int selective, void *arg)
{
	struct view *v = arg;

	for (int row = r.start_row; row < r.end_row; row++) {
		struct view_cell *c = cells(v, row);

		tell(v, row);
		for (int col = r.start_col; col < r.end_col; col++)
			if (!selective || !(c[col].attrs & VIEW_PROTECTED))
				blank(c + col, 1, &v->k.pen, true);
	}
	return 1;
}

static int
moverect(VTermRect to, VTermRect from, void *arg)
{
	struct view *v = arg;
	int n = to.end_row - to.start_row;
	size_t width = (size_t)(to.end_col - to.start_col);

	for (int i = 0; i < n; i++) {
		int k = to.start_row < from.start_row ? i : n - 1 - i;

		tell(v, to.start_row + k);
		(void)memmove(cells(v, to.start_row + k) + to.start_col,
		    cells(v, from.start_row + k) + from.start_col,
		    width * sizeof(struct view_cell));
	}
	return 1;
}

/* Whole rows change places by their numbers. */
static void
roll(struct view *v, int from, int to, int n)
{
	uint16_t *line = v->line[v->k.alt];
	uint16_t gone[VIEW_ROWS_MAX];
	int rows = to - from, lost = n > 0 ? from : to + n;
	size_t many = (size_t)abs(n), rest = (size_t)rows - many;

	for (int i = 0; i < abs(n); i++) {
		tell(v, lost + i);
		v->dirty[v->k.alt][line[lost + i]] = 0;
	}
	(void)memcpy(gone, line + lost, many * sizeof(*line));
	if (n > 0)
		(void)memmove(line + from, line + from + n,
		    rest * sizeof(*line));
	else
		(void)memmove(line + from - n, line + from,
		    rest * sizeof(*line));
	(void)memcpy(line + (n > 0 ? to - n : from), gone,
	    many * sizeof(*line));
	for (size_t i = 0; i < many; i++)
		blank(v->cells[v->k.alt] + (size_t)gone[i] *
		    (size_t)v->k.cols, (size_t)v->k.cols, &v->k.pen, true);
}

static int
scrollrect(VTermRect r, int down, int right, void *arg)
{
	struct view *v = arg;

	if (right == 0 && r.start_col == 0 && r.end_col == v->k.cols &&
	    abs(down) < r.end_row - r.start_row)
		roll(v, r.start_row, r.end_row, down);
	else
		vterm_scroll_rect(r, down, right, moverect, erase, v);
	return 1;
}

static int
setpenattr(VTermAttr attr, VTermValue *val, void *arg)
{
	static const uint16_t bits[VTERM_N_ATTRS] = {
		[VTERM_ATTR_BOLD] = VIEW_BOLD,
		[VTERM_ATTR_UNDERLINE] = VIEW_UNDERLINE,
		[VTERM_ATTR_ITALIC] = VIEW_ITALIC,
		[VTERM_ATTR_BLINK] = VIEW_BLINK,
		[VTERM_ATTR_REVERSE] = VIEW_REVERSE,
		[VTERM_ATTR_STRIKE] = VIEW_STRIKE,
	};
	struct view *v = arg;
	bool on;

	if (attr == VTERM_ATTR_FOREGROUND) {
		v->k.pen.fg = modes_colour(&val->color);
	} else if (attr == VTERM_ATTR_BACKGROUND) {
		v->k.pen.bg = modes_colour(&val->color);
	} else if (attr < VTERM_N_ATTRS) {
		on = attr == VTERM_ATTR_UNDERLINE ? val->number != 0 :
		    val->boolean != 0;
		v->k.pen.attrs = (uint16_t)(on ? v->k.pen.attrs | bits[attr] :
		    v->k.pen.attrs & ~bits[attr]);
	}
	return 1;
}

static int
settermprop(VTermProp prop, VTermValue *val, void *arg)
{
	struct view *v = arg;

	if (prop == VTERM_PROP_ALTSCREEN) {
		view_told(v);
		v->k.alt = val->boolean ? 1 : 0;
	} else if (prop == VTERM_PROP_CURSORVISIBLE) {
		v->k.cursor = val->boolean != 0;
	} else if (prop == VTERM_PROP_REVERSE) {
		v->k.reverse = val->boolean != 0;
	}
	return 1;
}

/* ---- sizes ------------------------------------------------------------ */

static bool
is_blank(const struct view *v, int row)
{
	const struct view_cell *c = cells(v, row);

	for (int i = 0; i < v->k.cols; i++)
		if (c[i].ch[0] != 0)
			return false;
	return true;
}

/* New cells of one screen; what fits of the old ones is kept. */
static int
remake(struct view *v, int which, int rows, int cols, bool known)
{
	struct view_cell *was = v->cells[which];
	size_t wide = (size_t)cols, keep = (size_t)(cols < v->k.cols ? cols :
	    v->k.cols);
	struct view_cell *now = malloc((size_t)rows * wide * sizeof(*now));

	if (now == NULL)
		return -1;
	for (int row = 0; row < rows; row++) {
		struct view_cell *to = now + (size_t)row * wide;

		blank(to, wide, &v->k.pen, known);
		if (was != NULL && row < v->k.rows) {
			(void)memcpy(to, was + (size_t)v->line[which][row] *
			    (size_t)v->k.cols, keep * sizeof(*to));
			if (to[keep - 1].width == 2)
				blank(to + keep - 1, 1, &v->k.pen, true);
		}
	}
	for (int row = 0; row < rows; row++)
		v->line[which][row] = (uint16_t)row;
	(void)memset(v->dirty[which], 0, sizeof(v->dirty[which]));
	free(was);
	v->cells[which] = now;
	return 0;
}

/* As terminals do: the line of the cursor stays in sight. */
static int
resized(int rows, int cols, VTermPos *delta, void *arg)
{
	struct view *v = arg;
	int last = v->k.rows;

	if (v->k.alt == 0) {
		while (last > rows && last - 1 != v->k.row &&
		    is_blank(v, last - 1))
			last--;
		if (last > rows) {
			VTermRect all = { 0, v->k.rows, 0, v->k.cols };

			(void)scrollrect(all, last - rows, 0, v);
			delta->row -= last - rows;
		}
	}
	view_told(v);
	if (remake(v, 0, rows, cols, true) < 0 ||
	    remake(v, 1, rows, cols, true) < 0)
		longjmp(v->full, 1);
	v->k.rows = rows;
	v->k.cols = cols;
	return 1;
}

static void
bounds(int *rows, int *cols)
{
	*cols = *cols < 1 ? 80 : *cols > VIEW_COLS_MAX ? VIEW_COLS_MAX : *cols;
	*rows = *rows < 1 ? 24 : *rows > VIEW_ROWS_MAX ? VIEW_ROWS_MAX : *rows;
	if (*rows * *cols > VIEW_CELLS_MAX)
		*rows = VIEW_CELLS_MAX / *cols;
}

/* ---- open, put -------------------------------------------------------- */

static void *
take(size_t n, void *arg)
{
	struct view *v = arg;
	void *p = arena_take(v->arena, n);

	if (p == NULL)	/* libvterm goes on with NULL as if it were memory */
		longjmp(v->full, 1);
	return p;
}

static void
give(void *p, void *arg)
{
	arena_give(((struct view *)arg)->arena, p);
}

static VTermAllocatorFunctions memory = { take, give };
static const VTermStateCallbacks calls = {
	.putglyph = putglyph, .scrollrect = scrollrect,
	.moverect = moverect, .erase = erase,
	.setpenattr = setpenattr, .settermprop = settermprop,
	.resize = resized,
};

static int
full(struct view *v, struct err *e)
{
	v->dead = true;
	return err_set(e, ERR_LIMIT, "what was shown needs a larger screen "
	    "model than there is; --raw still prints it");
}

void
view_terminal(struct view *v, int rows, int cols)
{
	v->vt = vterm_new_with_allocator(rows, cols, &memory, v);
	vterm_set_utf8(v->vt, 1);
	vt_quiet(v->vt);
	v->state = vterm_obtain_state(v->vt);
	vterm_state_reset(v->state, 1);
}

void
view_listen(struct view *v)
{
	vterm_state_set_callbacks(v->state, &calls, v);
}

static int
begin(struct view *v, struct err *e)
{
	if (setjmp(v->full) != 0)
		return full(v, e);
	view_terminal(v, v->k.rows, v->k.cols);
	view_listen(v);
	return 0;
}

int
view_open(int rows, int cols, bool known, struct view **ret, struct err *e)
{
	struct view *v = calloc(1, sizeof(*v));

	if (v == NULL)
		return err_set(e, ERR_MEMORY, "out of memory");
	bounds(&rows, &cols);
	v->text = (struct buf)BUF_INIT(VIEW_COLS_MAX * VIEW_CHARS * 4);
	v->k.pen.width = v->k.pen.known = 1;
	v->k.cursor = true;
	v->arena = arena_open(e);
	if (v->arena == NULL)
		goto no;
	if (remake(v, 0, rows, cols, known) < 0 ||
	    remake(v, 1, rows, cols, known) < 0) {
		(void)err_set(e, ERR_MEMORY, "out of memory");
		goto no;
	}
	v->k.rows = rows;
	v->k.cols = cols;
	if (begin(v, e) < 0)
		goto no;
	*ret = v;
	return 0;
no:
	view_close(v);
	return -1;
}

void
view_close(struct view *v)
{
	if (v == NULL)
		return;
	arena_close(v->arena);
	buf_clear(&v->text);
	free(v->cells[0]);
	free(v->cells[1]);
	free(v);
}

/* libvterm does not tell each move of the cursor. */
static void
follow(struct view *v)
{
	VTermPos at;

	vterm_state_get_cursorpos(v->state, &at);
	v->k.row = at.row;
	v->k.col = at.col;
}

static void
token(void *arg, const char *p, size_t n, bool text)
{
	struct view *v = arg;

	v->text_now = text;
	vt_put(v->vt, p, n);
	follow(v);
}

int
view_put(struct view *v, const char *p, size_t n, struct err *e)
{
	if (v->dead || setjmp(v->full) != 0)
		return full(v, e);
	drawn_put(&v->k.drawn, p, n, token, v);
	return 0;
}

int
view_resize(struct view *v, int rows, int cols, struct err *e)
{
	bounds(&rows, &cols);
	if (v->dead || setjmp(v->full) != 0)
		return full(v, e);
	vt_resize(v->vt, rows, cols);
	follow(v);
	return 0;
}
