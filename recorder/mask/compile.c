/* SPDX-License-Identifier: BSD-2-Clause
 * Rules to one automaton: Thompson's construction, then subsets. */
#include <stdlib.h>
#include <string.h>

#include "lib/err.h"
#include "recorder/mask/dfa.h"
#include "recorder/mask/nfa.h"

/* A state: the nodes that have just read, ascending (positions in the sense
 * of Glushkov), so that a state knows which part of a rule its last symbol
 * belonged to.  A start state holds the one pseudo node nfa->len + prev. */
struct subset {
	uint32_t at, len;	/* into builder.items */
	uint32_t hash;
};

struct builder {
	const struct nfa *nfa;
	uint8_t cls[SYM_N];
	uint32_t nclass;
	uint8_t repr[SYM_N];	/* class to one of its symbols */
	struct subset *set;	/* by state */
	uint32_t n, cap, limit;
	uint32_t *items;
	size_t nitems, capitems;
	uint32_t *bucket;	/* hash to state, 0 free */
	uint32_t nbucket;
	uint16_t *next;
	uint32_t *mark;		/* node to the round it was last seen in */
	uint32_t round;
	uint32_t *stack;
	uint32_t *wait;		/* nodes that may read next */
	uint32_t nwait;
	uint32_t *work;		/* the subset being collected */
	uint32_t nwork;
};

static void
builder_clear(struct builder *b)
{
	free(b->set);
	free(b->items);
	free(b->bucket);
	free(b->next);
	free(b->mark);
	free(b->stack);
	free(b->wait);
	free(b->work);
}

/* Symbols that no rule tells apart share a column. */
static void
find_classes(struct builder *b)
{
	uint32_t n = 1;
	const struct symset *last = NULL;

	memset(b->cls, 0, sizeof(b->cls));
	for (uint32_t i = 0; i < b->nfa->len; i++) {
		const struct nfa_node *d = &b->nfa->node[i];
		uint8_t moved[SYM_N] = { 0 };
		uint32_t count[SYM_N] = { 0 }, in[SYM_N] = { 0 };

		if (d->kind != NFA_SET || (last != NULL &&
		    memcmp(last, &d->set, sizeof(*last)) == 0))
			continue;
		last = &d->set;
		for (unsigned c = 0; c < SYM_N; c++) {
			count[b->cls[c]]++;
			in[b->cls[c]] += symset_has(&d->set, c);
		}
		for (unsigned c = 0; c < SYM_N; c++) {
			uint8_t k = b->cls[c];

			if (!symset_has(&d->set, c) || in[k] == count[k])
				continue;
			if (moved[k] == 0)
				moved[k] = (uint8_t)n++;
			b->cls[c] = moved[k];
		}
	}
	b->nclass = n;
	for (unsigned c = SYM_N; c-- > 0;)
		b->repr[b->cls[c]] = (uint8_t)c;
}

/* Add node and what is reached from it without reading to wait. */
static void
closure(struct builder *b, uint32_t node)
{
	uint32_t depth = 0;

	b->stack[depth++] = node;
	while (depth > 0) {
		uint32_t i = b->stack[--depth];
		const struct nfa_node *d = &b->nfa->node[i];

		if (b->mark[i] == b->round)
			continue;
		b->mark[i] = b->round;
		if (d->kind != NFA_SPLIT) {
			b->wait[b->nwait++] = i;
			continue;
		}
		for (int k = 0; k < 2; k++)
			if (d->out[k] >= 0 &&
			    b->mark[d->out[k]] != b->round)
				b->stack[depth++] = (uint32_t)d->out[k];
	}
}

static int
by_number(const void *a, const void *c)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)c;

	return (x > y) - (x < y);
}

static uint32_t
hash_work(const struct builder *b)
{
	uint32_t h = 2166136261u;

	for (uint32_t i = 0; i < b->nwork; i++)
		h = (h ^ b->work[i]) * 16777619u;
	return h ^ h >> 15;
}

