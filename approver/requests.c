/* SPDX-License-Identifier: BSD-2-Clause
 * requests.c - asking for a role: request, extend, status, cancel, wait. */
#include <string.h>

#include "approver/ledger.h"
#include "lib/clock.h"
#include "lib/err.h"
#include "lib/wire.h"

#define SECOND_US INT64_C(1000000)
#define ENDS_A_TICK 100

/* ---- what a person has open ------------------------------------------- */

struct open_requests {
	const char *role;
	size_t n;
	char same[ID_MAX];	/* of this role, "" none */
};

static int
count_open(void *arg, const struct request *r)
{
	struct open_requests *o = arg;

	o->n++;
	if (strcmp(r->role, o->role) == 0)
		(void)snprintf(o->same, sizeof(o->same), "%s", r->id);
	return 0;
}

struct held {
	const struct turn *t;
	const char *role;
	bool found;
	struct grant grant;
};

static int
hold(void *arg, const struct grant *g)
{
	struct held *h = arg;

	if (h->t->now_us >= g->until_us || strcmp(h->role, g->role) != 0 ||
	    strcmp(g->host, h->t->l->policy.host) != 0)
		return 0;
	h->found = true;
	h->grant = *g;
	return 1;
}

static int
held_grant(const struct turn *t, const char *role, struct held *ret,
    struct err *e)
{
	const struct book_want w = { .person = t->who->person, .open = true };

	*ret = (struct held){ .t = t, .role = role };
	return book_grants(t->l->book, &w, t->now_us, hold, ret, e) < 0 ?
	    -1 : 0;
}

static int
check_open(const struct turn *t, const char *role, struct err *e)
{
	const struct book_want w = { .person = t->who->person, .open = true };
	struct open_requests o = { .role = role };

	if (book_requests(t->l->book, &w, t->now_us, count_open, &o, e) < 0)
		return -1;
	if (o.same[0] != '\0')
		return err_set(e, ERR_CONFLICT, "you have asked for %s "
		    "already: %s waits (status, cancel)", role, o.same);
	if (o.n >= AUTHORITY_OPEN_MAX)
		return err_set(e, ERR_LIMIT, "you have %zu open requests, "
		    "more are not taken: cancel one", o.n);
	return 0;
}

/* ---- asking ----------------------------------------------------------- */

/* The role, if this person may ask for it and for so long. */
static const struct role *
wanted_role(const struct turn *t, const char *name, int64_t for_us,
    struct err *e)
{
	const struct role *role = policy_role(&t->l->policy, name);
	char length[CLOCK_TEXT_MAX];

	/* who may not ask is told the same as for a role there is not */
	if (role == NULL || !authority_may_ask(&role->request,
	    peer_match(t->who, &role->request))) {
		(void)err_set(e, ERR_DENIED, "no role %s that you may ask "
		    "for: see roles", name);
		return NULL;
	}
	if (for_us > role->max_us || for_us < SECOND_US) {
		clock_duration_format(role->max_us, length);
		(void)err_set(e, ERR_USAGE, "%s is given for at most %s",
		    name, length);
		return NULL;
	}
	if (strspn(turn_str(t, "reason"), " \t") ==
	    strlen(turn_str(t, "reason"))) {
		(void)err_set(e, ERR_USAGE, "say why: --reason TEXT");
		return NULL;
	}
	return role;
}

static int
ask_for(struct turn *t, const struct role *role, const char *extends,
    json_t **answer, struct err *e)
{
	static struct request r;

	r = (struct request){ .for_us = turn_int(t, "for_s") * SECOND_US,
	    .asked_us = t->now_us, .lapse_us = t->now_us + role->lapse_us,
	    .quorum = role->quorum, .state = "pending" };
	(void)snprintf(r.person, sizeof(r.person), "%s", t->who->person);
	(void)snprintf(r.role, sizeof(r.role), "%s", role->name);
	(void)snprintf(r.account, sizeof(r.account), "%s", role->account);
	(void)snprintf(r.host, sizeof(r.host), "%s", t->l->policy.host);
	(void)snprintf(r.reason, sizeof(r.reason), "%s",
	    turn_str(t, "reason"));
	(void)snprintf(r.ticket, sizeof(r.ticket), "%s",
	    turn_str(t, "ticket"));
	(void)snprintf(r.extends, sizeof(r.extends), "%s", extends);
	if (id_make('r', r.id, e) < 0 || book_add_request(t->l->book, &r,
	    t->l->policy.digest, e) < 0)
		return -1;
	ledger_changed(t->l, r.id);
	*answer = show_request(t->l, &r, t->who, false, t->now_us);
	(void)json_object_set_new(*answer, "ok", json_true());
	return 0;
}

