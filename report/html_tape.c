/* SPDX-License-Identifier: BSD-2-Clause */
#include "report/html_tape.h"

#include <stdlib.h>
#include <string.h>
#include <vterm.h>

#include "lib/buf.h"
#include "lib/err.h"
#include "report/drawn.h"
#include "report/html_rows.h"
#include "report/vt.h"

#define SEEN_MAX ((size_t)1024 * 1024)	/* bytes between two looks */

struct html_tape {
	VTerm *vt;
	VTermScreen *screen;
	int cols, lines;
	bool crlf, live, clamped;
	bool cursor;		/* visible */
	bool whole;		/* the next item is the whole screen */
	bool dirty[HTML_LINES_LIMIT];
	uint32_t now[HTML_LINES_LIMIT], was[HTML_LINES_LIMIT];
	VTermPos at;		/* the cursor told last */
	bool at_shown;
	unsigned since;		/* frames since the last whole screen */
	struct drawn filter;
	struct html_rows rows;
	struct buf *out;
};

/* ---- libvterm --------------------------------------------------------- */

static int
on_damage(VTermRect r, void *arg)
{
	struct html_tape *t = arg;

	for (int y = r.start_row; y < r.end_row; y++)
		if (y >= 0 && y < HTML_LINES_LIMIT)
			t->dirty[y] = true;
	return 1;
}

static int
on_property(VTermProp p, VTermValue *v, void *arg)
{
	struct html_tape *t = arg;

	if (p == VTERM_PROP_CURSORVISIBLE)
		t->cursor = v->boolean != 0;
	return 1;
}

static const VTermScreenCallbacks callbacks = {
	.damage = on_damage,
	.settermprop = on_property,
};

static int
within(int n, int least, int most, bool *clamped)
{
	*clamped = *clamped || n < least || n > most;
	return n < least ? least : n > most ? most : n;
}

static void
clamp(struct html_tape *t, int cols, int lines)
{
	t->cols = within(cols < 1 ? 80 : cols, HTML_COLS_LEAST,
	    HTML_COLS_LIMIT, &t->clamped);
	t->lines = within(lines < 1 ? 24 : lines, 1, HTML_LINES_LIMIT,
	    &t->clamped);
}

int
html_tape_open(int cols, int lines, bool crlf, struct buf *out,
    struct html_tape **ret, struct err *e)
{
	struct html_tape *t = calloc(1, sizeof(*t));

	if (t == NULL)
		return err_set(e, ERR_MEMORY, "out of memory");
	clamp(t, cols, lines);
	t->rows = (struct html_rows)HTML_ROWS_INIT;
	t->out = out;
	t->crlf = crlf;
	t->cursor = true;
	t->vt = vterm_new(t->lines, t->cols);
	if (t->vt == NULL) {
		free(t);
		return err_set(e, ERR_MEMORY, "out of memory");
	}
	vterm_set_utf8(t->vt, 1);
	vt_quiet(t->vt);
	t->screen = vterm_obtain_screen(t->vt);
	vterm_screen_set_callbacks(t->screen, &callbacks, t);
	vterm_screen_enable_altscreen(t->screen, 1);
	vterm_screen_reset(t->screen, 1);
	*ret = t;
	return 0;
}

void
html_tape_free(struct html_tape *t)
{
	if (t == NULL)
		return;
	vterm_free(t->vt);
	html_rows_clear(&t->rows);
	free(t);
}

bool
html_tape_clamped(const struct html_tape *t)
{
	return t->clamped;
}

/* ---- items ------------------------------------------------------------ */

int
html_tape_up(const uint32_t *was, const uint32_t *now, int lines)
{
	int best = 0, most = 0;

	for (int up = 0; up < lines; up++) {
		int same = 0;

		for (int y = 0; y < lines; y++)
			if (now[y] == (y + up < lines ? was[y + up] : 0))
				same++;
		if (same > most) {
			most = same;
			best = up;
		}
	}
	return best;
}

static int
put_whole(struct html_tape *t, int64_t t_us, int x, int y, struct err *e)
{
	if (html_item(t->out, e) < 0 || buf_printf(t->out, e,
	    "[\"k\",%lld,%d,%d,%d,%d,[", (long long)t_us, t->cols, t->lines,
	    x, y) < 0)
		return -1;
	for (int i = 0; i < t->lines; i++)
		if (buf_printf(t->out, e, "%s%u", i == 0 ? "" : ",",
		    (unsigned)t->now[i]) < 0)
			return -1;
	t->whole = false;
	t->since = 0;
	return buf_puts(t->out, "]]", e);
}

static int
put_frame(struct html_tape *t, int64_t t_us, int x, int y, struct err *e)
{
	int up = html_tape_up(t->was, t->now, t->lines);
	const char *comma = "";

	if (html_item(t->out, e) < 0 || buf_printf(t->out, e,
	    "[\"f\",%lld,%d,%d,%d,[", (long long)t_us, x, y, up) < 0)
		return -1;
	for (int i = 0; i < t->lines; i++) {
		uint32_t before = i + up < t->lines ? t->was[i + up] : 0;

		if (t->now[i] == before)
			continue;
		if (buf_printf(t->out, e, "%s%d,%u", comma, i,
		    (unsigned)t->now[i]) < 0)
			return -1;
		comma = ",";
	}
	t->since++;
	return buf_puts(t->out, "]]", e);
}

