/* SPDX-License-Identifier: BSD-2-Clause
 * regex.h - the regular expressions of a rule file.
 * in: text of a before, value or after line; out: a syntax tree
 *
 * The subset that keeps matching linear: literals, [classes], . (group)
 * (?:group) a|b, ? * + {n} {m,} {m,n}, (?i) at the start, and the escapes
 * \d \w \s \t \xHH and backslash before any punctuation.  No look-around,
 * no back-references, no captures.  A dot and a negated class never match
 * SYM_BREAK; both match SYM_OTHER. */
#ifndef WARRANT_RECORDER_MASK_REGEX_H
#define WARRANT_RECORDER_MASK_REGEX_H

#include <stddef.h>
#include <stdint.h>

#include "recorder/mask/sym.h"

struct err;

#define REGEX_TEXT_MAX	1024	/* bytes of one expression */
#define REGEX_NODES_MAX 1024	/* of its tree */
#define REGEX_REPEAT_MAX 256	/* largest number in {} */
#define REGEX_DEPTH_MAX 32	/* nested groups */

enum re_kind { RE_EMPTY = 0, RE_SET, RE_CAT, RE_ALT, RE_REPEAT };

struct re_node {
	enum re_kind kind;
	struct symset set;	/* RE_SET */
	int left, right;	/* children: CAT, ALT; REPEAT has left only */
	int min, max;		/* REPEAT; max -1: no end */
};

struct regex {
	struct re_node *node;	/* owned; NULL when empty */
	int len, cap;
	int root;
};

/* Parse n bytes.  0 and *ret owned by the caller (regex_clear); -1 with *e
 * (ERR_CONFIG) and *col the column, from 1, of what was not understood. */
int regex_parse(const char *text, size_t n, struct regex *ret, size_t *col,
    struct err *e);
void regex_clear(struct regex *r);

/* Shortest and longest match in symbols; longest is -1 without a bound. */
void regex_length(const struct regex *r, int *shortest, int *longest);

#endif
