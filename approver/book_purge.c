/* SPDX-License-Identifier: BSD-2-Clause
 * book_purge.c - what is too old goes, under an event that names it. */
#include "approver/book_private.h"

#include <string.h>

#include "approver/retention.h"
#include "lib/clock.h"
#include "lib/err.h"
#include "lib/hex.h"
#include "schema/digest.h"
#include "schema/sql.h"

/* Of one run; its event's body must hold them all. */
#define RANGES 1200
#define BODIES 20000
#define RECORDINGS 100


/* No hold that is not released covers event e of channel or person. */
#define NOT_HELD(channel, who, seq) \
	"NOT EXISTS (SELECT 1 FROM hold h WHERE NOT EXISTS (SELECT 1 FROM " \
	"hold_release r WHERE r.hold = h.id) AND (h.scope = 'all' OR " \
	"(h.scope = 'channel' AND h.ref = " channel ") OR " \
	"(h.scope = 'who' AND h.ref = " who ") OR " \
	"(h.scope = 'range' AND " seq " BETWEEN h.lo AND h.hi)))"

struct run {
	json_t *ranges, *recordings;
	int64_t lo, hi;		/* of the range that grows; lo < 0 none */
	size_t bodies;
	bool more;
};

static int
old_recordings(struct book *b, int64_t before_us, struct run *r,
    struct err *e)
{
	sqlite3_stmt *st = sql_open(store_db(b->store), e, "SELECT "
	    "x.channel, x.sha256, x.length FROM channel_end x "
	    "JOIN channel c ON c.id = x.channel "
	    "JOIN event v ON v.seq = x.seq "
	    "WHERE x.state <> 'lost' AND v.wall_us < ? AND NOT EXISTS "
	    "(SELECT 1 FROM recording_gone g WHERE g.channel = x.channel) "
	    "AND " NOT_HELD("c.id", "c.who", "c.seq")
	    " ORDER BY x.seq LIMIT ?", "ii", before_us,
	    (int64_t)RECORDINGS);
	char hex[DIGEST_HEX];
	int rc = st == NULL ? -1 : 0;

	while (rc >= 0 && (rc = sql_step(st, e)) == 1) {
		if (sqlite3_column_bytes(st, 1) == DIGEST_LEN)
			hex_of(sqlite3_column_blob(st, 1), DIGEST_LEN,
			    hex);
		else
			hex[0] = '\0';
		(void)json_array_append_new(r->recordings, json_pack(
		    "{s:s, s:s, s:I}", "channel", sql_text(st, 0), "sha256",
		    hex, "length", (json_int_t)sqlite3_column_int64(st, 2)));
	}
	sql_done(st);
	r->more = json_array_size(r->recordings) == RECORDINGS;
	return rc;
}

static void
close_range(struct run *r)
{
	if (r->lo >= 0)
		(void)json_array_append_new(r->ranges, json_pack("[I, I]",
		    (json_int_t)r->lo, (json_int_t)r->hi));
	r->lo = -1;
}

/* A seal's body stays as long as the recording whose digest it holds. */
static int
old_bodies(struct book *b, const struct retention *k, int64_t now_us,
    struct run *r, struct err *e)
{
	sqlite3_stmt *st = sql_open(store_db(b->store), e, "SELECT b.seq, "
	    "v.kind FROM event_body b JOIN event v ON v.seq = b.seq "
	    "JOIN event_kind k ON k.kind = v.kind "
	    "WHERE v.wall_us < CASE k.class WHEN 'access' THEN ?1 "
	    "WHEN 'command' THEN ?2 WHEN 'admin' THEN ?3 ELSE ?4 END "
	    "AND (v.kind <> 'channel.seal' OR EXISTS (SELECT 1 FROM "
	    "recording_gone g WHERE g.channel = v.session)) "
	    "AND " NOT_HELD("v.session", "v.who", "v.seq")
	    " ORDER BY b.seq", "iiii",
	    now_us - k->keep_us[CLASS_ACCESS],
	    now_us - k->keep_us[CLASS_COMMAND],
	    now_us - k->keep_us[CLASS_ADMIN],
	    now_us - k->keep_us[CLASS_SYSTEM]);
	int rc = st == NULL ? -1 : 0;

