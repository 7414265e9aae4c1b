/* SPDX-License-Identifier: BSD-2-Clause */
#include "report/drawn.h"

#include <string.h>

#define BEL 0x07
#define CAN 0x18
#define SUB 0x1a
#define ESC 0x1b
#define DEL 0x7f
#define LEAD 0xc2	/* of U+0080 to U+00BF */

/* A byte behind an ESC that was held back. */
static size_t
after_escape(struct drawn *f, char c, char *ret)
{
	if (c == ESC)
		return 0;
	if (c != CAN && c != SUB && (unsigned char)c < 0x20) {
		ret[0] = c;
		return 1;
	}
	if (memchr("]PX^_", c, 5) != NULL) {
		f->state = DRAWN_STRING;
		return 0;
	}
	ret[0] = ESC;
	if ((unsigned char)c == LEAD) {
		f->state = DRAWN_LEAD;
		return 1;
	}
	f->state = DRAWN_GROUND;
	ret[1] = c;
	return 2;
}

static size_t
on_ground(struct drawn *f, char c, char *ret)
{
	f->state = c == ESC ? DRAWN_ESCAPE : (unsigned char)c == LEAD ?
	    DRAWN_LEAD : DRAWN_GROUND;
	if (f->state != DRAWN_GROUND)
		return 0;
	ret[0] = c;
	return 1;
}

/* A byte behind a LEAD that was held back. */
static size_t
after_lead(struct drawn *f, char c, char *ret)
{
	if ((unsigned char)c >= 0x80 && (unsigned char)c < 0xa0) {
		f->state = DRAWN_GROUND;
		return 0;
	}
	ret[0] = (char)LEAD;
	return 1 + on_ground(f, c, ret + 1);
}

static void
in_string(struct drawn *f, char c)
{
	if (c == ESC)
		f->state = DRAWN_STRING_ESCAPE;
	else if (c == BEL || c == CAN || c == SUB)
		f->state = DRAWN_GROUND;
}

static size_t
one(struct drawn *f, char c, char *ret)
{
	if (c == '\0' || c == DEL)
		return 0;
	switch (f->state) {
	case DRAWN_ESCAPE:
		return after_escape(f, c, ret);
	case DRAWN_STRING:
		in_string(f, c);
		return 0;
	case DRAWN_STRING_ESCAPE:
		f->state = c == '\\' ? DRAWN_GROUND :
		    DRAWN_ESCAPE;
		return c == '\\' ? 0 : after_escape(f, c, ret);
	case DRAWN_LEAD:
		return after_lead(f, c, ret);
	case DRAWN_GROUND:
		break;
	}
	return on_ground(f, c, ret);
}

size_t
drawn_filter(struct drawn *f, const char *p, size_t n, char *ret)
{
	size_t at = 0;

	for (size_t i = 0; i < n; i++)
		at += one(f, p[i], ret + at);
	return at;
}
