/* SPDX-License-Identifier: BSD-2-Clause
 * nfa.h - rules as a graph, between the syntax tree and the automaton.
 * in: struct regex of each rule; out: read by compile.c only */
#ifndef WARRANT_RECORDER_MASK_NFA_H
#define WARRANT_RECORDER_MASK_NFA_H

#include <stdint.h>

#include "recorder/mask/regex.h"
#include "recorder/mask/sym.h"

struct dfa;
struct err;

#define NFA_NODES_MAX 400000	/* of all rules */
#define NFA_RULE_MAX  20000	/* of one rule */

enum nfa_kind { NFA_SET = 0, NFA_SPLIT, NFA_ACCEPT };
enum rule_part { PART_BEFORE = 0, PART_VALUE, PART_AFTER };

struct nfa_node {
	struct symset set;
	int32_t out[2];	/* SET: out[0]; SPLIT: both, -1 for none */
	uint16_t rule;
	uint8_t kind, part;
};

struct nfa_entry {
	uint32_t node;
	enum bound left;
};

struct nfa {
	struct nfa_node *node;	/* owned; nodes of one rule are neighbours */
	uint32_t len, cap;
	struct nfa_entry *entry;	/* owned; one a rule */
	uint32_t nentry, capentry;
};

/* Add rule: before, value and after in a row (NULL for none).  On error
 * nfa is to be cleared. */
int nfa_add(struct nfa *nfa, uint16_t rule, enum bound left,
    const struct regex *before, const struct regex *value,
    const struct regex *after, struct err *e);
void nfa_clear(struct nfa *nfa);

/* States the automaton of nfa has; -1 with ERR_LIMIT above limit. */
int nfa_count_states(const struct nfa *nfa, uint32_t limit, struct err *e);

/* Build the automaton; ERR_LIMIT above DFA_STATES_MAX states. */
int nfa_compile(const struct nfa *nfa, struct dfa *ret, struct err *e);

#endif
