/* SPDX-License-Identifier: BSD-2-Clause
 * view_copy.c - what a view holds: as text, as a copy, beside another. */
#include <stdlib.h>
#include <string.h>
#include <zstd.h>

#include "lib/err.h"
#include "lib/visible.h"
#include "report/arena.h"
#include "report/view_private.h"

#define VIEW_COPY 1	/* the next one when values mean something else */
#define LEVEL 1		/* most cells are blank */
#define SAVED_MAX (32 * 1024 * 1024)

void
view_look(const struct view *v, struct view_look *ret)
{
	*ret = (struct view_look){ .rows = v->k.rows, .cols = v->k.cols,
	    .row = v->k.row, .col = v->k.col, .cursor = v->k.cursor,
	    .alternate = v->k.alt != 0, .reverse = v->k.reverse };
}

size_t
view_unknown(const struct view *v)
{
	size_t n = 0;

	for (int row = 0; row < v->k.rows; row++)
		for (int col = 0; col < v->k.cols; col++)
			n += view_row(v, row)[col].known ? 0 : 1;
	return n;
}

/* ---- text ------------------------------------------------------------- */

int
view_cell_text(const struct view_cell *c, struct buf *to, struct err *e)
{
	char one[4];

	if (c->width == 0)
		return 0;
	if (c->ch[0] < 0x20 || c->ch[0] == 0x7f)
		return buf_putc(to, ' ', e);
	for (size_t i = 0; i < VIEW_CHARS && c->ch[i] != 0; i++)
		if (buf_put(to, one, visible_utf8(c->ch[i], one), e) < 0)
			return -1;
	return 0;
}

int
view_text(const struct view *v, int row, struct buf *to, struct err *e)
{
	const struct view_cell *c = view_row(v, row);
	int last = v->k.cols;

	while (last > 0 && (c[last - 1].ch[0] == 0 ||
	    c[last - 1].ch[0] == ' ') && c[last - 1].width == 1)
		last--;
	for (int i = 0; i < last; i++)
		if (view_cell_text(c + i, to, e) < 0)
			return -1;
	return 0;
}

/* ---- copies ----------------------------------------------------------- */

/* A copy is this, then the rows of both screens in order. */
struct saved {
	struct modes modes;
	struct view_kept k;
};

static size_t
size_of(int rows, int cols)
{
	return sizeof(struct saved) + 2 * (size_t)rows * (size_t)cols *
	    sizeof(struct view_cell);
}

/* What libvterm knows of v: false when there is no room to try it out. */
static bool
look_inside(struct view *v, struct modes *ret)
{
	size_t n;
	const void *now = arena_bytes(v->arena, &n);
	char *copy = malloc(n);

	if (copy == NULL)
		return false;
	(void)memcpy(copy, now, n);
	if (setjmp(v->full) != 0) {
		arena_put(v->arena, copy, n);
		free(copy);
		return false;
	}
	modes_read(v->vt, v->arena, copy, n, ret);
	free(copy);
	return true;
}

/* Give v a terminal that knows m: false when it does not come out so. */
static bool
make_inside(struct view *v, const struct modes *m,
    const struct modes_last *last, int rows, int cols)
{
	struct modes got;
	int big_rows = rows, big_cols = cols;
	struct err e;

	arena_close(v->arena);
	v->arena = arena_open(&e);
	if (v->arena == NULL || setjmp(v->full) != 0)
		return false;
	modes_size(m, last, &big_rows, &big_cols);
	view_terminal(v, big_rows, big_cols);
	modes_write(v->vt, m, last, rows, cols);
	return look_inside(v, &got) && memcmp(&got, m, sizeof(got)) == 0;
}

/* Would m come out so?  Places that only a fault of libvterm leads to may
 * not. */
static bool
comes_back(const struct modes *m, const struct modes_last *last, int rows,
    int cols)
{
	struct view *v = calloc(1, sizeof(*v));
	bool same = v != NULL && modes_valid(m, last, rows, cols) &&
	    make_inside(v, m, last, rows, cols);

	view_close(v);
	return same;
}

uint64_t
view_layout(void)
{
	return (uint64_t)VIEW_COPY << 48 | sizeof(struct saved) << 16 |
	    sizeof(struct view_cell);
}

static void
put_cells(const struct view *v, char *p)
{
	size_t row = (size_t)v->k.cols * sizeof(struct view_cell);

	for (int which = 0; which < 2; which++)
		for (int i = 0; i < v->k.rows; i++, p += row)
			(void)memcpy(p, v->cells[which] +
			    (size_t)v->line[which][i] * (size_t)v->k.cols,
			    row);
}

