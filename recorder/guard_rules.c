/* SPDX-License-Identifier: BSD-2-Clause
 * guard_rules.c - the rules of each role, and which of them fits. */
#include <stdlib.h>
#include <string.h>

#include "lib/err.h"
#include "recorder/guard.h"

int
guard_rules_take(struct guard *g, struct gchannel *c, const json_t *rules,
    struct err *e)
{
	struct ruleset *set = &g->set[g->sets];
	json_t *none = NULL;
	char *text;

	if (rules == NULL)
		rules = none = json_array();
	text = json_dumps(rules, JSON_COMPACT | JSON_SORT_KEYS);
	for (size_t i = 0; text != NULL && i < g->sets; i++)
		if (strcmp(g->set[i].text, text) == 0) {
			c->rules = &g->set[i].rules;
			free(text);
			json_decref(none);
			return 0;
		}
	if (text == NULL) {
		json_decref(none);
		return err_set(e, ERR_INPUT, "rules that are no JSON");
	}
	if (g->sets == GUARD_CHANNELS ||
	    rules_parse(rules, &set->rules, e) < 0) {
		free(text);
		json_decref(none);
		return g->sets < GUARD_CHANNELS ? -1 : err_set(e, ERR_LIMIT,
		    "too many roles on one connection");
	}
	set->text = text;
	c->rules = &set->rules;
	g->sets++;
	json_decref(none);
	return 0;
}

void
guard_rules_free(struct guard *g)
{
	for (size_t i = 0; i < g->sets; i++) {
		free(g->set[i].text);
		rules_clear(&g->set[i].rules);
	}
	g->sets = 0;
}

static struct rule_facts
facts_of(const struct caller *c)
{
	return (struct rule_facts){ .exe = c->exe, .argv = c->argv.p == NULL ?
	    "" : c->argv.p, .argv_len = c->argv.len, .euid = c->euid,
	    .dev = c->dev, .ino = c->ino, .path = c->path };
}

static const struct rules *
own_rules(const struct gchannel *ch)
{
	return ch == NULL ? NULL : ch->rules;
}

const struct rule *
guard_rule(const struct guard *g, const struct gchannel *ch,
    const struct caller *c)
{
	const struct rule_facts f = facts_of(c);
	const struct rule *r;

	if (own_rules(ch) != NULL)
		return rules_find(ch->rules, &f);
	for (size_t i = 0; i < g->sets; i++) {
		r = rules_find(&g->set[i].rules, &f);
		if (r != NULL && r->action != RULE_LOG)
			return r;
	}
	return NULL;
}

bool
guard_enforces(const struct guard *g, const struct gchannel *ch)
{
	bool any = false;

	if (own_rules(ch) != NULL)
		return rules_enforce(ch->rules);
	for (size_t i = 0; i < g->sets; i++)
		any = any || rules_enforce(&g->set[i].rules);
	return any;
}

bool
guard_rules_second(const struct guard *g, const struct gchannel *ch,
    bool approved, const struct caller *asked, const struct caller *is,
    const char **why)
{
	const struct rule_facts a = facts_of(asked), b = facts_of(is);

	if (own_rules(ch) != NULL || approved)
		return rules_second(own_rules(ch), approved, &a, &b, why);
	for (size_t i = 0; i < g->sets; i++)
		if (!rules_second(&g->set[i].rules, false, &a, &b, why))
			return false;
	return true;
}
