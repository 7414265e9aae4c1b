/* SPDX-License-Identifier: BSD-2-Clause */
#include "schema/store_private.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/stat.h>

#include "lib/buf.h"
#include "lib/clock.h"
#include "lib/err.h"
#include "lib/hex.h"
#include "lib/io.h"
#include "schema/digest.h"
#include "schema/sql.h"

/* ---- the schema ------------------------------------------------------- */

/* SHA-256 over the text of every table, index, trigger and view. */
static int
schema_hash(sqlite3 *db, unsigned char ret[DIGEST_LEN], struct err *e)
{
	sqlite3_stmt *st = sql_open(db, e, "SELECT coalesce(sql, '') FROM "
	    "sqlite_schema WHERE name NOT LIKE 'sqlite_%' ORDER BY name", "");
	int rc;

	if (st == NULL)
		return -1;
	memset(ret, 0, DIGEST_LEN);
	while ((rc = sql_step(st, e)) == 1) {
		const char *text = sql_text(st, 0);

		rc = digest_2(ret, DIGEST_LEN, text, strlen(text), ret, e);
		if (rc < 0)
			break;
	}
	sql_done(st);
	return rc;
}

int
store_schema_check(sqlite3 *db, struct err *e)
{
	unsigned char have[DIGEST_LEN], want[DIGEST_LEN];
	sqlite3 *fresh = NULL;
	int64_t version = 0;
	int rc = -1;

	if (sql_int(db, &version, e, "PRAGMA user_version", "") < 0)
		return -1;
	if (version != STORE_VERSION)
		return err_set(e, ERR_INPUT, "the store has version %" PRId64
		    ", this program reads %d", version, STORE_VERSION);
	if (sqlite3_open(":memory:", &fresh) == SQLITE_OK &&
	    sqlite3_exec(fresh, store_sql, NULL, NULL, NULL) == SQLITE_OK &&
	    schema_hash(fresh, want, e) == 0 && schema_hash(db, have, e) == 0)
		rc = memcmp(want, have, DIGEST_LEN) == 0 ? 0 :
		    err_set(e, ERR_CRYPTO, "the store's tables or triggers "
		    "are not those of store.sql: somebody changed them");
	(void)sqlite3_close(fresh);
	return rc;
}

/* ---- a new store ------------------------------------------------------ */

static int
add_kinds(sqlite3 *db, struct err *e)
{
	const struct event_kind *k;

	for (size_t i = 0; (k = event_kind_at(i)) != NULL; i++)
		if (sql_run(db, e, "INSERT OR IGNORE INTO event_kind VALUES "
		    "(?,?,?,?)", "ssii", k->kind, event_class_name(k->class),
		    (int64_t)k->severity, (int64_t)k->exception) < 0)
			return -1;
	return 0;
}

static int
make(struct store *s, const char *origin, struct err *e)
{
	unsigned char id[16];
	char hex[33];
	int rc;

	if (!note_origin_ok(origin))
		return err_set(e, ERR_CONFIG, "%.80s: no name for a log: "
		    "1 to %d bytes without blank or +", origin,
		    NOTE_NAME_MAX - 1);
	if (getrandom(id, sizeof(id), 0) != (ssize_t)sizeof(id))
		return err_sys(e, "getrandom");
	hex_of(id, sizeof(id), hex);
	rc = sqlite3_exec(s->db, store_sql, NULL, NULL, NULL);
	if (rc != SQLITE_OK)
		return sql_failed(s->db, rc, "store.sql", e);
	return sql_run(s->db, e, "INSERT INTO meta VALUES ('origin', ?), "
	    "('store_id', ?)", "ss", origin, hex);
}

int
store_add_key(struct store *s, const struct keys *fresh, int64_t start_us,
    const unsigned char *endorse, struct err *e)
{
	return sql_run(s->db, e, "INSERT INTO signing_key VALUES "
	    "(?,?,?,?,?)", "ibiib", (int64_t)fresh->epoch, fresh->pub,
	    (size_t)NOTE_KEY, (int64_t)s->tree.size, start_us, endorse,
	    endorse == NULL ? (size_t)0 : (size_t)NOTE_SIG);
}

