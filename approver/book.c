/* SPDX-License-Identifier: BSD-2-Clause
 * book.c - the store as the ledger process has it open. */
#include "approver/book_private.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include <openssl/crypto.h>

#include "lib/buf.h"
#include "lib/err.h"
#include "lib/hex.h"
#include "lib/io.h"
#include "schema/digest.h"
#include "schema/note.h"
#include "schema/sql.h"

#define LINE_ROOM 512

/* ---- keys that are not the log's -------------------------------------- */

/* Read the key at DIR/keys/NAME, made when it is not there. */
static int
load_key(const char *dir, const char *name, unsigned char key[BOOK_KEY],
    struct err *e)
{
	struct buf b = BUF_INIT(BOOK_KEY);
	char path[PATH_MAX];
	int rc;

	if (snprintf(path, sizeof(path), "%s/keys/%s", dir, name) >=
	    (int)sizeof(path))
		return err_set(e, ERR_CONFIG, "%.64s...: path too long", dir);
	if (access(path, F_OK) < 0 && errno == ENOENT) {
		if (getrandom(key, BOOK_KEY, 0) != BOOK_KEY)
			return err_sys(e, "getrandom");
		return io_replace_file(path, key, BOOK_KEY, 0600, e);
	}
	rc = io_read_trusted(path, true, &b, e);
	if (rc == 0 && b.len != BOOK_KEY)
		rc = err_set(e, ERR_CONFIG, "%s: no key of %d bytes", path,
		    BOOK_KEY);
	if (rc == 0)
		memcpy(key, b.p, BOOK_KEY);
	buf_clear(&b);
	return rc;
}

int
book_mask_key(struct book *b, char key[65], char id[16], struct err *e)
{
	unsigned char h[DIGEST_LEN];
	char hex[DIGEST_HEX];

	if (digest_2("mask key", 8, b->mask_key, BOOK_KEY, h, e) < 0)
		return -1;
	hex_of(b->mask_key, BOOK_KEY, key);
	hex_of(h, sizeof(h), hex);
	(void)snprintf(id, 16, "%.8s", hex);
	return 0;
}

/* ---- the store -------------------------------------------------------- */

int
book_open(const char *statedir, const char *origin, struct book **ret,
    struct err *e)
{
	struct book *b = calloc(1, sizeof(*b));

	if (b == NULL)
		return err_set(e, ERR_MEMORY, "out of memory");
	if (store_open(statedir, origin, &b->store, e) < 0 ||
	    load_key(statedir, "person.key", b->tag_key, e) < 0 ||
	    load_key(statedir, "mask.key", b->mask_key, e) < 0) {
		book_close(b);
		return -1;
	}
	*ret = b;
	return 0;
}

void
book_close(struct book *b)
{
	if (b == NULL)
		return;
	store_close(b->store);
	OPENSSL_cleanse(b, sizeof(*b));
	free(b);
}

/* Whatever the reason, the store is what does not work just now. */
static int
unavailable(int rc, struct err *e)
{
	if (rc < 0 && e != NULL && e->code == ERR_SYSTEM)
		e->code = ERR_UNAVAILABLE;
	return rc;
}

int
book_begin(struct book *b, struct err *e)
{
	return unavailable(store_begin(b->store, e), e);
}

int
book_mark(struct book *b, struct err *e)
{
	return store_mark(b->store, e);
}

int
book_keep(struct book *b, struct err *e)
{
	return store_keep(b->store, e);
}

void
book_undo(struct book *b)
{
	store_undo(b->store);
}

int
book_commit(struct book *b, struct err *e)
{
	return unavailable(store_commit(b->store, e), e);
}

void
book_rollback(struct book *b)
{
	store_rollback(b->store);
}

/* "origin size root signature" of a note, on one line. */
static int
anchor_line(const char *text, char *ret, size_t size, struct err *e)
{
	char root[DIGEST_HEX], sig[2 * NOTE_SIG + 1];
	struct note n;

	if (note_parse(text, strlen(text), &n, e) < 0)
		return -1;
	hex_of(n.root, sizeof(n.root), root);
	hex_of(n.sig, sizeof(n.sig), sig);
	(void)snprintf(ret, size, "%s %llu %s %s", n.origin,
	    (unsigned long long)n.size, root, sig);
	return 0;
}

int
book_anchor(struct book *b, char *ret, size_t size, struct err *e)
{
	char note[NOTE_MAX];
	int rc = store_checkpoint(b->store, note, e);

	if (rc <= 0)
		return rc;
	if (anchor_line(note, ret, size, e) < 0 ||
	    store_anchored(b->store, "syslog", "syslog", ret, e) < 0)
		return -1;
	return 1;
}

int
book_next_epoch(struct book *b, struct err *e)
{
	return store_next_epoch(b->store, e);
}

int
book_snapshot(struct book *b, struct err *e)
{
	return store_snapshot(b->store, e);
}

int
book_event(struct book *b, const char *kind, const char *session,
    const char *who, json_t *body, struct err *e)
{
	return store_add(b->store, kind, session, who, body, NULL, e);
}

int64_t
book_newest_us(struct book *b)
{
	int64_t us = 0;

	(void)sql_int(store_db(b->store), &us, NULL, "SELECT wall_us FROM "
	    "event ORDER BY seq DESC LIMIT 1", "");
	return us;
}

/* ---- bodies ----------------------------------------------------------- */

void
body_text(json_t *body, const char *key, const char *text)
{
	if (text != NULL && text[0] != '\0')
		(void)json_object_set_new(body, key, json_string(text));
}

void
body_int(json_t *body, const char *key, int64_t n)
{
	(void)json_object_set_new(body, key, json_integer(n));
}

void
body_read(sqlite3 *db, int64_t seq, const char *key, char *ret, size_t size)
{
	sqlite3_stmt *st = sql_open(db, NULL, "SELECT json_extract(body, "
	    "'$.' || ?) FROM event_body WHERE seq = ?", "si", key, seq);

	ret[0] = '\0';
	if (st != NULL && sql_step(st, NULL) == 1)
		sql_copy(st, 0, ret, size);
	sql_done(st);
}

int
book_whole_id(struct book *b, const char *table, const char *given,
    char ret[ID_MAX], struct err *e)
{
	char sql[128];
	sqlite3_stmt *st;
	int rc;

	if (!id_prefix_ok(given, table[0]))
		return err_set(e, ERR_USAGE, "%.40s: no id: %c- and at least "
		    "3 characters of it", given, table[0]);
	(void)snprintf(sql, sizeof(sql), "SELECT id FROM %s WHERE id >= ?1 "
	    "AND id < ?1 || '~' LIMIT 2", table);
	st = sql_open(store_db(b->store), e, sql, "s", given);
	rc = st == NULL ? -1 : sql_step(st, e);
	if (rc == 1) {
		sql_copy(st, 0, ret, ID_MAX);
		rc = sql_step(st, e);
		rc = rc == 1 ? err_set(e, ERR_USAGE, "%s: more than one "
		    "begins so: give more of it", given) : rc < 0 ? -1 : 1;
	}
	sql_done(st);
	return rc;
}
