/* SPDX-License-Identifier: BSD-2-Clause */
#include "approver/fetch.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <curl/curl.h>

#include "approver/http.h"
#include "approver/wipe.h"

#define WAIT_MAX 512
#define CONNECTIONS_MAX 256L	/* more requests than this queue */
#define CONNECTIONS_KEPT 16L	/* idle ones */

struct fetcher {
	CURLM *multi;
};

struct fetch {
	struct fetcher *in;
	CURL *easy;
	struct curl_slist *headers;
	struct fetch_answer a;
	size_t header_bytes;
	fetch_done *done;
	void *arg;
	char why[CURL_ERROR_SIZE];
};

int
fetcher_open(struct fetcher **ret, struct err *e)
{
	struct fetcher *f = calloc(1, sizeof(*f));

	if (f == NULL)
		return err_set(e, ERR_MEMORY, "out of memory");
	if (curl_global_init_mem(CURL_GLOBAL_DEFAULT, wipe_malloc, wipe_free,
	    wipe_realloc, wipe_strdup, wipe_calloc) != CURLE_OK ||
	    (f->multi = curl_multi_init()) == NULL) {
		free(f);
		return err_set(e, ERR_SYSTEM, "cannot start libcurl");
	}
	(void)curl_multi_setopt(f->multi, CURLMOPT_MAX_TOTAL_CONNECTIONS,
	    CONNECTIONS_MAX);
	(void)curl_multi_setopt(f->multi, CURLMOPT_MAXCONNECTS,
	    CONNECTIONS_KEPT);
	*ret = f;
	return 0;
}

void
fetcher_free(struct fetcher *f)
{
	if (f == NULL)
		return;
	(void)curl_multi_cleanup(f->multi);
	curl_global_cleanup();
	free(f);
}

static void
fetch_free(struct fetch *t)
{
	if (t->easy != NULL)
		curl_easy_cleanup(t->easy);
	curl_slist_free_all(t->headers);
	buf_clear(&t->a.body);
	explicit_bzero(t, sizeof(*t));
	free(t);
}

static size_t
on_body(char *p, size_t size, size_t n, void *arg)
{
	struct fetch *t = arg;

	if (buf_put(&t->a.body, p, size * n, &t->a.e) < 0)
		return 0; /* CURLE_WRITE_ERROR */
	return size * n;
}

/* The value of a header line p of n bytes if it is name's, into ret; false
 * when it is another's, does not fit or is not printable ASCII. */
static bool
header_is(const char *p, size_t n, const char *name, char *ret, size_t max)
{
	size_t len = strlen(name);

	if (n <= len || p[len] != ':' || strncasecmp(p, name, len) != 0)
		return false;
	for (p += len + 1, n -= len + 1; n > 0 && (*p == ' ' || *p == '\t');
	     p++)
		n--;
	while (n > 0 && (unsigned char)p[n - 1] <= ' ')
		n--;
	if (n >= max)
		return false;
	for (size_t i = 0; i < n; i++)
		if ((unsigned char)p[i] < 0x20 || (unsigned char)p[i] > 0x7e)
			return false;
	memcpy(ret, p, n);
	ret[n] = '\0';
	return true;
}

static size_t
on_header(char *p, size_t size, size_t n, void *arg)
{
	struct fetch *t = arg;
	char value[1024];

	n *= size;
	t->header_bytes += n;
	if (t->header_bytes > FETCH_HEADERS_MAX) {
		(void)err_set(&t->a.e, ERR_LIMIT, "header lines of more than "
		    "%d bytes", FETCH_HEADERS_MAX);
		return 0;
	}
	(void)header_is(p, n, "ETag", t->a.etag, sizeof(t->a.etag));
	if (header_is(p, n, "Cache-Control", value, sizeof(value)))
		t->a.max_age_s = http_max_age(value);
	return n;
}

/* One option; keeps the first failure. */
#define SET(t, failed, option, value) do {				\
	if (curl_easy_setopt((t)->easy, (option), (value)) != CURLE_OK)	\
		(failed) = true;					\
} while (0)

