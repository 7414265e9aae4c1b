/* SPDX-License-Identifier: BSD-2-Clause
 * issuer.h - one [issuer NAME] of the configuration, and what is known of it.
 * in: the section, its files; answers of the provider
 * out: its endpoints and its keys, fetched when somebody needs them
 *
 * Nothing here waits: who needs something asks, and asks again after each
 * turn of the loop until the answer is no longer NEED_WAIT. */
#ifndef WARRANT_APPROVER_ISSUER_H
#define WARRANT_APPROVER_ISSUER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "approver/discover.h"
#include "approver/fetch.h"
#include "approver/keyset.h"
#include "lib/buf.h"
#include "lib/err.h"

struct conf;
struct conf_section;

/* Endpoints are asked for again after this long; a provider that does not
 * answer is left alone for a while, longer if it is known already. */
#define ISSUER_META_US (INT64_C(3600) * 1000000)

enum need {
	NEED_FAILED = 0,	/* *e says why */
	NEED_WAIT,
	NEED_READY
};

struct issuer {
	const struct conf_section *conf;
	const char *title;	/* of the section; names its cache file */
	const char *url;	/* the issuer identifier */
	bool loopback;
	struct buf secret;	/* empty: a public client */
	struct buf ca;		/* empty: the system's certificates */
	struct keyset seed;	/* of jwks_file */
	struct fetcher *fetcher;

	struct provider meta;
	int64_t meta_got_us;	/* 0: none yet */
	int64_t meta_tried_us;
	struct fetch *meta_fetch;
	struct err meta_why;

	struct keyset keys;
	struct fetch *keys_fetch;
	struct err keys_why;
	bool keys_changed;	/* since the owner last looked and cleared it */

	struct device_code last_code;	/* without its secret: decoy.h */
	int64_t code_took_ms;	/* until it was there */

	int64_t floor_ms;	/* least time between polls: pace_next */
	size_t signins;		/* open ones; the last one resets floor_ms */
};

/* Every [issuer] of c, their secrets and certificates read (so: before root
 * is given up).  *ret: issuers_free, after all fetches are cancelled. */
int issuers_load(const struct conf *c, struct fetcher *f, struct issuer **ret,
    size_t *n, struct err *e);
void issuers_free(struct issuer *is, size_t n);

/* Take the cached keys from the working folder, if there are any. */
void issuer_recall(struct issuer *is);

/* The endpoints, in is->meta. */
enum need issuer_meta(struct issuer *is, struct err *e);

/* The keys, kid among them where possible (NULL: any): *ret is is->keys or
 * is->seed.  *stale: the provider did not confirm them lately. */
enum need issuer_keys(struct issuer *is, const char *kid,
    const struct keyset **ret, bool *stale, struct err *e);

/* A request to url with this issuer's TLS, proxy and time. */
struct fetch_request issuer_request(const struct issuer *is, const char *url,
    size_t max);

/* Add the client's name, and where it has one its secret, to a form or to
 * the request (RFC 6749, section 2.3.1).  user and password must outlive
 * fetch_start. */
int issuer_authenticate(const struct issuer *is, struct fetch_request *r,
    struct buf *form, struct buf *user, struct buf *password, struct err *e);

/* Stop what is being fetched. */
void issuer_cancel(struct issuer *is);

#endif
