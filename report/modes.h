/* SPDX-License-Identifier: BSD-2-Clause
 * modes.h - all that libvterm knows beside the cells, as plain values.
 * in: a terminal of libvterm whose input was drawn_put's; out: struct modes,
 * and a terminal that goes on the same way
 *
 * libvterm tells few of these (DECRQM, DECRQSS).  The others show in what it
 * does: modes_read tries them out and puts its memory back each time. */
#ifndef WARRANT_REPORT_MODES_H
#define WARRANT_REPORT_MODES_H

#include <stdbool.h>
#include <stdint.h>

#include "report/view.h"
#include "report/vt.h"

struct arena;

struct modes_pen {
	uint32_t fg, bg;	/* as of struct view_cell */
	uint32_t attrs;
};

struct modes {
	int32_t row, col;	/* of the cursor, on the screen */
	struct vt_margins margins;
	uint8_t bottom_open, right_open;	/* they follow the size */
	uint8_t phantom;	/* the next character begins a row */
	uint8_t origin, autowrap, sides, insert, newline;	/* sides: DECLRMM */
	uint8_t visible, reverse, alternate, protect;
	char set[4];		/* G0 to G3: u none designated, 0, A, B */
	uint8_t gl, single;	/* one of them; 2, 3 or none */
	struct modes_pen pen;
	struct {		/* by DECSC */
		int32_t row, col;	/* maybe of a larger screen */
		uint8_t visible;
		struct modes_pen pen;
	} saved;
	uint8_t tabs[VIEW_COLS_MAX / 8];
};

/* The character that a combining one would join. */
struct modes_last {
	int32_t row, col, width;
	uint32_t ch[VIEW_CHARS];
};

uint32_t modes_colour(const VTermColor *c);

/* All memory of vt is in a, and is as before afterwards.  May leave by the
 * allocator's longjmp: the memory is then the caller's to put back. */
void modes_read(VTerm *vt, struct arena *a, const void *copy, size_t n,
    struct modes *ret);

/* Values that a screen of this size may have?  For what was read. */
bool modes_valid(const struct modes *m, const struct modes_last *l, int rows,
    int cols);

/* The size that modes_write begins with. */
void modes_size(const struct modes *m, const struct modes_last *l, int *rows,
    int *cols);

/* To a new terminal of modes_size, without callbacks, which is rows by cols
 * afterwards. */
void modes_write(VTerm *vt, const struct modes *m,
    const struct modes_last *l, int rows, int cols);

#endif
