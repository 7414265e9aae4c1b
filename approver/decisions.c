/* SPDX-License-Identifier: BSD-2-Clause
 * decisions.c - yes, no and no more: approve, deny, revoke, ls, show. */
#include <string.h>

#include "approver/ledger.h"
#include "lib/err.h"
#include "lib/wire.h"

#define SECOND_US INT64_C(1000000)
#define GRACE_US (60 * SECOND_US)	/* from a revocation to the end */

/* ---- deciding --------------------------------------------------------- */

struct case_file {
	struct request r;
	struct decision d[BOOK_VOTES + 1];
	size_t n;
	const struct role *role;
};

/* What is decided on, if it may be seen and stands as it was shown. */
static int
open_case(struct turn *t, struct case_file *c, struct err *e)
{
	const char *expect = turn_str(t, "expect");
	char now[32];
	int rc = book_request(t->l->book, turn_str(t, "request"), &c->r, e);

	if (rc < 0)
		return -1;
	if (rc == 0 || (strcmp(c->r.person, t->who->person) != 0 &&
	    !may_decide(t->l, t->who, &c->r)))
		return err_set(e, ERR_DENIED, "%s: no request that is yours "
		    "to decide", turn_str(t, "request"));
	rc = book_decisions(t->l->book, c->r.id, c->d, e);
	if (rc < 0)
		return -1;
	c->n = (size_t)rc;
	c->role = policy_role(&t->l->policy, c->r.role);
	if (c->role == NULL)
		return err_set(e, ERR_CONFLICT, "the role %s is gone from "
		    "the configuration", c->r.role);
	if (strcmp(c->r.state, "pending") != 0)
		return err_set(e, ERR_CONFLICT, "%s is %s already", c->r.id,
		    c->r.state);
	request_expect(&c->r, c->n, now);
	if (expect[0] != '\0' && strcmp(expect, now) != 0)
		return err_set(e, ERR_CONFLICT, "somebody has decided since "
		    "you looked: show %s", c->r.id);
	for (size_t i = 0; i < c->n; i++)
		if (strcmp(c->d[i].person, t->who->person) == 0)
			return err_set(e, ERR_CONFLICT, "you have decided on "
			    "%s already", c->r.id);
	if (c->n == BOOK_VOTES)
		return err_set(e, ERR_LIMIT, "too many decisions on %s",
		    c->r.id);
	return 0;
}

/* May they, and then their word is written down. */
static int
decide(struct turn *t, struct case_file *c, bool approve, struct err *e)
{
	struct decision *d = &c->d[c->n];
	const struct choice choice = { .requester = c->r.person,
	    .decider = t->who->person,
	    .has = peer_match(t->who, &c->role->approve), .approve = approve,
	    .asked_us = c->r.for_us,
	    .for_us = turn_int(t, "for_s") * SECOND_US, .now_us = t->now_us,
	    .lapse_us = c->r.lapse_us };

	if (authority_may_decide(&choice, e) < 0)
		return -1;
	*d = (struct decision){ .approve = approve, .at_us = t->now_us,
	    .for_us = choice.for_us == 0 ? c->r.for_us : choice.for_us };
	(void)snprintf(d->person, sizeof(d->person), "%s", t->who->person);
	(void)snprintf(d->message, sizeof(d->message), "%s",
	    turn_str(t, "message"));
	(void)snprintf(d->groups, sizeof(d->groups), "%s", t->who->groups);
	if (book_add_decision(t->l->book, &c->r, d, e) < 0)
		return -1;
	c->n++;
	ledger_changed(t->l, c->r.id);
	return 0;
}

/* Enough have said yes. */
static int
issue(struct turn *t, const struct case_file *c, int64_t for_us,
    struct grant *g, struct err *e)
{
	struct grant old;

