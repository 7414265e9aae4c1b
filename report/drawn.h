/* SPDX-License-Identifier: BSD-2-Clause
 * drawn.h - of recorded output, what libvterm shall draw.
 * in: bytes, cut anywhere; out: the same without control strings and C1
 *
 * Titles, links, clipboards and questions of the kind DCS (ECMA-48 control
 * strings: ESC and one of ] P X ^ _, to BEL or ESC \) draw nothing, and
 * libvterm 0.1 ends the process at some (a DECRQSS it does not know) or formats
 * a number as a text.  U+0080 to U+009F have no width, and its cursor leaves the
 * screen by them.  As in libvterm, NUL and DEL are nothing, CAN and SUB end a
 * string, another ESC begins a sequence anew, and controls after an ESC act
 * before it. */
#ifndef WARRANT_REPORT_DRAWN_H
#define WARRANT_REPORT_DRAWN_H

#include <stddef.h>

struct drawn {
	enum {
		DRAWN_GROUND,
		DRAWN_ESCAPE,		/* an ESC is held back */
		DRAWN_LEAD,		/* the first byte of a C1, or not */
		DRAWN_STRING,
		DRAWN_STRING_ESCAPE
	} state;
};

/* Filter n bytes at p into ret, which has room for n + 1; returns their
 * count. */
size_t drawn_filter(struct drawn *f, const char *p, size_t n, char *ret);

#endif
