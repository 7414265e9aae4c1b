/* SPDX-License-Identifier: BSD-2-Clause
 * What waits, and for how long (the live view's T1 and T2). */
#include "recorder/mask/engine.h"

/* Does the run's last state hold a rule that has read hold_k symbols of its
 * value?  Returns the rule, or -1; of several one that masks at T2. */
static int
strong_rule(const struct mask *m)
{
	unsigned n;
	const uint16_t *live;
	int found = -1;

	if (m->pos == 0)
		return -1;
	live = dfa_live(&m->rules->dfa, m->c[m->head + m->pos - 1].state, &n);
	for (unsigned i = 0; i < n; i++) {
		uint16_t rule = LIVE_RULE(live[i]);
		const struct rule *r = &m->rules->set.rule[rule];
		uint32_t vs;

		if ((live[i] & LIVE_VALUE) == 0 || r->action != ACTION_MASK)
			continue;
		vs = match_value_start(m, rule, m->pos);
		if (m->pos - vs < (uint32_t)r->hold_k ||
		    !match_possible(m, rule, vs))
			continue;
		if (!r->timeout_release)
			return rule;
		found = rule;
	}
	return found;
}

/* Is the rule that a time-out masked for still alive? */
static bool
still_live(const struct mask *m, uint16_t rule)
{
	unsigned n;
	const uint16_t *live;

	if (m->pos == 0)
		return false;
	live = dfa_live(&m->rules->dfa, m->c[m->head + m->pos - 1].state, &n);
	for (unsigned i = 0; i < n; i++)
		if (LIVE_RULE(live[i]) == rule)
			return (live[i] & LIVE_VALUE) != 0;
	return false;
}

void
hold_settle(struct mask *m)
{
	uint32_t end = tok_in_utf8(&m->tok) ? m->tokstart : m->rawlen;

	m->strong = false;
	if (m->head == m->n) {
		emit_to(m, end);
		return;
	}
	if (m->mode == MODE_BLOCK) {
		m->strong = block_in_line(m);
		return;
	}
	if (m->mode == MODE_RUN)
		return; /* an underscore: a part of the run if it is struck */
	if (m->pos == 0) { /* only a cell that may be struck over */
		const struct dfa *d = &m->rules->dfa;

		/* a recording waits for what may be struck over it */
		if (m->o.view == MASK_LIVE && dfa_step(d,
		    d->start[sym_prev(hist_last(m, 0))],
		    m->c[m->head].sym) == 0)
			emit_to(m, end);
		return;
	}
	if (m->timeout_rule >= 0) {
		uint16_t rule = (uint16_t)m->timeout_rule;

		if (still_live(m, rule))
			mask_timeout(m, rule,
			    match_value_start(m, rule, m->pos));
	}
	m->strong = strong_rule(m) >= 0;
}

void
hold_expire(struct mask *m)
{
	int rule;

	if (m->mode == MODE_RUN) {
		m->pend = false; /* it underlines nothing, and ends the run */
		match_cells(m);
	}
	if (!m->strong) {
		emit_to(m, m->rawlen);
		return;
	}
	if (m->mode == MODE_BLOCK) {
		block_timeout(m);
		return;
	}
	rule = strong_rule(m);
	if (match_commit(m, true)) {
		match_cells(m);
		hold_settle(m);
	} else if (rule < 0 || m->rules->set.rule[rule].timeout_release) {
		emit_to(m, m->rawlen);
	} else {
		mask_timeout(m, (uint16_t)rule,
		    match_value_start(m, (uint16_t)rule, m->pos));
		emit_to(m, m->rawlen);
	}
}