	r->lo = -1;
	while (rc >= 0 && (rc = sql_step(st, e)) == 1) {
		int64_t seq = sqlite3_column_int64(st, 0);

		if (event_kind_stays(sql_text(st, 1)))
			continue;
		if (r->bodies == BODIES ||
		    json_array_size(r->ranges) == RANGES) {
			r->more = true;
			break;
		}
		if (r->lo < 0 || seq != r->hi + 1) {
			close_range(r);
			r->lo = seq;
		}
		r->hi = seq;
		r->bodies++;
	}
	close_range(r);
	sql_done(st);
	return rc < 0 ? -1 : 0;
}

static int
remove_them(struct book *b, const char *id, const struct run *r,
    struct err *e)
{
	sqlite3 *db = store_db(b->store);
	const json_t *one;
	size_t i;

	json_array_foreach(r->ranges, i, one)
		if (sql_run(db, e, "INSERT INTO tombstone SELECT seq, ? FROM "
		    "event_body WHERE seq BETWEEN ? AND ?", "sii", id,
		    json_integer_value(json_array_get(one, 0)),
		    json_integer_value(json_array_get(one, 1))) < 0)
			return -1;
	json_array_foreach(r->recordings, i, one)
		if (sql_run(db, e, "INSERT INTO recording_gone VALUES (?, ?)",
		    "ss", json_string_value(json_object_get(one, "channel")),
		    id) < 0)
			return -1;
	return sql_run(db, e, "DELETE FROM event_body WHERE seq IN "
	    "(SELECT seq FROM tombstone WHERE purge = ?)", "s", id);
}

static json_t *
body_of(const char *id, const struct retention *k, const struct run *r)
{
	json_t *keep = json_object();

	body_int(keep, "recordings", k->recordings_us / CLOCK_DAY_US);
	for (int i = 0; i < EVENT_CLASSES; i++)
		body_int(keep, event_class_name((enum event_class)i),
		    k->keep_us[i] / CLOCK_DAY_US);
	return json_pack("{s:s, s:s, s:o, s:I, s:O, s:O}", "id", id, "why",
	    "retention", "keep_days", keep, "bodies", (json_int_t)r->bodies,
	    "ranges", r->ranges, "recordings", r->recordings);
}

int
book_purge(struct book *b, const struct retention *k, int64_t now_us,
    struct purged *ret, struct err *e)
{
	struct run r = { .ranges = json_array(),
	    .recordings = json_array() };
	char id[ID_MAX];
	int rc = -1;

	if (old_recordings(b, now_us - k->recordings_us, &r, e) < 0 ||
	    old_bodies(b, k, now_us, &r, e) < 0 || id_make('u', id, e) < 0)
		goto out;
	rc = 0;
	if (r.bodies == 0 && json_array_size(r.recordings) == 0)
		goto out;
	if (store_add(b->store, "purge.run", NULL, NULL, body_of(id, k, &r),
	    "purge", e) < 0 || remove_them(b, id, &r, e) < 0) {
		rc = -1;
		goto out;
	}
	*ret = (struct purged){ .bodies = r.bodies, .more = r.more,
	    .recordings = json_incref(r.recordings) };
	rc = 1;
out:
	json_decref(r.ranges);
	json_decref(r.recordings);
	return rc;
}

json_t *
book_last_gone(struct book *b, struct err *e)
{
	sqlite3_stmt *st = sql_open(store_db(b->store), e, "SELECT channel "
	    "FROM recording_gone WHERE purge = (SELECT id FROM purge "
	    "ORDER BY seq DESC LIMIT 1)", "");
	json_t *ret = json_array();
	int rc = st == NULL ? -1 : 0;

	while (rc >= 0 && (rc = sql_step(st, e)) == 1)
		(void)json_array_append_new(ret, json_pack("{s:s}",
		    "channel", sql_text(st, 0)));
	sql_done(st);
	if (rc == 0)
		return ret;
	json_decref(ret);
	return NULL;
}

int
book_forget(struct book *b, struct err *e)
{
	return store_truncate_log(b->store, e);
}
