/* SPDX-License-Identifier: BSD-2-Clause */
#include "schema/store.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>

#include "lib/buf.h"
#include "lib/clock.h"
#include "lib/err.h"
#include "schema/rows.h"
#include "schema/sql.h"
#include "schema/store_private.h"

sqlite3 *
store_db(struct store *s)
{
	return s->db;
}

const char *
store_origin(const struct store *s)
{
	return s->origin;
}

int64_t
store_size(const struct store *s)
{
	return (int64_t)s->tree.size;
}

int64_t
store_last_seq(const struct store *s)
{
	return (int64_t)s->tree.size - 1;
}

int64_t
store_last_us(const struct store *s)
{
	return s->last_us;
}

/* ---- open and close --------------------------------------------------- */

static int
open_db(struct store *s, const char *path, struct err *e)
{
	int rc = sqlite3_open_v2(path, &s->db,
	    SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOFOLLOW,
	    NULL);

	if (rc != SQLITE_OK)
		return sql_failed(s->db, rc, path, e);
	(void)sqlite3_extended_result_codes(s->db, 1);
	(void)sqlite3_busy_timeout(s->db, 2000);
	rc = sqlite3_exec(s->db, "PRAGMA journal_mode=WAL;"
	    "PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;"
	    "PRAGMA recursive_triggers=ON; PRAGMA trusted_schema=OFF;"
	    "PRAGMA secure_delete=ON; PRAGMA temp_store=MEMORY;",
	    NULL, NULL, NULL);
	if (rc == SQLITE_OK)
		rc = sqlite3_db_config(s->db, SQLITE_DBCONFIG_DEFENSIVE, 1,
		    NULL);
	return rc == SQLITE_OK ? 0 : sql_failed(s->db, rc, path, e);
}

static int
open_keys(struct store *s, struct err *e)
{
	char path[sizeof(s->dir) + 32];

	(void)snprintf(path, sizeof(path), "%s/keys", s->dir);
	if (mkdir(path, 0700) < 0 && errno != EEXIST)
		return err_sys(e, "%s", path);
	(void)snprintf(path, sizeof(path), "%s/keys/epoch.key", s->dir);
	return keys_open(&s->keys, path, e);
}

static int
prepare(struct store *s, struct err *e)
{
	s->add_event = sql_open(s->db, e, "INSERT INTO event VALUES "
	    "(?,?,?,?,?,?,?,?)", "");
	if (s->add_event != NULL)
		s->add_body = sql_open(s->db, e,
		    "INSERT INTO event_body VALUES (?,?,?)", "");
	return s->add_body == NULL ? -1 : 0;
}

int
store_open(const char *dir, const char *origin, struct store **ret,
    struct err *e)
{
	struct store *s = calloc(1, sizeof(*s));
	char path[sizeof(s->dir) + 32];

	if (s == NULL)
		return err_set(e, ERR_MEMORY, "out of memory");
	s->keys = (struct keys)KEYS_INIT;
	if ((size_t)snprintf(s->dir, sizeof(s->dir), "%s", dir) >=
	    sizeof(s->dir)) {
		(void)err_set(e, ERR_CONFIG, "%.64s...: path too long", dir);
		goto fail;
	}
	(void)snprintf(path, sizeof(path), "%s/warrant.db", dir);
	if (open_keys(s, e) < 0 || open_db(s, path, e) < 0 ||
	    store_load(s, origin, e) < 0 || prepare(s, e) < 0)
		goto fail;
	*ret = s;
	return 0;
fail:
	store_close(s);
	return -1;
}

void
store_close(struct store *s)
{
	if (s == NULL)
		return;
	sql_done(s->add_event);
	sql_done(s->add_body);
	(void)sqlite3_close(s->db);
	keys_close(&s->keys);
	free(s);
}

/* ---- transactions ----------------------------------------------------- */

static struct store_point
point_now(const struct store *s)
{
	return (struct store_point){ .tree = s->tree, .mono_us = s->mono_us };
}

static void
point_back(struct store *s, const struct store_point *p)
{
	s->tree = p->tree;
	s->mono_us = p->mono_us;
}

int
store_begin(struct store *s, struct err *e)
{
	s->begun = point_now(s);
	return sql_run(s->db, e, "BEGIN IMMEDIATE", "");
}

void
store_rollback(struct store *s)
{
	if (sqlite3_get_autocommit(s->db) == 0)
		(void)sql_run(s->db, NULL, "ROLLBACK", "");
	point_back(s, &s->begun);
}

int
store_commit(struct store *s, struct err *e)
{
	struct buf note = BUF_INIT(NOTE_MAX);
	int rc = 0;

	if (s->tree.size > s->signed_size)
		rc = store_sign_head(s, &note, e);
	if (rc == 0)
		rc = sql_run(s->db, e, "COMMIT", "");
	buf_clear(&note);
	if (rc == 0)
		s->signed_size = s->tree.size;
	else
		store_rollback(s);
	return rc;
}

int
store_mark(struct store *s, struct err *e)
{
	s->marked = point_now(s);
	return sql_run(s->db, e, "SAVEPOINT message", "");
}

int
store_keep(struct store *s, struct err *e)
{
	return sql_run(s->db, e, "RELEASE message", "");
}

void
store_undo(struct store *s)
{
	(void)sql_run(s->db, NULL, "ROLLBACK TO message", "");
	(void)sql_run(s->db, NULL, "RELEASE message", "");
	point_back(s, &s->marked);
}

