/* SPDX-License-Identifier: BSD-2-Clause
 * sql.h - a statement and its values in one call.
 * in: SQL text and values; out: rows, or why not
 *
 * types says what follows, one letter a parameter: s text (NULL is NULL), i
 * int64_t, b a blob (const void *, size_t).  Texts and blobs must live until
 * the statement is done.  Errors: ERR_CONFLICT a constraint or trigger said
 * no, ERR_UNAVAILABLE the store cannot be read or written just now (locked,
 * full, read-only, I/O), ERR_SYSTEM all else; *e holds SQLite's words. */
#ifndef WARRANT_SCHEMA_SQL_H
#define WARRANT_SCHEMA_SQL_H

#include <stddef.h>
#include <stdint.h>

#include <sqlite3.h>

struct err;

/* Prepare and bind; the caller ends it with sql_done.  NULL with *e. */
sqlite3_stmt *sql_open(sqlite3 *db, struct err *e, const char *sql,
    const char *types, ...);

/* 1 a row stands, 0 no more, -1 with *e. */
int sql_step(sqlite3_stmt *st, struct err *e);
void sql_done(sqlite3_stmt *st);

/* Run a statement without rows. */
int sql_run(sqlite3 *db, struct err *e, const char *sql, const char *types,
    ...);

/* The first column of the first row: 1 with *ret, 0 no row, -1. */
int sql_int(sqlite3 *db, int64_t *ret, struct err *e, const char *sql,
    const char *types, ...);

/* Column i: its text ("" for NULL, valid until the next step), and a copy of
 * it cut to size. */
const char *sql_text(sqlite3_stmt *st, int i);
void sql_copy(sqlite3_stmt *st, int i, char *ret, size_t size);

/* Turn a failed SQLite result into *e; returns -1. */
int sql_failed(sqlite3 *db, int rc, const char *what, struct err *e);

#endif
