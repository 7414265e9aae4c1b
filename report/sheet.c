/* SPDX-License-Identifier: BSD-2-Clause */
#include "report/sheet.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "lib/clock.h"
#include "lib/err.h"
#include "lib/list.h"
#include "lib/table.h"
#include "schema/sql.h"

struct sheet {
	FILE *out;
	enum sheet_format format;
	const struct sheet_column *columns;
	struct table *table;
	json_t *json, *list;
	size_t rows;
};

static struct table *
open_table(FILE *out, const struct sheet_column *c, struct err *e)
{
	const char *heads[TABLE_COLUMNS + 1];
	size_t n = 0;

	for (; c->name != NULL && n < TABLE_COLUMNS; c++)
		if (c->head != NULL)
			heads[n++] = c->head;
	heads[n] = NULL;
	return table_open(out, heads, e);
}

struct sheet *
sheet_open(FILE *out, enum sheet_format f, const struct sheet_column *columns,
    json_t *members, struct err *e)
{
	struct sheet *s = calloc(1, sizeof(*s));

	if (s == NULL) {
		json_decref(members);
		(void)err_set(e, ERR_MEMORY, "out of memory");
		return NULL;
	}
	*s = (struct sheet){ .out = out, .format = f, .columns = columns,
	    .json = members };
	switch (f) {
	case SHEET_TABLE:
		s->table = open_table(out, columns, e);
		if (s->table == NULL)
			goto fail;
		break;
	case SHEET_JSON:
		if (s->json == NULL)
			s->json = json_object();
		s->list = json_array();
		if (s->json == NULL || s->list == NULL ||
		    json_object_set_new(s->json, "rows", s->list) < 0) {
			(void)err_set(e, ERR_MEMORY, "out of memory");
			goto fail;
		}
		break;
	case SHEET_CSV:
		for (const struct sheet_column *c = columns; c->name != NULL;
		    c++)
			(void)fprintf(out, "%s%s", c == columns ? "" : ",",
			    c->name);
		(void)fputs("\r\n", out);
		break;
	}
	return s;
fail:
	sheet_close(s);
	return NULL;
}

/* A cell as text: into room when it has to be made. */
static const char *
cell(const struct sheet_column *c, sqlite3_stmt *st, int i, bool people,
    char room[CLOCK_TEXT_MAX + LIST_TEXT_MAX])
{
	if (sqlite3_column_type(st, i) == SQLITE_NULL)
		return people ? "-" : "";
	switch (c->type) {
	case SHEET_TIME:
		clock_format(sqlite3_column_int64(st, i), room);
		if (people) /* 2026-07-24 12:00:01 */
			(void)strcpy(room + 19, ""), room[10] = ' ';
		return room;
	case SHEET_LENGTH:
		clock_duration_format(sqlite3_column_int64(st, i) / 1000000 *
		    1000000, room);
		return room;
	case SHEET_ID:
		return people ? list_id(sql_text(st, i), room) :
		    sql_text(st, i);
	case SHEET_INT:
	case SHEET_TEXT:
	default:
		return sql_text(st, i);
	}
}

static int
table_line(struct sheet *s, sqlite3_stmt *st, struct err *e)
{
	char room[TABLE_COLUMNS][CLOCK_TEXT_MAX + LIST_TEXT_MAX];
	char *copy[TABLE_COLUMNS];
	const char *cells[TABLE_COLUMNS] = { NULL };
	size_t n = 0;
	int rc = -1, i = 0;

	for (const struct sheet_column *c = s->columns; c->name != NULL &&
	    n < TABLE_COLUMNS; c++, i++) {
		if (c->head == NULL)
			continue;
		copy[n] = strdup(cell(c, st, i, true, room[n]));
		cells[n] = copy[n];
		if (copy[n++] == NULL) {
			(void)err_set(e, ERR_MEMORY, "out of memory");
			goto out;
		}
	}
	rc = table_row(s->table, cells, TABLE_PLAIN, e);
out:
	while (n > 0)
		free(copy[--n]);
	return rc;
}

static void
csv_text(FILE *out, const char *s, bool text)
{
	bool formula = text && s[0] != '\0' &&
	    strchr("=+-@\t\r", s[0]) != NULL;

	if (!formula && strpbrk(s, ",\"\r\n") == NULL) {
		(void)fputs(s, out);
		return;
	}
	(void)fputs(formula ? "\"'" : "\"", out);
	for (; *s != '\0'; s++) {
		if (*s == '"')
			(void)fputc('"', out);
		(void)fputc(*s, out);
	}
	(void)fputc('"', out);
}

static void
csv_line(struct sheet *s, sqlite3_stmt *st)
{
	char room[CLOCK_TEXT_MAX + LIST_TEXT_MAX];
	int i = 0;

	for (const struct sheet_column *c = s->columns; c->name != NULL;
	    c++, i++) {
		if (i > 0)
			(void)fputc(',', s->out);
		csv_text(s->out, cell(c, st, i, false, room),
		    c->type == SHEET_TEXT);
	}
	(void)fputs("\r\n", s->out);
}

static int
json_line(struct sheet *s, sqlite3_stmt *st, struct err *e)
{
	char room[CLOCK_TEXT_MAX + LIST_TEXT_MAX];
	json_t *o = json_object();
	int i = 0, rc = 0;

	for (const struct sheet_column *c = s->columns; c->name != NULL;
	    c++, i++) {
		json_t *v;

		if (sqlite3_column_type(st, i) == SQLITE_NULL)
			v = json_null();
		else if (c->type == SHEET_INT)
			v = json_integer(sqlite3_column_int64(st, i));
		else
			v = json_string(cell(c, st, i, false, room));
		rc |= json_object_set_new(o, c->name, v);
	}
	rc |= json_array_append_new(s->list, o);
	return rc == 0 ? 0 : err_set(e, ERR_MEMORY, "out of memory");
}

int
sheet_row(struct sheet *s, sqlite3_stmt *st, struct err *e)
{
	s->rows++;
	switch (s->format) {
	case SHEET_TABLE:
		return table_line(s, st, e);
	case SHEET_JSON:
		return json_line(s, st, e);
	case SHEET_CSV:
	default:
		csv_line(s, st);
		return 0;
	}
}

int
sheet_end(struct sheet *s, size_t *rows, struct err *e)
{
	int rc = 0;

	if (rows != NULL)
		*rows = s->rows;
	if (s->format == SHEET_TABLE && s->rows > 0)
		rc = table_print(s->table, e);
	if (s->format == SHEET_JSON) {
		if (json_dumpf(s->json, s->out, JSON_INDENT(2)) < 0)
			rc = err_set(e, ERR_SYSTEM, "cannot write");
		(void)fputc('\n', s->out);
	}
	if (rc == 0 && (fflush(s->out) != 0 || ferror(s->out)))
		rc = err_sys(e, "standard output");
	sheet_close(s);
	return rc;
}

void
sheet_close(struct sheet *s)
{
	table_close(s->table);
	json_decref(s->json);
	free(s);
}