/* The store is new: tables, names and the first key in one transaction. */
static int
begin_store(struct store *s, const char *origin, struct err *e)
{
	struct keys fresh = KEYS_INIT;

	if (sql_run(s->db, e, "BEGIN IMMEDIATE", "") < 0)
		return -1;
	if (make(s, origin, e) < 0 || keys_make(&s->keys, 0, &fresh, e) < 0)
		goto fail;
	if (store_add_key(s, &fresh, clock_wall_us(), NULL, e) < 0 ||
	    sql_run(s->db, e, "PRAGMA user_version=1", "") < 0 ||
	    sql_run(s->db, e, "COMMIT", "") < 0)
		goto fail;
	return keys_take(&s->keys, &fresh, e);
fail:
	keys_close(&fresh);
	(void)sql_run(s->db, NULL, "ROLLBACK", "");
	return -1;
}

/* ---- an old store ----------------------------------------------------- */

static int
read_text(sqlite3 *db, char *ret, size_t size, struct err *e,
    const char *sql)
{
	sqlite3_stmt *st = sql_open(db, e, sql, "");
	int rc = st == NULL ? -1 : sql_step(st, e);

	if (rc == 1)
		sql_copy(st, 0, ret, size);
	sql_done(st);
	return rc;
}

/* This boot's row; made when it is the first start since. */
static int
load_boot(struct store *s, struct err *e)
{
	struct buf b = BUF_INIT(64);
	int fd = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
	int rc = -1;

	if (fd < 0)
		return err_sys(e, "/proc/sys/kernel/random/boot_id");
	if (io_read_all(fd, &b, e) == 0)
		rc = snprintf(s->boot_id, sizeof(s->boot_id), "%.36s", b.p) ==
		    36 ? 0 : err_set(e, ERR_SYSTEM, "no boot id");
	io_close(&fd);
	buf_clear(&b);
	if (rc < 0 || sql_run(s->db, e, "INSERT INTO boot (boot_id) SELECT ?1 "
	    "WHERE NOT EXISTS (SELECT 1 FROM boot WHERE boot_id = ?1)", "s",
	    s->boot_id) < 0)
		return -1;
	return sql_int(s->db, &s->boot, e,
	    "SELECT id FROM boot WHERE boot_id = ?", "s", s->boot_id) == 1 ?
	    0 : -1;
}

static int
take_event(struct store *s, sqlite3_stmt *st, struct err *e)
{
	unsigned char leaf[EVENT_HASH];
	struct event v = { .seq = sqlite3_column_int64(st, 0),
	    .wall_us = sqlite3_column_int64(st, 1),
	    .mono_us = sqlite3_column_int64(st, 3) };

	sql_copy(st, 2, v.boot, sizeof(v.boot));
	sql_copy(st, 4, v.kind, sizeof(v.kind));
	sql_copy(st, 5, v.session, sizeof(v.session));
	sql_copy(st, 6, v.who, sizeof(v.who));
	if (sqlite3_column_bytes(st, 7) != EVENT_HASH ||
	    v.seq != (int64_t)s->tree.size)
		return err_set(e, ERR_CRYPTO, "event %" PRIu64
		    " is missing or damaged", s->tree.size);
	memcpy(v.body_hash, sqlite3_column_blob(st, 7), EVENT_HASH);
	if (strcmp(v.boot, s->boot_id) == 0)
		s->mono_us = v.mono_us;
	s->last_us = v.wall_us;
	if (event_leaf(&v, leaf, e) < 0)
		return -1;
	return merkle_add(&s->tree, leaf, e);
}

static int
load_tree(struct store *s, struct err *e)
{
	sqlite3_stmt *st = sql_open(s->db, e, "SELECT e.seq, e.wall_us, "
	    "b.boot_id, e.mono_us, e.kind, e.session, e.who, e.body_hash "
	    "FROM event e JOIN boot b ON b.id = e.boot ORDER BY e.seq", "");
	int rc;

	if (st == NULL)
		return -1;
	while ((rc = sql_step(st, e)) == 1)
		if (take_event(s, st, e) < 0) {
			rc = -1;
			break;
		}
	sql_done(st);
	return rc;
}

/* The key that signed a head of this size. */
static int
key_of_size(struct store *s, uint64_t size, unsigned char pub[NOTE_KEY],
    struct err *e)
{
	sqlite3_stmt *st = sql_open(s->db, e, "SELECT pub FROM signing_key "
	    "WHERE first_seq < ? ORDER BY epoch DESC LIMIT 1", "i",
	    (int64_t)size);
	int rc = st == NULL ? -1 : sql_step(st, e);

