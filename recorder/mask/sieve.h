/* SPDX-License-Identifier: BSD-2-Clause
 * sieve.h - where in plain text can nothing begin?
 * in: the shapes of what is looked for; out: places worth a closer look
 *
 * A shape says which symbols may stand before a match, and which at each of
 * its first places.  Shapes share 64 buckets, one bit each; a place is
 * passed over when no bucket allows all the bytes there.  No is certain, yes
 * is not.  There is no state and no branch from place to place: this is as
 * fast as the machine reads its first cache. */
#ifndef WARRANT_RECORDER_MASK_SIEVE_H
#define WARRANT_RECORDER_MASK_SIEVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "recorder/mask/sym.h"

#define SIEVE_DEPTH   16	/* places that a shape tells of */
#define SIEVE_BLOCK   8		/* those that sieve_block looks at */
#define SIEVE_BUCKETS 64

struct err;
struct nfa;

struct sieve_shape {
	uint8_t left;		/* bit by enum prev: may stand before */
	bool near;		/* asks for a context word before its place */
	struct symset at[SIEVE_DEPTH];
};

/* Bit: bucket.  left is of the byte before a place, at[][i] of its byte i. */
struct sieve {
	uint64_t near;		/* buckets of shapes that ask for a word */
	uint64_t left[256];
	uint64_t at[256][SIEVE_DEPTH];
};

/* Shapes on their way into buckets; begin with zeros. */
struct sieve_maker {
	struct sieve_shape shape[SIEVE_BUCKETS + 1];
	double chance[SIEVE_BUCKETS + 1];	/* to let a place through */
	/* what it costs to merge i with j < i */
	double cost[SIEVE_BUCKETS + 1][SIEVE_BUCKETS + 1];
	double share[SYM_N];	/* of an ordinary log, by symbol */
	size_t n;
};

/* Any symbol may stand here. */
void sieve_any(struct symset *s);

void sieve_add(struct sieve_maker *k, const struct sieve_shape *s);
void sieve_finish(const struct sieve_maker *k, struct sieve *ret);

/* Add the shapes of all rules in nfa; near has the bits of those that ask for
 * a word before the place where they begin.  ERR_MEMORY. */
int sieve_add_nfa(struct sieve_maker *k, const struct nfa *nfa,
    const uint8_t *near, struct err *e);

/* Bit i: place i of the n bytes at in is worth a look, for the first 64
 * places.  before is the byte in front of them.  The last places always are:
 * what follows them is not here. */
uint64_t sieve_block(const struct sieve *s, uint8_t before, const uint8_t *in,
    size_t n);

/* The buckets that allow all of a shape's depth at one place, n bytes being
 * there. */
static inline uint64_t
sieve_place(const struct sieve *s, uint8_t before, const uint8_t *in, size_t n)
{
	uint64_t bits = s->left[before];

	if (n < SIEVE_DEPTH)
		return UINT64_MAX;
#pragma GCC unroll 16
	for (size_t i = 0; i < SIEVE_DEPTH; i++)
		bits &= s->at[in[i]][i];
	return bits;
}

#endif
