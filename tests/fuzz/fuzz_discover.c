/* SPDX-License-Identifier: BSD-2-Clause
 * What a provider sends: discovery, device and token answers, key sets and
 * the cache file.  The first byte says which.  What is accepted must hold
 * what discover.h and keyset.h promise. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "approver/discover.h"
#include "approver/http.h"
#include "approver/keyset.h"
#include "lib/buf.h"
#include "lib/err.h"
#include "tests/fuzz/fuzz.h"

#define ISSUER "https://idp.example"

static void
promise(int holds)
{
	if (!holds)
		abort();
}

static void
discovery(const char *p, size_t n)
{
	struct provider ret;

	if (discover_parse(p, n, ISSUER, false, &ret, NULL) < 0)
		return;
	promise(strcmp(ret.issuer, ISSUER) == 0);
	promise(ret.token_endpoint[0] == '\0' ||
	    strncmp(ret.token_endpoint, "https://", 8) == 0);
	promise(ret.device_endpoint[0] == '\0' ||
	    strncmp(ret.device_endpoint, "https://", 8) == 0);
	promise(strncmp(ret.jwks_uri, "https://", 8) == 0);
}

static void
device(const char *p, size_t n)
{
	struct device_code d;

	if (device_parse(200, p, n, true, &d, NULL) < 0)
		return;
	promise(d.expires_s >= 1 && d.expires_s <= EXPIRES_MAX);
	promise(d.interval_s >= 1 && d.interval_s <= INTERVAL_MAX);
	promise(d.user_code[0] != '\0' && d.device_code[0] != '\0');
	for (const char *c = d.user_code; *c != '\0'; c++)
		promise(*c >= 0x20 && *c < 0x7f);
	promise(strncmp(d.uri, "http", 4) == 0);
}

static void
token(int status, const char *p, size_t n)
{
	static struct token_answer t;
	struct err e = { 0 };
	enum token_state s = token_parse(status, p, n, &t, &e);

	if (s == TOKEN_DONE) {
		promise(status == 200 && t.id_token[0] != '\0');
		promise(e.code == ERR_NONE);
	} else if (s != TOKEN_PENDING && s != TOKEN_SLOW_DOWN) {
		promise(e.code != ERR_NONE && e.text[0] != '\0');
	}
	(void)userinfo_check(status, p, n, NULL);
}

/* The plain form is its own plain form. */
static void
keys(const char *p, size_t n)
{
	char *once = NULL, *twice = NULL;
	size_t count = 0, again = 0;
	struct keyset ks = { 0 };

	if (keyset_plain(p, n, &once, &count, NULL) < 0)
		return;
	promise(count >= 1 && count <= KEYSET_KEYS_MAX);
	promise(keyset_plain(once, strlen(once), &twice, &again, NULL) == 0);
	promise(again == count && strcmp(once, twice) == 0);
	ks.text = once;
	(void)keyset_has(&ks, "a");
	free(once);
	free(twice);
}

static void
cache(const char *p, size_t n)
{
	struct keyset ks = { 0 };

	if (keyset_parse(p, n, ISSUER, &ks, NULL) == 0)
		promise(ks.text != NULL && ks.keys >= 1);
	keyset_clear(&ks);
}

static void
words(const char *p, size_t n)
{
	struct buf b = BUF_INIT(1 << 20);
	char *s = malloc(n + 1);

	if (s == NULL)
		return;
	memcpy(s, p, n);
	s[n] = '\0';
	promise(http_max_age(s) >= -1 && http_max_age(s) <= INT32_MAX);
	promise(http_form(&b, s, s, NULL) == 0);
	promise(strspn(b.p, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
	    "0123456789-._*%+=") == b.len);
	if (discover_url_check("u", s, false, NULL) == 0)
		promise(strncmp(s, "https://", 8) == 0 &&
		    strpbrk(s, " \r\n\"<>#") == NULL);
	free(s);
	buf_clear(&b);
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	static const int status[] = { 200, 400, 401, 302, 429, 503 };
	const char *text = (const char *)p + 1;

	if (n == 0)
		return 0;
	n--;
	switch (p[0]) {
	case 'd':
		discovery(text, n);
		break;
	case 'c':
		device(text, n);
		break;
	case 'k':
		keys(text, n);
		break;
	case 'f':
		cache(text, n);
		break;
	case 'w':
		words(text, n);
		break;
	default:
		token(status[p[0] % 6], text, n);
	}
	return 0;
}
