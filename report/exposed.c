/* SPDX-License-Identifier: BSD-2-Clause
 * exposed.c - what a person saw of values before they were masked, and what
 * went by without being masked at all.
 *
 * Times and counts of characters stand in the recordings; of one that cannot
 * be read the ledger still has the values, by rule and ten seconds. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/clock.h"
#include "lib/err.h"
#include "lib/io.h"
#include "lib/list.h"
#include "report/castline.h"
#include "report/recordings.h"
#include "report/report.h"
#include "report/residual.h"
#include "schema/record_read.h"
#include "schema/sql.h"

struct run {
	struct report *r;
	const struct recording_row *row;	/* that is read */
	json_t *rows;
};

/* A row at a time of the session, or (at_us < 0) at when_us. */
static json_t *
add(struct run *v, int64_t at_us, int64_t when_us, const char *what)
{
	json_t *o = recordings_json(v->row);
	char when[CLOCK_TEXT_MAX], at[CASTLINE_TIME_MAX];

	clock_format(at_us < 0 ? when_us : v->row->from_us + at_us, when);
	(void)json_object_set_new(o, "time", json_string(when));
	if (at_us >= 0)
		(void)json_object_set_new(o, "at",
		    json_string(castline_time(at_us, false, at)));
	(void)json_object_set_new(o, "what", json_string(what));
	(void)json_object_set_new(o, "address",
	    json_string(v->row->address));
	(void)json_array_append_new(v->rows, o);
	return o;
}

/* ---- in a recording --------------------------------------------------- */

static const char *
what_of(const json_t *m)
{
	const char *state = list_str(m, "state");

	if (strcmp(list_str(m, "view"), "record") == 0)
		return "shown, not recorded";
	return strcmp(state, "timeout") == 0 ? "timed out" : "shown late";
}

static void
take_mask(struct run *v, int64_t t_us, const json_t *m)
{
	int64_t n = list_int(m, "exposed");
	json_t *o;

	if (n <= 0)
		return;
	o = add(v, t_us, 0, what_of(m));
	(void)json_object_set(o, "rule", json_object_get(m, "rule"));
	(void)json_object_set_new(o, "characters", json_integer(n));
	(void)json_object_set_new(o, "values", json_integer(1));
}

static int
read_marks(struct run *v, int fd, struct err *e)
{
	struct record_reader *r = NULL;
	const char *line;
	size_t n;
	int rc;

	if (lseek(fd, 0, SEEK_SET) < 0)
		return err_sys(e, "seek in a recording");
	if (record_reader_open(fd, NULL, &r, e) < 0)
		return -1;
	while ((rc = record_next(r, &line, &n, e)) > 0) {
		struct castline l;
		json_t *mark;

		/* most lines are output, which need not be parsed */
		if (line[0] == '{' || memmem(line, n, "\"mask {", 7) == NULL)
			continue;
		if (castline_parse(line, n, &l, e) < 0) {
			rc = -1;
			break;
		}
		mark = castline_mark(&l, "mask");
		if (mark != NULL)
			take_mask(v, l.t_us, mark);
		json_decref(mark);
		castline_clear(&l);
	}
	record_reader_free(r);
	return rc;
}

/* ---- in the ledger ---------------------------------------------------- */

static int
ask_ledger(struct run *v, struct err *e)
{
	sqlite3_stmt *st = sql_open(v->r->db, e, "SELECT e.wall_us, "
	    "json_extract(b.body, '$.rule'), "
	    "json_extract(b.body, '$.exposed') FROM event e JOIN event_body "
	    "b ON b.seq = e.seq WHERE e.session = ?1 AND e.kind = "
	    "'channel.mask' AND json_extract(b.body, '$.exposed') > 0 "
	    "ORDER BY e.seq", "s", v->row->id);
	int rc = st == NULL ? -1 : 0;

	while (rc >= 0 && (rc = sql_step(st, e)) == 1) {
		json_t *o = add(v, -1, sqlite3_column_int64(st, 0),
		    "shown, by the ledger");

		(void)json_object_set_new(o, "rule",
		    json_string(sql_text(st, 1)));
		(void)json_object_set_new(o, "values",
		    json_integer(sqlite3_column_int64(st, 2)));
	}
	sql_done(st);
	return rc;
}

/* Transfers are counted and hashed, and not masked. */
static int
ask_transfers(struct run *v, struct err *e)
{
	sqlite3_stmt *st = sql_open(v->r->db, e, "SELECT e.wall_us, "
	    "json_extract(b.body, '$.program'), "
	    "json_extract(b.body, '$.bytes_in') + "
	    "json_extract(b.body, '$.bytes_out'), e.kind "
	    "FROM event e JOIN event_body b ON b.seq = e.seq WHERE "
	    "e.session = ?1 AND (e.kind = 'channel.unfollowed' OR "
	    "(e.kind = 'channel.file' AND json_extract(b.body, '$.did') = "
	    "'total')) ORDER BY e.seq", "s", v->row->id);
	int rc = st == NULL ? -1 : 0;

	while (rc >= 0 && (rc = sql_step(st, e)) == 1) {
		json_t *o = add(v, -1, sqlite3_column_int64(st, 0),
		    strcmp(sql_text(st, 3), "channel.file") == 0 ?
		    "transfer, unmasked" : "transfer, not followed");

		(void)json_object_set_new(o, "rule",
		    json_string(sql_text(st, 1)));
		(void)json_object_set_new(o, "bytes",
		    json_integer(sqlite3_column_int64(st, 2)));
	}
	sql_done(st);
	return rc;
}

static int
each(void *arg, const struct recording_row *row, struct err *e)
{
	struct run *v = arg;
	struct residual_head head = { 0 };
	int fd, rc;

	v->row = row;
	fd = v->r->store != NULL ? -2 : recordings_open(v->r, row, e);
	rc = fd < 0 ? fd : residual_head(fd, &head, e) < 0 ? -2 : 0;
	if (rc == 0) {
		if (!head.masked)
			(void)add(v, 0, 0, "masking was off");
		rc = read_marks(v, fd, e) < 0 ? -2 : 0;
	}
	io_close(&fd);
	if (rc == -2)
		rc = ask_ledger(v, e);
	return rc < 0 || ask_transfers(v, e) < 0 ? -1 : 0;
}

/* ---- what is told ----------------------------------------------------- */

static int
tell(struct run *v, struct err *e)
{
	static const char *const columns[] = { "time", "TIME", "what", "WHAT",
	    "person", "<PERSON", "account", "ACCOUNT", "address", "ADDRESS",
	    "session", "SESSION", "at", "AT", "rule", "RULE OR PROGRAM",
	    "characters", "CHARACTERS", "bytes", "BYTES", NULL };
	json_t *about = source_facts(v->r, e);
	int rc = 0;

	if (about == NULL)
		return -1;
	if (v->r->format == SHEET_JSON) {
		(void)json_object_set(about, "rows", v->rows);
		rc = list_json(v->r->out, about, e);
	} else {
		source_tell(v->r, about);
		rc = recordings_table(v->r, v->rows, columns, e);
		if (rc == 0 && json_array_size(v->rows) == 0)
			(void)fputs("nothing in this time and choice\n",
			    v->r->out);
	}
	json_decref(about);
	return rc;
}

int
report_exposed(struct report *r, struct err *e)
{
	struct run v = { .r = r, .rows = json_array() };
	int rc = recordings_each(r, NULL, 0, each, &v, e);

	if (rc == 0)
		rc = tell(&v, e);
	json_decref(v.rows);
	return rc;
}
