/* SPDX-License-Identifier: BSD-2-Clause */
#include "approver/discover.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include <jansson.h>

#include "lib/err.h"
#include "lib/strictjson.h"

#define DEPTH_MAX 12
#define WELL_KNOWN "/.well-known/openid-configuration"

/* RFC 3986: unreserved, sub-delims, gen-delims, '%'; '#' and '@' see below. */
static bool
url_char(char c)
{
	return c > 0x20 && c < 0x7f && strchr("\"<>\\^`{|}#", c) == NULL;
}

static bool
host_is_loopback(const char *host, size_t n)
{
	/* not localhost: whoever answers for names could say where it is */
	static const char *const names[] = { "127.0.0.1", "[::1]" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (n == strlen(names[i]) && memcmp(host, names[i], n) == 0)
			return true;
	return false;
}

/* "host", "host:port", "[v6]:port"; *ret is the length of the host. */
static bool
authority_ok(const char *p, size_t n, size_t *ret)
{
	static const char name[] = "abcdefghijklmnopqrstuvwxyz"
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_";
	size_t host, port = 0;

	if (n > 0 && *p == '[') {
		host = 1 + strspn(p + 1, "0123456789abcdefABCDEF:.");
		if (host < 3 || host >= n || p[host] != ']')
			return false;
		host++;
	} else {
		host = strspn(p, name);
	}
	if (host == 0 || host > n)
		return false;
	*ret = host;
	if (host == n)
		return true;
	if (p[host] != ':' || host + 1 == n || n - host - 1 > 5)
		return false;
	for (size_t i = host + 1; i < n; i++) {
		if (p[i] < '0' || p[i] > '9')
			return false;
		port = port * 10 + (size_t)(p[i] - '0');
	}
	return port >= 1 && port <= 65535;
}

int
discover_url_check(const char *what, const char *url, bool loopback,
    struct err *e)
{
	size_t host, n = strlen(url);
	const char *p;
	bool tls = strncmp(url, "https://", 8) == 0;

	if (n >= URL_MAX)
		return err_set(e, ERR_INPUT, "%s is longer than %d bytes",
		    what, URL_MAX - 1);
	for (p = url; *p != '\0'; p++)
		if (!url_char(*p))
			return err_set(e, ERR_INPUT,
			    "%s has a character that no URL may have", what);
	if (!tls && strncmp(url, "http://", 7) != 0)
		return err_set(e, ERR_INPUT, "%s is no https URL", what);
	p = url + (tls ? 8 : 7);
	if (!authority_ok(p, strcspn(p, "/?"), &host))
		return err_set(e, ERR_INPUT, "%s: no plain host and port",
		    what);
	if (!tls && !(loopback && host_is_loopback(p, host)))
		return err_set(e, ERR_INPUT, "%s is no https URL", what);
	return 0;
}

int
discover_url(const char *issuer, char ret[URL_MAX], struct err *e)
{
	size_t n = strlen(issuer);

	if (n > 0 && issuer[n - 1] == '/')
		n--;
	if (n + sizeof(WELL_KNOWN) > URL_MAX)
		return err_set(e, ERR_LIMIT, "issuer is too long");
	(void)snprintf(ret, URL_MAX, "%.*s%s", (int)n, issuer, WELL_KNOWN);
	return 0;
}

static json_t *
load_object(const char *what, const char *text, size_t n, size_t max,
    struct err *e)
{
	json_t *o;

	if (n > max) {
		(void)err_set(e, ERR_LIMIT, "%s is longer than %zu bytes",
		    what, max);
		return NULL;
	}
	o = strictjson_object(text, n, DEPTH_MAX, e);
	if (o == NULL)
		(void)err_prefix(e, "%s", what);
	return o;
}

/* Member name as text of at most max - 1 bytes, copied; "" when absent. */
static int
get_text(const json_t *o, const char *name, bool needed, char *ret,
    size_t max, struct err *e)
{
	const json_t *v = json_object_get(o, name);

	ret[0] = '\0';
	if (v == NULL || json_is_null(v))
		return !needed ? 0 : err_set(e, ERR_INPUT, "%s is missing",
		    name);
	if (!json_is_string(v))
		return err_set(e, ERR_INPUT, "%s is no string", name);
	if (json_string_length(v) >= max)
		return err_set(e, ERR_INPUT, "%s is longer than %zu bytes",
		    name, max - 1);
	if (needed && json_string_length(v) == 0)
		return err_set(e, ERR_INPUT, "%s is empty", name);
	memcpy(ret, json_string_value(v), json_string_length(v) + 1);
	return 0;
}

static int
get_url(const json_t *o, const char *name, bool needed, bool loopback,
    char ret[URL_MAX], struct err *e)
{
	if (get_text(o, name, needed, ret, URL_MAX, e) < 0)
		return -1;
	if (ret[0] == '\0')
		return 0;
	return discover_url_check(name, ret, loopback, e);
}

static int
get_seconds(const json_t *o, const char *name, int64_t absent, int64_t max,
    int64_t *ret, struct err *e)
{
	const json_t *v = json_object_get(o, name);
	json_int_t n;

	*ret = absent;
	if (v == NULL && absent > 0)
		return 0;
	if (!json_is_integer(v))
		return err_set(e, ERR_INPUT, "%s is no whole number", name);
	n = json_integer_value(v);
	if (n < 0)
		return err_set(e, ERR_INPUT, "%s is negative", name);
	*ret = n > max ? max : n;
	return 0;
}

static bool
printable(const char *s, char least)
{
	for (; *s != '\0'; s++)
		if (*s < least || *s > 0x7e)
			return false;
	return true;
}

int
discover_parse(const char *text, size_t n, const char *issuer, bool loopback,
    struct provider *ret, struct err *e)
{
	struct provider p;
	json_t *o = load_object("discovery document", text, n, DISCOVER_MAX,
	    e);
	int rc = -1;

	if (o == NULL)
		return -1;
	if (get_text(o, "issuer", true, p.issuer, URL_MAX, e) < 0)
		goto out;
	if (strcmp(p.issuer, issuer) != 0) {
		(void)err_set(e, ERR_INPUT,
		    "the provider says issuer %.200s, we trust %.200s",
		    p.issuer, issuer);
		goto out;
	}
	if (get_url(o, "device_authorization_endpoint", false, loopback,
	    p.device_endpoint, e) < 0 ||
	    get_url(o, "token_endpoint", false, loopback, p.token_endpoint,
	    e) < 0 ||
	    get_url(o, "jwks_uri", true, loopback, p.jwks_uri, e) < 0 ||
	    get_url(o, "userinfo_endpoint", false, loopback,
	    p.userinfo_endpoint, e) < 0)
		goto out;
	*ret = p;
	rc = 0;
out:
	if (rc < 0)
		(void)err_prefix(e, "discovery document");
	json_decref(o);
	return rc;
}

/* The error code of RFC 6749, section 5.2, or "" when there is none fit to
 * be shown. */
static void
error_code(const json_t *o, char ret[65])
{
	struct err ignored;

	if (get_text(o, "error", true, ret, 65, &ignored) < 0 ||
	    !printable(ret, 0x21))
		ret[0] = '\0';
}

static int
device_refused(int status, const char *text, size_t n, struct err *e)
{
	struct err ignored;
	char code[65] = "";
	json_t *o = load_object("answer", text, n, ANSWER_MAX, &ignored);

	if (o != NULL)
		error_code(o, code);
	json_decref(o);
	return err_set(e, ERR_UNAVAILABLE,
	    "device request: HTTP status %d%s%s", status,
	    code[0] == '\0' ? "" : ", ", code);
}

static int
device_fields(const json_t *o, bool loopback, struct device_code *d,
    struct err *e)
{
	/* verification_url is what Google sends: its draft was never renamed */
	const char *uri = json_object_get(o, "verification_uri") == NULL &&
	    json_object_get(o, "verification_url") != NULL ?
	    "verification_url" : "verification_uri";

	if (get_text(o, "device_code", true, d->device_code,
	    sizeof(d->device_code), e) < 0 ||
	    get_text(o, "user_code", true, d->user_code,
	    sizeof(d->user_code), e) < 0 ||
	    get_url(o, uri, true, loopback, d->uri, e) < 0 ||
	    get_url(o, "verification_uri_complete", false, loopback,
	    d->uri_complete, e) < 0 ||
	    get_seconds(o, "expires_in", 0, EXPIRES_MAX, &d->expires_s, e) < 0 ||
	    get_seconds(o, "interval", INTERVAL_DEFAULT, INTERVAL_MAX,
	    &d->interval_s, e) < 0)
		return -1;
	/* RFC 6749, appendix A: VSCHAR */
	if (!printable(d->device_code, 0x20))
		return err_set(e, ERR_INPUT, "device_code is not printable");
	if (!printable(d->user_code, 0x20))
		return err_set(e, ERR_INPUT, "user_code is not printable");
	if (d->expires_s == 0)
		return err_set(e, ERR_INPUT, "expires_in is 0");
	if (d->interval_s == 0)
		d->interval_s = 1;
	return 0;
}

int
device_parse(int status, const char *text, size_t n, bool loopback,
    struct device_code *ret, struct err *e)
{
	struct device_code d;
	json_t *o;
	int rc;

	if (status != 200)
		return device_refused(status, text, n, e);
	o = load_object("device answer", text, n, ANSWER_MAX, e);
	if (o == NULL)
		return -1;
	rc = device_fields(o, loopback, &d, e);
	if (rc < 0)
		(void)err_prefix(e, "device answer");
	else
		*ret = d;
	json_decref(o);
	explicit_bzero(&d, sizeof(d));
	return rc;
}

/* RFC 6749, section 5.1; OpenID Connect Core 1.0, section 3.1.3.3 */
static int
token_fields(const json_t *o, struct token_answer *t, struct err *e)
{
	char type[16];

	if (json_object_get(o, "id_token") == NULL)
		return err_set(e, ERR_INPUT,
		    "no id_token: may our client ask for scope openid?");
	if (get_text(o, "id_token", true, t->id_token, sizeof(t->id_token),
	    e) < 0 ||
	    get_text(o, "access_token", false, t->access_token,
	    sizeof(t->access_token), e) < 0)
		return -1;
	if (!printable(t->id_token, 0x21) || !printable(t->access_token, 0x21))
		return err_set(e, ERR_INPUT, "a token is not printable");
	if (t->access_token[0] == '\0')
		return 0;
	if (get_text(o, "token_type", true, type, sizeof(type), e) < 0)
		return -1;
	if (strcasecmp(type, "Bearer") != 0)
		return err_set(e, ERR_INPUT, "token_type is not Bearer");
	return 0;
}

static enum token_state
token_done(const json_t *o, struct token_answer *ret, struct err *e)
{
	struct token_answer t;
	enum token_state state = TOKEN_FAILED;

	if (token_fields(o, &t, e) < 0) {
		(void)err_prefix(e, "token answer");
	} else {
		*ret = t;
		state = TOKEN_DONE;
	}
	explicit_bzero(&t, sizeof(t));
	return state;
}

/* RFC 8628, section 3.5; authorization_declined is Entra ID's word. */
static enum token_state
token_error(int status, const char *code, struct err *e)
{
	static const struct {
		const char *code;
		enum token_state state;
		enum err_code kind;
		const char *text;
	} t[] = {
		{ "authorization_pending", TOKEN_PENDING, ERR_NONE, "" },
		{ "slow_down", TOKEN_SLOW_DOWN, ERR_NONE, "" },
		{ "access_denied", TOKEN_DENIED, ERR_DENIED,
		    "the sign-in was refused" },
		{ "authorization_declined", TOKEN_DENIED, ERR_DENIED,
		    "the sign-in was refused" },
		{ "expired_token", TOKEN_EXPIRED, ERR_TIMEOUT,
		    "the code has expired" },
	};

	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		if (strcmp(code, t[i].code) != 0)
			continue;
		if (t[i].kind != ERR_NONE)
			(void)err_set(e, t[i].kind, "%s", t[i].text);
		return t[i].state;
	}
	(void)err_set(e, ERR_UNAVAILABLE, "token request: HTTP status %d, %s",
	    status, code[0] == '\0' ? "no error code" : code);
	return TOKEN_FAILED;
}

