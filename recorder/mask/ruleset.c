/* SPDX-License-Identifier: BSD-2-Clause
 * All rules of the chosen profiles into one automaton. */
#include <stdlib.h>

#include "lib/err.h"
#include "recorder/mask/nfa.h"
#include "recorder/mask/rules.h"
#include "recorder/mask/sieve.h"

/* A rule that explodes alone is named; the whole has its own limit. */
static int
check_alone(const struct rule *r, const struct rule_source *s, uint16_t i,
    struct err *e)
{
	struct nfa one = { 0 };
	int rc = nfa_add(&one, i, r->left, &s->before, &s->value, &s->after,
	    e);

	if (rc == 0 && nfa_count_states(&one, DFA_RULE_STATES_MAX, e) < 0)
		rc = -1;
	if (rc < 0 && e != NULL && e->code == ERR_LIMIT) {
		e->code = ERR_CONFIG;
		(void)err_prefix(e, "rule %s (line %u)", r->id, s->line);
	}
	nfa_clear(&one);
	return rc;
}

int
ruleset_compile(const struct ruleset *set, uint32_t profiles,
    struct dfa *ret, struct sieve *starts, struct err *e)
{
	struct sieve_maker *k = calloc(1, sizeof(*k));
	uint8_t near[DFA_RULES_MAX / 8] = { 0 };
	struct nfa all = { 0 };
	struct dfa d = { 0 };
	int rc = -1;

	if (k == NULL)
		return err_set(e, ERR_MEMORY, "out of memory");
	for (size_t i = 0; i < set->n; i++) {
		const struct rule *r = &set->rule[i];
		const struct rule_source *s = &set->source[i];

		if ((r->profiles & profiles) == 0 || r->action == ACTION_OFF)
			continue;
		if (check_alone(r, s, (uint16_t)i, e) < 0 ||
		    nfa_add(&all, (uint16_t)i, r->left, &s->before,
		    &s->value, &s->after, e) < 0)
			goto out;
		if (r->near[0] != '\0' && s->before.len == 0)
			near[i / 8] |= (uint8_t)(1u << i % 8);
	}
	if (sieve_add_nfa(k, &all, near, e) < 0 || nfa_compile(&all, &d, e) < 0)
		goto out;
	sieve_finish(k, starts);
	*ret = d;
	rc = 0;
out:
	nfa_clear(&all);
	free(k);
	return rc;
}