int
verb_request(struct turn *t, json_t **answer, struct err *e)
{
	const char *name = turn_str(t, "role");
	const struct role *role = wanted_role(t, name,
	    turn_int(t, "for_s") * SECOND_US, e);
	struct held h;

	if (role == NULL || check_open(t, name, e) < 0 ||
	    held_grant(t, name, &h, e) < 0)
		return -1;
	if (h.found)
		return err_set(e, ERR_CONFLICT, "you hold %s already (%s): "
		    "to keep it longer, extend", name, h.grant.id);
	return ask_for(t, role, "", answer, e);
}

/* The grant to prolong: as named, else the only one held. */
struct only {
	const struct turn *t;
	size_t n;
	struct grant grant;
};

static int
count_held(void *arg, const struct grant *g)
{
	struct only *o = arg;

	if (o->t->now_us < g->until_us &&
	    strcmp(g->host, o->t->l->policy.host) == 0) {
		o->grant = *g;
		o->n++;
	}
	return 0;
}

static int
own_grant(const struct turn *t, struct grant *ret, struct err *e)
{
	const struct book_want w = { .person = t->who->person, .open = true };
	struct only o = { .t = t };
	int rc;

	if (turn_str(t, "grant")[0] != '\0') {
		rc = book_grant(t->l->book, turn_str(t, "grant"), ret, e);
		if (rc < 0)
			return -1;
		if (rc == 0 || strcmp(ret->person, t->who->person) != 0 ||
		    strcmp(ret->state, "active") != 0)
			return err_set(e, ERR_NOT_FOUND, "%s: no grant of "
			    "yours in force", turn_str(t, "grant"));
		return 0;
	}
	if (book_grants(t->l->book, &w, t->now_us, count_held, &o, e) < 0)
		return -1;
	if (o.n != 1)
		return err_set(e, ERR_USAGE, o.n == 0 ? "you hold no grant "
		    "here: request one" : "you hold several grants: say "
		    "which (extend GRANT)");
	*ret = o.grant;
	return 0;
}

int
verb_extend(struct turn *t, json_t **answer, struct err *e)
{
	int64_t for_us = turn_int(t, "for_s") * SECOND_US;
	const struct role *role;
	struct grant g;

	if (own_grant(t, &g, e) < 0)
		return -1;
	role = wanted_role(t, g.role, for_us, e);
	if (role == NULL || check_open(t, g.role, e) < 0)
		return -1;
	if (t->now_us + for_us <= g.until_us)
		return err_set(e, ERR_USAGE, "%s lasts longer than that "
		    "already; the time asked for counts from now", g.id);
	return ask_for(t, role, g.id, answer, e);
}

/* ---- own requests ----------------------------------------------------- */

/* A request of the person who asks: 0, or -1 with *e. */
static int
own_request(const struct turn *t, struct request *ret, struct err *e)
{
	int rc = book_request(t->l->book, turn_str(t, "request"), ret, e);

	if (rc < 0)
		return -1;
	if (rc == 0 || strcmp(ret->person, t->who->person) != 0)
		return err_set(e, ERR_NOT_FOUND, "%s: no request of yours",
		    turn_str(t, "request"));
	return 0;
}

static int
add_request(void *arg, const struct request *r)
{
	struct page *p = arg;

	/* names, ids and numbers beside the texts are below 1 KiB */
	if (page_take(p, 1024 + strlen(r->reason) + strlen(r->ticket)) < 0)
		return 1;
	return json_array_append_new(p->list, show_request(p->t->l, r,
	    p->t->who, false, p->t->now_us));
}

int
verb_status(struct turn *t, json_t **answer, struct err *e)
{
	static struct request r;
	struct book_want w = { .person = t->who->person,
	    .since_us = t->now_us - INT64_C(7) * 86400 * SECOND_US,
	    .skip = (size_t)turn_int(t, "after") };
	struct page p = { .t = t, .list = json_array() };
	int rc;

	if (turn_str(t, "request")[0] != '\0') {
		rc = own_request(t, &r, e);
		if (rc == 0)
			rc = add_request(&p, &r);
	} else {
		rc = book_requests(t->l->book, &w, t->now_us, add_request,
		    &p, e);
	}
	if (rc < 0) {
		json_decref(p.list);
		return -1;
	}
	*answer = json_pack("{s:b, s:o, s:b}", "ok", 1, "requests", p.list,
	    "more", (int)p.more);
	return 0;
}

