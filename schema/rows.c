/* SPDX-License-Identifier: BSD-2-Clause */
#include "schema/rows.h"

#include <string.h>

#include "lib/buf.h"
#include "lib/err.h"
#include "lib/hex.h"
#include "schema/digest.h"
#include "schema/sql.h"

#define TEXT(n) { n, ROW_TEXT, false }
#define TEXT0(n) { n, ROW_TEXT, true }
#define INT(n) { n, ROW_INT, false }
#define INT0(n) { n, ROW_INT, true }
#define HEX(n) { n, ROW_HEX, false }
#define HEX0(n) { n, ROW_HEX, true }

/* In the order in which rows need each other: store.sql. */
static const struct row_table tables[] = {
	{ "person", "identity.verified login.breakglass", {
		TEXT("id"), HEX0("tag"), TEXT0("iss"), TEXT0("sub"),
		TEXT0("name"), TEXT0("email") } },
	{ "login", "identity.verified", {
		TEXT("login"), TEXT("who"), TEXT("account"), TEXT("service"),
		INT("until_us") } },
	{ "token_use", "identity.verified", {
		HEX("token_hash"), INT("exp_us") } },
	{ "request", "request.created", {
		TEXT("id"), TEXT("who"), TEXT("host"), TEXT("account"),
		TEXT("role"), TEXT("rules"), INT("for_us"), INT("quorum"),
		INT("lapse_us"), TEXT0("extends") } },
	{ "request_end", "request.withdrawn request.lapsed", {
		TEXT("request"), TEXT("why") } },
	{ "decision", "decision.approve decision.deny", {
		TEXT("request"), TEXT("who"), TEXT("verdict"), TEXT("groups"),
		INT("for_us") } },
	{ "grants", "grant.issued", {
		TEXT("id"), TEXT0("request"), TEXT("origin"), TEXT("who"),
		TEXT("host"), TEXT("account"), TEXT("role"), INT("from_us"),
		INT("until_us") } },
	{ "grant_end", "grant.expired grant.revoked grant.replaced", {
		TEXT("grant_id"), TEXT("why"), TEXT0("who") } },
	{ "connection", "connection.open login.breakglass", {
		TEXT("connection"), TEXT0("login"), TEXT("who"),
		TEXT("account"), TEXT("service"), TEXT("mode") } },
	{ "connection_end", "connection.close", {
		TEXT("connection"), TEXT("why") } },
	{ "channel", "channel.open", {
		TEXT("id"), TEXT("connection"), TEXT0("grant_id"),
		TEXT("who"), TEXT("account"), TEXT0("role"), INT("tty") } },
	{ "channel_end", "channel.seal channel.lost", {
		TEXT("channel"), TEXT("state"), INT("length"), HEX0("hash"),
		HEX0("sha256"), INT0("status"), INT0("signal"),
		INT("events"), INT("bytes_in"), INT("bytes_out"),
		INT("masked"), INT("exposed") } },
	{ "review", "review.signed", { INT("about"), TEXT("who") } },
	{ "hold", "hold.placed", {
		TEXT("id"), TEXT("scope"), TEXT0("ref"), INT0("lo"),
		INT0("hi"), TEXT("who") } },
	{ "hold_release", "hold.released", { TEXT("hold"), TEXT("who") } },
	{ "purge", "purge.run erase.run", { TEXT("id"), TEXT("why") } },
};

#define TABLES (sizeof(tables) / sizeof(tables[0]))

const struct row_table *
row_table_at(size_t i)
{
	return i < TABLES ? &tables[i] : NULL;
}

const struct row_table *
row_table_find(const char *name)
{
	for (size_t i = 0; i < TABLES; i++)
		if (strcmp(tables[i].name, name) == 0)
			return &tables[i];
	return NULL;
}

bool
row_made_by(const struct row_table *t, const char *kind)
{
	size_t n = strlen(kind);
	const char *p = t->kinds;

	while ((p = strstr(p, kind)) != NULL) {
		if ((p == t->kinds || p[-1] == ' ') &&
		    (p[n] == ' ' || p[n] == '\0'))
			return true;
		p += n;
	}
	return false;
}

static bool
hex_ok(const json_t *v)
{
	unsigned char raw[DIGEST_LEN];
	const char *s = json_string_value(v);

	return s != NULL && digest_unhex(s, raw, sizeof(raw)) == 0;
}

