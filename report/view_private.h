/* SPDX-License-Identifier: BSD-2-Clause
 * view_private.h - a view from inside, for view.c and view_copy.c. */
#ifndef WARRANT_REPORT_VIEW_PRIVATE_H
#define WARRANT_REPORT_VIEW_PRIVATE_H

#include <setjmp.h>

#include <vterm.h>

#include "lib/buf.h"
#include "report/drawn.h"
#include "report/modes.h"
#include "report/view.h"

struct arena;

struct view {
	VTerm *vt;		/* in arena, as is state */
	VTermState *state;
	struct arena *arena;
	struct view_cell *cells[2];	/* normal, alternate: rows * cols */
	uint16_t line[2][VIEW_ROWS_MAX];	/* which of cells a row is */
	uint8_t dirty[2][VIEW_ROWS_MAX];	/* by cells: not told yet */
	struct view_kept {	/* plain values */
		int32_t rows, cols, row, col, alt;
		uint8_t cursor, reverse;
		struct drawn drawn;
		struct view_cell pen;
		struct modes_last last;
	} k;
	bool text_now;		/* libvterm reads characters */
	view_line_fn *tell;
	void *tell_arg;
	struct buf text;
	jmp_buf full;		/* out of libvterm when there is no memory */
	bool dead;
};

/* ---- view.c: may leave by v->full ---- */

/* A new terminal in an arena that is empty. */
void view_terminal(struct view *v, int rows, int cols);

/* What it does shows in the cells from now on. */
void view_listen(struct view *v);

#endif
