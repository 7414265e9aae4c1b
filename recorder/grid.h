/* SPDX-License-Identifier: BSD-2-Clause
 * grid.h - the cells of a terminal's screen, and where their glyphs came from.
 * in: output of a program, a byte at a time; out: cells
 *
 * What ECMA-48 and xterm do with text, cursor, erasing, inserting, scrolling,
 * margins and tab stops; of colours and character sets nothing.  A screen that
 * is switched is blank.  tests/unit/test_grid.c compares it with libvterm.
 * Rows and columns count from 0; margins are half open. */
#ifndef WARRANT_RECORDER_GRID_H
#define WARRANT_RECORDER_GRID_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "recorder/mask/tokenize.h"

struct err;

#define GRID_COLS_MAX 1024
#define GRID_ROWS_MAX 512	/* what is beyond is not kept */

struct grid_cell {
	uint64_t from;	/* offset of the glyph's first byte */
	uint32_t cp;	/* 0: blank */
	uint8_t len;	/* its bytes; 0: none that could be replaced */
	uint8_t width;	/* 1, 2, or 0: the right half of a 2 */
};

struct grid_place {
	unsigned row, col;
	bool full;	/* the next glyph goes to the next line */
	bool origin;
};

struct grid {
	unsigned rows, cols;
	struct grid_cell *cell;
	struct grid_place at, saved;
	unsigned top, bottom, left, right;	/* margins */
	bool wrap, insert, newline, margins;	/* DECAWM IRM LNM DECLRMM */
	uint32_t last;		/* for REP */
	uint64_t taken;		/* bytes */
	uint64_t start;		/* offset of the token that runs */
	uint64_t painted;	/* glyphs, erasures, scrolls: any change */
	struct tok tok;
	uint8_t stop[GRID_COLS_MAX];	/* tab stops */
};

/* A blank screen; sizes are cut to the maximum, 0 is 24 or 80. */
int grid_open(struct grid *g, unsigned rows, unsigned cols, struct err *e);
void grid_close(struct grid *g);

/* The window has another size; what fits of the old is kept. */
int grid_resize(struct grid *g, unsigned rows, unsigned cols, struct err *e);

void grid_byte(struct grid *g, uint8_t b);

/* Does this byte end a sequence that switches the screen: 1 to the alternate
 * one, -1 away from it (also by a reset), else 0. */
int grid_switch(const struct tok *t, uint8_t b);

/* May something be put between the bytes taken and the next? */
static inline bool
grid_between(const struct grid *g)
{
	return tok_ground(&g->tok);
}

static inline struct grid_cell *
grid_at(const struct grid *g, unsigned row, unsigned col)
{
	return g->cell + (size_t)row * g->cols + col;
}

/* For grid_do.c. */
void grid_erase(struct grid *g, unsigned row, unsigned from, unsigned to);
void grid_scroll(struct grid *g, unsigned top, int n);
void grid_shift(struct grid *g, int n);
void grid_down(struct grid *g);
void grid_glyph(struct grid *g, uint32_t cp, unsigned width, unsigned len);
void grid_reset(struct grid *g);
void grid_clear(struct grid *g);
void grid_sequence(struct grid *g, uint8_t final);
void grid_escape(struct grid *g, uint8_t final);
void grid_control(struct grid *g, uint8_t b);

#endif