static int
grow(struct builder *b, struct err *e)
{
	if (b->n == b->cap) {
		uint32_t cap = b->cap == 0 ? 256 : b->cap * 2;
		struct subset *s = realloc(b->set, cap * sizeof(*s));
		uint16_t *nx;

		if (s == NULL)
			return err_set(e, ERR_MEMORY, "out of memory");
		b->set = s;
		nx = realloc(b->next, (size_t)cap * b->nclass * sizeof(*nx));
		if (nx == NULL)
			return err_set(e, ERR_MEMORY, "out of memory");
		b->next = nx;
		b->cap = cap;
	}
	if (b->nitems + b->nwork > b->capitems) {
		size_t cap = (b->nitems + b->nwork) * 2;
		uint32_t *p = realloc(b->items, cap * sizeof(*p));

		if (p == NULL)
			return err_set(e, ERR_MEMORY, "out of memory");
		b->items = p;
		b->capitems = cap;
	}
	return 0;
}

/* State of the work set, made if it is new; -1 on error, ERR_LIMIT when
 * there are too many. */
static int
intern(struct builder *b, struct err *e)
{
	uint32_t h, i;

	if (b->nwork == 0)
		return 0;
	h = hash_work(b);
	for (i = h & (b->nbucket - 1); b->bucket[i] != 0;
	    i = (i + 1) & (b->nbucket - 1)) {
		const struct subset *s = &b->set[b->bucket[i]];

		if (s->hash == h && s->len == b->nwork &&
		    memcmp(b->items + s->at, b->work,
		    b->nwork * sizeof(*b->work)) == 0)
			return (int)b->bucket[i];
	}
	if (b->n == b->limit)
		return err_set(e, ERR_LIMIT, "more than %u states", b->limit);
	if (grow(b, e) < 0)
		return -1;
	b->set[b->n] = (struct subset){ .at = (uint32_t)b->nitems,
	    .len = b->nwork, .hash = h };
	memcpy(b->items + b->nitems, b->work, b->nwork * sizeof(*b->work));
	b->nitems += b->nwork;
	b->bucket[i] = b->n;
	return (int)b->n++;
}

/* What may be read or accepted behind state, into wait: their number. */
static uint32_t
waiting(struct builder *b, uint32_t state)
{
	struct subset s = b->set[state];

	b->round++;
	b->nwait = 0;
	for (uint32_t i = 0; i < s.len; i++) {
		uint32_t item = b->items[s.at + i];

		if (item < b->nfa->len) {
			closure(b, (uint32_t)b->nfa->node[item].out[0]);
			continue;
		}
		for (uint32_t k = 0; k < b->nfa->nentry; k++)
			if (bound_allows(b->nfa->entry[k].left,
			    (enum prev)(item - b->nfa->len)))
				closure(b, b->nfa->entry[k].node);
	}
	return b->nwait;
}

static int
expand(struct builder *b, uint32_t state, struct err *e)
{
	uint32_t nwait = waiting(b, state);

	/* sorted once here, every subset of it is in order */
	qsort(b->wait, nwait, sizeof(*b->wait), by_number);
	for (uint32_t k = 0; k < b->nclass; k++) {
		int to;

		b->nwork = 0;
		for (uint32_t i = 0; i < nwait; i++) {
			const struct nfa_node *d =
			    &b->nfa->node[b->wait[i]];

			if (d->kind == NFA_SET &&
			    symset_has(&d->set, b->repr[k]))
				b->work[b->nwork++] = b->wait[i];
		}
		to = intern(b, e);
		if (to < 0)
			return -1;
		b->next[(size_t)state * b->nclass + k] = (uint16_t)to;
	}
	return 0;
}