int
store_sign_head(struct store *s, struct buf *b, struct err *e)
{
	unsigned char root[MERKLE_HASH];

	if (merkle_root(&s->tree, root, e) < 0 ||
	    note_sign(s->origin, s->tree.size, root, s->keys.key,
	    s->keys.pub, b, e) < 0)
		return -1;
	return sql_run(s->db, e, "INSERT INTO head VALUES (1, ?1, ?2) "
	    "ON CONFLICT (one) DO UPDATE SET size = ?1, note = ?2", "is",
	    (int64_t)s->tree.size, b->p);
}

/* ---- events ----------------------------------------------------------- */

static int
fill(struct store *s, const char *kind, const char *session, const char *who,
    struct event *v, struct err *e)
{
	int64_t mono = clock_boot_us();

	*v = (struct event){ .seq = (int64_t)s->tree.size,
	    .wall_us = clock_wall_us(),
	    .mono_us = mono > s->mono_us ? mono : s->mono_us };
	(void)memcpy(v->boot, s->boot_id, sizeof(v->boot));
	if (snprintf(v->kind, sizeof(v->kind), "%s", kind) >=
	    (int)sizeof(v->kind) ||
	    snprintf(v->session, sizeof(v->session), "%s",
	    session == NULL ? "" : session) >= (int)sizeof(v->session) ||
	    snprintf(v->who, sizeof(v->who), "%s", who == NULL ? "" : who) >=
	    (int)sizeof(v->who))
		return err_set(e, ERR_INPUT, "event: a name is too long");
	return event_check(v, e);
}

/* A text or NULL for "". */
static int
bind_id(sqlite3_stmt *st, int i, const char *id)
{
	return id[0] == '\0' ? sqlite3_bind_null(st, i) :
	    sqlite3_bind_text(st, i, id, -1, SQLITE_STATIC);
}

static int
run_prepared(sqlite3_stmt *st, int rc, struct err *e)
{
	if (rc != SQLITE_OK)
		rc = sql_failed(sqlite3_db_handle(st), rc, "event", e);
	else
		rc = sql_step(st, e);
	(void)sqlite3_reset(st);
	(void)sqlite3_clear_bindings(st);
	return rc;
}

static int
insert_event(struct store *s, const struct event *v, struct err *e)
{
	sqlite3_stmt *st = s->add_event;
	int rc = sqlite3_bind_int64(st, 1, v->seq) |
	    sqlite3_bind_int64(st, 2, v->wall_us) |
	    sqlite3_bind_int64(st, 3, s->boot) |
	    sqlite3_bind_int64(st, 4, v->mono_us) |
	    sqlite3_bind_text(st, 5, v->kind, -1, SQLITE_STATIC) |
	    bind_id(st, 6, v->session) | bind_id(st, 7, v->who) |
	    sqlite3_bind_blob(st, 8, v->body_hash, EVENT_HASH, SQLITE_STATIC);

	return run_prepared(st, rc, e);
}

static int
insert_body(struct store *s, int64_t seq, const unsigned char *salt,
    const char *text, struct err *e)
{
	sqlite3_stmt *st = s->add_body;
	int rc = sqlite3_bind_int64(st, 1, seq) |
	    sqlite3_bind_blob(st, 2, salt, EVENT_SALT, SQLITE_STATIC) |
	    sqlite3_bind_text(st, 3, text, -1, SQLITE_STATIC);

	return run_prepared(st, rc, e);
}

static int
add_rows(struct store *s, const char *names, const json_t *body, int64_t seq,
    struct err *e)
{
	while (names != NULL && *names != '\0') {
		size_t n = strcspn(names, " ");
		const struct row_table *t;
		char name[32];

		(void)snprintf(name, sizeof(name), "%.*s", (int)n, names);
		t = row_table_find(name);
		if (t == NULL)
			return err_set(e, ERR_SYSTEM, "no table %s", name);
		if (row_insert(s->db, t, body, seq, e) < 0)
			return -1;
		names += n + (names[n] == ' ' ? 1 : 0);
	}
	return 0;
}

static int
add(struct store *s, struct event *v, const json_t *body, const char *text,
    const char *tables, struct err *e)
{
	unsigned char salt[EVENT_SALT], leaf[EVENT_HASH];
	size_t n = strlen(text);

	if (n > EVENT_BODY_MAX)
		return err_set(e, ERR_LIMIT, "event of %zu bytes, at most %d",
		    n, EVENT_BODY_MAX);
	if (getrandom(salt, sizeof(salt), 0) != (ssize_t)sizeof(salt))
		return err_sys(e, "getrandom");
	if (event_body_hash(salt, text, n, v->body_hash, e) < 0 ||
	    event_leaf(v, leaf, e) < 0 || insert_event(s, v, e) < 0 ||
	    insert_body(s, v->seq, salt, text, e) < 0 ||
	    add_rows(s, tables, body, v->seq, e) < 0)
		return -1;
	return merkle_add(&s->tree, leaf, e);
}

int
store_add(struct store *s, const char *kind, const char *session,
    const char *who, json_t *body, const char *tables, struct err *e)
{
	struct event v;
	char *text;
	int rc = -1;

	if (body == NULL)
		body = json_object();
	text = body == NULL ? NULL :
	    json_dumps(body, JSON_COMPACT | JSON_SORT_KEYS);
	if (text == NULL)
		(void)err_set(e, ERR_INPUT, "event: body is no JSON");
	else if (fill(s, kind, session, who, &v, e) == 0)
		rc = add(s, &v, body, text, tables, e);
	if (rc == 0) {
		s->mono_us = v.mono_us;
		s->last_us = v.wall_us;
	}
	free(text);
	json_decref(body);
	return rc;
}
