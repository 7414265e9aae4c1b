/* SPDX-License-Identifier: BSD-2-Clause */
#include "report/html_text.h"

#include <stdio.h>
#include <string.h>

#include "lib/buf.h"
#include "lib/err.h"
#include "lib/visible.h"

static int
put_escaped(struct buf *b, char c, struct err *e)
{
	switch (c) {
	case '&': return buf_puts(b, "&amp;", e);
	case '<': return buf_puts(b, "&lt;", e);
	case '>': return buf_puts(b, "&gt;", e);
	case '"': return buf_puts(b, "&quot;", e);
	case '\'': return buf_puts(b, "&#39;", e);
	default: return buf_putc(b, c, e);
	}
}

int
html_text(struct buf *b, const char *s, size_t n, struct err *e)
{
	struct buf seen = BUF_INIT(b->max);
	int rc = visible_put(&seen, s, n, e);

	for (size_t i = 0; rc == 0 && i < seen.len; i++)
		rc = put_escaped(b, seen.p[i], e);
	buf_clear(&seen);
	return rc;
}

int
html_texts(struct buf *b, const char *s, struct err *e)
{
	return html_text(b, s, strlen(s), e);
}

int
html_json_char(struct buf *b, uint32_t c, struct err *e)
{
	char bytes[4];

	if (c < 0x20 || (c >= 0x7f && c < 0xa0) || c > 0x10ffff ||
	    (c >= 0xd800 && c < 0xe000))
		c = 0xfffd;
	if (c == '"' || c == '\\' || c == '<' || c == '>' || c == '&' ||
	    c == '\'' || c == 0x2028 || c == 0x2029)
		return buf_printf(b, e, "\\u%04x", (unsigned)c);
	return buf_put(b, bytes, visible_utf8(c, bytes), e);
}

void
html_time(int64_t us, char ret[HTML_TIME_MAX])
{
	long long tenths = us < 0 ? 0 : (long long)us / 100000;
	long long s = tenths / 10, h = s / 3600;
	int m = (int)(s / 60 % 60), left = (int)(s % 60);

	if (h > 0)
		(void)snprintf(ret, HTML_TIME_MAX, "%lld:%02d:%02d.%d", h, m,
		    left, (int)(tenths % 10));
	else
		(void)snprintf(ret, HTML_TIME_MAX, "%d:%02d.%d", m, left,
		    (int)(tenths % 10));
}