static int
builder_init(struct builder *b, const struct nfa *nfa, uint32_t limit,
    struct err *e)
{
	*b = (struct builder){ .nfa = nfa, .limit = limit };
	find_classes(b);
	b->nbucket = 1024;
	while (b->nbucket < 2 * limit)
		b->nbucket *= 2;
	b->bucket = calloc(b->nbucket, sizeof(*b->bucket));
	b->mark = calloc(nfa->len + 1, sizeof(*b->mark));
	b->stack = calloc(2 * (size_t)nfa->len + 2, sizeof(*b->stack));
	b->wait = calloc(nfa->len + 1, sizeof(*b->wait));
	b->work = calloc(nfa->len + 1, sizeof(*b->work));
	if (b->bucket == NULL || b->mark == NULL || b->stack == NULL ||
	    b->wait == NULL || b->work == NULL || grow(b, e) < 0)
		return err_set(e, ERR_MEMORY, "out of memory");
	b->set[0] = (struct subset){ 0 };
	memset(b->next, 0, b->nclass * sizeof(*b->next));
	b->n = 1;
	return 0;
}

static int
build(struct builder *b, uint16_t start[PREV_N], struct err *e)
{
	for (uint32_t p = 0; p < PREV_N; p++) {
		int s;

		b->work[0] = b->nfa->len + p;
		b->nwork = 1;
		s = intern(b, e);
		if (s < 0)
			return -1;
		start[p] = (uint16_t)s;
	}
	for (uint32_t i = 1; i < b->n; i++)
		if (expand(b, i, e) < 0)
			return -1;
	return 0;
}

int
nfa_count_states(const struct nfa *nfa, uint32_t limit, struct err *e)
{
	struct builder b;
	uint16_t start[PREV_N];
	int rc = -1;

	if (builder_init(&b, nfa, limit, e) == 0 && build(&b, start, e) == 0)
		rc = (int)b.n;
	builder_clear(&b);
	return rc;
}

/* The list of one state: accepted rules, then LIVE_ words.  Nodes of one
 * rule are neighbours and subsets ascend, so that the live list does too. */
static uint32_t
describe(struct builder *b, uint32_t state, uint16_t *out)
{
	const struct subset *s = &b->set[state];
	uint16_t live[DFA_RULES_MAX];
	uint16_t na = 0, nl = 0;

	for (uint32_t i = waiting(b, state); i-- > 0;) {
		const struct nfa_node *d = &b->nfa->node[b->wait[i]];
		uint16_t at = na;

		if (d->kind != NFA_ACCEPT)
			continue;
		for (; at > 0 && out[2 + at - 1] > d->rule; at--)
			out[2 + at] = out[2 + at - 1];
		out[2 + at] = d->rule;
		na++;
	}
	for (uint32_t i = 0; i < s->len; i++) {
		uint32_t item = b->items[s->at + i];
		const struct nfa_node *d = &b->nfa->node[item];
		uint16_t bit;

		if (item >= b->nfa->len)
			continue;
		bit = d->part == PART_BEFORE ? LIVE_BEFORE : LIVE_VALUE;
		if (nl > 0 && LIVE_RULE(live[nl - 1]) == d->rule)
			live[nl - 1] = (uint16_t)(live[nl - 1] | bit);
		else
			live[nl++] = (uint16_t)(d->rule | bit);
	}
	out[0] = na;
	out[1] = nl;
	memcpy(out + 2 + na, live, nl * sizeof(*live));
	return 2u + na + nl;
}

