/* SPDX-License-Identifier: BSD-2-Clause
 * The escaped form is one line, safe to show, within its bound, and the block
 * can be read back from it. */
#include <stdlib.h>
#include <string.h>

#include "lib/buf.h"
#include "lib/visible.h"
#include "recorder/argv.h"
#include "tests/fuzz/fuzz.h"

/* Undo argv_escape; what visible_put wrote as \u{HEX} is compared by the
 * caller through escaping again. */
static size_t
back(const char *s, char *out)
{
	size_t n = 0;

	while (*s != '\0') {
		if (s[0] == '"' && s[1] == '"') {
			s += 2;
		} else if (s[0] == ' ') {
			out[n++] = '\0';
			s++;
		} else if (s[0] == '\\' && s[1] == 'x') {
			char hex[3] = { s[2], s[3], '\0' };

			out[n++] = (char)strtoul(hex, NULL, 16);
			s += 4;
		} else if (s[0] == '\\' && s[1] == 'u') {
			uint32_t c = (uint32_t)strtoul(s + 3, NULL, 16);

			if (c >= 0x10000) {
				out[n++] = (char)(0xf0 | c >> 18);
				out[n++] = (char)(0x80 | (c >> 12 & 0x3f));
			} else if (c >= 0x800) {
				out[n++] = (char)(0xe0 | c >> 12);
			}
			if (c >= 0x800)
				out[n++] = (char)(0x80 | (c >> 6 & 0x3f));
			else
				out[n++] = (char)(0xc0 | c >> 6);
			out[n++] = (char)(0x80 | (c & 0x3f));
			s = strchr(s, '}') + 1;
		} else if (s[0] == '\\') {
			out[n++] = s[1];
			s += 2;
		} else {
			out[n++] = *s++;
		}
	}
	out[n++] = '\0';
	return n;
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct buf b = BUF_INIT(ARGV_SHOWN_MAX);
	static char block[1025], was[1025];
	static char again[ARGV_SHOWN_MAX];

	if (n == 0 || n >= sizeof(block))
		return 0;
	memcpy(block, p, n);
	block[n++] = '\0';
	argv_escape(&b, block, n);
	if (b.len > b.max || strpbrk(b.p, "\n\r\t\033\177") != NULL)
		abort();
	if (back(b.p, was) != n || memcmp(was, block, n) != 0)
		abort();
	(void)visible(b.p, again, sizeof(again));
	if (b.len < sizeof(again) && strcmp(again, b.p) != 0)
		abort();
	(void)argv_compare("/x", block, n, was, n / 2);
	buf_clear(&b);
	return 0;
}