	*g = (struct grant){ .from_us = t->now_us,
	    .until_us = t->now_us + for_us, .state = "active" };
	(void)snprintf(g->request, sizeof(g->request), "%s", c->r.id);
	(void)snprintf(g->person, sizeof(g->person), "%s", c->r.person);
	(void)snprintf(g->role, sizeof(g->role), "%s", c->r.role);
	(void)snprintf(g->account, sizeof(g->account), "%s", c->r.account);
	(void)snprintf(g->host, sizeof(g->host), "%s", c->r.host);
	if (id_make('g', g->id, e) < 0 || book_add_grant(t->l->book, g,
	    t->l->policy.digest, e) < 0)
		return -1;
	if (c->r.extends[0] == '\0' ||
	    book_grant(t->l->book, c->r.extends, &old, NULL) != 1 ||
	    strcmp(old.state, "active") != 0)
		return 0;
	if (old.until_us >= g->until_us)
		return 0; /* less than was left: the old one goes on too */
	if (book_end_grant(t->l->book, &old, "replaced", NULL, NULL, e) < 0)
		return -1;
	channels_extend(t->l, g, old.id);
	return 0;
}

int
verb_approve(struct turn *t, json_t **answer, struct err *e)
{
	static struct case_file c;
	struct grant g = { .id = "" };
	struct tally tally;

	if (t->l->frozen)
		return err_set(e, ERR_UNAVAILABLE, "the clock of this host "
		    "stepped: no new grants until an administrator has "
		    "looked");
	if (open_case(t, &c, e) < 0)
		return -1;
	if (locks_refuse(t->l, c.r.person, e) < 0)
		return err_prefix(e, "who asks is");
	if (decide(t, &c, true, e) < 0)
		return -1;
	tally = request_tally(t->l, &c.r, c.d, c.n);
	if (tally.verdict == VERDICT_GRANTED &&
	    issue(t, &c, tally.for_us, &g, e) < 0)
		return -1;
	*answer = json_pack("{s:b, s:s, s:i}", "ok", 1, "request", c.r.id,
	    "missing", (int)tally.missing);
	if (g.id[0] != '\0') {
		(void)json_object_set_new(*answer, "grant",
		    json_string(g.id));
		(void)json_object_set_new(*answer, "until_us",
		    json_integer(g.until_us));
	}
	return 0;
}

int
verb_deny(struct turn *t, json_t **answer, struct err *e)
{
	static struct case_file c;

	if (open_case(t, &c, e) < 0 || decide(t, &c, false, e) < 0)
		return -1;
	*answer = json_pack("{s:b, s:s}", "ok", 1, "request", c.r.id);
	return 0;
}

/* ---- no more ---------------------------------------------------------- */

/* An approver of the role, or who holds it. */
static bool
may_revoke(const struct turn *t, const struct grant *g)
{
	const struct role *role = policy_role(&t->l->policy, g->role);

	return strcmp(g->person, t->who->person) == 0 || (role != NULL &&
	    peer_match(t->who, &role->approve) != 0);
}

int
verb_revoke(struct turn *t, json_t **answer, struct err *e)
{
	bool at_once = turn_bool(t, "kill");
	char text[BOOK_TEXT_MAX + BOOK_NAME_MAX + 80];
	struct grant g;
	unsigned n;
	int rc = book_grant(t->l->book, turn_str(t, "grant"), &g, e);

	if (rc < 0)
		return -1;
	if (rc == 0 || !may_revoke(t, &g))
		return err_set(e, ERR_DENIED, "%s: no grant that is yours to "
		    "revoke", turn_str(t, "grant"));
	if (strcmp(g.state, "active") != 0)
		return err_set(e, ERR_CONFLICT, "%s is over already (%s)",
		    g.id, g.state);
	if (book_end_grant(t->l->book, &g, "revoked", t->who->person,
	    turn_str(t, "message"), e) < 0)
		return -1;
	/* whoever is thrown out signs in again before coming back */
	remember_forget(t->l->remembered, g.person);
	(void)snprintf(text, sizeof(text), "warrant: %s revoked your grant"
	    "%s: \"%s\"", t->who->name, at_once ? "" : "; this session ends "
	    "in one minute", turn_str(t, "message"));
	n = channels_end_grant(t->l, g.id, "grant-revoked", text,
	    at_once ? 0 : t->now_us + GRACE_US);
	*answer = json_pack("{s:b, s:s, s:i}", "ok", 1, "grant", g.id,
	    "ended", (int)n);
	return 0;
}

