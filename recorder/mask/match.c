/* SPDX-License-Identifier: BSD-2-Clause
 * The engine: one run of the automaton after the other, leftmost first. */
#include <string.h>

#include "recorder/mask/engine.h"
#include "recorder/mask/near.h"

void
hist_push(struct mask *m, uint8_t sym)
{
	if (m->nhist == HIST_MAX) {
		memmove(m->hist, m->hist + HIST_MAX - HIST_KEEP, HIST_KEEP);
		m->nhist = HIST_KEEP;
	}
	m->hist[m->nhist++] = sym;
}

/* The symbol back places before the run; 0 is the nearest. */
uint8_t
hist_last(const struct mask *m, unsigned back)
{
	return m->nhist > back ? m->hist[m->nhist - 1 - back] : SYM_BREAK;
}

void
cells_drop(struct mask *m, uint32_t k)
{
	for (uint32_t i = 0; i < k; i++)
		hist_push(m, m->c[m->head + i].sym);
	m->head += k;
	m->pos = 0;
	if (m->head == m->n)
		m->head = m->n = 0;
}

bool
rule_enabled(const struct mask *m, uint16_t rule)
{
	const struct rule *r = &m->rules->set.rule[rule];

	return m->o.only == NULL ? (r->profiles & m->rules->profiles) != 0 :
	    strcmp(r->id, m->o.only) == 0;
}

static bool
any_enabled(const struct mask *m, uint16_t state)
{
	unsigned n;
	const uint16_t *live = dfa_live(&m->rules->dfa, state, &n);

	if (m->rules->all_live && m->o.only == NULL)
		return true;
	for (unsigned i = 0; i < n; i++)
		if (rule_enabled(m, LIVE_RULE(live[i])))
			return true;
	return false;
}

uint32_t
match_value_start(const struct mask *m, uint16_t rule, uint32_t len)
{
	uint32_t at = len;

	if ((m->rules->has_before[rule / 8] >> rule % 8 & 1) == 0)
		return 0;
	while (at > 0) {
		unsigned n, i;
		const uint16_t *live = dfa_live(&m->rules->dfa,
		    m->c[m->head + at - 1].state, &n);

		for (i = 0; i < n && LIVE_RULE(live[i]) != rule; i++)
			;
		if (i == n || (live[i] & LIVE_VALUE) == 0)
			break;
		at--;
	}
	return at;
}

/* Pure: is one of the words (each ended by NUL, "" ends) whole in text, from
 * its symbol from on? */
static bool
any_word(const char *text, size_t from, size_t n, const char *words)
{
	for (size_t i = from; i < n; i++) {
		uint8_t c = (uint8_t)text[i];

		if (i > 0 && near_joined((uint8_t)text[i - 1], c))
			continue;
		c = (uint8_t)(sym_alpha(c) ? c | 0x20u : c);
		for (const char *w = words; *w != '\0'; w += strlen(w) + 1)
			if ((*w == '_' || (uint8_t)*w == c) &&
			    near_word(text + i, n - i, w))
				return true;
	}
	return false;
}

/* The line before cell head + start, at most want symbols of it. */
static size_t
line_before(const struct mask *m, uint32_t start, char *text, size_t want)
{
	size_t n = 0;

	while (n < want) {
		uint8_t c = start > n ? m->c[m->head + start - 1 - n].sym :
		    hist_last(m, (unsigned)(n - start));

		if (c == SYM_BREAK)
			break;
		text[want - 1 - n++] = (char)c;
	}
	memmove(text, text + want - n, n);
	return n;
}

bool
match_possible(const struct mask *m, uint16_t rule, uint32_t start)
{
	const struct rule *r = &m->rules->set.rule[rule];
	char text[HIST_KEEP];
	size_t n;

	if (!rule_enabled(m, rule))
		return false;
	/* no fraction and no part of a longer number; a comma parts fields */
	if (r->left == BOUND_NUMBER && sym_digit(hist_last(m, 1)) &&
	    (hist_last(m, 0) == '.' || hist_last(m, 0) == '-'))
		return false;
	if (r->near[0] == '\0')
		return true;
	/* and one symbol more, which tells a word from its tail */
	n = line_before(m, start, text, (size_t)r->within + 1);
	return any_word(text, n > (size_t)r->within, n, r->near);
}

static bool
allowed(const struct mask *m, uint16_t rule, const char *v, size_t n)
{
	const struct ruleset *set = &m->rules->set;
	char plain[RULE_RUN_MAX + 1];
	size_t len = 0;

	if (set->nallow == 0)
		return false;
	for (size_t i = 0; i < n; i++)
		if (set->rule[rule].canon == CANON_EXACT)
			plain[len++] = v[i];
		else if (sym_alnum((unsigned char)v[i]))
			plain[len++] = (char)(v[i] >= 'a' ? v[i] - 0x20 :
			    v[i]);
	plain[len] = '\0';
	for (size_t i = 0; i < set->nallow; i++)
		if (set->allow[i].rule == rule &&
		    strcmp(set->allow[i].value, plain) == 0)
			return true;
	return false;
}

