/* SPDX-License-Identifier: BSD-2-Clause
 * html_tape.h - what stood on a terminal, and when, for report/player.js.
 * in: output and sizes with their times; out: items of JSON
 *
 * libvterm is the terminal; the page only draws lines.  After each output the
 * lines that changed are compared, and one item tells what is new:
 *
 *   ["s", ..] ["r", ..]          the next style, row: html_rows.h; row 0 is
 *                                the empty one
 *   ["f", T, X, Y, UP, [Y, ROW, ..]]   frame: the screen moved UP lines (what
 *                                comes from below is row 0), then lines Y
 *                                became ROW; cursor X, Y, -1 when hidden
 *   ["k", T, COLS, ROWS, X, Y, [ROW, ..]]   the whole screen: at first, after
 *                                a resize, and each HTML_KEY_EVERY frames
 *
 * T counts microseconds and never falls.  Output that scrolls is cut so that
 * each line stands in a frame: then a search finds it. */
#ifndef WARRANT_REPORT_HTML_TAPE_H
#define WARRANT_REPORT_HTML_TAPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buf;
struct err;
struct html_tape;

#define HTML_COLS_LEAST 2	/* libvterm 0.1 cannot break wide characters */
#define HTML_COLS_LIMIT 1000	/* another screen is shown so large */
#define HTML_LINES_LIMIT 500
#define HTML_KEY_EVERY 100

/* Items are appended to out (borrowed), which may be emptied between two
 * calls.  crlf: a newline goes to the first column, as without a terminal.
 * While muted, bytes are taken and no item made. */
int html_tape_open(int cols, int lines, bool crlf, struct buf *out,
    struct html_tape **ret, struct err *e);

/* Take n bytes shown at t_us. */
int html_tape_output(struct html_tape *t, int64_t t_us, const char *p,
    size_t n, struct err *e);

int html_tape_resize(struct html_tape *t, int64_t t_us, int cols, int lines,
    struct err *e);

/* From now on items are made; the first is the whole screen at t_us. */
int html_tape_start(struct html_tape *t, int64_t t_us, struct err *e);

/* Was a screen smaller or larger than the limits? */
bool html_tape_clamped(const struct html_tape *t);

void html_tape_free(struct html_tape *t);

/* How many of the n bytes may go to a screen of that size before a line that
 * stood on it may be gone: at least 1 where n is not 0.  Pure. */
size_t html_tape_piece(const char *p, size_t n, int cols, int lines);

/* By how many lines did now move up against was (0 for none), so that the
 * fewest lines are left to tell?  Pure. */
int html_tape_up(const uint32_t *was, const uint32_t *now, int lines);

#endif
