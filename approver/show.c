/* SPDX-License-Identifier: BSD-2-Clause
 * show.c - requests and grants as messages, and who may see them. */
#include <string.h>

#include "approver/ledger.h"
#include "lib/clock.h"
#include "lib/err.h"
#include "lib/wire.h"

#define SECOND_US INT64_C(1000000)

struct tally
request_tally(struct ledger *l, const struct request *r,
    const struct decision *d, size_t n)
{
	const struct role *role = policy_role(&l->policy, r->role);
	struct vote vote[BOOK_VOTES];

	if (role == NULL)
		return (struct tally){ .verdict = VERDICT_OPEN,
		    .missing = r->quorum };
	for (size_t i = 0; i < n; i++)
		vote[i] = (struct vote){ .who = d[i].person,
		    .has = groups_match(d[i].groups, &role->approve),
		    .approve = d[i].approve, .for_us = d[i].for_us };
	return authority_tally(&role->approve, r->quorum, r->person,
	    r->for_us, vote, n);
}

static void
put(json_t *o, const char *key, const char *text)
{
	if (text[0] != '\0')
		(void)json_object_set_new(o, key, json_string(text));
}

static json_t *
show_decisions(struct ledger *l, const struct decision *d, size_t n)
{
	json_t *list = json_array();

	for (size_t i = 0; i < n; i++) {
		char name[BOOK_NAME_MAX];
		json_t *o;

		book_name(l->book, d[i].person, name);
		o = json_pack("{s:s, s:s, s:s, s:I}", "verdict",
		    d[i].approve ? "approve" : "deny", "person", d[i].person,
		    "name", name, "at_us", (json_int_t)d[i].at_us);
		if (d[i].approve)
			(void)json_object_set_new(o, "for_s", json_integer(
			    d[i].for_us / SECOND_US));
		put(o, "message", d[i].message);
		(void)json_array_append_new(list, o);
	}
	return list;
}

bool
may_decide(struct ledger *l, const struct who *w, const struct request *r)
{
	const struct role *role = policy_role(&l->policy, r->role);

	return w != NULL && role != NULL &&
	    strcmp(w->person, r->person) != 0 &&
	    peer_match(w, &role->approve) != 0;
}

/* Changes with every decision: who decides on what he saw, decides once. */
void
request_expect(const struct request *r, size_t decisions, char ret[32])
{
	(void)snprintf(ret, 32, "%s:%zu", r->state, decisions);
}

static bool
decided(const struct who *w, const struct decision *d, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(d[i].person, w->person) == 0)
			return true;
	return false;
}

json_t *
show_request(struct ledger *l, const struct request *r,
    const struct who *viewer, bool all, int64_t now_us)
{
	static struct decision d[BOOK_VOTES];
	const struct role *role = policy_role(&l->policy, r->role);
	int n = book_decisions(l->book, r->id, d, NULL);
	struct tally t = request_tally(l, r, d, n < 0 ? 0 : (size_t)n);
	char name[BOOK_NAME_MAX], expect[32];
	struct grant g;
	json_t *o;

	(void)now_us;
	n = n < 0 ? 0 : n;
	book_name(l->book, r->person, name);
	request_expect(r, (size_t)n, expect);
	o = json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:I, s:I, s:I, s:s, "
	    "s:i, s:i, s:i, s:s, s:s}", "request", r->id, "person",
	    r->person, "name", name, "role", r->role, "account", r->account,
	    "host", r->host, "for_s", (json_int_t)(r->for_us / SECOND_US),
	    "asked_us", (json_int_t)r->asked_us, "lapse_us",
	    (json_int_t)r->lapse_us, "state", r->state, "have", (int)t.have,
	    "missing", (int)t.missing, "quorum", (int)r->quorum,
	    "approvers", role == NULL ? "(the role is gone)" :
	    role->approve_text, "expect", expect);
	put(o, "reason", r->reason);
	put(o, "ticket", r->ticket);
	put(o, "extends", r->extends);
	put(o, "grant", r->grant);
	if (r->grant[0] != '\0' && book_grant(l->book, r->grant, &g, NULL) ==
	    1)
		(void)json_object_set_new(o, "until_us",
		    json_integer(g.until_us));
	(void)json_object_set_new(o, "yours_to_decide", json_boolean(
	    strcmp(r->state, "pending") == 0 && viewer != NULL &&
	    may_decide(l, viewer, r) && !decided(viewer, d, (size_t)n)));
	if (all || n > 0)
		(void)json_object_set_new(o, "decisions",
		    show_decisions(l, d, (size_t)n));
	return o;
}

json_t *
show_grant(struct ledger *l, const struct grant *g)
{
	char name[BOOK_NAME_MAX];
	json_t *o;

	book_name(l->book, g->person, name);
	o = json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:I, s:I, s:s}",
	    "grant", g->id, "person", g->person, "name", name, "role",
	    g->role, "account", g->account, "host", g->host, "from_us",
	    (json_int_t)g->from_us, "until_us", (json_int_t)g->until_us,
	    "state", g->state);
	put(o, "request", g->request);
	if (g->ended_us != 0)
		(void)json_object_set_new(o, "ended_us",
		    json_integer(g->ended_us));
	return o;
}

/* ---- what those who wait hear ----------------------------------------- */

/* "Approved by Bob Brown for 1h: "read only please"" */
static void
tell_decision(struct ledger *l, const struct decision *d, char *ret,
    size_t size)
{
	char name[BOOK_NAME_MAX], length[CLOCK_TEXT_MAX];

	book_name(l->book, d->person, name);
	clock_duration_format(d->for_us, length);
	(void)snprintf(ret, size, "%s by %s%s%s%s%s%s",
	    d->approve ? "Approved" : "Denied", name,
	    d->approve ? " for " : "", d->approve ? length : "",
	    d->message[0] == '\0' ? "" : ": \"", d->message,
	    d->message[0] == '\0' ? "" : "\"");
}

json_t *
request_news(struct ledger *l, const char *request, struct err *e)
{
	static struct decision d[BOOK_VOTES];
	static struct request r;
	char text[BOOK_TEXT_MAX + 2 * BOOK_NAME_MAX];
	int rc = book_request(l->book, request, &r, e), n;
	json_t *o;

	if (rc == 0)
		(void)err_set(e, ERR_NOT_FOUND, "%s: no such request",
		    request);
	if (rc != 1)
		return NULL;
	n = book_decisions(l->book, r.id, d, e);
	o = show_request(l, &r, NULL, false, 0);
	(void)json_object_set_new(o, "ok", json_true());
	if (n > 0) {
		tell_decision(l, &d[n - 1], text, sizeof(text));
		put(o, "news", text);
		put(o, "text", text);
	}
	if (strcmp(r.state, "lapsed") == 0)
		put(o, "text", "nobody decided in time: ask again");
	if (strcmp(r.state, "cancelled") == 0)
		put(o, "text", "withdrawn");
	return o;
}
