/* SPDX-License-Identifier: BSD-2-Clause */
#include "approver/issuer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "approver/http.h"
#include "lib/clock.h"
#include "lib/conf.h"
#include "lib/io.h"
#include "lib/log.h"

#define SECRET_MAX 1024
#define CA_MAX (1024 * 1024)
#define FILE_MAX (2 * KEYSET_TEXT_MAX)

static const char *
str(const struct issuer *is, const char *key)
{
	return conf_str(is->conf, key);
}

static int
load_secret(struct issuer *is, struct err *e)
{
	const char *path = str(is, "client_secret_file");

	if (path[0] == '\0')
		return 0;
	if (io_read_trusted(path, true, &is->secret, e) < 0)
		return -1;
	while (is->secret.len > 0 && strchr("\r\n",
	    is->secret.p[is->secret.len - 1]) != NULL)
		is->secret.p[--is->secret.len] = '\0';
	if (is->secret.len == 0 || strlen(is->secret.p) != is->secret.len)
		return err_set(e, ERR_CONFIG, "%s: no secret in it", path);
	return 0;
}

/* Once a set is new, not at each login. */
static void
check_keys(const struct issuer *is, struct keyset *ks)
{
	struct err e = { 0 };

	if (!keyset_check(ks, &e))
		log_line(LOG_WARNING, "issuer %s: keys: %s: each login that "
		    "uses one checks it", is->title, e.text);
}

static int
load_seed(struct issuer *is, struct err *e)
{
	const char *path = str(is, "jwks_file");
	struct buf b = BUF_INIT(KEYSET_TEXT_MAX);
	int rc = 0;

	if (path[0] == '\0')
		return 0;
	if (io_read_trusted(path, false, &b, e) < 0)
		rc = -1;
	else if (keyset_plain(b.len > 0 ? b.p : "", b.len, &is->seed.text,
	    &is->seed.keys, e) < 0)
		rc = err_prefix(e, "%s", path);
	if (rc == 0)
		check_keys(is, &is->seed);
	buf_clear(&b);
	return rc;
}

static int
load_one(struct issuer *is, const struct conf_section *s, struct fetcher *f,
    struct err *e)
{
	const char *ca;

	*is = (struct issuer){
		.conf = s,
		.title = conf_title(s),
		.url = conf_str(s, "issuer"),
		.loopback = conf_bool(s, "insecure_loopback"),
		.secret = BUF_INIT(SECRET_MAX),
		.ca = BUF_INIT(CA_MAX),
		.fetcher = f,
	};
	if (discover_url_check("issuer", is->url, is->loopback, e) < 0) {
		e->code = ERR_CONFIG;
		return err_prefix(e, "%s", conf_where(s, "issuer"));
	}
	ca = str(is, "ca_file");
	if (ca[0] != '\0' && io_read_trusted(ca, false, &is->ca, e) < 0)
		return -1;
	if (ca[0] != '\0' && is->ca.len == 0)
		return err_set(e, ERR_CONFIG, "%s: empty", ca);
	if (load_secret(is, e) < 0)
		return -1;
	return load_seed(is, e);
}

int
issuers_load(const struct conf *c, struct fetcher *f, struct issuer **ret,
    size_t *n, struct err *e)
{
	const struct conf_section *s = NULL;
	struct issuer *all;
	size_t count = 0;

	while ((s = conf_next(c, "issuer", s)) != NULL)
		count++;
	all = calloc(count + 1, sizeof(*all));
	if (all == NULL)
		return err_set(e, ERR_MEMORY, "out of memory");
	count = 0;
	while ((s = conf_next(c, "issuer", s)) != NULL)
		if (load_one(&all[count++], s, f, e) < 0) {
			issuers_free(all, count);
			return -1;
		}
	*ret = all;
	*n = count;
	return 0;
}

void
issuers_free(struct issuer *is, size_t n)
{
	for (size_t i = 0; is != NULL && i < n; i++) {
		buf_clear(&is[i].secret);
		buf_clear(&is[i].ca);
		keyset_clear(&is[i].keys);
		keyset_clear(&is[i].seed);
	}
	free(is);
}

