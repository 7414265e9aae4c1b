/* SPDX-License-Identifier: BSD-2-Clause
 * who.c - reports that are one query: who, grants, masked, exceptions. */
#include "report/report.h"

#include <stdbool.h>
#include <string.h>

#include "lib/err.h"
#include "schema/note.h"
#include "schema/sql.h"

/* A connection is one line for each of its channels, or one without. */
int
report_who(struct report *r, struct err *e)
{
	static const struct sheet_column columns[] = {
		{ "from", "FROM", SHEET_TIME },
		{ "until", "UNTIL", SHEET_TIME },
		{ "person", "<PERSON", SHEET_TEXT },
		{ "email", NULL, SHEET_TEXT },
		{ "person_id", NULL, SHEET_ID },
		{ "account", "ACCOUNT", SHEET_TEXT },
		{ "address", "ADDRESS", SHEET_TEXT },
		{ "flow", "SIGNED IN", SHEET_TEXT },
		{ "role", "ROLE", SHEET_TEXT },
		{ "approved_by", "<APPROVED BY", SHEET_TEXT },
		{ "session", "SESSION", SHEET_ID },
		{ "end", "END", SHEET_TEXT },
		{ "connection", NULL, SHEET_ID },
		{ "grant", NULL, SHEET_ID },
		{ "service", NULL, SHEET_TEXT },
		{ "mode", NULL, SHEET_TEXT },
		{ "issuer", NULL, SHEET_TEXT },
		{ "subject", NULL, SHEET_TEXT },
		{ NULL, NULL, SHEET_TEXT },
	};

	return report_sheet(r, "SELECT coalesce(f.wall_us, e.wall_us), "
	    "coalesce(xe.wall_us, ce.wall_us), coalesce(p.name, p.id), "
	    "p.email, p.id, c.account, json_extract(b.body, '$.rhost'), "
	    "json_extract(lb.body, '$.flow'), s.role, (SELECT group_concat(coalesce(ap.name, d.who), ', ') "
	    "FROM grants g JOIN decision d ON d.request = g.request AND "
	    "d.verdict = 'approve' JOIN person ap ON ap.id = d.who WHERE "
	    "g.id = s.grant_id), s.id, CASE WHEN x.channel IS NOT NULL THEN "
	    "x.state WHEN n.connection IS NOT NULL THEN n.why END, "
	    "c.connection, s.grant_id, c.service, c.mode, p.iss, p.sub "
	    "FROM connection c JOIN event e ON e.seq = c.seq "
	    "JOIN person p ON p.id = c.who "
	    "LEFT JOIN event_body b ON b.seq = c.seq "
	    "LEFT JOIN login l ON l.login = c.login "
	    "LEFT JOIN event_body lb ON lb.seq = l.seq "
	    "LEFT JOIN connection_end n ON n.connection = c.connection "
	    "LEFT JOIN event ce ON ce.seq = n.seq "
	    "LEFT JOIN channel s ON s.connection = c.connection "
	    "LEFT JOIN event f ON f.seq = s.seq "
	    "LEFT JOIN channel_end x ON x.channel = s.id "
	    "LEFT JOIN event xe ON xe.seq = x.seq "
	    "WHERE " CHOSEN("e.wall_us", "p", "c.account")
	    " ORDER BY coalesce(f.wall_us, e.wall_us), e.seq", columns, e);
}

int
report_grants(struct report *r, struct err *e)
{
	static const struct sheet_column columns[] = {
		{ "asked", "ASKED", SHEET_TIME },
		{ "person", "<PERSON", SHEET_TEXT },
		{ "person_id", NULL, SHEET_ID },
		{ "role", "ROLE", SHEET_TEXT },
		{ "account", "ACCOUNT", SHEET_TEXT },
		{ "asked_for", "FOR", SHEET_LENGTH },
		{ "reason", "<REASON", SHEET_TEXT },
		{ "ticket", NULL, SHEET_TEXT },
		{ "state", "STATE", SHEET_TEXT },
		{ "decided_by", "<DECIDED BY", SHEET_TEXT },
		{ "message", NULL, SHEET_TEXT },
		{ "given", "GIVEN", SHEET_LENGTH },
		{ "from", NULL, SHEET_TIME },
		{ "until", NULL, SHEET_TIME },
		{ "ended", NULL, SHEET_TEXT },
		{ "ended_at", NULL, SHEET_TIME },
		{ "ended_by", NULL, SHEET_TEXT },
		{ "request", "REQUEST", SHEET_ID },
		{ "grant", NULL, SHEET_ID },
		{ "quorum", NULL, SHEET_INT },
		{ "rules", NULL, SHEET_TEXT },
		{ NULL, NULL, SHEET_TEXT },
	};

	return report_sheet(r, "SELECT q.made_us, coalesce(p.name, p.id), "
	    "p.id, q.role, q.account, q.for_us, "
	    "json_extract(b.body, '$.reason'), "
	    "json_extract(b.body, '$.ticket'), "
	    "coalesce(CASE WHEN g.ended IS NOT NULL THEN g.ended END, "
	    "q.ended, 'pending'), "
	    "(SELECT group_concat(coalesce(dp.name, d.who), ', ') FROM "
	    "decision d JOIN person dp ON dp.id = d.who WHERE d.request = "
	    "q.id), (SELECT group_concat(json_extract(db.body, '$.message'), "
	    "' / ') FROM decision d LEFT JOIN event_body db ON db.seq = d.seq "
	    "WHERE d.request = q.id), g.until_us - g.from_us, g.from_us, "
	    "g.until_us, g.ended, g.ended_us, (SELECT coalesce(ep.name, "
	    "ep.id) FROM person ep WHERE ep.id = g.ended_by), q.id, "
	    "q.grant_id, q.quorum, q.rules "
	    "FROM v_request q JOIN person p ON p.id = q.who "
	    "LEFT JOIN event_body b ON b.seq = q.seq "
	    "LEFT JOIN v_grant g ON g.id = q.grant_id "
	    "WHERE " CHOSEN("q.made_us", "p", "q.account")
	    " ORDER BY q.made_us, q.seq", columns, e);
}

