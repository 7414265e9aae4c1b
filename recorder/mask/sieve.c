/* SPDX-License-Identifier: BSD-2-Clause */
#include "recorder/mask/sieve.h"

#include <stdlib.h>
#include <string.h>

#include "lib/err.h"
#include "recorder/mask/nfa.h"

void
sieve_any(struct symset *s)
{
	s->w[0] = s->w[1] = UINT64_MAX;
}

/* How much of an ordinary log consists of symbol c, about. */
static double
share(unsigned c)
{
	if (sym_digit(c))
		return .022;
	if (c >= 'a' && c <= 'z')
		return .018;
	if (c >= 'A' && c <= 'Z')
		return .003;
	return c == ' ' ? .08 : c > ' ' ? .0045 : .0005;
}

/* That a shape lets an ordinary place through. */
static double
chance(const struct sieve_maker *k, const struct sieve_shape *s)
{
	static const double before[PREV_N] = { .3, .6, .02, .08 };
	double all = 0;

	for (unsigned p = 0; p < PREV_N; p++)
		all += (s->left >> p & 1) != 0 ? before[p] : 0;
	for (size_t i = 0; i < SIEVE_BLOCK; i++) {
		double sum = 0;

		for (unsigned c = 0; c < SYM_N; c += 64)
			for (uint64_t w = s->at[i].w[c / 64]; w != 0;
			    w &= w - 1)
				sum += k->share[c +
				    (unsigned)__builtin_ctzll(w)];
		all *= sum;
	}
	return all;
}

static void
merge(struct sieve_shape *a, const struct sieve_shape *b)
{
	a->left |= b->left;
	for (size_t i = 0; i < SIEVE_DEPTH; i++) {
		a->at[i].w[0] |= b->at[i].w[0];
		a->at[i].w[1] |= b->at[i].w[1];
	}
}

static double
merge_cost(const struct sieve_maker *k, size_t i, size_t j)
{
	struct sieve_shape both = k->shape[i];

	if (both.near != k->shape[j].near)
		return 1; /* dearer than all that may be merged */
	merge(&both, &k->shape[j]);
	return chance(k, &both) - k->chance[i] - k->chance[j];
}

/* Shape i is new: its chance, and the cost of merging it with each other. */
static void
price(struct sieve_maker *k, size_t i)
{
	k->chance[i] = chance(k, &k->shape[i]);
	for (size_t j = 0; j < k->n; j++)
		if (j < i)
			k->cost[i][j] = merge_cost(k, i, j);
		else if (j > i)
			k->cost[j][i] = merge_cost(k, j, i);
}

void
sieve_add(struct sieve_maker *k, const struct sieve_shape *s)
{
	size_t a = 1, b = 0;

	if (k->n == 0)
		for (unsigned c = 0; c < SYM_N; c++)
			k->share[c] = share(c);
	k->shape[k->n++] = *s;
	price(k, k->n - 1);
	if (k->n <= SIEVE_BUCKETS)
		return;
	for (size_t i = 1; i < k->n; i++)
		for (size_t j = 0; j < i; j++)
			if (k->cost[i][j] < k->cost[a][b]) {
				a = i;
				b = j;
			}
	merge(&k->shape[b], &k->shape[a]);
	k->n--;
	if (a != k->n) {
		k->shape[a] = k->shape[k->n];
		price(k, a);
	}
	price(k, b);
}

void
sieve_finish(const struct sieve_maker *k, struct sieve *ret)
{
	memset(ret, 0, sizeof(*ret));
	for (size_t i = 0; i < k->n; i++)
		ret->near |= (uint64_t)k->shape[i].near << i;
	for (unsigned b = 0; b < 256; b++) {
		unsigned sym = b == '\r' ? SYM_BREAK :
		    b < SYM_N ? b : SYM_OTHER;

		for (size_t i = 0; i < k->n; i++) {
			const struct sieve_shape *s = &k->shape[i];
			uint64_t bit = (uint64_t)1 << i;

			if ((s->left >> sym_prev(sym) & 1) != 0)
				ret->left[b] |= bit;
			for (size_t d = 0; d < SIEVE_DEPTH; d++)
				if (symset_has(&s->at[d], sym))
					ret->at[b][d] |= bit;
		}
	}
}

/* ---- shapes of rules -------------------------------------------------- */

/* A set of nodes of one rule, which lie behind one another. */
struct nodes {
	uint32_t *node, n;
	uint32_t *stack;
	uint32_t *mark, round;
};