/* ---- looking ---------------------------------------------------------- */

static bool
sees_request(const struct turn *t, const struct request *r)
{
	return strcmp(r->person, t->who->person) == 0 ||
	    may_decide(t->l, t->who, r);
}

static int
look_request(void *arg, const struct request *r)
{
	struct page *k = arg;
	int rc = !sees_request(k->t, r) ? 0 : page_take(k, 1024 +
	    strlen(r->reason) + strlen(r->ticket));

	if (rc == 1)
		(void)json_array_append_new(k->list, show_request(k->t->l, r,
		    k->t->who, false, k->t->now_us));
	return rc < 0;
}

static int
look_grant(void *arg, const struct grant *g)
{
	struct page *k = arg;
	int rc = !may_revoke(k->t, g) ? 0 : page_take(k, 1024);

	if (rc == 1)
		(void)json_array_append_new(k->list, show_grant(k->t->l, g));
	return rc < 0;
}

int
verb_ls(struct turn *t, json_t **answer, struct err *e)
{
	const char *state = turn_str(t, "state"), *what = turn_str(t, "what");
	struct book_want w = { .open = strcmp(state, "all") != 0,
	    .since_us = turn_int(t, "since_us") };
	struct page r = { .t = t, .list = json_array(),
	    .skip = (size_t)turn_int(t, "after") };
	struct page g = { .t = t, .list = json_array(), .skip = r.skip };
	int rc = 0;

	if (state[0] != '\0' && strcmp(state, "all") != 0 &&
	    strcmp(state, "pending") != 0)
		rc = err_set(e, ERR_USAGE, "%s: pending or all", state);
	if (rc == 0 && strcmp(what, "grants") != 0)
		rc = book_requests(t->l->book, &w, t->now_us, look_request,
		    &r, e);
	if (rc >= 0 && strcmp(what, "requests") != 0)
		rc = book_grants(t->l->book, &w, t->now_us, look_grant, &g,
		    e);
	if (rc < 0) {
		json_decref(r.list);
		json_decref(g.list);
		return -1;
	}
	*answer = json_pack("{s:b, s:o, s:o, s:b}", "ok", 1, "requests",
	    r.list, "grants", g.list, "more", (int)(r.more || g.more));
	if (what[0] != '\0') /* one list alone can be paged */
		(void)json_object_del(*answer, strcmp(what, "grants") == 0 ?
		    "requests" : "grants");
	return 0;
}

int
verb_show(struct turn *t, json_t **answer, struct err *e)
{
	const char *request = turn_str(t, "request");
	static struct request r;
	struct grant g;
	int rc;

	if (request[0] != '\0') {
		rc = book_request(t->l->book, request, &r, e);
		if (rc == 1 && sees_request(t, &r)) {
			*answer = json_pack("{s:b, s:o}", "ok", 1,
			    "show_request", show_request(t->l, &r, t->who,
			    true, t->now_us));
			return 0;
		}
	} else {
		request = turn_str(t, "grant");
		rc = book_grant(t->l->book, request, &g, e);
		if (rc == 1 && may_revoke(t, &g)) {
			*answer = json_pack("{s:b, s:o}", "ok", 1,
			    "show_grant", show_grant(t->l, &g));
			return 0;
		}
	}
	return rc < 0 ? -1 : err_set(e, ERR_NOT_FOUND, "%s: none that you "
	    "may see", request);
}