int
report_masked(struct report *r, struct err *e)
{
	static const struct sheet_column columns[] = {
		{ "first", "FIRST", SHEET_TIME },
		{ "last", NULL, SHEET_TIME },
		{ "person", "<PERSON", SHEET_TEXT },
		{ "person_id", NULL, SHEET_ID },
		{ "account", "ACCOUNT", SHEET_TEXT },
		{ "session", "SESSION", SHEET_ID },
		{ "profile", "PROFILE", SHEET_TEXT },
		{ "rule", "RULE", SHEET_TEXT },
		{ "values", "VALUES", SHEET_INT },
		{ "exposed", "EXPOSED", SHEET_INT },
		{ NULL, NULL, SHEET_TEXT },
	};

	return report_sheet(r, "SELECT min(e.wall_us), max(e.wall_us), "
	    "coalesce(p.name, p.id), p.id, s.account, s.id, "
	    "json_extract(b.body, '$.profile'), "
	    "json_extract(b.body, '$.rule'), "
	    "sum(json_extract(b.body, '$.n')), "
	    "sum(coalesce(json_extract(b.body, '$.exposed'), 0)) "
	    "FROM event e JOIN channel s ON s.id = e.session "
	    "JOIN person p ON p.id = s.who "
	    "LEFT JOIN event_body b ON b.seq = e.seq "
	    "WHERE e.kind = 'channel.mask' AND "
	    CHOSEN("e.wall_us", "p", "s.account")
	    " GROUP BY s.id, 7, 8 ORDER BY min(e.seq)", columns, e);
}

/* Facts of transfers whose protocol is known, and the totals of all. */
int
report_files(struct report *r, struct err *e)
{
	static const struct sheet_column columns[] = {
		{ "time", "TIME", SHEET_TIME },
		{ "person", "<PERSON", SHEET_TEXT },
		{ "person_id", NULL, SHEET_ID },
		{ "account", "ACCOUNT", SHEET_TEXT },
		{ "session", "SESSION", SHEET_ID },
		{ "did", "DID", SHEET_TEXT },
		{ "path", "<PATH", SHEET_TEXT },
		{ "to", "<TO", SHEET_TEXT },
		{ "result", "RESULT", SHEET_TEXT },
		{ "bytes", "BYTES", SHEET_INT },
		{ "sha256", NULL, SHEET_TEXT },
		{ "details", NULL, SHEET_TEXT },
		{ NULL, NULL, SHEET_TEXT },
	};

	return report_sheet(r, "SELECT e.wall_us, coalesce(p.name, p.id), "
	    "p.id, s.account, s.id, json_extract(b.body, '$.did'), "
	    "coalesce(json_extract(b.body, '$.path'), "
	    "json_extract(b.body, '$.program')), "
	    "json_extract(b.body, '$.to'), "
	    "CASE json_extract(b.body, '$.ok') WHEN 1 THEN 'ok' WHEN 0 THEN "
	    "coalesce(json_extract(b.body, '$.error'), 'failed') ELSE "
	    "CASE WHEN json_type(b.body, '$.ok') = 'null' THEN 'no answer' "
	    "END END, coalesce(json_extract(b.body, '$.bytes'), "
	    "json_extract(b.body, '$.bytes_in') + "
	    "json_extract(b.body, '$.bytes_out')), "
	    "json_extract(b.body, '$.sha256'), b.body "
	    "FROM event e JOIN channel s ON s.id = e.session "
	    "JOIN person p ON p.id = s.who "
	    "LEFT JOIN event_body b ON b.seq = e.seq "
	    "WHERE e.kind IN ('channel.file', 'channel.unfollowed') AND "
	    CHOSEN("e.wall_us", "p", "s.account")
	    " ORDER BY e.seq", columns, e);
}