/* Add node and what is reached from it without reading. */
static void
add_reached(const struct nfa *nfa, struct nodes *s, uint32_t node)
{
	uint32_t depth = 0;

	s->stack[depth++] = node;
	while (depth > 0) {
		uint32_t i = s->stack[--depth];
		const struct nfa_node *d = &nfa->node[i];

		if (s->mark[i] == s->round)
			continue;
		s->mark[i] = s->round;
		if (d->kind != NFA_SPLIT) {
			s->node[s->n++] = i;
			continue;
		}
		for (int k = 0; k < 2; k++)
			if (d->out[k] >= 0)
				s->stack[depth++] = (uint32_t)d->out[k];
	}
}

/* What may be read from place i on, by the nodes in now. */
static void
read_from(const struct nfa *nfa, struct nodes *now, struct nodes *then,
    struct sieve_shape *s)
{
	for (size_t i = 0; i < SIEVE_DEPTH; i++) {
		struct nodes t = *now;
		bool over = false;

		then->n = 0;
		then->round = ++now->round;
		for (uint32_t k = 0; k < now->n; k++) {
			const struct nfa_node *d = &nfa->node[now->node[k]];

			over |= d->kind == NFA_ACCEPT;
			s->at[i].w[0] |= d->set.w[0];
			s->at[i].w[1] |= d->set.w[1];
			if (d->kind == NFA_SET)
				add_reached(nfa, then, (uint32_t)d->out[0]);
		}
		if (over) { /* the match may be over: anything may follow */
			for (; i < SIEVE_DEPTH; i++)
				sieve_any(&s->at[i]);
			return;
		}
		now->node = then->node;
		now->n = then->n;
		then->node = t.node;
	}
}

/* One shape for each way a rule may begin. */
static void
add_entry(struct sieve_maker *k, const struct nfa *nfa,
    const struct nfa_entry *entry, const uint8_t *near, struct nodes set[3])
{
	uint16_t rule = nfa->node[entry->node].rule;
	struct sieve_shape s = { .near = (near[rule / 8] >> rule % 8 & 1) != 0 };

	for (unsigned p = 0; p < PREV_N; p++)
		if (bound_allows(entry->left, (enum prev)p))
			s.left |= (uint8_t)(1u << p);
	set[2].n = 0;
	set[2].round = ++set[0].round;
	add_reached(nfa, &set[2], entry->node);
	for (uint32_t i = 0; i < set[2].n; i++) {
		struct sieve_shape one = s;

		set[0].node[0] = set[2].node[i];
		set[0].n = 1;
		read_from(nfa, &set[0], &set[1], &one);
		sieve_add(k, &one);
	}
}

int
sieve_add_nfa(struct sieve_maker *k, const struct nfa *nfa,
    const uint8_t *near, struct err *e)
{
	size_t len = nfa->len + 1u;
	uint32_t *all = calloc(6 * len, sizeof(*all));
	struct nodes set[3];

	if (all == NULL)
		return err_set(e, ERR_MEMORY, "out of memory");
	for (size_t i = 0; i < 3; i++)
		set[i] = (struct nodes){ .node = all + i * len,
		    .mark = all + 3 * len, .stack = all + 4 * len };
	for (uint32_t i = 0; i < nfa->nentry; i++)
		add_entry(k, nfa, &nfa->entry[i], near, set);
	free(all);
	return 0;
}

/* ---- the search ------------------------------------------------------- */

/* One byte further: r[d] has the buckets that allow the last d + 1 bytes. */
static inline void
step(const struct sieve *s, uint64_t r[SIEVE_BLOCK], uint64_t left, uint8_t b)
{
#pragma GCC unroll 16
	for (size_t d = SIEVE_BLOCK - 1; d > 0; d--)
		r[d] = r[d - 1] & s->at[b][d];
	r[0] = left & s->at[b][0];
}

uint64_t
sieve_block(const struct sieve *s, uint8_t before, const uint8_t *in, size_t n)
{
	uint64_t r[SIEVE_BLOCK] = { 0 }, left = s->left[before], hits = 0;
	size_t last = SIEVE_BLOCK - 1, len = n < 64 + last ? n : 64 + last;

	if (n <= last)
		return ((uint64_t)1 << n) - 1;
	for (size_t i = 0; i < last; i++) {
		step(s, r, left, in[i]);
		left = s->left[in[i]];
	}
	for (size_t i = last; i < len; i++) {
		step(s, r, left, in[i]);
		left = s->left[in[i]];
		hits |= (uint64_t)(r[last] != 0) << (i - last);
	}
	if (n < 64 + last) /* from place n - last on; n may be 64 or more */
		hits |= n - last < 64 ? UINT64_MAX << (n - last) : 0;
	return n < 64 ? hits & (((uint64_t)1 << n) - 1) : hits;
}
