/* SPDX-License-Identifier: BSD-2-Clause
 * store.h - warrant.db and its signing key, held by one process.
 * in: events with their bodies; out: rows, leaves, signed checkpoints
 *
 * All writing is: store_begin, any number of store_add, store_commit.  The
 * commit signs the new head of the tree (note.h) in the same transaction.
 * A message within it: store_mark, then store_keep or store_undo, after
 * which the tree is as it was.  When anything fails in earnest,
 * store_rollback.  Errors as in sql.h. */
#ifndef WARRANT_SCHEMA_STORE_H
#define WARRANT_SCHEMA_STORE_H

#include <stdint.h>

#include <jansson.h>
#include <sqlite3.h>

#include "schema/note.h"

struct err;
struct store;

/* Open or make DIR/warrant.db and DIR/keys/epoch.key (DIR must exist, 0700).
 * origin names the log of a new store; an old one keeps its own.  The events
 * are read once and hashed: a store whose head does not hold is refused
 * (ERR_CRYPTO).  A first event "daemon.start" is the caller's to add. */
int store_open(const char *dir, const char *origin, struct store **ret,
    struct err *e);
void store_close(struct store *s);

sqlite3 *store_db(struct store *s);		/* for queries */
const char *store_origin(const struct store *s);
int64_t store_size(const struct store *s);	/* events by now */

int store_begin(struct store *s, struct err *e);
int store_commit(struct store *s, struct err *e);
void store_rollback(struct store *s);
int store_mark(struct store *s, struct err *e);
int store_keep(struct store *s, struct err *e);
void store_undo(struct store *s);

/* Append an event of this kind; session and who may be NULL; body (an object
 * or NULL for {}) is stolen.  The rows of the tables named (blanks between;
 * NULL none) are made from the body (rows.h), in that order.  The moment is
 * now. */
int store_add(struct store *s, const char *kind, const char *session,
    const char *who, json_t *body, const char *tables, struct err *e);

/* The seq and wall time that the last store_add gave. */
int64_t store_last_seq(const struct store *s);
int64_t store_last_us(const struct store *s);

/* Keep the present head as a row of table checkpoint and its note in ret
 * (NOTE_MAX bytes, may be NULL); outside of a transaction.  1 done, 0 there
 * was nothing new since the last, -1. */
int store_checkpoint(struct store *s, char *ret, struct err *e);

/* An anchor for the newest checkpoint, as text gave proof. */
int store_anchored(struct store *s, const char *via, const char *name,
    const char *proof, struct err *e);

/* End this epoch: an event key.rotated, its checkpoint, a new key endorsed
 * by the old one, which is wiped; outside of a transaction.  Nothing happens
 * when nothing was added since the epoch began. */
int store_next_epoch(struct store *s, struct err *e);

/* An unlinked read-only copy (VACUUM INTO) below DIR, its descriptor; outside
 * of a transaction. */
int store_snapshot(struct store *s, struct err *e);

/* Write the write-ahead log into the file and empty it: what was deleted
 * stands nowhere any more (secure_delete); outside of a transaction. */
int store_truncate_log(struct store *s, struct err *e);

/* The verifier key of epoch 0, what an auditor pins. */
int store_fingerprint(struct store *s, char ret[NOTE_VKEY_MAX],
    struct err *e);

/* To read only: a store that nobody has open, by its path; or a copy by its
 * descriptor (borrowed), which is mapped until the process ends.  Refused:
 * another schema than ours (ERR_INPUT). */
int store_open_file(const char *path, sqlite3 **ret, struct err *e);
int store_open_copy(int fd, sqlite3 **ret, struct err *e);

#endif
