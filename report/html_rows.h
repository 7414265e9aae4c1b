/* SPDX-License-Identifier: BSD-2-Clause
 * html_rows.h - lines of a terminal as runs of text.
 * in: cells of libvterm; out: numbered styles and rows, for report/player.js
 *
 * A row is a JSON array of runs [COLUMN, WIDTH, STYLE, TEXT] with a further
 * member where a cell has characters that are invisible or reorder text:
 * their code points ("U+202E").  They are in no TEXT.  WIDTH counts cells; a
 * TEXT of one style has one character a cell, or is one cell of its own (a
 * wide character, combining ones, hidden ones).  A blank end is left out.
 *
 * Styles are ["s", FOREGROUND, BACKGROUND, FLAGS]: -1 the terminal's own
 * colour, 0 to 255 of the palette, "#rrggbb". */
#ifndef WARRANT_REPORT_HTML_ROWS_H
#define WARRANT_REPORT_HTML_ROWS_H

#include <stdint.h>
#include <vterm.h>

#include "lib/buf.h"
#include "report/html_dict.h"

#define HTML_ROWS_MAX (1024 * 1024)	/* different lines of one page */
#define HTML_STYLES_MAX (64 * 1024)
#define HTML_ROW_BYTES (256 * 1024)	/* one row as text */

enum html_flag {
	HTML_BOLD = 1,
	HTML_UNDERLINE = 2,
	HTML_ITALIC = 4,
	HTML_BLINK = 8,
	HTML_REVERSE = 16,
	HTML_STRIKE = 32
};

struct html_rows {
	struct html_dict styles, rows;
	struct buf row;		/* the row that is being made */
};

#define HTML_ROWS_INIT { { .max = HTML_STYLES_MAX }, \
    { .max = HTML_ROWS_MAX }, BUF_INIT(HTML_ROW_BYTES) }

/* Append an item to a list of items: the comma between them. */
int html_item(struct buf *out, struct err *e);

/* The number of line y of the screen, of cols columns; ["r", ROW] and ["s",
 * ..] of what is new are appended to out. */
int html_rows_put(struct html_rows *r, const VTermScreen *screen, int y,
    int cols, struct buf *out, uint32_t *ret, struct err *e);

void html_rows_clear(struct html_rows *r);

#endif
