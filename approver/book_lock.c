/* SPDX-License-Identifier: BSD-2-Clause
 * book_lock.c - persons who are locked out. */
#include "approver/book_private.h"

#include <string.h>

#include "lib/err.h"
#include "schema/sql.h"

#define LOCKS "event e INDEXED BY event_by_kind " \
	"WHERE e.kind IN ('person.locked', 'person.unlocked')"

int
book_find_person(struct book *b, const char *text, char ret[ID_MAX],
    struct err *e)
{
	bool id = id_prefix_ok(text, 'p');
	sqlite3_stmt *st = sql_open(store_db(b->store), e,
	    "SELECT id FROM person WHERE (?1 AND substr(id, 1, length(?2)) = "
	    "?2) OR name = ?2 OR email = ?2 ORDER BY id LIMIT 2", "is",
	    (int64_t)id, text);
	int rc = st == NULL ? -1 : sql_step(st, e);

	if (rc == 1) {
		sql_copy(st, 0, ret, ID_MAX);
		rc = sql_step(st, e);
		if (rc == 1)
			rc = err_set(e, ERR_USAGE, "'%.80s' is more than one "
			    "person: give the id (p-...)", text);
		else if (rc == 0)
			rc = 1;
	}
	sql_done(st);
	return rc;
}

int
book_lock(struct book *b, bool locked, const char *person, const char *by,
    const char *message, struct err *e)
{
	json_t *body = json_object();

	body_text(body, "person", person);
	body_text(body, "by", by);
	body_text(body, "message", message);
	return store_add(b->store, locked ? "person.locked" :
	    "person.unlocked", NULL, person, body, NULL, e);
}

/* A row of seq, kind, wall_us, who. */
static void
lock_of(struct book *b, sqlite3_stmt *st, struct lock *ret)
{
	sqlite3 *db = store_db(b->store);
	int64_t seq = sqlite3_column_int64(st, 0);

	*ret = (struct lock){ .at_us = sqlite3_column_int64(st, 2) };
	sql_copy(st, 3, ret->person, sizeof(ret->person));
	body_read(db, seq, "by", ret->by, sizeof(ret->by));
	body_read(db, seq, "message", ret->message, sizeof(ret->message));
}

/* Of each person the last word counts. */
static bool
is_lock(sqlite3_stmt *st)
{
	const char *kind = (const char *)sqlite3_column_text(st, 1);

	return kind != NULL && strcmp(kind, "person.locked") == 0;
}

int
book_locked(struct book *b, const char *person, struct lock *ret,
    struct err *e)
{
	sqlite3_stmt *st = sql_open(store_db(b->store), e, "SELECT e.seq, "
	    "e.kind, e.wall_us, e.who FROM " LOCKS " AND e.who = ? "
	    "ORDER BY e.seq DESC LIMIT 1", "s", person);
	int rc = st == NULL ? -1 : sql_step(st, e);

	if (rc == 1) {
		rc = is_lock(st);
		if (rc == 1)
			lock_of(b, st, ret);
	}
	sql_done(st);
	return rc;
}

int
book_locks(struct book *b, lock_fn *fn, void *arg, struct err *e)
{
	sqlite3_stmt *st = sql_open(store_db(b->store), e, "SELECT max(e.seq), "
	    "e.kind, e.wall_us, e.who FROM " LOCKS " GROUP BY e.who "
	    "ORDER BY 1 DESC", "");
	int rc = st == NULL ? -1 : 0;
	struct lock l;

	while (rc == 0 && (rc = sql_step(st, e)) == 1) {
		rc = 0;
		if (is_lock(st)) {
			lock_of(b, st, &l);
			rc = fn(arg, &l);
		}
	}
	sql_done(st);
	return rc;
}