/* What holds for each request, whatever is asked. */
static bool
set_always(struct fetch *t, const struct fetch_request *r)
{
	bool failed = false;

	SET(t, failed, CURLOPT_NOSIGNAL, 1L);
	SET(t, failed, CURLOPT_PROTOCOLS_STR, r->loopback ? "https,http" :
	    "https");
	SET(t, failed, CURLOPT_FOLLOWLOCATION, 0L);
	SET(t, failed, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
	SET(t, failed, CURLOPT_DISALLOW_USERNAME_IN_URL, 1L);
	SET(t, failed, CURLOPT_PROXY, r->proxy);
	SET(t, failed, CURLOPT_NOPROXY, "");
	SET(t, failed, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
	SET(t, failed, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	SET(t, failed, CURLOPT_SSL_VERIFYPEER, 1L);
	SET(t, failed, CURLOPT_SSL_VERIFYHOST, 2L);
	SET(t, failed, CURLOPT_CONNECTTIMEOUT_MS, (long)FETCH_CONNECT_MS);
	SET(t, failed, CURLOPT_TIMEOUT_MS, r->timeout_ms);
	SET(t, failed, CURLOPT_MAXFILESIZE_LARGE, (curl_off_t)r->max);
	SET(t, failed, CURLOPT_USERAGENT, "warrant");
	SET(t, failed, CURLOPT_ERRORBUFFER, t->why);
	SET(t, failed, CURLOPT_PRIVATE, t);
	SET(t, failed, CURLOPT_WRITEFUNCTION, on_body);
	SET(t, failed, CURLOPT_WRITEDATA, t);
	SET(t, failed, CURLOPT_HEADERFUNCTION, on_header);
	SET(t, failed, CURLOPT_HEADERDATA, t);
	if (r->ca != NULL) {
		struct curl_blob ca = { .data = r->ca->p, .len = r->ca->len,
			.flags = CURL_BLOB_NOCOPY };

		/* Debian builds libcurl with both, and each would add to
		 * the certificates that are trusted */
		SET(t, failed, CURLOPT_CAINFO, NULL);
		SET(t, failed, CURLOPT_CAPATH, NULL);
		SET(t, failed, CURLOPT_CAINFO_BLOB, &ca);
	}
	return !failed;
}

static bool
add_header(struct fetch *t, const char *line)
{
	struct curl_slist *more = curl_slist_append(t->headers, line);

	if (more != NULL)
		t->headers = more;
	return more != NULL;
}

static bool
set_request(struct fetch *t, const struct fetch_request *r)
{
	bool failed = false;

	SET(t, failed, CURLOPT_URL, r->url);
	if (r->form != NULL)
		SET(t, failed, CURLOPT_COPYPOSTFIELDS, r->form);
	if (r->bearer != NULL) {
		SET(t, failed, CURLOPT_HTTPAUTH, (long)CURLAUTH_BEARER);
		SET(t, failed, CURLOPT_XOAUTH2_BEARER, r->bearer);
	} else if (r->user != NULL) {
		SET(t, failed, CURLOPT_HTTPAUTH, (long)CURLAUTH_BASIC);
		SET(t, failed, CURLOPT_USERNAME, r->user);
		SET(t, failed, CURLOPT_PASSWORD, r->password);
	}
	if (!add_header(t, "Accept: application/json"))
		failed = true;
	if (r->etag != NULL) {
		char line[32 + FETCH_ETAG_MAX] = "If-None-Match: ";

		(void)strncat(line, r->etag, FETCH_ETAG_MAX - 1);
		if (!add_header(t, line))
			failed = true;
	}
	SET(t, failed, CURLOPT_HTTPHEADER, t->headers);
	return !failed;
}

int
fetch_start(struct fetcher *f, const struct fetch_request *r,
    fetch_done *done, void *arg, struct fetch **ret, struct err *e)
{
	struct fetch *t = calloc(1, sizeof(*t));

	if (t == NULL)
		return err_set(e, ERR_MEMORY, "out of memory");
	t->in = f;
	t->done = done;
	t->arg = arg;
	t->a.body.max = r->max;
	t->a.max_age_s = -1;
	t->easy = curl_easy_init();
	if (t->easy == NULL || !set_always(t, r) || !set_request(t, r) ||
	    curl_multi_add_handle(f->multi, t->easy) != CURLM_OK) {
		fetch_free(t);
		return err_set(e, ERR_SYSTEM, "libcurl refuses the request");
	}
	*ret = t;
	return 0;
}

void
fetch_cancel(struct fetch *t)
{
	if (t == NULL)
		return;
	(void)curl_multi_remove_handle(t->in->multi, t->easy);
	fetch_free(t);
}

static void
finish(struct fetch *t, CURLcode code)
{
	curl_off_t after = 0;
	long status = 0;

	if (code == CURLE_OK) {
		(void)curl_easy_getinfo(t->easy, CURLINFO_RESPONSE_CODE,
		    &status);
		(void)curl_easy_getinfo(t->easy, CURLINFO_RETRY_AFTER,
		    &after);
		t->a.status = (int)status;
		t->a.retry_after_s = after;
	} else if (code == CURLE_FILESIZE_EXCEEDED) {
		(void)err_set(&t->a.e, ERR_LIMIT, "more than %zu bytes",
		    t->a.body.max);
	} else if (t->a.e.code == ERR_NONE) {
		(void)err_set(&t->a.e, ERR_UNAVAILABLE, "%s",
		    t->why[0] != '\0' ? t->why : curl_easy_strerror(code));
	}
	(void)curl_multi_remove_handle(t->in->multi, t->easy);
	t->done(t->arg, &t->a);
	fetch_free(t);
}

int
fetcher_poll(struct fetcher *f, struct fetch_wait *w, size_t n,
    int timeout_ms, struct err *e)
{
	struct curl_waitfd fds[WAIT_MAX] = { 0 };
	int running, left;
	CURLMsg *m;
	CURLMcode rc;

	if (n > WAIT_MAX)
		return err_set(e, ERR_LIMIT, "more than %d descriptors",
		    WAIT_MAX);
	for (size_t i = 0; i < n; i++) {
		fds[i].fd = w[i].fd;
		fds[i].events = CURL_WAIT_POLLIN;
	}
	rc = curl_multi_poll(f->multi, fds, (unsigned)n, timeout_ms, NULL);
	for (size_t i = 0; i < n; i++)
		w[i].ready = rc == CURLM_OK && fds[i].revents != 0;
	if (rc == CURLM_OK)
		rc = curl_multi_perform(f->multi, &running);
	if (rc != CURLM_OK)
		return err_set(e, ERR_SYSTEM, "libcurl: %s",
		    curl_multi_strerror(rc));
	while ((m = curl_multi_info_read(f->multi, &left)) != NULL) {
		struct fetch *t = NULL;

		if (m->msg != CURLMSG_DONE)
			continue;
		(void)curl_easy_getinfo(m->easy_handle, CURLINFO_PRIVATE,
		    &t);
		finish(t, m->data.result);
	}
	return 0;
}
