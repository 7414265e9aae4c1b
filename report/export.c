/* SPDX-License-Identifier: BSD-2-Clause
 * export.c - the evidence as a folder that anybody can check, see
 * warrant-export(5). */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/b64.h"
#include "lib/buf.h"
#include "lib/err.h"
#include "lib/hex.h"
#include "lib/io.h"
#include "report/report.h"
#include "schema/digest.h"
#include "schema/event.h"
#include "schema/sql.h"

#define COPY (64 * 1024)
#define SUMS_MAX (64 * 1024 * 1024)

static const char readme[] =
    "The evidence of one host, exported by warrant-report(1).\n\n"
    "  checkpoint          the signed head of the ledger (C2SP note)\n"
    "  keys                its signing keys, each endorsed by the one before\n"
    "  checkpoints.ndjson  older signed heads\n"
    "  events.ndjson       every event: its record, salt and body\n"
    "  recordings/         what was shown, one file a session\n"
    "  SHA256SUMS          of all of these\n\n"
    "To check it, with the key that was written down when the host was set "
    "up\n(warrant-report fingerprint), not with one from this folder:\n\n"
    "  warrant-report verify THIS-FOLDER --key KEY\n\n"
    "The formats stand in warrant-export(5).\n";

struct out {
	int dir, file;
	char name[80];
	struct buf sums, line;
};

static int
begin_file(struct out *o, const char *name, struct err *e)
{
	(void)snprintf(o->name, sizeof(o->name), "%s", name);
	o->file = openat(o->dir, name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC |
	    O_NOFOLLOW, 0600);
	return o->file < 0 ? err_sys(e, "%s", name) : 0;
}

static int
end_file(struct out *o, struct err *e)
{
	unsigned char sum[DIGEST_LEN];
	char hex[DIGEST_HEX];
	int rc = -1;

	if (fsync(o->file) < 0)
		(void)err_sys(e, "%s", o->name);
	else if (digest_fd(o->file, sum, e) == 0) {
		hex_of(sum, sizeof(sum), hex);
		rc = buf_printf(&o->sums, e, "%s  %s\n", hex, o->name);
	}
	io_close(&o->file);
	return rc;
}

static int
put_file(struct out *o, const char *name, const char *text, struct err *e)
{
	if (begin_file(o, name, e) < 0)
		return -1;
	if (io_write_all(o->file, text, strlen(text), e) < 0) {
		io_close(&o->file);
		return -1;
	}
	return end_file(o, e);
}

/* A line of JSON (stolen). */
static int
put_json(struct out *o, json_t *j, struct err *e)
{
	char *text = j == NULL ? NULL : json_dumps(j, JSON_COMPACT);
	int rc = -1;

	json_decref(j);
	buf_reset(&o->line);
	if (text == NULL)
		return err_set(e, ERR_INPUT, "a value that is no JSON text");
	if (buf_puts(&o->line, text, e) == 0 &&
	    buf_putc(&o->line, '\n', e) == 0)
		rc = io_write_all(o->file, o->line.p, o->line.len, e);
	free(text);
	return rc;
}

/* ---- what is in the store --------------------------------------------- */

static int
put_head(struct report *r, struct out *o, struct err *e)
{
	sqlite3_stmt *st = sql_open(r->db, e, "SELECT note FROM head", "");
	int rc = st == NULL ? -1 : sql_step(st, e);

	if (rc == 0)
		rc = err_set(e, ERR_INPUT, "the ledger has no head");
	if (rc == 1)
		rc = put_file(o, "checkpoint", sql_text(st, 0), e);
	sql_done(st);
	return rc;
}

