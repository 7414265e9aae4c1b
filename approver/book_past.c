/* SPDX-License-Identifier: BSD-2-Clause
 * book_past.c - channels and their connections, read. */
#include "approver/book_private.h"

#include "lib/err.h"
#include "lib/visible.h"
#include "schema/sql.h"

#define COMMAND_BYTES 16385	/* as channels.c keeps at most, and a NUL */

int
book_channel_length(struct book *b, const char *id, int64_t *ret,
    struct err *e)
{
	sqlite3_stmt *st = sql_open(store_db(b->store), e, "SELECT coalesce("
	    "(SELECT length FROM channel_end WHERE channel = ?1), (SELECT "
	    "length FROM channel_head WHERE channel = ?1), 0)", "s", id);
	int rc = st == NULL ? -1 : sql_step(st, e);

	if (rc == 1)
		*ret = sqlite3_column_int64(st, 0);
	sql_done(st);
	return rc < 0 ? -1 : 0;
}

void
book_conn_rhost(struct book *b, const char *conn, char ret[BOOK_NAME_MAX])
{
	sqlite3 *db = store_db(b->store);
	sqlite3_stmt *st = sql_open(db, NULL, "SELECT seq FROM connection "
	    "WHERE connection = ?", "s", conn);

	ret[0] = '\0';
	if (st != NULL && sql_step(st, NULL) == 1)
		body_read(db, sqlite3_column_int64(st, 0), "rhost", ret,
		    BOOK_NAME_MAX);
	sql_done(st);
}

static void
take_past(struct book *b, sqlite3_stmt *st, struct past *p)
{
	static char whole[COMMAND_BYTES];
	sqlite3 *db = store_db(b->store);

	*p = (struct past){ .tty = sqlite3_column_int(st, 8) != 0,
	    .opened_us = sqlite3_column_int64(st, 9),
	    .ended_us = sqlite3_column_int64(st, 10) };
	sql_copy(st, 0, p->id, sizeof(p->id));
	sql_copy(st, 1, p->conn, sizeof(p->conn));
	sql_copy(st, 2, p->grant, sizeof(p->grant));
	sql_copy(st, 3, p->person, sizeof(p->person));
	sql_copy(st, 4, p->name, sizeof(p->name));
	sql_copy(st, 5, p->account, sizeof(p->account));
	sql_copy(st, 6, p->role, sizeof(p->role));
	sql_copy(st, 7, p->state, sizeof(p->state));
	body_read(db, sqlite3_column_int64(st, 11), "command", whole,
	    sizeof(whole));
	(void)visible(whole, p->command, sizeof(p->command));
	body_read(db, sqlite3_column_int64(st, 12), "rhost", p->rhost,
	    sizeof(p->rhost));
}

int
book_past(struct book *b, int64_t since_us, past_fn *fn, void *arg,
    struct err *e)
{
	static struct past p;
	/* by the kind of the event: the store may hold years */
	sqlite3_stmt *st = sql_open(store_db(b->store), e, "SELECT v.id, "
	    "v.connection, v.grant_id, v.who, coalesce(p.name, v.who), "
	    "v.account, v.role, v.state, v.tty, v.open_us, v.end_us, v.seq, "
	    "v.connection_seq FROM event n CROSS JOIN v_channel v ON v.id = "
	    "n.session JOIN person p ON p.id = v.who WHERE n.kind IN "
	    "('channel.seal', 'channel.lost') AND n.wall_us >= ? ORDER BY "
	    "n.seq DESC", "i", since_us);
	int rc = st == NULL ? -1 : 0, said = 0;

	while (rc >= 0 && said == 0 && (rc = sql_step(st, e)) == 1) {
		take_past(b, st, &p);
		said = fn(arg, &p);
	}
	sql_done(st);
	return rc < 0 ? -1 : said;
}
