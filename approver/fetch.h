/* SPDX-License-Identifier: BSD-2-Clause
 * fetch.h - one HTTPS request among many, the only user of libcurl.
 * in: a request; out: an answer to a callback, from fetcher_poll
 *
 * Certificates are always checked, against ca alone where it is given.  No
 * redirect is followed, no proxy of the environment, no .netrc, no cookie,
 * no compressed or endless body.  libcurl(3), CURLOPT_*(3). */
#ifndef WARRANT_APPROVER_FETCH_H
#define WARRANT_APPROVER_FETCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/buf.h"
#include "lib/err.h"

struct fetcher;
struct fetch;

#define FETCH_CONNECT_MS 4000
#define FETCH_ETAG_MAX 257
#define FETCH_HEADERS_MAX 65536	/* bytes of all header lines */

/* Everything is borrowed until fetch_start returns, ca for longer: until the
 * fetch is over. */
struct fetch_request {
	const char *url;
	const char *form;	/* body of a POST; NULL: a GET */
	const char *bearer;	/* access token, or NULL */
	const char *user;	/* Basic authentication (encoded), or NULL */
	const char *password;
	const char *etag;	/* If-None-Match, or NULL */
	const struct buf *ca;	/* PEM; NULL: the system's certificates */
	const char *proxy;	/* "": none */
	bool loopback;		/* http:// may be asked too */
	long timeout_ms;	/* for all of it */
	size_t max;		/* bytes of the body */
};

/* Valid only inside the callback. */
struct fetch_answer {
	int status;		/* HTTP status; 0: there is no answer, see e */
	struct buf body;
	char etag[FETCH_ETAG_MAX];	/* "" when none was sent or fits */
	int64_t max_age_s;	/* as http_max_age: -1 not said */
	int64_t retry_after_s;	/* 0 not said */
	struct err e;		/* ERR_UNAVAILABLE, or ERR_LIMIT: too long */
};

/* Called once, never from fetch_start; the fetch is gone afterwards. */
typedef void fetch_done(void *arg, const struct fetch_answer *answer);

/* A descriptor to wait for beside the transfers. */
struct fetch_wait {
	int fd;
	bool ready;	/* out: readable, hung up or in error */
};

int fetcher_open(struct fetcher **ret, struct err *e);
void fetcher_free(struct fetcher *f);	/* all fetches must be over */

/* Begin.  *ret is for fetch_cancel; it is invalid once done was called. */
int fetch_start(struct fetcher *f, const struct fetch_request *r,
    fetch_done *done, void *arg, struct fetch **ret, struct err *e);

/* Stop at once, close its connection, call nobody.  NULL is fine. */
void fetch_cancel(struct fetch *t);

/* Wait at most timeout_ms for transfers and for the n descriptors, move the
 * transfers on, and call those that are done. */
int fetcher_poll(struct fetcher *f, struct fetch_wait *w, size_t n,
    int timeout_ms, struct err *e);

#endif