int
verb_cancel(struct turn *t, json_t **answer, struct err *e)
{
	static struct request r;

	if (own_request(t, &r, e) < 0)
		return -1;
	if (strcmp(r.state, "pending") != 0)
		return err_set(e, ERR_CONFLICT, "%s is %s already", r.id,
		    r.state);
	if (book_end_request(t->l->book, &r, "cancelled", e) < 0)
		return -1;
	ledger_changed(t->l, r.id);
	*answer = json_pack("{s:b, s:s}", "ok", 1, "request", r.id);
	return 0;
}

static void
wait_no_more(void *arg)
{
	((struct client *)arg)->waits[0] = '\0';
}

int
verb_wait(struct turn *t, json_t **answer, struct err *e)
{
	static struct request r;
	struct client *c = t->item->client;

	if (own_request(t, &r, e) < 0)
		return -1;
	*answer = request_news(t->l, r.id, e);
	if (*answer == NULL)
		return -1;
	if (strcmp(r.state, "pending") == 0) {
		(void)snprintf(c->waits, sizeof(c->waits), "%s", r.id);
		ledger_undo(t->l, wait_no_more, c);
	}
	return 0;
}

/* ---- roles, whoami ---------------------------------------------------- */

static json_t *
show_role(const struct turn *t, const struct role *role)
{
	const struct book_want w = { .person = t->who->person, .open = true };
	struct open_requests o = { .role = role->name };
	char when[CLOCK_TEXT_MAX], now[LEDGER_NOW_MAX] = "";
	struct held h;

	(void)book_requests(t->l->book, &w, t->now_us, count_open, &o, NULL);
	if (held_grant(t, role->name, &h, NULL) == 0 && h.found) {
		clock_format(h.grant.until_us, when);
		(void)snprintf(now, sizeof(now), "yours until %.16sZ", when);
	} else if (o.same[0] != '\0') {
		(void)snprintf(now, sizeof(now), "asked: %s", o.same);
	}
	return json_pack("{s:s, s:s, s:s, s:I, s:s, s:i, s:s, s:s}",
	    "role", role->name, "account", role->account, "about",
	    role->about == NULL ? "" : role->about, "max_s",
	    (json_int_t)(role->max_us / SECOND_US), "approvers",
	    role->approve_text, "quorum", (int)role->quorum, "transfer",
	    role->transfer, "now", now);
}

int
verb_roles(struct turn *t, json_t **answer, struct err *e)
{
	struct page p = { .t = t, .list = json_array(),
	    .skip = (size_t)turn_int(t, "after") };

	(void)e;
	for (size_t i = 0; i < t->l->policy.roles && !p.more; i++) {
		const struct role *role = &t->l->policy.role[i];

		if (authority_may_ask(&role->request, peer_match(t->who,
		    &role->request)) && page_take(&p, 1024 +
		    strlen(role->approve_text) + (role->about == NULL ? 0 :
		    strlen(role->about))) == 1)
			(void)json_array_append_new(p.list,
			    show_role(t, role));
	}
	*answer = json_pack("{s:b, s:o, s:b}", "ok", 1, "roles", p.list,
	    "more", (int)p.more);
	return 0;
}

static int
add_held(void *arg, const struct grant *g)
{
	struct page *p = arg;

	if (p->t->now_us < g->until_us)
		(void)json_array_append_new(p->list, show_grant(p->t->l, g));
	return json_array_size(p->list) >= 64;
}

int
verb_whoami(struct turn *t, json_t **answer, struct err *e)
{
	const struct book_want w = { .person = t->who->person, .open = true };
	struct page p = { .t = t, .list = json_array() };

	if (book_grants(t->l->book, &w, t->now_us, add_held, &p, e) < 0) {
		json_decref(p.list);
		return -1;
	}
	*answer = json_pack("{s:b, s:s, s:s, s:s, s:o}", "ok", 1, "person",
	    t->who->person, "name", t->who->name, "conn", t->who->conn,
	    "grants", p.list);
	return 0;
}

/* ---- time ------------------------------------------------------------- */

int
requests_tick(struct ledger *l, int64_t now_us, struct err *e)
{
	static struct request r;
	struct grant g;
	int rc = 1;

	for (int i = 0; i < ENDS_A_TICK && rc == 1; i++) {
		rc = book_lapsed(l->book, now_us, &r, e);
		if (rc == 1) {
			if (book_end_request(l->book, &r, "lapsed", e) < 0)
				return -1;
			ledger_changed(l, r.id);
		}
	}
	for (int i = 0; i < ENDS_A_TICK && rc >= 0; i++) {
		rc = book_expired(l->book, now_us, &g, e);
		if (rc != 1)
			break;
		if (book_end_grant(l->book, &g, "expired", NULL, NULL, e) < 0)
			return -1;
	}
	return rc < 0 ? -1 : 0;
}
