/* SPDX-License-Identifier: BSD-2-Clause */
#include <inttypes.h>

#include "lib/ask.h"
#include "lib/clock.h"
#include "lib/err.h"
#include "lib/io.h"
#include "lib/wire.h"
#include "report/report.h"
#include "schema/sql.h"
#include "schema/store.h"

/* One descriptor in answer to a question (stolen). */
static int
ask_for_file(struct report *r, json_t *msg, struct err *e)
{
	struct wire_fds fds = { .n = 0 };
	int fd = ask_connect(r->socket, e), ret = -1;
	json_t *answer = NULL;

	if (fd < 0) {
		json_decref(msg);
		return -1;
	}
	if (wire_ask(fd, msg, NULL, 0, &answer, &fds, ASK_TIMEOUT_MS, e) == 0) {
		if (fds.n == 1)
			ret = fds.fd[0];
		else
			(void)err_set(e, ERR_INPUT,
			    "the daemon's answer has no file");
	}
	for (size_t i = ret < 0 ? 0 : 1; i < fds.n; i++)
		io_close(&fds.fd[i]);
	json_decref(answer);
	io_close(&fd);
	return ret;
}

int
source_open(struct report *r, struct err *e)
{
	int fd, rc;

	if (r->store != NULL)
		return store_open_file(r->store, &r->db, e);
	fd = ask_for_file(r, json_pack("{s:s,s:s}", "op", "snapshot", "for",
	    r->line), e);
	if (fd < 0)
		return -1;
	rc = store_open_copy(fd, &r->db, e);
	io_close(&fd);
	return rc;
}

int
source_recording(struct report *r, const char *channel, struct err *e)
{
	if (r->store != NULL)
		return err_set(e, ERR_USAGE, "recordings are read through "
		    "the daemon, not beside --store");
	return ask_for_file(r, json_pack("{s:s,s:s,s:s}", "op", "recording",
	    "channel", channel, "for", r->line), e);
}

/* ---- what the reader must know ---------------------------------------- */

static const struct {
	const char *name, *sql, *say;
} facts[] = {
	{ "events", "SELECT count(*) FROM event", NULL },
	{ "purged_bodies", "SELECT count(*) FROM tombstone",
	    "events whose content was removed by retention" },
	{ "recordings_gone", "SELECT count(*) FROM recording_gone",
	    "recordings removed by retention" },
	{ "open_sessions", "SELECT count(*) FROM channel s WHERE NOT EXISTS "
	    "(SELECT 1 FROM channel_end x WHERE x.channel = s.id)",
	    "sessions still running or not sealed" },
	{ "exceptions", "SELECT count(*) FROM v_exception x WHERE NOT EXISTS "
	    "(SELECT 1 FROM review v WHERE v.about = x.seq)",
	    "exceptions to explain: warrant-report exceptions" },
};

#define FACTS (sizeof(facts) / sizeof(facts[0]))

json_t *
source_facts(struct report *r, struct err *e)
{
	sqlite3_stmt *st = sql_open(r->db, e, "SELECT v, coalesce((SELECT "
	    "max(wall_us) FROM event), 0) FROM meta WHERE k = 'origin'", "");
	int rc = st == NULL ? -1 : sql_step(st, e);
	char when[CLOCK_TEXT_MAX];
	json_t *o = NULL;

	if (rc == 1) {
		clock_format(sqlite3_column_int64(st, 1), when);
		o = json_pack("{s:s,s:s,s:s}", "report",
		    r->words->command->verb, "origin", sql_text(st, 0),
		    "last_event", when);
	}
	sql_done(st);
	for (size_t i = 0; o != NULL && i < FACTS; i++) {
		int64_t n = 0;

		if (sql_int(r->db, &n, e, facts[i].sql, "") < 0 ||
		    json_object_set_new(o, facts[i].name, json_integer(n)) <
		    0) {
			json_decref(o);
			o = NULL;
		}
	}
	return o;
}

void
source_tell(struct report *r, const json_t *o)
{
	FILE *out = r->format == SHEET_TABLE ? r->out : stderr;

	(void)fprintf(out, "ledger of %s: %lld events, the last at %s\n",
	    json_string_value(json_object_get(o, "origin")),
	    (long long)json_integer_value(json_object_get(o, "events")),
	    json_string_value(json_object_get(o, "last_event")));
	for (size_t i = 0; i < FACTS; i++) {
		json_int_t n = json_integer_value(json_object_get(o,
		    facts[i].name));

		if (facts[i].say != NULL && n > 0)
			(void)fprintf(out, "  %lld %s\n", (long long)n,
			    facts[i].say);
	}
}

int
report_sheet(struct report *r, const char *sql,
    const struct sheet_column *columns, struct err *e)
{
	json_t *about = source_facts(r, e);
	sqlite3_stmt *st = NULL;
	struct sheet *s = NULL;
	size_t rows = 0;
	int rc = -1;

	if (about == NULL)
		return -1;
	if (r->format != SHEET_JSON)
		source_tell(r, about);
	st = sql_open(r->db, e, sql, "iiss", r->since_us, r->until_us,
	    r->person, r->account);
	if (st != NULL)
		s = sheet_open(r->out, r->format, columns, json_incref(about),
		    e);
	while (s != NULL && (rc = sql_step(st, e)) == 1)
		if (sheet_row(s, st, e) < 0) {
			rc = -1;
			break;
		}
	if (s != NULL && rc == 0)
		rc = sheet_end(s, &rows, e);
	else if (s != NULL)
		sheet_close(s);
	if (rc == 0 && rows == 0 && r->format == SHEET_TABLE)
		(void)fputs("nothing in this time and choice\n", r->out);
	sql_done(st);
	json_decref(about);
	return rc;
}
