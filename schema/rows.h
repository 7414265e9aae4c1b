/* SPDX-License-Identifier: BSD-2-Clause
 * rows.h - which event makes which row, and what the two share.
 * in: the body of an event; out: a row of the state half of store.sql
 *
 * A row is never written beside its event but from it: each column but seq
 * is the member of the body with the column's name (blobs in lower-case hex,
 * 0 and 1 as integers, NULL as an absent member).  So the state cannot say
 * anything that the ledger does not, and verify makes every row again. */
#ifndef WARRANT_SCHEMA_ROWS_H
#define WARRANT_SCHEMA_ROWS_H

#include <stdbool.h>
#include <stddef.h>

#include <jansson.h>
#include <sqlite3.h>

struct err;

#define ROW_COLUMNS 16

enum row_type { ROW_TEXT, ROW_INT, ROW_HEX };

struct row_column {
	const char *name;
	enum row_type type;
	bool null;		/* may be absent */
};

struct row_table {
	const char *name;
	const char *kinds;	/* of its events, blanks between */
	struct row_column column[ROW_COLUMNS];	/* name NULL ends them */
};

/* The i-th table, NULL behind the last; by its name, NULL. */
const struct row_table *row_table_at(size_t i);
const struct row_table *row_table_find(const char *name);

/* Does an event of this kind make a row of t? */
bool row_made_by(const struct row_table *t, const char *kind);

/* Insert the row of this body with this seq.  -1 with *e: ERR_INPUT when a
 * member is missing or of another type, ERR_CONFLICT when a constraint of
 * store.sql refuses it (its words), else as sql.h. */
int row_insert(sqlite3 *db, const struct row_table *t, const json_t *body,
    long long seq, struct err *e);

/* Is the row that st stands on (SELECT * order of t's columns, then seq) what
 * this body says?  NULL yes, else the column that differs. */
const char *row_differs(const struct row_table *t, sqlite3_stmt *st,
    const json_t *body);

#endif
