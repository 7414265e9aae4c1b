/* SPDX-License-Identifier: BSD-2-Clause
 * sym.h - the alphabet of logical text.
 * in: the glyphs the tokenizer saw; out: what the rules are matched against
 *
 * One symbol a glyph: printable ASCII and TAB stand for themselves (after
 * folding, see fold_glyph), any other character is SYM_OTHER, and whatever
 * ends a stretch of text on the screen is SYM_BREAK. */
#ifndef WARRANT_RECORDER_MASK_SYM_H
#define WARRANT_RECORDER_MASK_SYM_H

#include <stdbool.h>
#include <stdint.h>

#define SYM_OTHER 0x01	/* a character outside ASCII; never alphanumeric */
#define SYM_TAB	  0x09
#define SYM_BREAK 0x0a
#define SYM_N	  128

/* What stood before: chooses the start state, so that a rule is only tried
 * where its left boundary holds. */
enum prev {
	PREV_OTHER = 0,	/* white space, break, quotes, ... */
	PREV_ALNUM,
	PREV_UNDER,	/* _ */
	PREV_PUNCT,	/* . % + - */
	PREV_N
};

/* What a rule asks of its neighbours: none of these may stand beside it. */
enum bound {
	BOUND_ANY = 0,	/* nothing asked */
	BOUND_ALNUM,	/* no letter or digit */
	BOUND_WORD,	/* nor _ */
	BOUND_TOKEN,	/* nor . % + - */
	BOUND_HOST,	/* as WORD; on the right also no : or ~ as a prompt
			 * or a path of scp has behind its host */
	BOUND_NUMBER	/* as ALNUM; on the left also no digit before a . or
			 * -, so that no fraction is taken for a number; a
			 * comma parts the fields of a CSV line */
};

static inline bool
sym_digit(unsigned c)
{
	return c >= '0' && c <= '9';
}

static inline bool
sym_alpha(unsigned c)
{
	return (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
}

static inline bool
sym_alnum(unsigned c)
{
	return sym_digit(c) || sym_alpha(c);
}

static inline enum prev
sym_prev(unsigned c)
{
	if (sym_alnum(c))
		return PREV_ALNUM;
	if (c == '_')
		return PREV_UNDER;
	if (c == '.' || c == '%' || c == '+' || c == '-')
		return PREV_PUNCT;
	return PREV_OTHER;
}

/* May a rule with bound b stand beside a neighbour of class p?  Pure. */
static inline bool
bound_allows(enum bound b, enum prev p)
{
	switch (b) {
	case BOUND_ANY:
		return true;
	case BOUND_ALNUM: case BOUND_NUMBER:
		return p != PREV_ALNUM;
	case BOUND_WORD: case BOUND_HOST:
		return p != PREV_ALNUM && p != PREV_UNDER;
	case BOUND_TOKEN:
		return p == PREV_OTHER;
	}
	return false;
}

/* A set of symbols. */
struct symset {
	uint64_t w[2];
};

static inline void
symset_add(struct symset *s, unsigned c)
{
	s->w[(c >> 6) & 1] |= (uint64_t)1 << (c & 63);
}

static inline bool
symset_has(const struct symset *s, unsigned c)
{
	return (s->w[(c >> 6) & 1] >> (c & 63)) & 1;
}

#endif
