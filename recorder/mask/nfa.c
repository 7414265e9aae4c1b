/* SPDX-License-Identifier: BSD-2-Clause */
#include "recorder/mask/nfa.h"

#include <stdlib.h>

#include "lib/err.h"

struct maker {
	struct nfa *nfa;
	const struct re_node *re;
	uint32_t first;		/* node the rule began with */
	uint16_t rule;
	uint8_t part;
	struct err *e;
};

static int
node_add(struct maker *m, struct nfa_node d)
{
	struct nfa *nfa = m->nfa;

	if (nfa->len - m->first >= NFA_RULE_MAX || nfa->len >= NFA_NODES_MAX)
		return err_set(m->e, ERR_LIMIT, "expression unfolds to more "
		    "than %d nodes", NFA_RULE_MAX);
	if (nfa->len == nfa->cap) {
		uint32_t cap = nfa->cap == 0 ? 256 : nfa->cap * 2;
		struct nfa_node *p = realloc(nfa->node, cap * sizeof(*p));

		if (p == NULL)
			return err_set(m->e, ERR_MEMORY, "out of memory");
		nfa->node = p;
		nfa->cap = cap;
	}
	d.rule = m->rule;
	d.part = m->part;
	nfa->node[nfa->len] = d;
	return (int)nfa->len++;
}

static int
split(struct maker *m, int a, int b)
{
	return node_add(m, (struct nfa_node){ .kind = NFA_SPLIT,
	    .out = { a, b } });
}

/* The graph is made from its end: emit(re, to) returns the node where re
 * begins when what follows it begins at to. */
static int emit(struct maker *m, int re, int to);

static int
emit_repeat(struct maker *m, const struct re_node *n, int to)
{
	if (n->max < 0) {
		/* a loop: its split is known before its body */
		int loop = split(m, -1, to), body;

		if (loop < 0)
			return -1;
		body = emit(m, n->left, loop);
		if (body < 0)
			return -1;
		m->nfa->node[loop].out[0] = body;
		to = loop;
	} else {
		/* a(a(a)?)? with every way out at the same end */
		int end = to;

		for (int i = n->min; i < n->max && to >= 0; i++) {
			to = emit(m, n->left, to);
			if (to >= 0)
				to = split(m, to, end);
		}
	}
	for (int i = 0; i < n->min && to >= 0; i++)
		to = emit(m, n->left, to);
	return to;
}

static int
emit(struct maker *m, int re, int to)
{
	const struct re_node *n = &m->re[re];
	int a, b;

	switch (n->kind) {
	case RE_EMPTY:
		return to;
	case RE_SET:
		return node_add(m, (struct nfa_node){ .kind = NFA_SET,
		    .set = n->set, .out = { to, -1 } });
	case RE_CAT:
		b = emit(m, n->right, to);
		return b < 0 ? -1 : emit(m, n->left, b);
	case RE_ALT:
		a = emit(m, n->left, to);
		b = a < 0 ? -1 : emit(m, n->right, to);
		return b < 0 ? -1 : split(m, a, b);
	case RE_REPEAT:
		return emit_repeat(m, n, to);
	}
	return -1;
}

static int
emit_part(struct maker *m, const struct regex *r, enum rule_part part,
    int to)
{
	if (r == NULL || r->len == 0 || to < 0)
		return to;
	m->re = r->node;
	m->part = (uint8_t)part;
	return emit(m, r->root, to);
}

int
nfa_add(struct nfa *nfa, uint16_t rule, enum bound left,
    const struct regex *before, const struct regex *value,
    const struct regex *after, struct err *e)
{
	struct maker m = { .nfa = nfa, .first = nfa->len, .rule = rule,
	    .part = PART_AFTER, .e = e };
	int at;

	at = node_add(&m, (struct nfa_node){ .kind = NFA_ACCEPT,
	    .out = { -1, -1 } });
	at = emit_part(&m, after, PART_AFTER, at);
	at = emit_part(&m, value, PART_VALUE, at);
	at = emit_part(&m, before, PART_BEFORE, at);
	if (at < 0)
		return -1;
	if (nfa->nentry == nfa->capentry) {
		uint32_t cap = nfa->capentry == 0 ? 64 : nfa->capentry * 2;
		struct nfa_entry *p = realloc(nfa->entry, cap * sizeof(*p));

		if (p == NULL)
			return err_set(e, ERR_MEMORY, "out of memory");
		nfa->entry = p;
		nfa->capentry = cap;
	}
	nfa->entry[nfa->nentry++] = (struct nfa_entry){ (uint32_t)at, left };
	return 0;
}

void
nfa_clear(struct nfa *nfa)
{
	free(nfa->node);
	free(nfa->entry);
	*nfa = (struct nfa){ 0 };
}