#define EXCEPTIONS \
	"SELECT x.wall_us, x.what, coalesce(p.name, p.id), x.session, x.seq, " \
	"b.body, ve.wall_us, coalesce(vp.name, vp.id), " \
	"json_extract(vb.body, '$.text') " \
	"FROM v_exception x LEFT JOIN person p ON p.id = x.who " \
	"LEFT JOIN event_body b ON b.seq = x.seq " \
	"LEFT JOIN channel s ON s.id = x.session " \
	"LEFT JOIN connection c ON c.connection = " \
	"coalesce(s.connection, x.session) " \
	"LEFT JOIN review v ON v.about = x.seq " \
	"LEFT JOIN event ve ON ve.seq = v.seq " \
	"LEFT JOIN event_body vb ON vb.seq = v.seq " \
	"LEFT JOIN person vp ON vp.id = v.who " \
	"WHERE " CHOSEN("x.wall_us", "p", "c.account")

int
report_exceptions(struct report *r, struct err *e)
{
	bool all = words_value(r->words, "all") != NULL;
	const struct sheet_column columns[] = {
		{ "time", "TIME", SHEET_TIME },
		{ "what", "<WHAT", SHEET_TEXT },
		{ "person", "<PERSON", SHEET_TEXT },
		{ "session", "SESSION", SHEET_ID },
		{ "seq", "EVENT", SHEET_INT },
		{ "details", "<DETAILS", SHEET_TEXT },
		{ "explained", NULL, SHEET_TIME },
		{ "explained_by", all ? "<BY" : NULL, SHEET_TEXT },
		{ "explanation", all ? "<EXPLAINED" : NULL, SHEET_TEXT },
		{ NULL, NULL, SHEET_TEXT },
	};

	return report_sheet(r, all ? EXCEPTIONS " ORDER BY x.seq" :
	    EXCEPTIONS " AND v.about IS NULL ORDER BY x.seq", columns, e);
}

/* Runs and holds, in their order; their bodies are kept for good. */
int
report_retention(struct report *r, struct err *e)
{
	static const struct sheet_column columns[] = {
		{ "time", "TIME", SHEET_TIME },
		{ "what", "<WHAT", SHEET_TEXT },
		{ "id", "ID", SHEET_ID },
		{ "person", "<BY", SHEET_TEXT },
		{ "bodies", "EVENTS", SHEET_INT },
		{ "recordings", "RECORDINGS", SHEET_INT },
		{ "oldest", "FROM", SHEET_TIME },
		{ "newest", "TO", SHEET_TIME },
		{ "scope", "SCOPE", SHEET_TEXT },
		{ "reference", NULL, SHEET_TEXT },
		{ "keep_days", NULL, SHEET_TEXT },
		{ "seq", NULL, SHEET_INT },
		{ NULL, NULL, SHEET_TEXT },
	};

	return report_sheet(r, "SELECT e.wall_us, CASE e.kind "
	    "WHEN 'purge.run' THEN 'removed: too old' "
	    "WHEN 'erase.run' THEN 'removed: a person was erased' "
	    "WHEN 'hold.placed' THEN 'legal hold placed' "
	    "ELSE 'legal hold released' END, "
	    "coalesce(json_extract(b.body, '$.id'), "
	    "json_extract(b.body, '$.hold')), coalesce(p.name, p.id), "
	    "json_extract(b.body, '$.bodies'), "
	    "json_array_length(b.body, '$.recordings'), "
	    "(SELECT min(v.wall_us) FROM tombstone t JOIN event v "
	    "ON v.seq = t.seq WHERE t.purge = json_extract(b.body, '$.id')), "
	    "(SELECT max(v.wall_us) FROM tombstone t JOIN event v "
	    "ON v.seq = t.seq WHERE t.purge = json_extract(b.body, '$.id')), "
	    "json_extract(b.body, '$.scope'), "
	    "json_extract(b.body, '$.ref'), "
	    "json_extract(b.body, '$.keep_days'), e.seq "
	    "FROM event e LEFT JOIN event_body b ON b.seq = e.seq "
	    "LEFT JOIN person p ON p.id = e.who "
	    "WHERE e.kind IN ('purge.run', 'erase.run', 'hold.placed', "
	    "'hold.released') AND "
	    CHOSEN("e.wall_us", "p", "NULL") " ORDER BY e.seq", columns, e);
}

int
report_fingerprint(struct report *r, struct err *e)
{
	sqlite3_stmt *st = sql_open(r->db, e, "SELECT k.pub, m.v FROM "
	    "signing_key k, meta m WHERE k.epoch = 0 AND m.k = 'origin'",
	    "");
	int rc = st == NULL ? -1 : sql_step(st, e);
	char text[NOTE_VKEY_MAX];

	if (rc == 1 && sqlite3_column_bytes(st, 0) == NOTE_KEY &&
	    note_origin_ok(sql_text(st, 1))) {
		note_vkey_format(sql_text(st, 1), sqlite3_column_blob(st, 0),
		    text);
		if (r->format == SHEET_JSON)
			(void)fprintf(r->out, "{\"fingerprint\": \"%s\"}\n",
			    text);
		else
			(void)fprintf(r->out, "%s\n", text);
	} else if (rc >= 0) {
		rc = err_set(e, ERR_INPUT, "the store has no first key");
	}
	sql_done(st);
	return rc < 0 ? -1 : 0;
}
