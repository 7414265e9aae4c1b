/* SPDX-License-Identifier: BSD-2-Clause
 * paint.h - a view on the reader's own terminal.
 * in: a view; out: bytes for the terminal that make it look so
 *
 * Nothing that was recorded is passed on: what goes out is places, colours
 * and printable characters alone, and only where something changed.  What
 * does not fit the reader's terminal is cut.  The status line takes its last
 * row; the next paint puts back what stood there. */
#ifndef WARRANT_REPORT_PAINT_H
#define WARRANT_REPORT_PAINT_H

#include <stdbool.h>

struct buf;
struct err;
struct view;
struct view_cell;

#define PAINT_STATUS_MAX 512	/* bytes */

struct paint {
	int rows, cols;		/* of the reader's terminal */
	struct view_cell *shown;	/* rows * cols, NULL: not known */
	bool status;		/* the last row has a status line */
};

/* A terminal of this size (at least 1 and 1), of which nothing is known. */
int paint_open(struct paint *p, int rows, int cols, struct err *e);
void paint_close(struct paint *p);

/* Make the terminal look like v. */
int paint_put(struct paint *p, const struct view *v, struct buf *out,
    struct err *e);

/* Show a line of visible text, cut to the width. */
int paint_status(struct paint *p, const char *text, struct buf *out,
    struct err *e);

#endif
