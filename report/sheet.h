/* SPDX-License-Identifier: BSD-2-Clause
 * sheet.h - rows of a query as a table, as CSV or as JSON.
 * in: columns, a statement that stands on a row; out: a stream
 *
 * Table: for people, aligned, texts made visible, times in UTC to the second.
 * CSV: RFC 4180 with a line of names; a text that a spreadsheet would take
 * for a formula (= + - @ tab or CR in front) gets an apostrophe in front.
 * JSON: one object with the members given at sheet_open and "rows", an array
 * of objects; times are RFC 3339 with microseconds. */
#ifndef WARRANT_REPORT_SHEET_H
#define WARRANT_REPORT_SHEET_H

#include <stddef.h>
#include <stdio.h>

#include <jansson.h>
#include <sqlite3.h>

struct err;
struct sheet;

enum sheet_format { SHEET_TABLE, SHEET_CSV, SHEET_JSON };

enum sheet_type {
	SHEET_TEXT,
	SHEET_ID,	/* cut in tables to what a command takes */
	SHEET_INT,
	SHEET_TIME,	/* microseconds of the Unix epoch */
	SHEET_LENGTH	/* microseconds */
};

struct sheet_column {
	const char *name;	/* in CSV and JSON */
	const char *head;	/* in tables, NULL: not shown there */
	enum sheet_type type;
};

/* columns ends with name NULL and must outlive the sheet.  members (stolen,
 * may be NULL) go into the JSON object. */
struct sheet *sheet_open(FILE *out, enum sheet_format f,
    const struct sheet_column *columns, json_t *members, struct err *e);

/* Column i of the statement is column i of the sheet. */
int sheet_row(struct sheet *s, sqlite3_stmt *st, struct err *e);

/* Print what is left; the number of rows in *rows (may be NULL).  s is gone
 * in any case. */
int sheet_end(struct sheet *s, size_t *rows, struct err *e);

/* Give up. */
void sheet_close(struct sheet *s);

#endif
