/* SPDX-License-Identifier: BSD-2-Clause
 * shadow.h - values that a full-screen program paints in pieces.
 * in: what a program prints, and what two maskers let through of it
 * out: the same, without what stands on the screen and should not
 *
 * A program that moves the cursor may repaint some digits of a number, and no
 * rule sees a value in them.  So, while it uses the alternate screen, we keep
 * the cells it has painted, and those that each view shows.  The rules look at
 * the whole screen, line by line and with lines that run into each other
 * (also behind the blanks under a line number) joined.  A glyph of a value
 * that a view is about to show becomes an asterisk in its bytes; one that
 * stands there already is painted over.
 *
 * Of the normal screen it only looks for the switch.  What is painted and
 * painted over within one call is not seen.  A cursor that the program saved
 * (ESC 7) is lost when something must be painted over. */
#ifndef WARRANT_RECORDER_SHADOW_H
#define WARRANT_RECORDER_SHADOW_H

#include <stddef.h>
#include <stdint.h>

#include "recorder/mask/mask.h"

struct buf;
struct err;
struct shadow;

enum shadow_view { SHADOW_LIVE, SHADOW_KEPT, SHADOW_VIEWS };

/* A value had to be hidden: state is MASK_SCREEN, exposed the characters that
 * the view had shown. */
typedef void shadow_event_fn(void *ctx, enum shadow_view view,
    const struct mask_event *ev);

struct shadow_options {
	const struct mask_rules *rules;
	const uint8_t *key;	/* MASK_KEY_LEN bytes; borrowed */
	unsigned rows, cols;
	shadow_event_fn *event;	/* may be NULL */
	void *ctx;
};

int shadow_new(const struct shadow_options *o, struct shadow **ret,
    struct err *e);
void shadow_free(struct shadow *s);

/* How many of n (> 0) bytes the maskers may have now: what comes of them is
 * for shadow_pass, then take the rest.  -1 with *e. */
int shadow_take(struct shadow *s, const char *p, size_t n, size_t *ret,
    struct err *e);

/* b from `from` on is about to be shown in that view, whose masker holds that
 * many bytes back: take out of it what must not be.  -1 with *e: none of it may
 * be shown. */
int shadow_pass(struct shadow *s, enum shadow_view view, struct buf *b,
    size_t from, size_t held, struct err *e);

/* The terminal has another size. */
int shadow_resize(struct shadow *s, unsigned rows, unsigned cols,
    struct err *e);

#endif
