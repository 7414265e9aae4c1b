/* SPDX-License-Identifier: BSD-2-Clause
 * book_find.c - requests, decisions and grants, read. */
#include "approver/book_private.h"

#include <stdio.h>
#include <string.h>

#include "lib/clock.h"
#include "lib/err.h"
#include "schema/sql.h"

/* ---- requests --------------------------------------------------------- */

#define REQUEST "SELECT id, who, role, account, host, for_us, made_us, " \
	"lapse_us, extends, quorum, ended, grant_id, seq FROM v_request "

static const char *
state_of(const char *ended, int64_t lapse_us, int64_t now_us)
{
	if (strcmp(ended, "withdrawn") == 0)
		return "cancelled";
	if (ended[0] != '\0')
		return ended;
	return now_us < lapse_us ? "pending" : "lapsed";
}

static void
take_request(struct book *b, sqlite3_stmt *st, int64_t now_us,
    struct request *r)
{
	sqlite3 *db = store_db(b->store);
	int64_t seq = sqlite3_column_int64(st, 12);

	*r = (struct request){ .for_us = sqlite3_column_int64(st, 5),
	    .asked_us = sqlite3_column_int64(st, 6),
	    .lapse_us = sqlite3_column_int64(st, 7),
	    .quorum = (unsigned)sqlite3_column_int(st, 9) };
	sql_copy(st, 0, r->id, sizeof(r->id));
	sql_copy(st, 1, r->person, sizeof(r->person));
	sql_copy(st, 2, r->role, sizeof(r->role));
	sql_copy(st, 3, r->account, sizeof(r->account));
	sql_copy(st, 4, r->host, sizeof(r->host));
	sql_copy(st, 8, r->extends, sizeof(r->extends));
	sql_copy(st, 11, r->grant, sizeof(r->grant));
	(void)snprintf(r->state, sizeof(r->state), "%s",
	    state_of(sql_text(st, 10), r->lapse_us, now_us));
	body_read(db, seq, "reason", r->reason, sizeof(r->reason));
	body_read(db, seq, "ticket", r->ticket, sizeof(r->ticket));
}

int
book_request(struct book *b, const char *id, struct request *ret,
    struct err *e)
{
	char whole[ID_MAX];
	sqlite3_stmt *st;
	int rc = book_whole_id(b, "request", id, whole, e);

	if (rc != 1)
		return rc;
	st = sql_open(store_db(b->store), e, REQUEST "WHERE id = ?", "s",
	    whole);
	rc = st == NULL ? -1 : sql_step(st, e);
	if (rc == 1)
		take_request(b, st, clock_wall_us(), ret);
	sql_done(st);
	return rc;
}

int
book_requests(struct book *b, const struct book_want *w, int64_t now_us,
    request_fn *fn, void *arg, struct err *e)
{
	static struct request r;
	sqlite3_stmt *st = sql_open(store_db(b->store), e, REQUEST
	    "WHERE (?1 IS NULL OR who = ?1) AND (?2 IS NULL OR account = ?2) "
	    "AND made_us >= ?3 AND (?4 = 0 OR (ended IS NULL AND lapse_us > "
	    "?5)) ORDER BY seq DESC LIMIT -1 OFFSET ?6", "ssiiii", w->person,
	    w->account, w->since_us, (int64_t)w->open, now_us,
	    (int64_t)w->skip);
	int rc = st == NULL ? -1 : 0, said = 0;

	while (rc >= 0 && said == 0 && (rc = sql_step(st, e)) == 1) {
		take_request(b, st, now_us, &r);
		said = fn(arg, &r);
	}
	sql_done(st);
	return rc < 0 ? -1 : said;
}

int
book_lapsed(struct book *b, int64_t now_us, struct request *ret,
    struct err *e)
{
	sqlite3_stmt *st = sql_open(store_db(b->store), e, REQUEST
	    "WHERE ended IS NULL AND lapse_us <= ? LIMIT 1", "i", now_us);
	int rc = st == NULL ? -1 : sql_step(st, e);

	if (rc == 1)
		take_request(b, st, now_us, ret);
	sql_done(st);
	return rc;
}

/* ---- decisions -------------------------------------------------------- */

