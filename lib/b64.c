/* SPDX-License-Identifier: BSD-2-Clause */
#include "lib/b64.h"

#include <stdbool.h>
#include <string.h>

#include "lib/buf.h"
#include "lib/err.h"

static const char std_alphabet[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
static const char url_alphabet[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/* The six bits of c, or -1. */
static int
value_of(char c, bool url)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	if (c == (url ? '-' : '+'))
		return 62;
	if (c == (url ? '_' : '/'))
		return 63;
	return -1;
}

static ssize_t
decode(const char *s, size_t n, bool url, uint8_t *ret, size_t max,
    struct err *e)
{
	uint32_t bits = 0;
	unsigned have = 0; /* bits held and not yet given out */
	size_t len = 0;

	if (n % 4 == 1)
		return err_set(e, ERR_INPUT,
		    "base64: %zu characters are no whole bytes", n);
	for (size_t i = 0; i < n; i++) {
		int v = value_of(s[i], url);

		if (v < 0)
			return err_set(e, ERR_INPUT,
			    "base64: character 0x%02x at %zu",
			    (unsigned)(unsigned char)s[i], i);
		bits = bits << 6 | (uint32_t)v;
		have += 6;
		if (have < 8)
			continue;
		if (len == max)
			return err_set(e, ERR_LIMIT,
			    "base64: more than %zu bytes", max);
		have -= 8;
		ret[len++] = (uint8_t)(bits >> have);
		bits &= (1U << have) - 1;
	}
	if (bits != 0)
		return err_set(e, ERR_INPUT,
		    "base64: spare bits of the last character are not zero");
	return (ssize_t)len;
}

ssize_t
b64url_decode(const char *s, size_t n, uint8_t *ret, size_t max,
    struct err *e)
{
	return decode(s, n, true, ret, max, e);
}

ssize_t
b64_decode(const char *s, size_t n, uint8_t *ret, size_t max, struct err *e)
{
	size_t pad = 0;

	if (n % 4 != 0)
		return err_set(e, ERR_INPUT,
		    "base64: %zu characters are not padded to a multiple of 4",
		    n);
	while (pad < 2 && pad < n && s[n - 1 - pad] == '=')
		pad++;
	return decode(s, n - pad, false, ret, max, e);
}

static int
encode(const uint8_t *p, size_t n, bool url, struct buf *b, struct err *e)
{
	const char *alphabet = url ? url_alphabet : std_alphabet;
	uint32_t bits = 0;
	unsigned have = 0;
	size_t len = 0, room = n / 3 * 4 + 4;
	char *to;

	if (n > b->max)
		return err_set(e, ERR_LIMIT, "more than %zu bytes", b->max);
	if (url || n % 3 == 0)
		room = n / 3 * 4 + (n % 3 == 0 ? 0 : n % 3 + 1);
	to = buf_room(b, room, e);
	if (to == NULL)
		return -1;
	for (size_t i = 0; i < n; i++) {
		bits = bits << 8 | p[i];
		for (have += 8; have >= 6; have -= 6)
			to[len++] = alphabet[bits >> (have - 6) & 63];
		bits &= (1U << have) - 1;
	}
	if (have > 0)
		to[len++] = alphabet[bits << (6 - have) & 63];
	while (len < room)
		to[len++] = '=';
	to[len] = '\0';
	b->len += len;
	return 0;
}

int
b64url_encode(const void *p, size_t n, struct buf *b, struct err *e)
{
	return encode(p, n, true, b, e);
}

int
b64_encode(const void *p, size_t n, struct buf *b, struct err *e)
{
	return encode(p, n, false, b, e);
}
