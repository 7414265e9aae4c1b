/* SPDX-License-Identifier: BSD-2-Clause
 * view.h - the screen that a recorded person saw.
 * in: output in order, cut anywhere, and new sizes; out: cells and a cursor
 *
 * libvterm reads the bytes and tells what they do; the cells are kept here,
 * those of the normal and of the alternate screen.  A view may begin in the
 * middle of a session: it then knows only the cells that were written since,
 * and assumes the modes of a new terminal.  A copy (view_save) is exact. */
#ifndef WARRANT_REPORT_VIEW_H
#define WARRANT_REPORT_VIEW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buf;
struct err;
struct view;

#define VIEW_COLS_MAX 1024
#define VIEW_ROWS_MAX 512
#define VIEW_CELLS_MAX (256 * 1024)	/* larger screens are cut below */
#define VIEW_CHARS 6			/* of a cell, with what combines */

#define VIEW_DEFAULT 0U			/* a colour: the terminal's own */
#define VIEW_INDEXED 0x01000000U	/* | index of 256 */
#define VIEW_RGB 0x02000000U		/* | red, green, blue */

enum {
	VIEW_BOLD = 1, VIEW_UNDERLINE = 2, VIEW_ITALIC = 4, VIEW_BLINK = 8,
	VIEW_REVERSE = 16, VIEW_STRIKE = 32, VIEW_PROTECTED = 64
};

struct view_cell {
	uint32_t ch[VIEW_CHARS];	/* as many as are not 0; none: blank */
	uint32_t fg, bg;
	uint16_t attrs;
	uint8_t width;		/* 1, 2, or 0: the right half of a 2 */
	uint8_t known;		/* written since the view began */
};

struct view_look {
	int rows, cols;
	int row, col;		/* of the cursor, from 0 */
	bool cursor;		/* it is shown */
	bool alternate;
	bool reverse;		/* the whole screen is in reverse video */
};

/* known: the session begins here, with a blank screen.  Sizes out of bounds
 * are cut. */
int view_open(int rows, int cols, bool known, struct view **ret,
    struct err *e);
void view_close(struct view *v);

/* -1 with *e (ERR_LIMIT) when the bytes make the model too large: v is of no
 * more use then. */
int view_put(struct view *v, const char *p, size_t n, struct err *e);
int view_resize(struct view *v, int rows, int cols, struct err *e);

void view_look(const struct view *v, struct view_look *ret);
const struct view_cell *view_row(const struct view *v, int row);
size_t view_unknown(const struct view *v);	/* cells */

/* A row as UTF-8, without blanks at its end. */
int view_text(const struct view *v, int row, struct buf *to, struct err *e);

/* One cell as UTF-8: a blank where nothing printable stands, nothing for the
 * right half of a wide one. */
int view_cell_text(const struct view_cell *c, struct buf *to, struct err *e);

/* Tell each row that is new, once it is whole: before it leaves the screen or
 * is cleared, and at view_told.  text ends with a NUL. */
typedef void view_line_fn(void *arg, const char *text);
void view_tell(struct view *v, view_line_fn *tell, void *arg);
void view_told(struct view *v);

/* Everything, as plain values, for any view of a program of this build: 1, 0
 * when there is something that could not be put back now, -1 with *e.  What
 * view_load is given may be anything: -1 with *e (ERR_INPUT) when it is no
 * copy, and v is of no more use then. */
int view_save(struct view *v, struct buf *to, struct err *e);
int view_load(struct view *v, const char *p, size_t n, struct err *e);

/* Of another value in a build whose copies are other ones. */
uint64_t view_layout(void);

/* Would both look the same? */
bool view_same(const struct view *a, const struct view *b);

#endif
