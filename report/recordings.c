/* SPDX-License-Identifier: BSD-2-Clause */
#include "report/recordings.h"

#include <string.h>
#include <unistd.h>

#include "lib/clock.h"
#include "lib/err.h"
#include "lib/id.h"
#include "lib/list.h"
#include "lib/table.h"
#include "report/report.h"
#include "schema/sql.h"

/* Which of the ids this is, or n. */
static size_t
which(const char *const *ids, size_t n, const char *id)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (strncmp(id, ids[i], strlen(ids[i])) == 0)
			break;
	return i;
}

static int
check_ids(const char *const *ids, size_t n, struct err *e)
{
	for (size_t i = 0; i < n; i++)
		if (!id_prefix_ok(ids[i], 's'))
			return err_set(e, ERR_USAGE, "%.40s: no session: s- "
			    "and at least 3 characters of its id", ids[i]);
	return 0;
}

/* ---- how far a long run is, on a terminal ------------------------------ */

static unsigned at;		/* which recording, from 1 */

void
recordings_progress(void *unused, uint64_t plain)
{
	(void)unused;
	if (isatty(STDERR_FILENO) == 1)
		(void)fprintf(stderr, "\rrecording %u, %llu MiB\033[K", at,
		    (unsigned long long)(plain >> 20));
}

static void
clear_progress(void)
{
	if (isatty(STDERR_FILENO) == 1)
		(void)fputs("\r\033[K", stderr);
}

/* ---- the recordings ---------------------------------------------------- */

int
recordings_each(struct report *r, const char *const *ids, size_t n,
    int (*fn)(void *, const struct recording_row *, struct err *), void *arg,
    struct err *e)
{
	bool met[WORDS_ARGS] = { false };
	sqlite3_stmt *st;
	int rc;

	if (check_ids(ids, n, e) < 0)
		return -1;
	at = 0;
	st = sql_open(r->db, e, "SELECT s.id, coalesce(p.name, p.id), "
	    "s.account, e.wall_us, coalesce(x.state, ''), x.state = 'lost' "
	    "OR g.channel IS NOT NULL, json_extract(b.body, '$.rhost') "
	    "FROM channel s JOIN event e ON e.seq = s.seq "
	    "JOIN person p ON p.id = s.who "
	    "JOIN connection c ON c.connection = s.connection "
	    "LEFT JOIN event_body b ON b.seq = c.seq "
	    "LEFT JOIN channel_end x ON x.channel = s.id "
	    "LEFT JOIN recording_gone g ON g.channel = s.id "
	    "WHERE " CHOSEN("e.wall_us", "p", "s.account")
	    " ORDER BY s.seq", "iiss", r->since_us, r->until_us, r->person,
	    r->account);
	rc = st == NULL ? -1 : 0;
	while (rc >= 0 && (rc = sql_step(st, e)) == 1) {
		struct recording_row row = { .id = sql_text(st, 0),
		    .person = sql_text(st, 1), .account = sql_text(st, 2),
		    .from_us = sqlite3_column_int64(st, 3),
		    .state = sql_text(st, 4),
		    .gone = sqlite3_column_int(st, 5) != 0,
		    .address = sql_text(st, 6) };
		size_t i = which(ids, n, row.id);

		if (n > 0 && i == n)
			continue;
		if (n > 0)
			met[i] = true;
		at++;
		recordings_progress(NULL, 0);
		rc = fn(arg, &row, e);
	}
	sql_done(st);
	clear_progress();
	for (size_t i = 0; rc == 0 && i < n; i++)
		if (!met[i])
			return err_set(e, ERR_NOT_FOUND, "%s: no such session "
			    "in this time and choice", ids[i]);
	return rc;
}

int
recordings_open(struct report *r, const struct recording_row *row,
    struct err *e)
{
	int fd;

	if (row->gone) {
		(void)err_set(e, ERR_NOT_FOUND, "the recording is not there "
		    "any more");
		return -2;
	}
	fd = source_recording(r, row->id, e);
	if (fd >= 0 || e->code == ERR_USAGE || e->code == ERR_DENIED ||
	    e->code == ERR_UNAVAILABLE)
		return fd;
	return -2;
}

json_t *
recordings_json(const struct recording_row *row)
{
	char from[CLOCK_TEXT_MAX];

	clock_format(row->from_us, from);
	return json_pack("{s:s, s:s, s:s, s:s}", "session", row->id, "person",
	    row->person, "account", row->account, "from", from);
}

/* A member as people read it. */
static const char *
cell(const json_t *row, const char *name, char room[LIST_TEXT_MAX])
{
	const json_t *v = json_object_get(row, name);
	const char *s = json_string_value(v);

	if (json_is_integer(v)) {
		(void)snprintf(room, LIST_TEXT_MAX, "%lld",
		    (long long)json_integer_value(v));
		return room;
	}
	if (s == NULL)
		return "-";
	if (strcmp(name, "session") == 0)
		return list_id(s, room);
	if (strcmp(name, "from") == 0 || strcmp(name, "time") == 0) {
		(void)snprintf(room, LIST_TEXT_MAX, "%.19s", s);
		room[10] = ' ';
		return room;
	}
	return s;
}

int
recordings_table(struct report *r, const json_t *rows,
    const char *const *columns, struct err *e)
{
	const char *heads[TABLE_COLUMNS + 1] = { NULL };
	struct table *t;
	const json_t *row;
	size_t n = 0, i;
	int rc = 0;

	for (; columns[2 * n] != NULL; n++)
		heads[n] = columns[2 * n + 1];
	t = table_open(r->out, heads, e);
	if (t == NULL)
		return -1;
	json_array_foreach(rows, i, row) {
		char room[TABLE_COLUMNS][LIST_TEXT_MAX];
		const char *cells[TABLE_COLUMNS] = { NULL };

		for (size_t k = 0; k < n; k++)
			cells[k] = cell(row, columns[2 * k], room[k]);
		if (rc == 0)
			rc = table_row(t, cells, TABLE_PLAIN, e);
	}
	if (rc == 0 && json_array_size(rows) > 0)
		rc = table_print(t, e);
	table_close(t);
	return rc;
}
