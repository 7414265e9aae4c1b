/* SPDX-License-Identifier: BSD-2-Clause
 * found.h - which cells of a screen belong to values.
 * in: a grid, rules; out: for each cell the value it shows a part of */
#ifndef WARRANT_RECORDER_FOUND_H
#define WARRANT_RECORDER_FOUND_H

#include <stdint.h>

#include "recorder/mask/mask.h"

struct err;
struct grid;

#define FOUND_MAX 1024	/* values told apart; more are hidden as the last */

struct found_value {
	char rule[64];
	uint8_t fp[MASK_FP_LEN];
	uint64_t off, len;	/* in the text that was looked at */
	unsigned cols;
	unsigned hidden, exposed;	/* cells, for who uses it */
};

struct found {
	uint16_t *cell;		/* 0, or 1 + index of value */
	struct found_value *value;	/* FOUND_MAX + 1; the last: of no rule */
	unsigned n;
	uint32_t *at;		/* found_look's: offset in text of each cell */
	struct found_value *seen;	/* and what its masker told */
};

int found_open(struct found *f, unsigned cells, struct err *e);
void found_close(struct found *f);

/* Look at all of the screen. */
int found_look(struct found *f, const struct grid *g,
    const struct mask_rules *rules, const uint8_t key[MASK_KEY_LEN],
    struct err *e);

#endif
