/* SPDX-License-Identifier: BSD-2-Clause */
#include "lib/quote.h"

#include <string.h>

struct quoted
quote(const void *p, size_t n)
{
	static const char hex[] = "0123456789abcdef";
	const unsigned char *c = p;
	struct quoted q = { { 0 } };
	size_t len = 0;

	q.s[len++] = '"';
	for (size_t i = 0; i < n; i++) {
		int plain = c[i] >= 0x20 && c[i] < 0x7f && c[i] != '"' &&
		    c[i] != '\\';

		if (len - 1 + (plain ? 1 : 4) > QUOTE_MAX) {
			memcpy(q.s + len, "...", 3);
			len += 3;
			break;
		}
		if (plain) {
			q.s[len++] = (char)c[i];
			continue;
		}
		q.s[len++] = '\\';
		q.s[len++] = 'x';
		q.s[len++] = hex[c[i] >> 4];
		q.s[len++] = hex[c[i] & 15];
	}
	q.s[len++] = '"';
	q.s[len] = '\0';
	return q;
}

struct quoted
quote_str(const char *s)
{
	return quote(s, strlen(s));
}