static int
put_keys(struct report *r, struct out *o, struct err *e)
{
	sqlite3_stmt *st = sql_open(r->db, e, "SELECT epoch, pub, first_seq, "
	    "start_us, endorse FROM signing_key ORDER BY epoch", "");
	struct buf b = BUF_INIT(SUMS_MAX);
	int rc = st == NULL ? -1 : 0;

	while (rc >= 0 && (rc = sql_step(st, e)) == 1) {
		if (buf_printf(&b, e, "%lld ", (long long)
		    sqlite3_column_int64(st, 0)) < 0 ||
		    b64_encode(sqlite3_column_blob(st, 1),
		    (size_t)sqlite3_column_bytes(st, 1), &b, e) < 0 ||
		    buf_printf(&b, e, " %lld %lld ", (long long)
		    sqlite3_column_int64(st, 2), (long long)
		    sqlite3_column_int64(st, 3)) < 0)
			rc = -1;
		else if (sqlite3_column_type(st, 4) == SQLITE_NULL)
			rc = buf_puts(&b, "-\n", e);
		else
			rc = b64_encode(sqlite3_column_blob(st, 4),
			    (size_t)sqlite3_column_bytes(st, 4), &b, e) < 0 ?
			    -1 : buf_putc(&b, '\n', e);
	}
	sql_done(st);
	if (rc == 0)
		rc = put_file(o, "keys", b.p == NULL ? "" : b.p, e);
	buf_clear(&b);
	return rc;
}

static int
put_checkpoints(struct report *r, struct out *o, struct err *e)
{
	sqlite3_stmt *st = sql_open(r->db, e, "SELECT size, epoch, note FROM "
	    "checkpoint ORDER BY size", "");
	int rc = st == NULL ? -1 : begin_file(o, "checkpoints.ndjson", e);

	while (rc >= 0 && (rc = sql_step(st, e)) == 1)
		rc = put_json(o, json_pack("{s:I, s:I, s:s}", "size",
		    (json_int_t)sqlite3_column_int64(st, 0), "epoch",
		    (json_int_t)sqlite3_column_int64(st, 1), "note",
		    sql_text(st, 2)), e);
	sql_done(st);
	return rc < 0 ? -1 : end_file(o, e);
}

static int
put_event(struct out *o, sqlite3_stmt *st, struct err *e)
{
	struct event v = { .seq = sqlite3_column_int64(st, 0),
	    .wall_us = sqlite3_column_int64(st, 1),
	    .mono_us = sqlite3_column_int64(st, 3) };
	struct buf record = BUF_INIT(EVENT_RECORD_MAX);
	char salt[2 * EVENT_SALT + 1] = "";
	json_t *j;

	sql_copy(st, 2, v.boot, sizeof(v.boot));
	sql_copy(st, 4, v.kind, sizeof(v.kind));
	sql_copy(st, 5, v.session, sizeof(v.session));
	sql_copy(st, 6, v.who, sizeof(v.who));
	if (sqlite3_column_bytes(st, 7) == EVENT_HASH)
		(void)memcpy(v.body_hash, sqlite3_column_blob(st, 7),
		    EVENT_HASH);
	if (event_record(&v, &record, e) < 0)
		return -1;
	j = json_pack("{s:s#}", "record", record.p, (int)record.len);
	buf_clear(&record);
	if (sqlite3_column_bytes(st, 8) == EVENT_SALT) {
		hex_of(sqlite3_column_blob(st, 8), EVENT_SALT, salt);
		(void)json_object_set_new(j, "salt", json_string(salt));
		(void)json_object_set_new(j, "body",
		    json_string(sql_text(st, 9)));
	}
	return put_json(o, j, e);
}

static int
put_events(struct report *r, struct out *o, struct err *e)
{
	sqlite3_stmt *st = sql_open(r->db, e, "SELECT e.seq, e.wall_us, "
	    "b.boot_id, e.mono_us, e.kind, coalesce(e.session, ''), "
	    "coalesce(e.who, ''), e.body_hash, x.salt, x.body FROM event e "
	    "JOIN boot b ON b.id = e.boot LEFT JOIN event_body x ON "
	    "x.seq = e.seq ORDER BY e.seq", "");
	int rc = st == NULL ? -1 : begin_file(o, "events.ndjson", e);

	while (rc >= 0 && (rc = sql_step(st, e)) == 1)
		rc = put_event(o, st, e);
	sql_done(st);
	return rc < 0 ? -1 : end_file(o, e);
}

