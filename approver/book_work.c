/* SPDX-License-Identifier: BSD-2-Clause
 * book_work.c - connections and channels. */
#include "approver/book_private.h"

#include <stdio.h>
#include <string.h>

#include "lib/err.h"
#include "lib/wire.h"
#include "schema/digest.h"
#include "schema/sql.h"

/* ---- connections ------------------------------------------------------ */

int
book_add_conn(struct book *b, const struct conn_row *r, json_t *body,
    struct err *e)
{
	if (body == NULL)
		body = json_object();
	body_text(body, "connection", r->id);
	body_text(body, "login", r->login);
	body_text(body, "who", r->person);
	body_text(body, "account", r->account);
	body_text(body, "service", r->service);
	body_text(body, "mode", "enforce");
	return store_add(b->store, "connection.open", r->id, r->person, body,
	    "connection", e);
}

/* What we do not know keeps its own words beside "lost". */
static const char *
known_end(const char *why)
{
	static const char *const known[] = { "exit", "idle", "grant-expired",
	    "grant-revoked", "killed", "recorder-failed", "gate-failed",
	    "lost" };

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (strcmp(why, known[i]) == 0)
			return known[i];
	return "lost";
}

/* One text of a row by an id: 1, 0 none, -1. */
static int
look_up(struct book *b, const char *sql, const char *id, char ret[ID_MAX],
    struct err *e)
{
	sqlite3_stmt *st = sql_open(store_db(b->store), e, sql, "s", id);
	int rc = st == NULL ? -1 : sql_step(st, e);

	if (rc == 1)
		sql_copy(st, 0, ret, ID_MAX);
	sql_done(st);
	return rc;
}

int
book_end_conn(struct book *b, const char *id, const char *why, struct err *e)
{
	json_t *body;
	char who[ID_MAX];
	int rc = look_up(b, "SELECT who FROM connection c WHERE connection = "
	    "? AND NOT EXISTS (SELECT 1 FROM connection_end x WHERE "
	    "x.connection = c.connection)", id, who, e);

	if (rc <= 0)
		return rc; /* unknown or ended: nothing is left to write */
	body = json_object();
	body_text(body, "connection", id);
	body_text(body, "why", known_end(why));
	if (strcmp(known_end(why), why) != 0)
		body_text(body, "text", why);
	return store_add(b->store, "connection.close", id, who, body,
	    "connection_end", e);
}

/* ---- channels --------------------------------------------------------- */

int
book_add_channel(struct book *b, const struct channel_row *r, json_t *body,
    struct err *e)
{
	if (body == NULL)
		body = json_object();
	body_text(body, "id", r->id);
	body_text(body, "connection", r->conn);
	body_text(body, "grant_id", r->grant);
	body_text(body, "who", r->person);
	body_text(body, "account", r->account);
	body_text(body, "role", r->role);
	body_int(body, "tty", r->tty);
	return store_add(b->store, "channel.open", r->id, r->person, body,
	    "channel", e);
}

int
book_channel_head(struct book *b, const char *id, int64_t length,
    const char *hash, struct err *e)
{
	unsigned char raw[DIGEST_LEN];

	if (digest_unhex(hash, raw, sizeof(raw)) < 0)
		return err_set(e, ERR_INPUT, "hash: no 64 hex digits");
	return sql_run(store_db(b->store), e, "INSERT INTO channel_head "
	    "SELECT ?1, ?2, ?3 WHERE EXISTS (SELECT 1 FROM channel WHERE id = "
	    "?1) AND NOT EXISTS (SELECT 1 FROM channel_end WHERE channel = "
	    "?1) ON CONFLICT (channel) DO UPDATE SET length = ?2, hash = ?3 "
	    "WHERE length <= ?2", "sib", id, length, raw,
	    (size_t)DIGEST_LEN);
}

static bool
hex_ok(const char *s)
{
	unsigned char raw[DIGEST_LEN];

	return s != NULL && digest_unhex(s, raw, sizeof(raw)) == 0;
}

static void
copy_int(json_t *to, const json_t *from, const char *key, int64_t max)
{
	int64_t n = 0;

	(void)wire_int_opt(from, key, 0, max, &n, NULL);
	body_int(to, key, n);
}

static void
copy_int_if(json_t *to, const json_t *from, const char *key, int64_t min,
    int64_t max)
{
	int64_t n = -1;

	if (wire_int_opt(from, key, -1, max, &n, NULL) == 0 && n >= min)
		body_int(to, key, n);
}

static const char *
seal_state(const json_t *msg, bool empty)
{
	static const char *const known[] = { "completed", "interrupted",
	    "truncated", "degraded" };
	const char *state = json_string_value(json_object_get(msg, "state"));

	if (empty)
		return "lost";
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (state != NULL && strcmp(state, known[i]) == 0)
			return known[i];
	return "interrupted";
}

/* The body of a seal.  A recording without its chain's end was not completed,
 * whatever is said. */