/* Tell of what has changed since the last item. */
static int
look(struct html_tape *t, int64_t t_us, struct err *e)
{
	bool changed = t->whole;
	VTermPos at;
	int x, y;

	for (int i = 0; i < t->lines; i++) {
		if (!t->dirty[i])
			continue;
		if (html_rows_put(&t->rows, t->screen, i, t->cols, t->out,
		    &t->now[i], e) < 0)
			return -1;
		t->dirty[i] = false;
		changed = changed || t->now[i] != t->was[i];
	}
	vterm_state_get_cursorpos(vterm_obtain_state(t->vt), &at);
	if (!changed && t->cursor == t->at_shown &&
	    vterm_pos_cmp(at, t->at) == 0)
		return 0;
	x = t->cursor ? at.col : -1;
	y = t->cursor ? at.row : -1;
	if ((t->whole || t->since >= HTML_KEY_EVERY ?
	    put_whole(t, t_us, x, y, e) : put_frame(t, t_us, x, y, e)) < 0)
		return -1;
	(void)memcpy(t->was, t->now, sizeof(t->was));
	t->at = at;
	t->at_shown = t->cursor;
	return 0;
}

static void
all_new(struct html_tape *t)
{
	(void)memset(t->now, 0, sizeof(t->now));
	for (int i = 0; i < HTML_LINES_LIMIT; i++)
		t->dirty[i] = true;
	t->whole = true;
}

int
html_tape_start(struct html_tape *t, int64_t t_us, struct err *e)
{
	uint32_t zero;

	if (html_dict_find(&t->rows.rows, "[]", 2, &zero, e) < 0 ||
	    html_item(t->out, e) < 0 || buf_puts(t->out, "[\"r\",[]]", e) < 0)
		return -1;
	t->live = true;
	all_new(t);
	return look(t, t_us, e);
}

/* ---- what is taken ---------------------------------------------------- */

size_t
html_tape_piece(const char *p, size_t n, int cols, int lines)
{
	size_t i, in_line = 0;
	int moved = 0, most = lines > 2 ? lines - 2 : 1;

	for (i = 0; i < n && moved < most; i++) {
		if (p[i] == '\n' || ++in_line >= (size_t)cols) {
			moved++;
			in_line = 0;
		}
	}
	while (i < n && ((unsigned char)p[i] & 0xc0) == 0x80)
		i++;	/* whole characters */
	return i;
}

/* Without a terminal nobody turns a newline into two characters. */
static void
give(struct html_tape *t, const char *p, size_t n)
{
	while (t->crlf && n > 0) {
		const char *nl = memchr(p, '\n', n);
		size_t part = nl == NULL ? n : (size_t)(nl - p);

		(void)vterm_input_write(t->vt, p, part);
		if (nl == NULL)
			return;
		(void)vterm_input_write(t->vt, "\r\n", 2);
		p += part + 1;
		n -= part + 1;
	}
	if (n > 0)
		(void)vterm_input_write(t->vt, p, n);
}

static int
take(struct html_tape *t, int64_t t_us, const char *p, size_t n,
    struct err *e)
{
	while (n > 0) {
		size_t part = html_tape_piece(p, n, t->cols, t->lines);

		give(t, p, part);
		if (t->live && look(t, t_us, e) < 0)
			return -1;
		p += part;
		n -= part;
	}
	return 0;
}

struct seen {
	struct html_tape *t;
	int64_t t_us;
	struct buf bytes;
	struct err *e;
	int rc;
};

static void
seen_take(struct seen *s)
{
	if (s->rc == 0)
		s->rc = take(s->t, s->t_us, s->bytes.p, s->bytes.len, s->e);
	buf_reset(&s->bytes);
}

static void
see(void *arg, const char *p, size_t n, bool text)
{
	struct seen *s = arg;

	(void)text;
	if (s->bytes.len + n > SEEN_MAX)
		seen_take(s);
	if (s->rc == 0)
		s->rc = buf_put(&s->bytes, p, n, s->e);
}

int
html_tape_output(struct html_tape *t, int64_t t_us, const char *p, size_t n,
    struct err *e)
{
	struct seen s = { .t = t, .t_us = t_us, .bytes = BUF_INIT(SEEN_MAX),
	    .e = e };

	drawn_put(&t->filter, p, n, see, &s);
	seen_take(&s);
	buf_clear(&s.bytes);
	return s.rc;
}

int
html_tape_resize(struct html_tape *t, int64_t t_us, int cols, int lines,
    struct err *e)
{
	clamp(t, cols, lines);
	vt_resize(t->vt, t->lines, t->cols);
	if (!t->live)
		return 0;
	all_new(t);
	return look(t, t_us, e);
}
