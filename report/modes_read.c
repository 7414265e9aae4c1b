/* SPDX-License-Identifier: BSD-2-Clause */
#include "report/modes.h"

#include <string.h>

#include "report/arena.h"

#define MORE_ROWS 1		/* beyond the screen, to see what follows */
#define MORE_COLS 8
#define LINE 0x2500U		/* what q is in the set 0 */
#define POUND 0xa3U		/* what # is in the set A */
#define HOME "\x1b[?6l\x1b[4l\x1b[1;1H"

struct probe {
	VTerm *vt;
	VTermState *state;
	struct arena *arena;
	const void *copy;
	size_t n;
	int rows, cols;
	struct {
		unsigned glyphs;
		uint32_t ch;
		VTermPos at;
		bool protect, down, right, visible;
	} heard;
};

/* ---- what libvterm says ----------------------------------------------- */

static int
glyph(VTermGlyphInfo *g, VTermPos at, void *arg)
{
	struct probe *p = arg;

	p->heard.glyphs++;
	p->heard.ch = g->chars[0];
	p->heard.at = at;
	p->heard.protect = g->protected_cell;
	return 1;
}

static int
scroll(VTermRect r, int down, int right, void *arg)
{
	struct probe *p = arg;

	(void)r;
	p->heard.down = p->heard.down || down != 0;
	p->heard.right = p->heard.right || right != 0;
	return 1;
}

static int
property(VTermProp prop, VTermValue *val, void *arg)
{
	if (prop == VTERM_PROP_CURSORVISIBLE)
		((struct probe *)arg)->heard.visible = val->boolean != 0;
	return 1;
}

static const VTermStateCallbacks calls = {
	.putglyph = glyph, .scrollrect = scroll, .settermprop = property,
};

/* The terminal as it was. */
static void
again(struct probe *p)
{
	arena_put(p->arena, p->copy, p->n);
	vt_quiet(p->vt);
	vterm_state_set_callbacks(p->state, &calls, p);
	(void)memset(&p->heard, 0, sizeof(p->heard));
}

/* The same, larger, with the cursor at home; nothing is held for the next
 * character. */
static void
larger(struct probe *p)
{
	again(p);
	vterm_set_size(p->vt, p->rows + MORE_ROWS, p->cols + MORE_COLS);
}

static uint32_t
printed(struct probe *p, const char *text)
{
	(void)memset(&p->heard, 0, sizeof(p->heard));
	vt_puts(p->vt, text);
	return p->heard.ch;
}

/* ---- each ------------------------------------------------------------- */

uint32_t
modes_colour(const VTermColor *c)
{
	if (VTERM_COLOR_IS_DEFAULT_FG(c) || VTERM_COLOR_IS_DEFAULT_BG(c))
		return VIEW_DEFAULT;
	if (VTERM_COLOR_IS_INDEXED(c))
		return VIEW_INDEXED | c->indexed.idx;
	return VIEW_RGB | (uint32_t)c->rgb.red << 16 |
	    (uint32_t)c->rgb.green << 8 | c->rgb.blue;
}

static struct modes_pen
read_pen(const VTermState *state)
{
	static const struct {
		VTermAttr attr;
		uint32_t bit;
	} bits[] = {
		{ VTERM_ATTR_BOLD, VIEW_BOLD },
		{ VTERM_ATTR_UNDERLINE, VIEW_UNDERLINE },
		{ VTERM_ATTR_ITALIC, VIEW_ITALIC },
		{ VTERM_ATTR_BLINK, VIEW_BLINK },
		{ VTERM_ATTR_REVERSE, VIEW_REVERSE },
		{ VTERM_ATTR_STRIKE, VIEW_STRIKE },
	};
	struct modes_pen pen = { 0, 0, 0 };
	VTermValue val;

	for (size_t i = 0; i < sizeof(bits) / sizeof(bits[0]); i++) {
		(void)vterm_state_get_penattr(state, bits[i].attr, &val);
		pen.attrs |= val.number != 0 ? bits[i].bit : 0;
	}
	(void)vterm_state_get_penattr(state, VTERM_ATTR_FOREGROUND, &val);
	pen.fg = modes_colour(&val.color);
	(void)vterm_state_get_penattr(state, VTERM_ATTR_BACKGROUND, &val);
	pen.bg = modes_colour(&val.color);
	return pen;
}

