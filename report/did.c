/* SPDX-License-Identifier: BSD-2-Clause
 * did.c - one session (or connection), told in order. */
#include <stdio.h>
#include <string.h>

#include "lib/clock.h"
#include "lib/err.h"
#include "lib/id.h"
#include "lib/list.h"
#include "lib/visible.h"
#include "report/report.h"
#include "schema/event.h"
#include "schema/sql.h"

#define TEXT_MAX 4096

/* The whole id of what was given; ret is its connection. */
static int
find(struct report *r, const char *given, char id[ID_MAX],
    char conn[ID_MAX], struct err *e)
{
	sqlite3_stmt *st;
	int rc;

	if (!id_prefix_ok(given, 's') && !id_prefix_ok(given, 'c'))
		return err_set(e, ERR_USAGE, "%.40s: no session: s- or c- "
		    "and at least 3 characters of its id", given);
	st = sql_open(r->db, e, "SELECT id, connection FROM channel WHERE "
	    "id LIKE ?1 || '%' UNION ALL SELECT connection, connection FROM "
	    "connection WHERE connection LIKE ?1 || '%'", "s", given);
	rc = st == NULL ? -1 : sql_step(st, e);
	if (rc == 1) {
		sql_copy(st, 0, id, ID_MAX);
		sql_copy(st, 1, conn, ID_MAX);
		rc = sql_step(st, e);
		if (rc == 1)
			rc = err_set(e, ERR_USAGE, "%s: more than one begins "
			    "so, as %s", given, sql_text(st, 0));
	} else if (rc == 0) {
		rc = err_set(e, ERR_NOT_FOUND, "%s: no such session", given);
	}
	sql_done(st);
	return rc;
}

static void
add_text(char *ret, size_t size, const char *name, const char *value)
{
	size_t n = strlen(ret);
	char shown[1024];

	if (value == NULL || value[0] == '\0' || n + 1 >= size)
		return;
	(void)snprintf(ret + n, size - n, "%s%s%s%s", n > 0 ? "  " : "",
	    name, name[0] == '\0' ? "" : " ",
	    visible(value, shown, sizeof(shown)));
}

static void
add_number(char *ret, size_t size, const char *name, const json_t *body,
    const char *key)
{
	const json_t *v = json_object_get(body, key);
	char text[32];

	if (!json_is_integer(v))
		return;
	(void)snprintf(text, sizeof(text), "%lld",
	    (long long)json_integer_value(v));
	add_text(ret, size, name, text);
}

/* What of a body a person wants to read. */
static void
details(const json_t *body, char *ret, size_t size)
{
	static const struct {
		const char *key, *name;
	} texts[] = {
		{ "did", "" }, { "program", "" }, { "path", "" },
		{ "to", "to" }, { "error", "" }, { "sha256", "SHA-256" },
		{ "command", "" }, { "exe", "" }, { "argv", "" },
		{ "decision", "" }, { "hold", "" }, { "verdict", "" },
		{ "rhost", "from" }, { "role", "role" },
		{ "profile", "" }, { "rule", "" }, { "state", "" },
		{ "why", "" }, { "text", "" }, { "reason", "" },
		{ "message", "" }, { "for", "by" },
	}, numbers[] = {
		{ "n", "values" }, { "exposed", "exposed" },
		{ "count", "programs" }, { "status", "status" },
		{ "signal", "signal" }, { "bytes_out", "bytes shown" },
		{ "masked", "masked" }, { "bytes", "bytes" },
		{ "lasted_s", "seconds" },
	};

	ret[0] = '\0';
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		add_text(ret, size, texts[i].name,
		    list_str(body, texts[i].key));
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		add_number(ret, size, numbers[i].name, body, numbers[i].key);
}