	if (rc == 1 && sqlite3_column_bytes(st, 0) == NOTE_KEY)
		memcpy(pub, sqlite3_column_blob(st, 0), NOTE_KEY);
	else if (rc >= 0)
		rc = err_set(e, ERR_CRYPTO, "the store has no signing key");
	sql_done(st);
	return rc < 0 ? -1 : 0;
}

static int
check_head(struct store *s, struct err *e)
{
	unsigned char root[MERKLE_HASH], pub[NOTE_KEY];
	char text[NOTE_MAX];
	struct note n;
	int rc = read_text(s->db, text, sizeof(text), e,
	    "SELECT note FROM head");

	if (rc < 0)
		return -1;
	if (rc == 0)
		return s->tree.size == 0 ? 0 :
		    err_set(e, ERR_CRYPTO, "the signed head is missing");
	if (note_parse(text, strlen(text), &n, e) < 0 ||
	    key_of_size(s, n.size, pub, e) < 0 ||
	    note_verify(text, &n, pub, e) < 0 ||
	    merkle_root(&s->tree, root, e) < 0)
		return err_prefix(e, "signed head");
	if (n.size != s->tree.size || memcmp(root, n.root, MERKLE_HASH) != 0 ||
	    strcmp(n.origin, s->origin) != 0)
		return err_set(e, ERR_CRYPTO, "the events are not those of "
		    "the signed head: the store was altered");
	s->signed_size = n.size;
	return 0;
}

int
store_load(struct store *s, const char *origin, struct err *e)
{
	int64_t tables = 0, epoch = 0;

	if (sql_int(s->db, &tables, e,
	    "SELECT count(*) FROM sqlite_schema", "") < 0)
		return -1;
	if (tables == 0 && begin_store(s, origin, e) < 0)
		return -1;
	if (store_schema_check(s->db, e) < 0 || add_kinds(s->db, e) < 0 ||
	    load_boot(s, e) < 0)
		return -1;
	if (read_text(s->db, s->origin, sizeof(s->origin), e,
	    "SELECT v FROM meta WHERE k = 'origin'") != 1 ||
	    sql_int(s->db, &epoch, e,
	    "SELECT max(epoch) FROM signing_key", "") != 1)
		return -1;
	if (load_tree(s, e) < 0 || check_head(s, e) < 0)
		return -1;
	return s->keys.key != NULL ? 0 :
	    keys_load(&s->keys, (uint64_t)epoch, e);
}

/* ---- to read ---------------------------------------------------------- */

static int
reading(sqlite3 *db, sqlite3 **ret, struct err *e)
{
	if (sqlite3_exec(db, "PRAGMA trusted_schema=OFF; "
	    "PRAGMA query_only=ON;", NULL, NULL, NULL) == SQLITE_OK &&
	    store_schema_check(db, e) == 0) {
		*ret = db;
		return 0;
	}
	if (e != NULL && e->code == ERR_NONE)
		(void)sql_failed(db, sqlite3_errcode(db), "store", e);
	(void)sqlite3_close(db);
	return -1;
}

int
store_open_file(const char *path, sqlite3 **ret, struct err *e)
{
	sqlite3 *db = NULL;
	int rc = sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL);

	if (rc != SQLITE_OK) {
		(void)sql_failed(db, rc, path, e);
		(void)sqlite3_close(db);
		return -1;
	}
	return reading(db, ret, e);
}

int
store_open_copy(int fd, sqlite3 **ret, struct err *e)
{
	sqlite3 *db = NULL;
	struct stat st;
	void *p;

	if (fstat(fd, &st) < 0)
		return err_sys(e, "copy of the store");
	if (st.st_size <= 0)
		return err_set(e, ERR_INPUT, "copy of the store: empty");
	p = mmap(NULL, (size_t)st.st_size, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE, fd, 0);
	if (p == MAP_FAILED)
		return err_sys(e, "copy of the store");
	if (sqlite3_open(":memory:", &db) != SQLITE_OK ||
	    sqlite3_deserialize(db, "main", p, st.st_size, st.st_size,
	    SQLITE_DESERIALIZE_READONLY) != SQLITE_OK) {
		(void)sqlite3_close(db);
		(void)munmap(p, (size_t)st.st_size);
		return err_set(e, ERR_INPUT, "copy of the store: no store");
	}
	return reading(db, ret, e);
}
