/* SPDX-License-Identifier: BSD-2-Clause */
#include "recorder/cast.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "lib/b64.h"
#include "lib/buf.h"
#include "lib/err.h"
#include "lib/visible.h"

#define REPLACED "\xef\xbf\xbd"	/* U+FFFD */

static bool
is_plain(unsigned char c)
{
	return c >= 0x20 && c < 0x7f && c != '"' && c != '\\';
}

static char *
escape(char *to, unsigned char c)
{
	static const char digits[] = "0123456789abcdef";
	static const char from[] = "\"\\\n\r\t\b\f", as[] = "\"\\nrtbf";
	const char *s = strchr(from, c);

	*to++ = '\\';
	if (c != 0 && s != NULL) {
		*to++ = as[s - from];
		return to;
	}
	(void)memcpy(to, "u00", 3);
	to[3] = digits[c >> 4];
	to[4] = digits[c & 15];
	return to + 5;
}

int
cast_string(struct buf *b, const char *p, size_t n, struct err *e)
{
	char *start = buf_room(b, 6 * n + 2, e), *to = start;
	int lost = 0;

	if (to == NULL)
		return -1;
	*to++ = '"';
	for (size_t i = 0; i < n;) {
		unsigned char c = (unsigned char)p[i];
		uint32_t cp;
		size_t k;

		if (is_plain(c)) {
			*to++ = (char)c;
			i++;
		} else if (c < 0x80) {
			to = escape(to, c);
			i++;
		} else if ((k = visible_char(p + i, n - i, &cp)) > 0) {
			(void)memcpy(to, p + i, k);
			to += k;
			i += k;
		} else {
			(void)memcpy(to, REPLACED, 3);
			to += 3;
			i++;
			lost = 1;
		}
	}
	*to++ = '"';
	b->len += (size_t)(to - start);
	return lost;
}

static int
begin(struct buf *b, int64_t t_us, char code, struct err *e)
{
	return buf_printf(b, e, "[%lld.%06lld, \"%c\", ",
	    (long long)(t_us / 1000000), (long long)(t_us % 1000000), code);
}

int
cast_event(struct buf *b, int64_t t_us, char code, const char *p, size_t n,
    struct err *e)
{
	int lost;

	if (begin(b, t_us, code, e) < 0)
		return -1;
	lost = cast_string(b, p, n, e);
	if (lost < 0 || buf_put(b, "]\n", 2, e) < 0)
		return -1;
	if (lost == 0)
		return 0;
	if (begin(b, t_us, 'b', e) < 0 || buf_putc(b, '"', e) < 0 ||
	    b64_encode(p, n, b, e) < 0)
		return -1;
	return buf_put(b, "\"]\n", 3, e);
}

size_t
cast_whole(const char *p, size_t n)
{
	for (size_t back = 1; back <= 3 && back <= n; back++) {
		unsigned char c = (unsigned char)p[n - back];
		size_t need = c >= 0xf0 ? 4 : c >= 0xe0 ? 3 : 2;

		if (c < 0x80)
			return n;
		if (c >= 0xc2 && c <= 0xf4)
			return need > back ? n - back : n;
	}
	return n;
}
