/* SPDX-License-Identifier: BSD-2-Clause
 * The tests a rule file carries, run through the engine. */
#include <string.h>

#include "lib/buf.h"
#include "recorder/mask/engine.h"

struct seen {
	unsigned events;
};

static void
count(void *ctx, const struct mask_event *ev)
{
	struct seen *s = ctx;

	(void)ev;
	s->events++;
}

/* One test with its rule alone, as a recording of text off a terminal. */
static int
run_test(const struct mask_rules *r, const struct rule_test *t, struct err *e)
{
	const struct rule *rule = &r->set.rule[t->rule];
	struct seen seen = { 0 };
	struct mask_options o = { .view = MASK_RECORD, .only = rule->id,
	    .event = count, .ctx = &seen };
	struct buf out = BUF_INIT(2 * t->len + 64);
	struct mask *m = mask_new(r, &o, e);
	int rc = -1;

	if (m == NULL)
		return -1;
	if (mask_feed(m, t->text, t->len, 0, &out, e) < 0 ||
	    mask_flush(m, &out, e) < 0)
		goto out;
	if ((seen.events > 0) != t->wanted) {
		(void)err_set(e, ERR_CONFIG, "line %u: rule %s: test failed: "
		    "%s \"%.*s\"", t->line, rule->id,
		    t->wanted ? "does not match" : "matches",
		    (int)(t->len > 100 ? 100 : t->len), t->text);
		goto out;
	}
	if (t->masked != NULL && (out.len != t->masked_len ||
	    memcmp(out.p, t->masked, out.len) != 0)) {
		(void)err_set(e, ERR_CONFIG, "line %u: rule %s: test failed: "
		    "comes out as \"%.*s\"", t->line, rule->id,
		    (int)(out.len > 200 ? 200 : out.len), out.p);
		goto out;
	}
	rc = 0;
out:
	buf_clear(&out);
	mask_free(m);
	return rc;
}

int
mask_rules_test(const struct mask_rules *r, size_t *ran, struct err *e)
{
	*ran = 0;
	for (size_t i = 0; i < r->set.ntest; i++) {
		const struct rule *rule = &r->set.rule[r->set.test[i].rule];

		if ((rule->profiles & r->profiles) == 0 ||
		    rule->action == ACTION_OFF)
			continue;
		if (run_test(r, &r->set.test[i], e) < 0)
			return -1;
		++*ran;
	}
	return 0;
}
