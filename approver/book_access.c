/* SPDX-License-Identifier: BSD-2-Clause
 * book_access.c - requests, decisions and grants, written. */
#include "approver/book_private.h"

#include <stdio.h>
#include <string.h>

#include "lib/err.h"
#include "schema/sql.h"

static json_t *
wanted(const char *id, const char *person, const char *host,
    const char *account, const char *role)
{
	json_t *body = json_object();

	body_text(body, "id", id);
	body_text(body, "who", person);
	body_text(body, "host", host);
	body_text(body, "account", account);
	body_text(body, "role", role);
	return body;
}

int
book_add_request(struct book *b, const struct request *r, const char *policy,
    struct err *e)
{
	json_t *body = wanted(r->id, r->person, r->host, r->account, r->role);

	body_text(body, "rules", policy);
	body_int(body, "for_us", r->for_us);
	body_int(body, "quorum", r->quorum == 0 ? 1 : r->quorum);
	body_int(body, "lapse_us", r->lapse_us);
	body_text(body, "extends", r->extends);
	body_text(body, "reason", r->reason);
	body_text(body, "ticket", r->ticket);
	return store_add(b->store, "request.created", NULL, r->person, body,
	    "request", e);
}

int
book_end_request(struct book *b, const struct request *r, const char *why,
    struct err *e)
{
	bool lapsed = strcmp(why, "lapsed") == 0;
	json_t *body = json_object();

	body_text(body, "request", r->id);
	body_text(body, "why", lapsed ? "lapsed" : "withdrawn");
	return store_add(b->store, lapsed ? "request.lapsed" :
	    "request.withdrawn", NULL, r->person, body, "request_end", e);
}

int
book_add_decision(struct book *b, const struct request *r,
    const struct decision *d, struct err *e)
{
	json_t *body = json_object();
	int64_t for_us = d->for_us == 0 ? r->for_us : d->for_us;

	body_text(body, "request", r->id);
	body_text(body, "who", d->person);
	body_text(body, "verdict", d->approve ? "approve" : "deny");
	(void)json_object_set_new(body, "groups", json_string(d->groups));
	body_int(body, "for_us", d->approve ? for_us : 0);
	body_text(body, "message", d->message);
	return store_add(b->store, d->approve ? "decision.approve" :
	    "decision.deny", NULL, d->person, body, "decision", e);
}

int
book_add_grant(struct book *b, const struct grant *g, const char *policy,
    struct err *e)
{
	json_t *body = wanted(g->id, g->person, g->host, g->account, g->role);

	body_text(body, "request", g->request);
	body_text(body, "origin", g->request[0] == '\0' ? "policy" :
	    "approved");
	body_int(body, "from_us", g->from_us);
	body_int(body, "until_us", g->until_us);
	body_text(body, "rules", policy);
	return store_add(b->store, "grant.issued", NULL, g->person, body,
	    "grants", e);
}

int
book_end_grant(struct book *b, const struct grant *g, const char *why,
    const char *who, const char *message, struct err *e)
{
	json_t *body = json_object();
	char kind[32];

	(void)snprintf(kind, sizeof(kind), "grant.%.16s", why);
	body_text(body, "grant_id", g->id);
	body_text(body, "why", why);
	body_text(body, "who", who);
	body_text(body, "message", message);
	return store_add(b->store, kind, NULL, who != NULL && who[0] != '\0' ?
	    who : g->person, body, "grant_end", e);
}
