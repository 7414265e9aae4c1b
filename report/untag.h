/* SPDX-License-Identifier: BSD-2-Clause
 * untag.h - what masking has written is not read again as a text.
 * in: recorded output, cut anywhere; out: the same, a mask's tag as stars
 *
 * "[ssn]*****6789" would let a word of a tag stand near another number, and
 * rules match its letters.  So the glyphs of a tag that stars follow, at once
 * or behind one separator, become stars; widths, places and all else stay.
 * Brackets without stars are a program's own. */
#ifndef WARRANT_REPORT_UNTAG_H
#define WARRANT_REPORT_UNTAG_H

#include <stdbool.h>
#include <stddef.h>

#include "recorder/mask/tokenize.h"

struct buf;
struct err;
struct mask_rules;

#define UNTAG_TAG_MAX 16
#define UNTAG_TAGS 1024
#define UNTAG_HELD 1024

/* The tags of rule sets, and how much of a value their rules let stand. */
struct untag_tags {
	char tag[UNTAG_TAGS][UNTAG_TAG_MAX];
	size_t n;
	bool any;		/* also what only looks like a tag */
	int head, tail;		/* alphanumerics, at most */
};

/* Take over those of r. */
void untag_learn(struct untag_tags *t, const struct mask_rules *r);

struct untag {
	const struct untag_tags *tags;
	/* all else zero at first */
	struct tok tok;
	char held[UNTAG_HELD];
	size_t n;
	char name[UNTAG_TAG_MAX + 1];
	size_t at[UNTAG_TAG_MAX + 2];	/* its glyphs in held */
	size_t glyphs;
	bool closed, gap;	/* "]" was read; a separator behind it */
};

int untag_put(struct untag *u, const char *p, size_t n, struct buf *out,
    struct err *e);
int untag_end(struct untag *u, struct buf *out, struct err *e);

/* Is this value (folded to ASCII, stars for what was masked, behind
 * untag_put) what masking leaves of one?  No letters or digits but those that
 * a rule lets stand, at its ends, and at least two stars.  Pure. */
bool untag_masked(const char *value, const struct untag_tags *t);

#endif
