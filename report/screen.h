/* SPDX-License-Identifier: BSD-2-Clause
 * screen.h - recorded terminal bytes, made safe for another terminal.
 * in: output as the recorded person saw it, cut anywhere; out: the same
 * without what would answer, set a title or clipboard, or resize a window
 *
 * ECMA-48 control strings (OSC, DCS, PM, APC, SOS) are dropped whole, of the
 * control sequences those that make a terminal answer or act (final bytes
 * c n t x y p q and private modes of the mouse and clipboard).  As plain text
 * every sequence goes, and a carriage return before a newline. */
#ifndef WARRANT_REPORT_SCREEN_H
#define WARRANT_REPORT_SCREEN_H

#include <stdbool.h>
#include <stddef.h>

struct buf;
struct err;

#define SCREEN_SEQUENCE 64	/* longer control sequences are dropped */

struct screen {
	bool text;		/* plain text */
	int state;		/* zero at first */
	char seq[SCREEN_SEQUENCE];
	size_t n;
};

/* Append to out what of the n bytes may be shown. */
int screen_put(struct screen *s, const char *p, size_t n, struct buf *out,
    struct err *e);

#endif
