/* SPDX-License-Identifier: BSD-2-Clause
 * book_private.h - what the files of book.h share. */
#ifndef WARRANT_APPROVER_BOOK_PRIVATE_H
#define WARRANT_APPROVER_BOOK_PRIVATE_H

#include "approver/book.h"
#include "schema/store.h"

#define BOOK_KEY 32

struct book {
	struct store *store;
	unsigned char tag_key[BOOK_KEY];	/* of person.tag */
	unsigned char mask_key[BOOK_KEY];
};

/* A member of a body; an empty or missing text is left out. */
void body_text(json_t *body, const char *key, const char *text);
void body_int(json_t *body, const char *key, int64_t n);

/* The text of a member in the body of event seq, cut to size; "" when there
 * is none or the body is gone. */
void body_read(sqlite3 *db, int64_t seq, const char *key, char *ret,
    size_t size);

/* The one id of this table that begins so: 1 with the whole id, 0, -1 with
 * *e (ERR_USAGE: several).  table is request or grants. */
int book_whole_id(struct book *b, const char *table, const char *given,
    char ret[ID_MAX], struct err *e);

#endif