enum token_state
token_parse(int status, const char *text, size_t n, struct token_answer *ret,
    struct err *e)
{
	enum token_state state;
	char code[65];
	json_t *o;

	if (status == 408 || status == 429 || status >= 500) {
		(void)err_set(e, ERR_UNAVAILABLE,
		    "token request: HTTP status %d", status);
		return TOKEN_RETRY;
	}
	if (status != 200 && (status < 400 || status > 499)) {
		(void)err_set(e, ERR_UNAVAILABLE, "token request: HTTP status "
		    "%d%s", status, status >= 300 ?
		    ", and redirects are not followed" : "");
		return TOKEN_FAILED;
	}
	o = load_object("token answer", text, n, ANSWER_MAX, e);
	if (o == NULL)
		return TOKEN_RETRY;
	if (status == 200) {
		state = token_done(o, ret, e);
	} else {
		error_code(o, code);
		state = token_error(status, code, e);
	}
	json_decref(o);
	return state;
}

int
userinfo_check(int status, const char *text, size_t n, struct err *e)
{
	json_t *o;

	if (status != 200)
		return err_set(e, ERR_UNAVAILABLE,
		    "userinfo request: HTTP status %d", status);
	o = load_object("userinfo answer", text, n, ANSWER_MAX, e);
	if (o == NULL)
		return -1;
	json_decref(o);
	return 0;
}
