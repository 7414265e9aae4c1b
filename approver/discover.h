/* SPDX-License-Identifier: BSD-2-Clause
 * discover.h - what an OpenID provider says about itself and a sign-in.
 * in: bodies of its answers; out: checked structs for courier.c
 *
 * All functions are pure: bytes to structs, nothing is fetched.  A document
 * is one JSON object, UTF-8, without duplicate names.  OpenID Connect
 * Discovery 1.0, section 4.3; RFC 8628, sections 3.2 and 3.5; RFC 6749,
 * section 5. */
#ifndef WARRANT_APPROVER_DISCOVER_H
#define WARRANT_APPROVER_DISCOVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct err;

#define DISCOVER_MAX	65536	/* bytes of a discovery document */
#define ANSWER_MAX	49152	/* bytes of a device or token answer */
#define URL_MAX		2048	/* with the NUL */
#define CODE_MAX	2048	/* of a device code, with the NUL */
#define USER_CODE_MAX	33	/* with the NUL */
#define TOKEN_MAX	16384	/* bytes of an ID or access token */

/* Seconds; RFC 8628 leaves both open, these keep a sign-in sane. */
#define EXPIRES_MAX	3600
#define INTERVAL_MAX	120
#define INTERVAL_DEFAULT 5	/* RFC 8628, section 3.2 */

struct provider {
	char issuer[URL_MAX];
	char jwks_uri[URL_MAX];
	/* "" when it has none: an issuer of build tokens has only keys */
	char device_endpoint[URL_MAX];
	char token_endpoint[URL_MAX];
	char userinfo_endpoint[URL_MAX];
};

struct device_code {
	char device_code[CODE_MAX];	/* secret */
	char user_code[USER_CODE_MAX];	/* printable ASCII */
	char uri[URL_MAX];		/* where the person types it */
	char uri_complete[URL_MAX];	/* with the code in it, or "" */
	int64_t expires_s;		/* 1..EXPIRES_MAX */
	int64_t interval_s;		/* 1..INTERVAL_MAX */
};

enum token_state {
	TOKEN_FAILED = 0,	/* final: the provider will not answer this */
	TOKEN_DONE,
	TOKEN_PENDING,		/* authorization_pending */
	TOKEN_SLOW_DOWN,
	TOKEN_DENIED,		/* final: the person, or a policy, said no */
	TOKEN_EXPIRED,		/* final: the code is too old */
	TOKEN_RETRY		/* no sense in this answer: ask again, later */
};

/* Both secret. */
struct token_answer {
	char id_token[TOKEN_MAX + 1];
	char access_token[TOKEN_MAX + 1];	/* "" when there is none */
};

/* An https URL (RFC 3986) of printable ASCII without user, password or
 * fragment, at most URL_MAX - 1 bytes.  With loopback also http to 127.0.0.1
 * or [::1].  -1 with *e (ERR_INPUT), which names what. */
int discover_url_check(const char *what, const char *url, bool loopback,
    struct err *e);

/* Where the discovery document of issuer is: without a trailing slash, plus
 * /.well-known/openid-configuration (section 4.1).  ERR_LIMIT if too long. */
int discover_url(const char *issuer, char ret[URL_MAX], struct err *e);

/* The document, whose issuer must equal ours byte for byte. */
int discover_parse(const char *text, size_t n, const char *issuer,
    bool loopback, struct provider *ret, struct err *e);

/* The answer to a device authorization request with this HTTP status. */
int device_parse(int status, const char *text, size_t n, bool loopback,
    struct device_code *ret, struct err *e);

/* The answer to a token request.  Fills *ret only for TOKEN_DONE; sets *e for
 * all but TOKEN_DONE, TOKEN_PENDING and TOKEN_SLOW_DOWN. */
enum token_state token_parse(int status, const char *text, size_t n,
    struct token_answer *ret, struct err *e);

/* A userinfo answer: is it one JSON object?  (Signed ones, application/jwt,
 * are not asked for and refused.) */
int userinfo_check(int status, const char *text, size_t n, struct err *e);

#endif