static int
tell_event(struct report *r, sqlite3_stmt *st)
{
	const struct event_kind *k = event_kind_find(sql_text(st, 1));
	char when[CLOCK_TEXT_MAX], text[TEXT_MAX];
	json_t *body = json_loads(sql_text(st, 2), 0, NULL);

	clock_format(sqlite3_column_int64(st, 0), when);
	when[10] = ' ';
	when[23] = '\0';
	details(body, text, sizeof(text));
	if (sqlite3_column_type(st, 5) != SQLITE_NULL)
		add_text(text, sizeof(text), "by", sql_text(st, 5));
	(void)fprintf(r->out, "%s  %s%s%s\n", when,
	    k == NULL ? sql_text(st, 1) : k->means,
	    text[0] == '\0' ? "" : ": ",
	    sqlite3_column_type(st, 2) == SQLITE_NULL ?
	    "(content removed by retention)" : text);
	json_decref(body);
	return 0;
}

static json_t *
event_json(sqlite3_stmt *st)
{
	char when[CLOCK_TEXT_MAX];
	json_t *body = json_loads(sql_text(st, 2), 0, NULL);

	clock_format(sqlite3_column_int64(st, 0), when);
	return json_pack("{s:I,s:s,s:s,s:s?,s:o?}", "seq",
	    (json_int_t)sqlite3_column_int64(st, 3), "time", when, "kind",
	    sql_text(st, 1), "session", (const char *)sqlite3_column_text(st,
	    4), "body", body);
}

static int
tell_head(struct report *r, const char *conn, json_t **ret, struct err *e)
{
	sqlite3_stmt *st = sql_open(r->db, e, "SELECT coalesce(p.name, "
	    "p.id), p.email, c.account, p.iss, p.sub FROM connection c JOIN "
	    "person p ON p.id = c.who WHERE c.connection = ?", "s", conn);
	int rc = st == NULL ? -1 : sql_step(st, e);
	char name[256], mail[256], account[64];

	if (rc == 1 && r->format == SHEET_JSON) {
		*ret = json_pack("{s:s,s:s,s:s,s:s,s:s,s:s,s:[]}", "person",
		    sql_text(st, 0), "email", sql_text(st, 1), "account",
		    sql_text(st, 2), "issuer", sql_text(st, 3), "subject",
		    sql_text(st, 4), "connection", conn, "events");
	} else if (rc == 1) {
		(void)fprintf(r->out, "%s <%s> as %s, connection %s\n",
		    visible(sql_text(st, 0), name, sizeof(name)),
		    visible(sql_text(st, 1), mail, sizeof(mail)),
		    visible(sql_text(st, 2), account, sizeof(account)),
		    conn);
	}
	sql_done(st);
	return rc < 0 ? -1 : 0;
}

/* The events of the connection and of its channels, or of one channel. */
static sqlite3_stmt *
events_of(struct report *r, const char *id, struct err *e)
{
	/* whose word it was, where it is another person's */
	static const char query[] = "SELECT e.wall_us, e.kind, b.body, "
	    "e.seq, e.session, CASE WHEN e.kind IN ('exec.approved', "
	    "'exec.refused', 'channel.killed', 'channel.watched', "
	    "'channel.unwatched') THEN "
	    "coalesce(p.name, p.id) END FROM event e "
	    "LEFT JOIN event_body b ON b.seq = e.seq "
	    "LEFT JOIN person p ON p.id = e.who WHERE e.session = ?1 OR "
	    "(?1 LIKE 'c-%' AND e.session IN (SELECT id FROM channel WHERE "
	    "connection = ?1)) ORDER BY e.seq";

	return sql_open(r->db, e, query, "s", id);
}

int
report_did(struct report *r, struct err *e)
{
	char id[ID_MAX], conn[ID_MAX];
	json_t *all = NULL, *list;
	sqlite3_stmt *st;
	int rc;

	if (r->format == SHEET_CSV)
		return err_set(e, ERR_USAGE, "did has no table: use --json");
	if (find(r, r->words->arg[0], id, conn, e) < 0 ||
	    tell_head(r, conn, &all, e) < 0)
		return -1;
	st = events_of(r, id, e);
	list = json_object_get(all, "events");
	rc = st == NULL ? -1 : 0;
	while (rc >= 0 && (rc = sql_step(st, e)) == 1)
		rc = all == NULL ? tell_event(r, st) :
		    json_array_append_new(list, event_json(st));
	sql_done(st);
	if (rc == 0 && all != NULL)
		rc = list_json(r->out, all, e);
	json_decref(all);
	return rc;
}