static void
cache_name(const struct issuer *is, char ret[256])
{
	(void)snprintf(ret, 256, "jwks-%s.json", is->title);
}

void
issuer_recall(struct issuer *is)
{
	struct buf b = BUF_INIT(FILE_MAX);
	struct err e = { 0 };
	char name[256];

	cache_name(is, name);
	if (io_read_trusted(name, false, &b, &e) == 0 &&
	    keyset_parse(b.len > 0 ? b.p : "", b.len, is->url, &is->keys,
	    &e) == 0) {
		log_line(LOG_INFO, "issuer %s: %zu keys from the cache",
		    is->title, is->keys.keys);
		check_keys(is, &is->keys);
	}
	buf_clear(&b);
}

static void
remember(const struct issuer *is)
{
	struct buf b = BUF_INIT(FILE_MAX);
	struct err e = { 0 };
	char name[256];

	cache_name(is, name);
	if (keyset_format(&is->keys, is->url, &b, &e) < 0 ||
	    io_replace_file(name, b.p, b.len, 0600, &e) < 0)
		log_line(LOG_WARNING, "issuer %s: keys not cached: %s",
		    is->title, e.text);
	buf_clear(&b);
}

struct fetch_request
issuer_request(const struct issuer *is, const char *url, size_t max)
{
	return (struct fetch_request){
		.url = url,
		.ca = is->ca.len > 0 ? &is->ca : NULL,
		.proxy = str(is, "proxy"),
		.loopback = is->loopback,
		.timeout_ms = (long)(conf_us(is->conf, "http_timeout") / 1000),
		.max = max,
	};
}

int
issuer_authenticate(const struct issuer *is, struct fetch_request *r,
    struct buf *form, struct buf *user, struct buf *password, struct err *e)
{
	const char *id = str(is, "client_id");

	if (http_form(form, "client_id", id, e) < 0)
		return -1;
	if (is->secret.len == 0)
		return 0;
	if (strcmp(str(is, "client_auth"), "post") == 0)
		return http_form(form, "client_secret", is->secret.p, e);
	if (http_encode(user, id, e) < 0 ||
	    http_encode(password, is->secret.p, e) < 0)
		return -1;
	r->user = user->p;
	r->password = password->p;
	return 0;
}

static void
meta_done(void *arg, const struct fetch_answer *a)
{
	struct issuer *is = arg;
	struct provider p;
	int rc;

	is->meta_fetch = NULL;
	is->meta_why = (struct err){ 0 };
	if (a->status == 0) {
		is->meta_why = a->e;
		rc = -1;
	} else if (a->status != 200) {
		rc = err_set(&is->meta_why, ERR_UNAVAILABLE, "HTTP status %d",
		    a->status);
	} else {
		rc = discover_parse(a->body.len > 0 ? a->body.p : "",
		    a->body.len, is->url, is->loopback, &p, &is->meta_why);
	}
	if (rc < 0) {
		(void)err_prefix(&is->meta_why, "discovery");
		log_line(LOG_WARNING, "issuer %s: %s", is->title,
		    is->meta_why.text);
		return;
	}
	is->meta = p;
	is->meta_got_us = clock_mono_ns() / 1000;
}

enum need
issuer_meta(struct issuer *is, struct err *e)
{
	int64_t now = clock_mono_ns() / 1000;
	int64_t pause = is->meta_got_us == 0 ? KEYSET_FAILED_US :
	    KEYSET_RETRY_US;
	char url[URL_MAX];
	struct fetch_request r;

	if (is->meta_got_us != 0 && now - is->meta_got_us < ISSUER_META_US)
		return NEED_READY;
	if (is->meta_fetch != NULL)
		return NEED_WAIT;
	if (is->meta_tried_us == 0 || now - is->meta_tried_us >= pause) {
		is->meta_tried_us = now;
		if (discover_url(is->url, url, &is->meta_why) == 0) {
			r = issuer_request(is, url, DISCOVER_MAX);
			if (fetch_start(is->fetcher, &r, meta_done, is,
			    &is->meta_fetch, &is->meta_why) == 0)
				return NEED_WAIT;
		}
	}
	if (is->meta_got_us != 0 &&
	    now - is->meta_got_us <= conf_us(is->conf, "jwks_stale"))
		return NEED_READY;
	*e = is->meta_why;
	return NEED_FAILED;
}