/* ---- recordings ------------------------------------------------------- */

static int
copy(int from, int to, struct err *e)
{
	static char block[COPY];
	ssize_t n;
	off_t at = 0;

	while ((n = pread(from, block, sizeof(block), at)) > 0) {
		if (io_write_all(to, block, (size_t)n, e) < 0)
			return -1;
		at += n;
	}
	return n < 0 ? err_sys(e, "a recording") : 0;
}

static int
put_recording(struct report *r, struct out *o, const char *id,
    struct err *e)
{
	char name[80];
	int fd = source_recording(r, id, e), rc;

	if (fd < 0 && e->code == ERR_NOT_FOUND) {
		(void)fprintf(stderr, "warrant-report: %s: the recording is "
		    "not on this host any more\n", id);
		return 0;
	}
	if (fd < 0)
		return -1;
	(void)snprintf(name, sizeof(name), "recordings/%s.cast.zst", id);
	rc = begin_file(o, name, e);
	if (rc == 0)
		rc = copy(fd, o->file, e) < 0 ? -1 : end_file(o, e);
	io_close(&fd);
	return rc;
}

static int
put_recordings(struct report *r, struct out *o, struct err *e)
{
	sqlite3_stmt *st = sql_open(r->db, e, "SELECT channel FROM "
	    "channel_end x WHERE state <> 'lost' AND NOT EXISTS (SELECT 1 "
	    "FROM recording_gone g WHERE g.channel = x.channel) "
	    "ORDER BY seq", "");
	bool progress = isatty(STDERR_FILENO) == 1;
	int rc = st == NULL ? -1 : 0;
	unsigned n = 0;

	while (rc >= 0 && (rc = sql_step(st, e)) == 1) {
		rc = put_recording(r, o, sql_text(st, 0), e);
		if (progress)
			(void)fprintf(stderr, "\r%u recordings", ++n);
	}
	if (progress && n > 0)
		(void)fputc('\n', stderr);
	sql_done(st);
	return rc;
}

/* ---- all of it -------------------------------------------------------- */

int
report_export(struct report *r, struct err *e)
{
	const char *dir = r->words->arg[0];
	struct out o = { .dir = -1, .file = -1, .sums = BUF_INIT(SUMS_MAX),
	    .line = BUF_INIT(1024 * 1024) };
	int rc = -1;

	if (mkdir(dir, 0700) < 0)
		return errno == EEXIST ? err_set(e, ERR_USAGE, "%.200s exists:"
		    " give the name of a new folder", dir) :
		    err_sys(e, "%.200s", dir);
	o.dir = open(dir, O_DIRECTORY | O_RDONLY | O_CLOEXEC);
	if (o.dir < 0 || mkdirat(o.dir, "recordings", 0700) < 0)
		(void)err_sys(e, "%.200s", dir);
	else if (put_file(&o, "README.txt", readme, e) == 0 &&
	    put_head(r, &o, e) == 0 && put_keys(r, &o, e) == 0 &&
	    put_checkpoints(r, &o, e) == 0 && put_events(r, &o, e) == 0 &&
	    put_recordings(r, &o, e) == 0) {
		struct buf sums = o.sums;

		o.sums = (struct buf)BUF_INIT(4096);
		rc = put_file(&o, "SHA256SUMS", sums.p, e);
		buf_clear(&sums);
	}
	if (rc == 0)
		(void)fprintf(r->out, "%s: exported; to check it: "
		    "warrant-report verify %s --key KEY\n", dir, dir);
	io_close(&o.file);
	io_close(&o.dir);
	buf_clear(&o.sums);
	buf_clear(&o.line);
	return rc;
}