/* The member of a column: of the right type, or absent where it may be. */
static int
member(const struct row_column *c, const json_t *body, const json_t **ret,
    struct err *e)
{
	const json_t *v = json_object_get(body, c->name);
	bool ok;

	*ret = v;
	if (v == NULL)
		return c->null ? 0 : err_set(e, ERR_INPUT,
		    "the event has no %s", c->name);
	switch (c->type) {
	case ROW_TEXT:
		ok = json_is_string(v);
		break;
	case ROW_INT:
		ok = json_is_integer(v);
		break;
	default:
		ok = hex_ok(v);
	}
	return ok ? 0 : err_set(e, ERR_INPUT,
	    "the event's %s is of another type", c->name);
}

static int
bind_member(sqlite3_stmt *st, int i, const struct row_column *c,
    const json_t *v)
{
	unsigned char raw[DIGEST_LEN];

	if (v == NULL)
		return sqlite3_bind_null(st, i);
	switch (c->type) {
	case ROW_TEXT:
		return sqlite3_bind_text64(st, i, json_string_value(v),
		    json_string_length(v), SQLITE_STATIC, SQLITE_UTF8);
	case ROW_INT:
		return sqlite3_bind_int64(st, i, json_integer_value(v));
	default:
		(void)digest_unhex(json_string_value(v), raw, sizeof(raw));
		return sqlite3_bind_blob(st, i, raw, sizeof(raw),
		    SQLITE_TRANSIENT);
	}
}

static sqlite3_stmt *
prepare(sqlite3 *db, const struct row_table *t, struct err *e)
{
	struct buf b = BUF_INIT(2048);
	sqlite3_stmt *st = NULL;
	int rc = buf_printf(&b, e, "INSERT INTO %s VALUES (", t->name);

	for (const struct row_column *c = t->column; c->name != NULL; c++)
		rc = rc < 0 ? rc : buf_puts(&b, "?, ", e);
	if (rc == 0 && buf_puts(&b, strcmp(t->name, "person") == 0 ?
	    "?, NULL)" : "?)", e) == 0)
		st = sql_open(db, e, b.p, "");
	buf_clear(&b);
	return st;
}

int
row_insert(sqlite3 *db, const struct row_table *t, const json_t *body,
    long long seq, struct err *e)
{
	sqlite3_stmt *st = prepare(db, t, e);
	int i = 1, rc = SQLITE_OK, ret = -1;

	if (st == NULL)
		return -1;
	for (const struct row_column *c = t->column; c->name != NULL; c++) {
		const json_t *v;

		if (member(c, body, &v, e) < 0)
			goto out;
		rc |= bind_member(st, i++, c, v);
	}
	rc |= sqlite3_bind_int64(st, i, seq);
	if (rc != SQLITE_OK)
		(void)sql_failed(db, rc, t->name, e);
	else
		ret = sql_step(st, e);
out:
	sql_done(st);
	return ret;
}

static bool
same(const struct row_column *c, sqlite3_stmt *st, int i, const json_t *v)
{
	char hex[DIGEST_HEX];
	int n = sqlite3_column_bytes(st, i);

	if (v == NULL || sqlite3_column_type(st, i) == SQLITE_NULL)
		return v == NULL && c->null &&
		    sqlite3_column_type(st, i) == SQLITE_NULL;
	switch (c->type) {
	case ROW_TEXT:
		return json_is_string(v) &&
		    json_string_length(v) == (size_t)n &&
		    strcmp(sql_text(st, i), json_string_value(v)) == 0;
	case ROW_INT:
		return json_is_integer(v) &&
		    json_integer_value(v) == sqlite3_column_int64(st, i);
	default:
		if (n != DIGEST_LEN || !json_is_string(v))
			return false;
		hex_of(sqlite3_column_blob(st, i), DIGEST_LEN, hex);
		return strcmp(hex, json_string_value(v)) == 0;
	}
}

const char *
row_differs(const struct row_table *t, sqlite3_stmt *st, const json_t *body)
{
	int i = 0;

	for (const struct row_column *c = t->column; c->name != NULL; c++)
		if (!same(c, st, i++, json_object_get(body, c->name)))
			return c->name;
	return NULL;
}