/* A 200: new text, maybe new keys. */
static int
keys_replace(struct issuer *is, const struct fetch_answer *a, struct err *e)
{
	struct keyset ks = { .tried_us = is->keys.tried_us };

	if (keyset_plain(a->body.len > 0 ? a->body.p : "", a->body.len,
	    &ks.text, &ks.keys, e) < 0)
		return -1;
	memcpy(ks.etag, a->etag, sizeof(ks.etag));
	if (is->keys.text == NULL || strcmp(is->keys.text, ks.text) != 0) {
		is->keys_changed = true;
		check_keys(is, &ks);
	} else {
		ks.checked = is->keys.checked;
	}
	keyset_clear(&is->keys);
	is->keys = ks;
	return 0;
}

static void
keys_done(void *arg, const struct fetch_answer *a)
{
	struct issuer *is = arg;
	int rc = 0;

	is->keys_fetch = NULL;
	is->keys_why = (struct err){ 0 };
	if (a->status == 0) {
		is->keys_why = a->e;
		rc = -1;
	} else if (a->status == 200) {
		rc = keys_replace(is, a, &is->keys_why);
	} else if (a->status != 304 || is->keys.etag[0] == '\0') {
		rc = err_set(&is->keys_why, ERR_UNAVAILABLE, "HTTP status %d",
		    a->status);
	}
	if (rc < 0) {
		(void)err_prefix(&is->keys_why, "keys");
		log_line(LOG_WARNING, "issuer %s: %s", is->title,
		    is->keys_why.text);
		return;
	}
	keyset_confirm(&is->keys, a->max_age_s, clock_wall_us());
	if (is->keys_changed)
		log_line(LOG_NOTICE, "issuer %s: a new set of %zu keys",
		    is->title, is->keys.keys);
	remember(is);
}

/* Ask for the keys; a failure counts as an attempt. */
static enum need
keys_ask(struct issuer *is)
{
	enum need meta = issuer_meta(is, &is->keys_why);
	struct fetch_request r;

	if (meta == NEED_WAIT)
		return NEED_WAIT;
	is->keys.tried_us = clock_wall_us();
	if (meta == NEED_FAILED)
		return NEED_FAILED;
	r = issuer_request(is, is->meta.jwks_uri, KEYSET_TEXT_MAX);
	if (is->keys.etag[0] != '\0')
		r.etag = is->keys.etag;
	return fetch_start(is->fetcher, &r, keys_done, is, &is->keys_fetch,
	    &is->keys_why) == 0 ? NEED_WAIT : NEED_FAILED;
}

enum need
issuer_keys(struct issuer *is, const char *kid, const struct keyset **ret,
    bool *stale, struct err *e)
{
	int64_t max_stale = conf_us(is->conf, "jwks_stale");
	enum keyset_verdict v = keyset_judge(&is->keys, kid, max_stale,
	    clock_wall_us());

	if (is->keys_fetch != NULL && !(v == KEYSET_USE &&
	    (kid == NULL || keyset_has(&is->keys, kid))))
		return NEED_WAIT;
	if (v == KEYSET_FETCH) {
		if (keys_ask(is) == NEED_WAIT)
			return NEED_WAIT;
		v = keyset_judge(&is->keys, kid, max_stale, clock_wall_us());
	}
	*ret = &is->keys;
	*stale = v != KEYSET_USE;
	if (v == KEYSET_USE || v == KEYSET_USE_STALE)
		return NEED_READY;
	/* the file of the administrator only where nothing newer was seen */
	if (is->keys.text == NULL && is->seed.text != NULL) {
		*ret = &is->seed;
		return NEED_READY;
	}
	*e = is->keys_why;
	return NEED_FAILED;
}

void
issuer_cancel(struct issuer *is)
{
	fetch_cancel(is->meta_fetch);
	fetch_cancel(is->keys_fetch);
	is->meta_fetch = is->keys_fetch = NULL;
}
