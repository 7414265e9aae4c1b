/* SPDX-License-Identifier: BSD-2-Clause
 * book_person.c - persons and their sign-ins. */
#include "approver/book_private.h"

#include <stdbool.h>
#include <string.h>

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "lib/buf.h"
#include "lib/err.h"
#include "lib/hex.h"
#include "schema/digest.h"
#include "schema/sql.h"

#define TAG_TEXT 4096

/* HMAC-SHA256 of "issuer LF subject": outlives the two when they are
 * erased. */
static int
tag_of(const struct book *b, const char *issuer, const char *sub,
    unsigned char ret[DIGEST_LEN], struct err *e)
{
	struct buf t = BUF_INIT(TAG_TEXT);
	unsigned n = DIGEST_LEN;
	int rc = buf_printf(&t, e, "%s\n%s", issuer, sub);

	if (rc == 0 && HMAC(EVP_sha256(), b->tag_key, BOOK_KEY,
	    (const unsigned char *)t.p, t.len, ret, &n) == NULL)
		rc = err_set(e, ERR_CRYPTO, "HMAC failed");
	buf_clear(&t);
	return rc;
}

/* 1 with the id, 0 for a new one, -1. */
static int
find(struct book *b, const unsigned char tag[DIGEST_LEN], char ret[ID_MAX],
    struct err *e)
{
	sqlite3_stmt *st = sql_open(store_db(b->store), e,
	    "SELECT id FROM person WHERE tag = ?", "b", tag,
	    (size_t)DIGEST_LEN);
	int rc = st == NULL ? -1 : sql_step(st, e);

	if (rc == 1)
		sql_copy(st, 0, ret, ID_MAX);
	sql_done(st);
	return rc;
}

/* Was it used before?  1, 0, -1. */
static int
was_used(struct book *b, const json_t *body, struct err *e)
{
	const char *hex = json_string_value(json_object_get(body,
	    "token_hash"));
	unsigned char hash[DIGEST_LEN];
	sqlite3_stmt *st;
	int rc;

	if (hex == NULL || digest_unhex(hex, hash, DIGEST_LEN) < 0)
		return err_set(e, ERR_INPUT, "token_hash is no digest");
	st = sql_open(store_db(b->store), e, "SELECT 1 FROM token_use "
	    "WHERE token_hash = ?", "b", hash, (size_t)DIGEST_LEN);
	rc = st == NULL ? -1 : sql_step(st, e);
	sql_done(st);
	return rc;
}

/* The tables that get a row. */
static const char *
rows_of(bool person, const struct login_row *login)
{
	if (login == NULL)
		return person ? "person" : NULL;
	if (login->once)
		return person ? "person login token_use" :
		    "login token_use";
	return person ? "person login" : "login";
}

int
book_identity(struct book *b, const char *issuer, const char *sub,
    const char *name, const char *email, const struct login_row *login,
    json_t *body, char ret[ID_MAX], struct err *e)
{
	unsigned char tag[DIGEST_LEN];
	char hex[DIGEST_HEX];
	int old = -1;

	if (tag_of(b, issuer, sub, tag, e) == 0)
		old = find(b, tag, ret, e);
	if (old >= 0 && login != NULL && login->once) {
		int used = was_used(b, body, e);

		if (used != 0)
			old = used < 0 ? -1 : err_set(e, ERR_CONFLICT,
			    "this token has been used");
	}
	if (old < 0 || (old == 0 && id_make('p', ret, e) < 0)) {
		json_decref(body);
		return -1;
	}
	body_text(body, "iss", issuer);
	body_text(body, "sub", sub);
	body_text(body, "name", name);
	body_text(body, "email", email);
	body_text(body, "who", ret);
	if (old == 0) {
		hex_of(tag, sizeof(tag), hex);
		body_text(body, "id", ret);
		body_text(body, "tag", hex);
	}
	if (login != NULL) {
		body_text(body, "login", login->id);
		body_text(body, "account", login->account);
		body_text(body, "service", login->service);
		body_int(body, "until_us", login->until_us);
	}
	return store_add(b->store, "identity.verified", NULL, ret, body,
	    rows_of(old == 0, login), e);
}

int
book_local_person(struct book *b, const char *issuer, const char *sub,
    const char *name, char ret[ID_MAX], struct err *e)
{
	unsigned char tag[DIGEST_LEN];
	int old;

	if (tag_of(b, issuer, sub, tag, e) < 0)
		return -1;
	old = find(b, tag, ret, e);
	if (old != 0)
		return old < 0 ? -1 : 0;
	return book_identity(b, issuer, sub, name, "", NULL,
	    json_pack("{s:s}", "flow", "local"), ret, e);
}

void
book_name(struct book *b, const char *person, char ret[BOOK_NAME_MAX])
{
	sqlite3_stmt *st = sql_open(store_db(b->store), NULL, "SELECT "
	    "coalesce(nullif(name, ''), email, id) FROM person WHERE id = ?",
	    "s", person);

	(void)snprintf(ret, BOOK_NAME_MAX, "%s", person);
	if (st != NULL && sql_step(st, NULL) == 1)
		sql_copy(st, 0, ret, BOOK_NAME_MAX);
	sql_done(st);
}
