/* SPDX-License-Identifier: BSD-2-Clause
 * view_feed.c - what libvterm must not see of what was recorded.
 *
 * Control strings (ECMA-48: DCS, OSC, SOS, PM, APC) change no cell, and an
 * answer of libvterm 0.1 to one of them formats a number as if it were a
 * text.  The controls U+0080 to U+009F have no width, and its cursor leaves
 * the screen by them. */
#include <string.h>

#include "report/view_private.h"

#define LEAD_BYTE 0xc2	/* of U+0080 to U+00BF */
#define ESC 0x1b
#define BEL 0x07
#define CAN 0x18
#define SUB 0x1a

/* Bytes that are plain: how many of the n. */
static size_t
plain(const char *p, size_t n)
{
	size_t i = 0;

	while (i < n && (unsigned char)p[i] != ESC &&
	    (unsigned char)p[i] != LEAD_BYTE)
		i++;
	return i;
}

/* One byte while something waits for it: true when it is used up. */
static bool
decide(struct view *v, unsigned char c)
{
	switch (v->k.feed) {
	case LEAD:
		v->k.feed = GROUND;
		if (c >= 0x80 && c < 0xa0)
			return true;
		(void)vterm_input_write(v->vt, "\xc2", 1);
		return false;
	case ESCAPE:
		if (memchr("P]X^_", c, 5) != NULL) {
			v->k.feed = STRING;
			return true;
		}
		v->k.feed = GROUND;
		(void)vterm_input_write(v->vt, "\x1b", 1);
		return false;
	case STRING:
		if (c == ESC)
			v->k.feed = ESCAPE;
		else if (c == BEL || c == CAN || c == SUB)
			v->k.feed = GROUND;
		return true;
	case GROUND:
		break;
	}
	v->k.feed = c == ESC ? ESCAPE : LEAD;
	return true;
}

void
view_feed(struct view *v, const char *p, size_t n)
{
	while (n > 0) {
		size_t k = v->k.feed == GROUND ? plain(p, n) : 0;

		if (k > 0)
			(void)vterm_input_write(v->vt, p, k);
		else
			k = decide(v, (unsigned char)*p) ? 1 : 0;
		p += k;
		n -= k;
	}
}
