/* SPDX-License-Identifier: BSD-2-Clause
 * near.h - may a context word stand before a number?  A sieve for the fast
 * way: no is certain, yes is asked again (match_possible).
 * in: the words of the rules' near lines; out: which places of plain text
 * can be passed over */
#ifndef WARRANT_RECORDER_MASK_NEAR_H
#define WARRANT_RECORDER_MASK_NEAR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "recorder/mask/sym.h"

struct err;
struct mask;
struct mask_rules;

/* Plain text behind what m remembers, looked at from left to right. */
struct near_scan {
	const struct mask *m;
	const uint8_t *in;
	size_t n;
	ptrdiff_t done;		/* places before it were looked at */
	ptrdiff_t hit;		/* last place where a word may begin */
};

/* Fill the sieve words of r; ERR_MEMORY. */
int near_compile(struct mask_rules *r, struct err *e);

/* Fill the tables near_word and near_only of r. */
void near_prepare(struct mask_rules *r);

/* Does every rule that state accepts ask for a word? */
bool near_only(const struct mask_rules *r, uint32_t state);

void near_begin(struct near_scan *s, const struct mask *m,
    const uint8_t *in, size_t n);

/* Could a word stand near the run in [at, end)?  at never goes back. */
bool near_may(struct near_scan *s, size_t at, size_t end);

/* Does word (an underscore standing for a blank, _, -, or nothing) stand whole
 * at the beginning of text? */
bool near_word(const char *text, size_t n, const char *word);

/* Do letters go on from a to b?  Not where camelCase begins a word. */
static inline bool
near_joined(uint8_t a, uint8_t b)
{
	bool hump = a >= 'a' && a <= 'z' && b >= 'A' && b <= 'Z';

	return sym_alnum(a) && sym_alnum(b) && !hump;
}

#endif
