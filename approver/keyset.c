/* SPDX-License-Identifier: BSD-2-Clause */
#include "approver/keyset.h"

#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "lib/buf.h"
#include "lib/err.h"
#include "lib/jwks.h"
#include "lib/strictjson.h"

#define DEPTH_MAX 12

/* Fit to be sent back as a header line's value? */
static bool
etag_ok(const char *etag)
{
	size_t n = 0;

	for (; etag[n] != '\0'; n++)
		if (n + 1 >= KEYSET_ETAG_MAX || etag[n] < 0x20 ||
		    etag[n] > 0x7e)
			return false;
	return true;
}

/* Members that only name or carry certificates (RFC 7517, 4.6 to 4.9). */
static const char *const dropped[] = { "x5u", "x5c", "x5t", "x5t#S256" };

/* The keys worth keeping, as a new array; NULL with *e. */
static json_t *
keep(const json_t *set, struct err *e)
{
	const json_t *keys = json_object_get(set, "keys");
	json_t *ret, *key;
	size_t i;

	if (!json_is_array(keys)) {
		(void)err_set(e, ERR_INPUT, "key set: no array \"keys\"");
		return NULL;
	}
	if (json_array_size(keys) > KEYSET_KEYS_MAX) {
		(void)err_set(e, ERR_LIMIT, "key set: more than %d keys",
		    KEYSET_KEYS_MAX);
		return NULL;
	}
	ret = json_array();
	json_array_foreach(keys, i, key) {
		if (!json_is_object(key))
			continue;
		for (size_t j = 0; j < sizeof(dropped) / sizeof(*dropped); j++)
			(void)json_object_del(key, dropped[j]);
		if (json_array_append(ret, key) < 0)
			break;
	}
	if (ret != NULL && json_array_size(ret) > 0)
		return ret;
	(void)err_set(e, ERR_INPUT, "key set: not one key in it");
	json_decref(ret);
	return NULL;
}

static int
plain(const json_t *set, char **ret, size_t *n_keys, struct err *e)
{
	json_t *keys = keep(set, e);
	json_t *o;
	char *text;
	size_t n, size;

	if (keys == NULL)
		return -1;
	n = json_array_size(keys);
	o = json_pack("{s:o}", "keys", keys);
	if (o == NULL)
		return err_set(e, ERR_MEMORY, "out of memory");
	/* not json_dumps: its memory is libjansson's to free */
	size = json_dumpb(o, NULL, 0, JSON_COMPACT | JSON_SORT_KEYS);
	text = size <= KEYSET_PLAIN_MAX ? malloc(size + 1) : NULL;
	if (text != NULL) {
		(void)json_dumpb(o, text, size, JSON_COMPACT | JSON_SORT_KEYS);
		text[size] = '\0';
	}
	json_decref(o);
	if (size > KEYSET_PLAIN_MAX)
		return err_set(e, ERR_LIMIT,
		    "key set: more than %d bytes without certificates",
		    KEYSET_PLAIN_MAX);
	if (text == NULL)
		return err_set(e, ERR_MEMORY, "out of memory");
	*ret = text;
	*n_keys = n;
	return 0;
}

int
keyset_plain(const char *text, size_t n, char **ret, size_t *keys,
    struct err *e)
{
	json_t *set;
	int rc;

	if (n > KEYSET_TEXT_MAX)
		return err_set(e, ERR_LIMIT, "key set: more than %d bytes",
		    KEYSET_TEXT_MAX);
	set = strictjson_object(text, n, DEPTH_MAX, e);
	if (set == NULL)
		return err_prefix(e, "key set");
	rc = plain(set, ret, keys, e);
	json_decref(set);
	return rc;
}

bool
keyset_check(struct keyset *ks, struct err *e)
{
	struct jwks set = { 0 };

	ks->checked = jwks_parse(ks->text, strlen(ks->text), &set, e) == 0 &&
	    jwks_check(&set, e) == 0;
	jwks_clear(&set);
	return ks->checked;
}