int
book_decisions(struct book *b, const char *request,
    struct decision ret[BOOK_VOTES], struct err *e)
{
	sqlite3 *db = store_db(b->store);
	sqlite3_stmt *st = sql_open(db, e, "SELECT d.who, d.verdict, "
	    "d.for_us, e.wall_us, d.groups, d.seq FROM decision d JOIN "
	    "event e ON e.seq = d.seq WHERE d.request = ? ORDER BY d.seq "
	    "LIMIT 64", "s", request);
	int rc = st == NULL ? -1 : 0, n = 0;

	while (rc >= 0 && (rc = sql_step(st, e)) == 1) {
		struct decision *d = &ret[n++];

		*d = (struct decision){
		    .approve = strcmp(sql_text(st, 1), "approve") == 0,
		    .for_us = sqlite3_column_int64(st, 2),
		    .at_us = sqlite3_column_int64(st, 3) };
		sql_copy(st, 0, d->person, sizeof(d->person));
		sql_copy(st, 4, d->groups, sizeof(d->groups));
		body_read(db, sqlite3_column_int64(st, 5), "message",
		    d->message, sizeof(d->message));
	}
	sql_done(st);
	return rc < 0 ? -1 : n;
}

/* ---- grants ----------------------------------------------------------- */

#define GRANT "SELECT id, request, who, role, account, host, from_us, " \
	"until_us, ended, ended_us FROM v_grant "

static void
take_grant(sqlite3_stmt *st, int64_t now_us, struct grant *g)
{
	const char *ended = sql_text(st, 8);

	*g = (struct grant){ .from_us = sqlite3_column_int64(st, 6),
	    .until_us = sqlite3_column_int64(st, 7),
	    .ended_us = sqlite3_column_int64(st, 9) };
	sql_copy(st, 0, g->id, sizeof(g->id));
	sql_copy(st, 1, g->request, sizeof(g->request));
	sql_copy(st, 2, g->person, sizeof(g->person));
	sql_copy(st, 3, g->role, sizeof(g->role));
	sql_copy(st, 4, g->account, sizeof(g->account));
	sql_copy(st, 5, g->host, sizeof(g->host));
	(void)snprintf(g->state, sizeof(g->state), "%s", ended[0] != '\0' ?
	    ended : now_us < g->until_us ? "active" : "expired");
}

int
book_grant(struct book *b, const char *id, struct grant *ret, struct err *e)
{
	char whole[ID_MAX];
	sqlite3_stmt *st;
	int rc = book_whole_id(b, "grants", id, whole, e);

	if (rc != 1)
		return rc;
	st = sql_open(store_db(b->store), e, GRANT "WHERE id = ?", "s",
	    whole);
	rc = st == NULL ? -1 : sql_step(st, e);
	if (rc == 1)
		take_grant(st, clock_wall_us(), ret);
	sql_done(st);
	return rc;
}

int
book_grants(struct book *b, const struct book_want *w, int64_t now_us,
    grant_fn *fn, void *arg, struct err *e)
{
	static struct grant g;
	sqlite3_stmt *st = sql_open(store_db(b->store), e, GRANT
	    "WHERE (?1 IS NULL OR who = ?1) AND (?2 IS NULL OR account = ?2) "
	    "AND issued_us >= ?3 AND (?4 = 0 OR ended IS NULL) "
	    "ORDER BY seq DESC LIMIT -1 OFFSET ?5", "ssiii", w->person,
	    w->account, w->since_us, (int64_t)w->open, (int64_t)w->skip);
	int rc = st == NULL ? -1 : 0, said = 0;

	while (rc >= 0 && said == 0 && (rc = sql_step(st, e)) == 1) {
		take_grant(st, now_us, &g);
		said = fn(arg, &g);
	}
	sql_done(st);
	return rc < 0 ? -1 : said;
}

int
book_expired(struct book *b, int64_t now_us, struct grant *ret,
    struct err *e)
{
	sqlite3_stmt *st = sql_open(store_db(b->store), e, GRANT
	    "WHERE ended IS NULL AND until_us <= ? LIMIT 1", "i", now_us);
	int rc = st == NULL ? -1 : sql_step(st, e);

	if (rc == 1)
		take_grant(st, now_us, ret);
	sql_done(st);
	return rc;
}