/* Lists are shared between states that say the same. */
static int
describe_all(struct builder *b, uint32_t *meta, uint16_t **pool,
    uint32_t *npool, struct err *e)
{
	uint16_t one[2 + 2 * DFA_RULES_MAX];
	uint32_t nbucket = 4, cap = 0, *bucket;

	while (nbucket < 2 * b->n)
		nbucket *= 2;
	bucket = calloc(nbucket, sizeof(*bucket)); /* offset + 1 */
	if (bucket == NULL)
		return err_set(e, ERR_MEMORY, "out of memory");
	for (uint32_t s = 0; s < b->n; s++) {
		uint32_t n = describe(b, s, one), h = 2166136261u, i;

		for (i = 0; i < n; i++)
			h = (h ^ one[i]) * 16777619u;
		for (i = (h ^ h >> 13) & (nbucket - 1); bucket[i] != 0;
		    i = (i + 1) & (nbucket - 1))
			if (bucket[i] - 1 + n <= *npool &&
			    memcmp(*pool + bucket[i] - 1, one,
			    n * sizeof(*one)) == 0)
				break;
		if (bucket[i] == 0) {
			if (*npool + n > cap) {
				uint16_t *p;

				cap = (*npool + n) * 2;
				p = realloc(*pool, cap * sizeof(*p));
				if (p == NULL) {
					free(bucket);
					return err_set(e, ERR_MEMORY,
					    "out of memory");
				}
				*pool = p;
			}
			memcpy(*pool + *npool, one, n * sizeof(*one));
			bucket[i] = *npool + 1;
			*npool += n;
		}
		meta[s] = bucket[i] - 1;
	}
	free(bucket);
	return 0;
}

/* Accepting states last: new number of each state into order[]. */
static uint32_t
renumber(const struct builder *b, const uint32_t *meta, const uint16_t *pool,
    uint16_t *order)
{
	uint32_t to = 0, accept_min;

	for (uint32_t s = 0; s < b->n; s++)
		if (pool[meta[s]] == 0)
			order[s] = (uint16_t)to++;
	accept_min = to;
	for (uint32_t s = 0; s < b->n; s++)
		if (pool[meta[s]] != 0)
			order[s] = (uint16_t)to++;
	return accept_min;
}

/* One block of memory holds next, meta and pool. */
static int
finish(const struct builder *b, const uint16_t start[PREV_N],
    const uint32_t *meta, const uint16_t *pool, uint32_t npool,
    const uint16_t *order, struct dfa *ret, struct err *e)
{
	size_t nnext = (size_t)b->n * b->nclass;
	uint32_t *m = malloc(b->n * sizeof(*m) +
	    (nnext + npool) * sizeof(uint16_t));
	uint16_t *next, *list;

	if (m == NULL)
		return err_set(e, ERR_MEMORY, "out of memory");
	next = (uint16_t *)(m + b->n);
	list = next + nnext;
	for (uint32_t s = 0; s < b->n; s++) {
		m[order[s]] = meta[s];
		for (uint32_t k = 0; k < b->nclass; k++)
			next[(size_t)order[s] * b->nclass + k] =
			    order[b->next[(size_t)s * b->nclass + k]];
	}
	memcpy(list, pool, npool * sizeof(*list));
	memcpy(ret->cls, b->cls, sizeof(ret->cls));
	for (int p = 0; p < PREV_N; p++)
		ret->start[p] = order[start[p]];
	ret->nclass = b->nclass;
	ret->nstate = b->n;
	ret->npool = npool;
	ret->next = next;
	ret->meta = m;
	ret->pool = list;
	ret->owned = m;
	return 0;
}

int
nfa_compile(const struct nfa *nfa, struct dfa *ret, struct err *e)
{
	struct builder b;
	uint16_t start[PREV_N], *pool = NULL, *order = NULL;
	uint32_t *meta = NULL, npool = 0;
	int rc = -1;

	if (builder_init(&b, nfa, DFA_STATES_MAX, e) < 0 ||
	    build(&b, start, e) < 0)
		goto out;
	meta = calloc(b.n, sizeof(*meta));
	order = calloc(b.n, sizeof(*order));
	if (meta == NULL || order == NULL) {
		(void)err_set(e, ERR_MEMORY, "out of memory");
		goto out;
	}
	if (describe_all(&b, meta, &pool, &npool, e) < 0)
		goto out;
	ret->accept_min = renumber(&b, meta, pool, order);
	rc = finish(&b, start, meta, pool, npool, order, ret, e);
out:
	builder_clear(&b);
	free(meta);
	free(pool);
	free(order);
	return rc;
}

void
dfa_clear(struct dfa *d)
{
	free(d->owned);
	*d = (struct dfa){ 0 };
}