bool
keyset_has(const struct keyset *ks, const char *kid)
{
	json_t *set, *key;
	bool found = false;
	size_t i;

	if (ks->text == NULL)
		return false;
	set = json_loads(ks->text, 0, NULL);
	json_array_foreach(json_object_get(set, "keys"), i, key) {
		const char *its = json_string_value(
		    json_object_get(key, "kid"));

		if (its != NULL && strcmp(its, kid) == 0)
			found = true;
	}
	json_decref(set);
	return found;
}

void
keyset_confirm(struct keyset *ks, int64_t max_age_s, int64_t now_us)
{
	int64_t us = KEYSET_FRESH_DEFAULT_US;

	if (max_age_s >= 0)
		us = max_age_s * 1000000;
	if (us < KEYSET_FRESH_MIN_US)
		us = KEYSET_FRESH_MIN_US;
	if (us > KEYSET_FRESH_MAX_US)
		us = KEYSET_FRESH_MAX_US;
	ks->fetched_us = now_us;
	ks->fresh_us = now_us + us;
}

enum keyset_verdict
keyset_judge(const struct keyset *ks, const char *kid, int64_t stale_us,
    int64_t now_us)
{
	int64_t pause = ks->text == NULL ? KEYSET_FAILED_US : KEYSET_RETRY_US;
	/* after the clock was set back nothing is fresh, and we ask at once */
	bool fresh = now_us >= ks->fetched_us && now_us < ks->fresh_us;
	bool may_ask = ks->tried_us == 0 || now_us < ks->tried_us ||
	    now_us - ks->tried_us >= pause;

	if (ks->text != NULL && fresh &&
	    (kid == NULL || !may_ask || keyset_has(ks, kid)))
		return KEYSET_USE;
	if (may_ask)
		return KEYSET_FETCH;
	if (ks->text != NULL && now_us >= ks->fetched_us &&
	    now_us - ks->fetched_us <= stale_us)
		return KEYSET_USE_STALE;
	return KEYSET_NONE;
}

int
keyset_format(const struct keyset *ks, const char *issuer, struct buf *b,
    struct err *e)
{
	json_t *o = json_pack("{s:s, s:s, s:I, s:I, s:s}", "issuer", issuer,
	    "etag", ks->etag, "fetched_us", (json_int_t)ks->fetched_us,
	    "fresh_us", (json_int_t)ks->fresh_us, "jwks", ks->text);
	size_t n = json_dumpb(o, NULL, 0, JSON_INDENT(1));
	char *room = o == NULL ? NULL : buf_room(b, n, e);

	if (room != NULL)
		b->len += json_dumpb(o, room, n, JSON_INDENT(1));
	json_decref(o);
	if (o == NULL)
		return err_set(e, ERR_MEMORY, "out of memory");
	return room == NULL ? -1 : 0;
}

int
keyset_parse(const char *text, size_t n, const char *issuer,
    struct keyset *ret, struct err *e)
{
	const char *of, *etag, *jwks;
	json_int_t fetched, fresh;
	struct keyset ks = { 0 };
	json_t *o = strictjson_object(text, n, 1, e);
	int rc = -1;

	if (o == NULL)
		return err_prefix(e, "cached key set");

	if (json_unpack(o, "{s:s, s:s, s:I, s:I, s:s}", "issuer", &of,
	    "etag", &etag, "fetched_us", &fetched, "fresh_us", &fresh,
	    "jwks", &jwks) < 0 || fetched <= 0 || fresh < fetched ||
	    fresh - fetched > KEYSET_FRESH_MAX_US ||
	    !etag_ok(etag))
		(void)err_set(e, ERR_INPUT, "no cached key set");
	else if (strcmp(of, issuer) != 0)
		(void)err_set(e, ERR_INPUT, "keys of another issuer");
	else
		rc = keyset_plain(jwks, strlen(jwks), &ks.text, &ks.keys, e);
	if (rc == 0) {
		memcpy(ks.etag, etag, strlen(etag));
		ks.fetched_us = fetched;
		ks.fresh_us = fresh;
		*ret = ks;
	}
	json_decref(o);
	return rc;
}

void
keyset_clear(struct keyset *ks)
{
	free(ks->text);
	*ks = (struct keyset){ 0 };
}