/* Does a mask stand at the run's cell vs: a rule's tag and stars? */
static bool
masked_before(const struct mask *m, uint32_t vs)
{
	const struct ruleset *set = &m->rules->set;
	const struct cell *c = m->c + m->head + vs;
	uint32_t left = m->n - m->head - vs;
	char tag[RULE_TAG_MAX];
	uint32_t n = 0;

	if (left < 5 || c[0].sym != '[')
		return false;
	while (n + 1 < RULE_TAG_MAX && n + 4 < left && c[n + 1].sym != ']') {
		tag[n] = (char)c[n + 1].sym;
		n++;
	}
	tag[n] = '\0';
	if (c[n + 1].sym != ']' || c[n + 2].sym != '*' || c[n + 3].sym != '*')
		return false;
	for (size_t i = 0; i < set->n; i++)
		if (strcmp(set->rule[i].tag, tag) == 0)
			return true;
	return false;
}

/* Is the run's first len cells a match of rule, next being what follows? */
static bool
candidate(const struct mask *m, uint16_t rule, uint32_t len, uint8_t next)
{
	const struct rule *r = &m->rules->set.rule[rule];
	char v[RULE_RUN_MAX + 1];
	uint32_t vs, n = 0;

	if (!bound_allows(r->right, sym_prev(next)) ||
	    (r->right == BOUND_HOST && (next == ':' || next == '~')))
		return false;
	vs = match_value_start(m, rule, len);
	if (len > RULE_RUN_MAX || vs + (uint32_t)r->after >= len ||
	    masked_before(m, vs))
		return false;
	for (uint32_t i = vs; i < len - (uint32_t)r->after; i++)
		v[n++] = (char)m->c[m->head + i].sym;
	for (int i = 0; i < r->nchecks; i++)
		if (!check_value(&r->check[i], v, n))
			return false;
	/* last: looking for words takes longest */
	return !allowed(m, rule, v, n) && match_possible(m, rule, vs);
}

/* The best rule that accepts the first len cells, or -1.  A munch rule that
 * fails here is noted in *munched and not tried with fewer cells. */
static int
best_at(const struct mask *m, uint32_t len, uint8_t next, uint64_t *munched)
{
	const struct rule *all = m->rules->set.rule;
	unsigned n;
	const uint16_t *acc = dfa_accepted(&m->rules->dfa,
	    m->c[m->head + len - 1].state, &n);
	int best = -1;

	for (unsigned i = 0; i < n; i++) {
		uint64_t bit = (uint64_t)1 << (acc[i] % 64);

		if (!rule_enabled(m, acc[i]) ||
		    (all[acc[i]].munch && (*munched & bit) != 0))
			continue;
		if (!candidate(m, acc[i], len, next)) {
			if (all[acc[i]].munch)
				*munched |= bit;
			continue;
		}
		if (best < 0 || all[acc[i]].priority > all[best].priority)
			best = acc[i];
	}
	return best;
}

bool
match_commit(struct mask *m, bool end)
{
	uint64_t munched = 0;
	uint32_t last = m->n - m->pend;

	for (uint32_t len = m->pos; len > 0; len--) {
		uint8_t next = m->head + len < last ?
		    m->c[m->head + len].sym : SYM_BREAK;
		int rule;

		if (m->c[m->head + len - 1].state < m->rules->dfa.accept_min ||
		    (m->head + len >= last && !end))
			continue;
		rule = best_at(m, len, next, &munched);
		if (rule < 0)
			continue;
		commit_value(m, (uint16_t)rule,
		    match_value_start(m, (uint16_t)rule, len),
		    len - (uint32_t)m->rules->set.rule[rule].after, len);
		return true;
	}
	return false;
}

/* The run cannot go on: commit its best match or give up one cell. */
static void
resolve(struct mask *m, bool end)
{
	m->timeout_rule = -1;
	if (match_commit(m, end))
		return;
	emit_to(m, cell_end(m, m->head));
	cells_drop(m, 1);
}

static void
text_step(struct mask *m)
{
	const struct dfa *d = &m->rules->dfa;
	struct cell *c = &m->c[m->head + m->pos];
	uint16_t q = m->pos > 0 ? c[-1].state :
	    d->start[sym_prev(hist_last(m, 0))];

	q = dfa_step(d, q, c->sym);
	if (q != 0 && any_enabled(m, q)) {
		c->state = q;
		if (++m->pos > RULE_RUN_MAX)
			resolve(m, false);
	} else if (m->pos > 0) {
		resolve(m, false);
	} else {
		emit_to(m, cell_end(m, m->head));
		cells_drop(m, 1);
	}
}

void
match_cells(struct mask *m)
{
	while (!m->failed && m->head + m->pos < m->n - m->pend) {
		if (m->mode == MODE_RUN)
			run_step(m);
		else if (m->mode == MODE_BLOCK)
			block_step(m);
		else
			text_step(m);
	}
}

void
match_end(struct mask *m)
{
	m->pend = false;
	match_cells(m);
	while (!m->failed && m->head < m->n) {
		if (m->mode == MODE_BLOCK)
			block_end(m);
		else
			resolve(m, true);
		match_cells(m);
	}
	if (m->mode == MODE_RUN)
		run_end(m);
	if (m->mode == MODE_BLOCK)
		block_end(m);
}
