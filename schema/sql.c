/* SPDX-License-Identifier: BSD-2-Clause */
#include "schema/sql.h"

#include <stdarg.h>
#include <stdio.h>

#include "lib/err.h"

static enum err_code
code_of(int rc)
{
	switch (rc & 0xff) {
	case SQLITE_CONSTRAINT:
		return ERR_CONFLICT;
	case SQLITE_NOMEM:
		return ERR_MEMORY;
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
	case SQLITE_READONLY:
	case SQLITE_IOERR:
	case SQLITE_FULL:
	case SQLITE_CANTOPEN:
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
	case SQLITE_PERM:
		return ERR_UNAVAILABLE;
	default:
		return ERR_SYSTEM;
	}
}

int
sql_failed(sqlite3 *db, int rc, const char *what, struct err *e)
{
	return err_set(e, code_of(rc), "%s%s%s", what == NULL ? "" : what,
	    what == NULL ? "" : ": ",
	    db == NULL ? sqlite3_errstr(rc) : sqlite3_errmsg(db));
}

static int
bind_all(sqlite3_stmt *st, const char *types, va_list ap)
{
	int rc = SQLITE_OK;

	for (int i = 1; *types != '\0' && rc == SQLITE_OK; i++, types++) {
		const void *p;

		switch (*types) {
		case 'i':
			rc = sqlite3_bind_int64(st, i, va_arg(ap, int64_t));
			break;
		case 's':
			rc = sqlite3_bind_text(st, i, va_arg(ap, const char *),
			    -1, SQLITE_STATIC);
			break;
		case 'b':
			p = va_arg(ap, const void *);
			rc = sqlite3_bind_blob64(st, i, p, va_arg(ap, size_t),
			    SQLITE_STATIC);
			break;
		default:
			rc = SQLITE_MISUSE;
		}
	}
	return rc;
}

static sqlite3_stmt *
open_va(sqlite3 *db, struct err *e, const char *sql, const char *types,
    va_list ap)
{
	sqlite3_stmt *st = NULL;
	int rc = sqlite3_prepare_v3(db, sql, -1, 0, &st, NULL);

	if (rc == SQLITE_OK)
		rc = bind_all(st, types, ap);
	if (rc == SQLITE_OK)
		return st;
	(void)sql_failed(db, rc, NULL, e);
	sqlite3_finalize(st);
	return NULL;
}

sqlite3_stmt *
sql_open(sqlite3 *db, struct err *e, const char *sql, const char *types, ...)
{
	sqlite3_stmt *st;
	va_list ap;

	va_start(ap, types);
	st = open_va(db, e, sql, types, ap);
	va_end(ap);
	return st;
}

int
sql_step(sqlite3_stmt *st, struct err *e)
{
	int rc = sqlite3_step(st);

	if (rc == SQLITE_ROW)
		return 1;
	if (rc == SQLITE_DONE)
		return 0;
	return sql_failed(sqlite3_db_handle(st), rc, NULL, e);
}

void
sql_done(sqlite3_stmt *st)
{
	sqlite3_finalize(st);
}

int
sql_run(sqlite3 *db, struct err *e, const char *sql, const char *types, ...)
{
	sqlite3_stmt *st;
	va_list ap;
	int rc;

	va_start(ap, types);
	st = open_va(db, e, sql, types, ap);
	va_end(ap);
	if (st == NULL)
		return -1;
	do {
		rc = sql_step(st, e);
	} while (rc == 1);
	sql_done(st);
	return rc;
}

int
sql_int(sqlite3 *db, int64_t *ret, struct err *e, const char *sql,
    const char *types, ...)
{
	sqlite3_stmt *st;
	va_list ap;
	int rc;

	va_start(ap, types);
	st = open_va(db, e, sql, types, ap);
	va_end(ap);
	if (st == NULL)
		return -1;
	rc = sql_step(st, e);
	if (rc == 1)
		*ret = sqlite3_column_int64(st, 0);
	sql_done(st);
	return rc;
}

const char *
sql_text(sqlite3_stmt *st, int i)
{
	const unsigned char *s = sqlite3_column_text(st, i);

	return s == NULL ? "" : (const char *)s;
}

void
sql_copy(sqlite3_stmt *st, int i, char *ret, size_t size)
{
	(void)snprintf(ret, size, "%s", sql_text(st, i));
}
