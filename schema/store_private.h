/* SPDX-License-Identifier: BSD-2-Clause
 * store_private.h - what store.c, store_load.c and store_epoch.c share. */
#ifndef WARRANT_SCHEMA_STORE_PRIVATE_H
#define WARRANT_SCHEMA_STORE_PRIVATE_H

#include <stdbool.h>
#include <stdint.h>

#include <sqlite3.h>

#include "schema/event.h"
#include "schema/keys.h"
#include "schema/merkle.h"
#include "schema/note.h"
#include "schema/store.h"

#define STORE_VERSION 1		/* PRAGMA user_version */

/* What a rollback brings back. */
struct store_point {
	struct merkle tree;
	int64_t mono_us;
};

struct store {
	sqlite3 *db;
	char dir[4096];
	char origin[NOTE_NAME_MAX];
	struct keys keys;
	int64_t boot;		/* row of table boot */
	char boot_id[EVENT_BOOT_MAX];
	struct merkle tree;
	int64_t mono_us;	/* of the newest event of this boot */
	int64_t last_us;	/* wall time of the newest event */
	uint64_t signed_size;	/* of the head in the store */
	struct store_point begun, marked;
	sqlite3_stmt *add_event, *add_body;
};

/* The text of store.sql. */
extern const char store_sql[];

/* Is the schema of db that of store.sql?  -1 with *e (ERR_INPUT). */
int store_schema_check(sqlite3 *db, struct err *e);

/* Read what is there into s: origin, epoch and its key, boot, tree; make it
 * first when the file is new.  Within no transaction. */
int store_load(struct store *s, const char *origin, struct err *e);

/* Sign the tree as it is into table head; its note goes to b. */
int store_sign_head(struct store *s, struct buf *b, struct err *e);

/* Insert the key of an epoch; endorse is NULL for the first. */
int store_add_key(struct store *s, const struct keys *fresh,
    int64_t start_us, const unsigned char *endorse, struct err *e);

#endif
