/* SPDX-License-Identifier: BSD-2-Clause
 * dfa.h - the automaton all rules share.
 * in: built by compile.c or mapped by table.c; out: read by the engine
 *
 * One anchored automaton for the union of all rules.  It is started afresh
 * at each position; the start state depends on what stood before.  State 0
 * is dead.  States from accept_min on accept at least one rule. */
#ifndef WARRANT_RECORDER_MASK_DFA_H
#define WARRANT_RECORDER_MASK_DFA_H

#include <stdint.h>

#include "recorder/mask/sym.h"

#define DFA_STATES_MAX 65000	/* of the whole */
#define DFA_RULE_STATES_MAX 2000	/* of one rule alone */

/* One entry of a state's list of live rules. */
#define LIVE_RULE(x)  ((uint16_t)((x) & 0x0fffu))	/* index of the rule */
#define LIVE_BEFORE   0x1000u	/* may still be in its context */
#define LIVE_VALUE    0x2000u	/* may be in its value or behind it */
#define DFA_RULES_MAX 0x1000u

struct dfa {
	uint8_t cls[SYM_N];	/* symbol to column of next */
	uint32_t nclass;
	uint32_t nstate;	/* with the dead one */
	uint32_t accept_min;
	uint16_t start[PREV_N];
	uint32_t npool;
	/* next[state * nclass + cls] */
	const uint16_t *next;
	/* state to its entry in pool: number of accepted rules a, number of
	 * live rules l, a rule indexes, l LIVE_ words */
	const uint32_t *meta;
	const uint16_t *pool;
	void *owned;	/* what dfa_clear frees; NULL when mapped */
};

static inline uint16_t
dfa_step(const struct dfa *d, uint32_t state, uint8_t sym)
{
	return d->next[state * d->nclass + d->cls[sym & (SYM_N - 1)]];
}

/* Rules accepted in state: *n of them, ascending. */
static inline const uint16_t *
dfa_accepted(const struct dfa *d, uint32_t state, unsigned *n)
{
	const uint16_t *m = d->pool + d->meta[state];

	*n = m[0];
	return m + 2;
}

/* LIVE_ words of the rules that may still match from state: *n of them. */
static inline const uint16_t *
dfa_live(const struct dfa *d, uint32_t state, unsigned *n)
{
	const uint16_t *m = d->pool + d->meta[state];

	*n = m[1];
	return m + 2 + m[0];
}

void dfa_clear(struct dfa *d);

#endif