static void
read_told(struct probe *p, struct modes *m)
{
	struct vt_margins more = { 0, 0, 0, 0 };
	VTermPos at;

	vterm_state_get_cursorpos(p->state, &at);
	m->row = at.row;
	m->col = at.col;
	m->pen = read_pen(p->state);
	m->origin = vt_mode(p->vt, 6);
	m->autowrap = vt_mode(p->vt, 7);
	m->sides = vt_mode(p->vt, 69);
	m->visible = vt_mode(p->vt, 25);
	m->reverse = vt_mode(p->vt, 5);
	m->alternate = vt_mode(p->vt, 1047);
	(void)vt_margins(p->vt, &m->margins);
	larger(p);
	(void)vt_margins(p->vt, &more);
	m->bottom_open = more.bottom != m->margins.bottom;
	m->right_open = more.right != m->margins.right;
}

static void
read_typing(struct probe *p, struct modes *m)
{
	VTermPos at;

	again(p);
	vterm_state_get_cursorpos(p->state, &at);
	(void)printed(p, "x");
	m->protect = p->heard.protect;
	m->phantom = p->heard.down || vterm_pos_cmp(at, p->heard.at) != 0;
	larger(p);
	vt_puts(p->vt, "\x1b[?6l\x1b[1;1H");
	(void)printed(p, "x");
	m->insert = p->heard.right;
	vt_puts(p->vt, "\x1b[1;5H\n");
	vterm_state_get_cursorpos(p->state, &at);
	m->newline = at.col == 0;
}

static void
read_sets(struct probe *p, struct modes *m)
{
	static const char *const shift[] = { "\x0f", "\x0e", "\x1bn",
	    "\x1bo" };

	for (int i = 0; i < 4; i++) {
		uint32_t q, hash;

		larger(p);
		vt_puts(p->vt, HOME " ");
		vt_puts(p->vt, shift[i]);
		q = printed(p, "q");
		hash = printed(p, "#");
		(void)printed(p, "e\xcc\x81");	/* together, or after it */
		m->set[i] = q == LINE ? '0' : hash == POUND ? 'A' :
		    p->heard.glyphs > 1 ? 'B' : 'u';
		larger(p);
		vt_puts(p->vt, HOME " \x1b(B\x1b)B\x1b*B\x1b+B");
		vt_printf(p->vt, "\x1b%c0", "()*+"[i]);
		if (printed(p, "q") == LINE)
			m->gl = (uint8_t)i;
	}
	for (int i = 2; i < 4; i++) {
		larger(p);
		vt_puts(p->vt, HOME "\x0f\x1b(B\x1b)B\x1b*B\x1b+B");
		vt_printf(p->vt, "\x1b%c0", "()*+"[i]);
		if (printed(p, "q") == LINE)
			m->single = (uint8_t)i;
	}
}

static void
read_saved(struct probe *p, struct modes *m)
{
	VTermPos at;

	again(p);
	vt_puts(p->vt, "\x1b" "8");
	vterm_state_get_cursorpos(p->state, &at);
	m->saved.row = at.row;
	m->saved.col = at.col;
	m->saved.pen = read_pen(p->state);
	m->saved.visible = p->heard.visible;
}

static void
read_tabs(struct probe *p, struct modes *m)
{
	VTermPos at = { 0, 0 };

	larger(p);
	vt_puts(p->vt, "\x1b[?69l" HOME);
	for (;;) {
		int before = at.col;

		vt_puts(p->vt, "\t");
		vterm_state_get_cursorpos(p->state, &at);
		if (at.col <= before || at.col >= p->cols)
			return;
		m->tabs[at.col / 8] |= (uint8_t)(1 << at.col % 8);
	}
}

void
modes_read(VTerm *vt, struct arena *a, const void *copy, size_t n,
    struct modes *ret)
{
	struct probe p = { .vt = vt, .state = vterm_obtain_state(vt),
	    .arena = a, .copy = copy, .n = n };

	(void)memset(ret, 0, sizeof(*ret));
	vterm_get_size(vt, &p.rows, &p.cols);
	again(&p);
	read_told(&p, ret);
	read_typing(&p, ret);
	read_sets(&p, ret);
	read_saved(&p, ret);
	read_tabs(&p, ret);
	arena_put(a, copy, n);
}
