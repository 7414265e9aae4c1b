/* SPDX-License-Identifier: BSD-2-Clause */
#include "schema/store_private.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/buf.h"
#include "lib/clock.h"
#include "lib/err.h"
#include "lib/hex.h"
#include "lib/io.h"
#include "schema/digest.h"
#include "schema/sql.h"

static int
keep_head(struct store *s, struct err *e)
{
	return sql_run(s->db, e, "INSERT INTO checkpoint SELECT size, "
	    "(SELECT max(epoch) FROM signing_key), note FROM head", "");
}

int
store_checkpoint(struct store *s, char *ret, struct err *e)
{
	int64_t last = 0;
	sqlite3_stmt *st;
	int rc;

	if (sql_int(s->db, &last, e,
	    "SELECT coalesce(max(size), 0) FROM checkpoint", "") < 0)
		return -1;
	if (last == store_size(s))
		return 0;
	if (keep_head(s, e) < 0)
		return -1;
	if (ret == NULL)
		return 1;
	st = sql_open(s->db, e, "SELECT note FROM head", "");
	rc = st == NULL ? -1 : sql_step(st, e);
	if (rc == 1)
		sql_copy(st, 0, ret, NOTE_MAX);
	sql_done(st);
	return rc;
}

int
store_anchored(struct store *s, const char *via, const char *name,
    const char *proof, struct err *e)
{
	return sql_run(s->db, e, "INSERT INTO anchor (size, via, name, "
	    "wall_us, proof) SELECT max(size), ?, ?, ?, ? FROM checkpoint",
	    "ssis", via, name, clock_wall_us(), proof);
}

/* The old key's word for the new one. */
static int
endorse(struct store *s, const struct keys *fresh, int64_t start_us,
    unsigned char sig[NOTE_SIG], struct err *e)
{
	struct buf b = BUF_INIT(1024);
	int rc = keys_statement(s->origin, fresh->epoch, fresh->pub,
	    s->tree.size, start_us, &b, e);

	if (rc == 0)
		rc = keys_sign(&s->keys, b.p, b.len, sig, e);
	buf_clear(&b);
	return rc;
}

/* Within a transaction: the last event of this epoch, its checkpoint, the
 * next key. */
static int
turn(struct store *s, struct keys *fresh, struct err *e)
{
	struct buf note = BUF_INIT(NOTE_MAX);
	unsigned char sig[NOTE_SIG];
	char hex[DIGEST_HEX];
	int64_t now = clock_wall_us();
	int rc;

	hex_of(fresh->pub, NOTE_KEY, hex);
	rc = store_add(s, "key.rotated", NULL, NULL, json_pack("{s:I,s:s}",
	    "epoch", (json_int_t)fresh->epoch, "pub", hex), NULL, e);
	if (rc == 0)
		rc = store_sign_head(s, &note, e);
	if (rc == 0)
		rc = keep_head(s, e);
	if (rc == 0)
		rc = endorse(s, fresh, now, sig, e);
	if (rc == 0)
		rc = store_add_key(s, fresh, now, sig, e);
	buf_clear(&note);
	return rc;
}

int
store_next_epoch(struct store *s, struct err *e)
{
	struct keys fresh = KEYS_INIT;
	int64_t first = 0;

	if (sql_int(s->db, &first, e,
	    "SELECT max(first_seq) FROM signing_key", "") < 0)
		return -1;
	if (first == store_size(s))
		return 0;
	if (store_begin(s, e) < 0)
		return -1;
	if (keys_make(&s->keys, s->keys.epoch + 1, &fresh, e) < 0 ||
	    turn(s, &fresh, e) < 0 || sql_run(s->db, e, "COMMIT", "") < 0) {
		store_rollback(s);
		keys_close(&fresh);
		return -1;
	}
	s->signed_size = s->tree.size;
	return keys_take(&s->keys, &fresh, e);
}

int
store_snapshot(struct store *s, struct err *e)
{
	char path[sizeof(s->dir) + 32];
	int fd, rc;

	(void)snprintf(path, sizeof(path), "%s/snapshot.db", s->dir);
	if (unlink(path) < 0 && access(path, F_OK) == 0)
		return err_sys(e, "%s", path);
	rc = sql_run(s->db, e, "VACUUM INTO ?", "s", path);
	fd = rc < 0 ? -1 : open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (rc == 0 && fd < 0)
		(void)err_sys(e, "%s", path);
	(void)unlink(path);
	return fd;
}

int
store_truncate_log(struct store *s, struct err *e)
{
	int rc = sqlite3_wal_checkpoint_v2(s->db, NULL,
	    SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);

	return rc == SQLITE_OK ? 0 : sql_failed(s->db, rc,
	    "the write-ahead log", e);
}

int
store_fingerprint(struct store *s, char ret[NOTE_VKEY_MAX], struct err *e)
{
	sqlite3_stmt *st = sql_open(s->db, e,
	    "SELECT pub FROM signing_key WHERE epoch = 0", "");
	int rc = st == NULL ? -1 : sql_step(st, e);

	if (rc == 1)
		note_vkey_format(s->origin, sqlite3_column_blob(st, 0), ret);
	sql_done(st);
	return rc == 1 ? 0 : -1;
}