static json_t *
seal_body(const char *id, const json_t *msg)
{
	const char *sha = json_string_value(json_object_get(msg, "sha256"));
	const char *hash = json_string_value(json_object_get(msg, "hash"));
	int64_t size = json_integer_value(json_object_get(msg, "size"));
	bool empty = size <= 0 || !hex_ok(sha);
	const char *state = seal_state(msg, empty);
	json_t *body = json_object();

	if (strcmp(state, "completed") == 0 && !hex_ok(hash))
		state = "interrupted";
	body_text(body, "channel", id);
	body_text(body, "state", state);
	body_int(body, "length", empty ? 0 : size);
	if (!empty) {
		body_text(body, "sha256", sha);
		if (hex_ok(hash))
			body_text(body, "hash", hash);
	}
	copy_int_if(body, msg, "status", 0, 255);
	copy_int_if(body, msg, "signal", 1, 64);
	copy_int(body, msg, "events", INT64_MAX);
	copy_int(body, msg, "bytes_in", INT64_MAX);
	copy_int(body, msg, "bytes_out", INT64_MAX);
	copy_int(body, msg, "masked", INT64_MAX);
	copy_int(body, msg, "exposed", INT64_MAX);
	return body;
}

int
book_channel_person(struct book *b, const char *id, char ret[ID_MAX],
    struct err *e)
{
	return look_up(b, "SELECT who FROM channel WHERE id = ?", id, ret, e);
}

int
book_channel_seal(struct book *b, const char *id, const json_t *msg,
    struct err *e)
{
	json_t *body;
	char who[ID_MAX];
	int rc = look_up(b, "SELECT who FROM channel c WHERE id = ? AND NOT "
	    "EXISTS (SELECT 1 FROM channel_end x WHERE x.channel = c.id)",
	    id, who, e);
	bool lost;

	if (rc <= 0)
		return rc;
	body = seal_body(id, msg);
	lost = strcmp(json_string_value(json_object_get(body, "state")),
	    "lost") == 0;
	return store_add(b->store, lost ? "channel.lost" : "channel.seal", id,
	    who, body, "channel_end", e);
}

/* ---- exceptions ------------------------------------------------------- */

int
book_add_review(struct book *b, int64_t seq, const char *who,
    const char *text, struct err *e)
{
	sqlite3_stmt *st = sql_open(store_db(b->store), e, "SELECT x.who IS "
	    "?2, (SELECT coalesce(p.name, p.id) FROM review v JOIN person p "
	    "ON p.id = v.who WHERE v.about = ?1) FROM v_exception x "
	    "WHERE x.seq = ?1", "is", seq, who);
	int rc = st == NULL ? -1 : sql_step(st, e);

	if (rc == 0)
		rc = err_set(e, ERR_NOT_FOUND, "event %lld is no exception: "
		    "warrant-report exceptions lists them", (long long)seq);
	else if (rc == 1 && sqlite3_column_type(st, 1) != SQLITE_NULL)
		rc = err_set(e, ERR_CONFLICT, "%.200s has explained it",
		    sql_text(st, 1));
	else if (rc == 1 && sqlite3_column_int(st, 0) != 0)
		rc = err_set(e, ERR_DENIED, "it is about yourself: somebody "
		    "else has to explain it");
	sql_done(st);
	return rc < 0 ? -1 : store_add(b->store, "review.signed", NULL, who,
	    json_pack("{s:I, s:s, s:s}", "about", (json_int_t)seq, "who",
	    who, "text", text), "review", e);
}

/* ---- what was never ended --------------------------------------------- */

static int
each_id(sqlite3_stmt *st, id_fn *fn, void *arg, struct err *e)
{
	int rc = st == NULL ? -1 : 0, said = 0;

	while (rc >= 0 && said == 0 && (rc = sql_step(st, e)) == 1)
		said = fn(arg, sql_text(st, 0));
	sql_done(st);
	return rc < 0 ? -1 : said;
}

int
book_unsealed(struct book *b, id_fn *fn, void *arg, struct err *e)
{
	return each_id(sql_open(store_db(b->store), e, "SELECT id FROM "
	    "channel c WHERE NOT EXISTS (SELECT 1 FROM channel_end x WHERE "
	    "x.channel = c.id) ORDER BY seq", ""), fn, arg, e);
}

int
book_open_conns(struct book *b, id_fn *fn, void *arg, struct err *e)
{
	return each_id(sql_open(store_db(b->store), e, "SELECT connection "
	    "FROM connection c WHERE NOT EXISTS (SELECT 1 FROM "
	    "connection_end x WHERE x.connection = c.connection) ORDER BY "
	    "seq", ""), fn, arg, e);
}

int
book_conns_of(struct book *b, const char *grant, id_fn *fn, void *arg,
    struct err *e)
{
	return each_id(sql_open(store_db(b->store), e, "WITH RECURSIVE of(id) "
	    "AS (SELECT ? UNION SELECT r.extends FROM of JOIN grants g USING "
	    "(id) JOIN request r ON r.id = g.request WHERE r.extends IS NOT "
	    "NULL) SELECT DISTINCT c.connection FROM of JOIN channel c ON "
	    "c.grant_id = of.id WHERE NOT EXISTS (SELECT 1 FROM "
	    "connection_end x WHERE x.connection = c.connection)", "s",
	    grant), fn, arg, e);
}
