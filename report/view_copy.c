/* SPDX-License-Identifier: BSD-2-Clause
 * view_copy.c - what a view holds: as text, as a copy, beside another. */
#include <stdlib.h>
#include <string.h>
#include <zstd.h>

#include "lib/err.h"
#include "lib/visible.h"
#include "report/arena.h"
#include "report/view_private.h"

#define LEVEL 1		/* most cells are blank */
#define SAVED_MAX (64 * 1024 * 1024)

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

static size_t
grid(const struct view_kept *k)
{
	return (size_t)k->rows * (size_t)k->cols * sizeof(struct view_cell);
}

/* The parts of a copy, in order: to p, or from it. */
static void
parts(struct view *v, char *p, bool from)
{
	size_t used;
	const void *arena = arena_bytes(v->arena, &used);
	struct {
		void *p;
		size_t n;
	} part[] = {
		{ v->line, sizeof(v->line) },
		{ v->cells[0], grid(&v->k) }, { v->cells[1], grid(&v->k) },
	};

	for (size_t i = 0; i < sizeof(part) / sizeof(part[0]); i++) {
		(void)memcpy(from ? part[i].p : p, from ? p : part[i].p,
		    part[i].n);
		p += part[i].n;
	}
	if (!from)
		(void)memcpy(p, arena, used);
}

int
view_save(const struct view *v, struct buf *to, struct err *e)
{
	struct view *all = (struct view *)(uintptr_t)v;	/* only read */
	size_t used, fixed = sizeof(v->k) + sizeof(v->line) +
	    2 * grid(&v->k), n, packed;
	char *plain, *room;
	int rc = -1;

	(void)arena_bytes(v->arena, &used);
	n = fixed + used;
	plain = malloc(n);
	room = buf_room(to, ZSTD_compressBound(n), e);
	if (plain == NULL || room == NULL)
		goto out;
	(void)memcpy(plain, &v->k, sizeof(v->k));
	parts(all, plain + sizeof(v->k), false);
	packed = ZSTD_compress(room, ZSTD_compressBound(n), plain, n, LEVEL);
	if (ZSTD_isError(packed))
		goto out;
	to->len += packed;
	rc = 0;
out:
	free(plain);
	return rc == 0 ? 0 : err_set(e, ERR_MEMORY, "out of memory");
}

static int
same_size(struct view *v, const struct view_kept *k)
{
	if (v->k.rows * v->k.cols == k->rows * k->cols)
		return 0;
	for (int i = 0; i < 2; i++) {
		free(v->cells[i]);
		v->cells[i] = malloc(grid(k));
	}
	return v->cells[0] != NULL && v->cells[1] != NULL ? 0 : -1;
}

int
view_load(struct view *v, const char *p, size_t n, struct err *e)
{
	unsigned long long size = ZSTD_getFrameContentSize(p, n);
	char *plain = size > SAVED_MAX ? NULL : malloc((size_t)size);
	struct view_kept k;
	size_t fixed;

	if (plain == NULL || ZSTD_isError(ZSTD_decompress(plain,
	    (size_t)size, p, n)))
		goto no;
	(void)memcpy(&k, plain, sizeof(k));
	if (same_size(v, &k) < 0)
		goto no;
	v->k = k;
	fixed = sizeof(k) + sizeof(v->line) + 2 * grid(&k);
	parts(v, plain + sizeof(k), true);
	arena_put(v->arena, plain + fixed, (size_t)size - fixed);
	(void)memset(v->dirty, 0, sizeof(v->dirty));
	v->dead = false;
	free(plain);
	return 0;
no:
	free(plain);
	v->dead = true;
	return err_set(e, ERR_MEMORY, "out of memory");
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