int
view_save(struct view *v, struct buf *to, struct err *e)
{
	size_t n = size_of(v->k.rows, v->k.cols), packed;
	struct saved s;
	char *plain, *room;
	int rc = -1;

	(void)memset(&s, 0, sizeof(s));
	if (v->dead || !look_inside(v, &s.modes) || !comes_back(&s.modes,
	    &v->k.last, v->k.rows, v->k.cols))
		return 0;
	(void)memcpy(&s.k, &v->k, sizeof(s.k));
	plain = malloc(n);
	room = buf_room(to, ZSTD_compressBound(n), e);
	if (plain == NULL || room == NULL)
		goto out;
	(void)memcpy(plain, &s, sizeof(s));
	put_cells(v, plain + sizeof(s));
	packed = ZSTD_compress(room, ZSTD_compressBound(n), plain, n, LEVEL);
	if (ZSTD_isError(packed))
		goto out;
	to->len += packed;
	rc = 1;
out:
	free(plain);
	return rc > 0 ? 1 : err_set(e, ERR_MEMORY, "out of memory");
}

static bool
kept_valid(const struct saved *s)
{
	const struct view_kept *k = &s->k;

	return k->rows > 0 && k->rows <= VIEW_ROWS_MAX && k->cols > 0 &&
	    k->cols <= VIEW_COLS_MAX && k->rows * k->cols <=
	    VIEW_CELLS_MAX && (k->alt == 0 || k->alt == 1) &&
	    k->cursor < 2 && k->reverse < 2 &&
	    drawn_valid(&k->drawn) && k->row == s->modes.row &&
	    k->col == s->modes.col && modes_valid(&s->modes, &k->last,
	    k->rows, k->cols);
}

static bool
cells_valid(const struct view_cell *c, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (c[i].width > 2 || c[i].known > 1)
			return false;
		for (int k = 0; k < VIEW_CHARS; k++)
			if (c[i].ch[k] > 0x10ffff)
				return false;
	}
	return true;
}

/* New cells for v, of the copy at p. */
static int
take_cells(struct view *v, const struct view_kept *k, const char *p)
{
	size_t n = (size_t)k->rows * (size_t)k->cols;

	for (int which = 0; which < 2; which++, p += n * sizeof(*v->cells[0])) {
		struct view_cell *c = malloc(n * sizeof(*c));

		if (c == NULL)
			return -1;
		(void)memcpy(c, p, n * sizeof(*c));
		free(v->cells[which]);
		v->cells[which] = c;
		for (int row = 0; row < k->rows; row++)
			v->line[which][row] = (uint16_t)row;
		if (!cells_valid(c, n))
			return -1;
	}
	(void)memset(v->dirty, 0, sizeof(v->dirty));
	return 0;
}

/* The bytes of a copy, unpacked: NULL when it is none. */
static char *
unpacked(const char *p, size_t n, struct saved *ret)
{
	unsigned long long size = ZSTD_getFrameContentSize(p, n);
	char *plain = size > SAVED_MAX || size < sizeof(*ret) ? NULL :
	    malloc((size_t)size);

	if (plain == NULL)
		return NULL;
	if (ZSTD_decompress(plain, (size_t)size, p, n) == size) {
		(void)memcpy(ret, plain, sizeof(*ret));
		if (kept_valid(ret) && size == size_of(ret->k.rows,
		    ret->k.cols))
			return plain;
	}
	free(plain);
	return NULL;
}

int
view_load(struct view *v, const char *p, size_t n, struct err *e)
{
	struct saved s;
	char *plain = unpacked(p, n, &s);

	if (plain == NULL)
		return err_set(e, ERR_INPUT, "no copy of a screen");
	v->dead = true;
	if (take_cells(v, &s.k, plain + sizeof(s)) == 0 &&
	    make_inside(v, &s.modes, &s.k.last, s.k.rows, s.k.cols)) {
		v->k = s.k;
		view_listen(v);
		v->dead = false;
	}
	free(plain);
	return v->dead ? err_set(e, ERR_INPUT, "no copy of a screen") : 0;
}

bool
view_same(const struct view *a, const struct view *b)
{
	size_t row = (size_t)a->k.cols * sizeof(struct view_cell);

	if (a->k.rows != b->k.rows || a->k.cols != b->k.cols ||
	    a->k.row != b->k.row || a->k.col != b->k.col ||
	    a->k.alt != b->k.alt || a->k.cursor != b->k.cursor ||
	    a->k.reverse != b->k.reverse ||
	    memcmp(&a->k.pen, &b->k.pen, sizeof(a->k.pen)) != 0)
		return false;
	for (int i = 0; i < a->k.rows; i++)
		if (memcmp(view_row(a, i), view_row(b, i), row) != 0)
			return false;
	return true;
}
