/* SPDX-License-Identifier: BSD-2-Clause */
#include "lib/visible.h"

#include <stdio.h>
#include <string.h>

#include "lib/buf.h"

#define SHOWN_MAX 16	/* bytes of one character in its visible form */

size_t
visible_char(const char *s, size_t n, uint32_t *ret)
{
	static const uint32_t smallest[] = { 0, 0, 0x80, 0x800, 0x10000 };
	const unsigned char *p = (const unsigned char *)s;
	uint32_t c;
	size_t len;

	if (p[0] < 0x80) {
		*ret = p[0];
		return 1;
	}
	len = p[0] >= 0xf0 ? 4 : p[0] >= 0xe0 ? 3 : 2;
	if (p[0] < 0xc2 || p[0] > 0xf4 || len > n)
		return 0;
	c = p[0] & (0x7fu >> len);
	for (size_t i = 1; i < len; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 0;
		c = c << 6 | (p[i] & 0x3fu);
	}
	if (c < smallest[len] || c > 0x10ffff || (c >= 0xd800 && c < 0xe000))
		return 0;
	*ret = c;
	return len;
}

size_t
visible_utf8(uint32_t c, char ret[4])
{
	static const unsigned char lead[] = { 0, 0, 0xc0, 0xe0, 0xf0 };
	size_t n = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;

	for (size_t i = n; i-- > 1; c >>= 6)
		ret[i] = (char)(0x80 | (c & 0x3f));
	ret[0] = (char)(lead[n] | c);
	return n;
}

bool
visible_hidden(uint32_t c)
{
	static const struct {
		uint32_t from, to;
	} t[] = {
		{ 0x00ad, 0x00ad }, { 0x034f, 0x034f }, { 0x061c, 0x061c },
		{ 0x115f, 0x1160 }, { 0x17b4, 0x17b5 }, { 0x180b, 0x180f },
		{ 0x200b, 0x200f }, { 0x2028, 0x202e }, { 0x2060, 0x206f },
		{ 0x3164, 0x3164 }, { 0xfe00, 0xfe0f }, { 0xfeff, 0xfeff },
		{ 0xffa0, 0xffa0 }, { 0xfff0, 0xfffb }, { 0xe0000, 0xe0fff },
	};

	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++)
		if (c >= t[i].from && c <= t[i].to)
			return true;
	return false;
}

/* The visible form of the first character of s; bytes of s it stands for. */
static size_t
show(const char *s, size_t n, char ret[SHOWN_MAX])
{
	uint32_t c = 0;
	size_t len = visible_char(s, n, &c);

	if (len == 0 || c < 0x20 || (c >= 0x7f && c < 0xa0)) {
		/* a C1 control of two bytes is two of these */
		(void)snprintf(ret, SHOWN_MAX, "\\x%02x",
		    (unsigned)(unsigned char)s[0]);
		return 1;
	}
	if (visible_hidden(c)) {
		(void)snprintf(ret, SHOWN_MAX, "\\u{%x}", (unsigned)c);
	} else {
		memcpy(ret, s, len);
		ret[len] = '\0';
	}
	return len;
}

int
visible_put(struct buf *b, const char *s, size_t n, struct err *e)
{
	char one[SHOWN_MAX];

	while (n > 0) {
		size_t used = show(s, n, one);

		if (buf_puts(b, one, e) < 0)
			return -1;
		s += used;
		n -= used;
	}
	return 0;
}

const char *
visible(const char *s, char *ret, size_t size)
{
	size_t n = strlen(s), at = 0, cut = 0;
	char one[SHOWN_MAX];

	while (n > 0) {
		size_t used = show(s, n, one), len = strlen(one);

		if (at + len >= size) {
			memcpy(ret + cut, "...", 4);
			return ret;
		}
		memcpy(ret + at, one, len);
		at += len;
		if (at + 4 <= size)
			cut = at; /* the dots fit behind this */
		s += used;
		n -= used;
	}
	ret[at] = '\0';
	return ret;
}
