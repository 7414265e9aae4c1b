/* SPDX-License-Identifier: BSD-2-Clause */
#include "recorder/argv.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "lib/buf.h"
#include "lib/hex.h"
#include "lib/sum.h"
#include "lib/visible.h"

/* The escaped form of the character at s (left bytes are there), and in *ret
 * how many bytes it takes.  A character is at most 16 bytes escaped. */
static size_t
escape_one(const char *s, size_t left, char out[24], size_t *ret)
{
	struct buf b = BUF_INIT(16);
	uint32_t c;
	size_t n;

	*ret = 1;
	if (*s == ' ' || *s == '\\')
		return (size_t)snprintf(out, 24, "\\%c", *s);
	if (*s == '"')
		return (size_t)snprintf(out, 24, "\\x22");
	if (*s > ' ' && *s < 0x7f)
		return (size_t)snprintf(out, 24, "%c", *s);
	n = visible_char(s, left, &c);
	*ret = n == 0 ? 1 : n;
	if (visible_put(&b, s, *ret, NULL) < 0)
		n = (size_t)snprintf(out, 24, "?");
	else
		n = (size_t)snprintf(out, 24, "%s", b.p);
	buf_clear(&b);
	return n;
}

static int
put(struct buf *b, const char *s, size_t n)
{
	if (n + 3 > b->max - b->len) { /* always leave room for the dots */
		(void)buf_puts(b, "...", NULL);
		return -1;
	}
	return buf_put(b, s, n, NULL);
}

void
argv_escape(struct buf *b, const char *block, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		size_t left = strnlen(block + i, n - i);

		if (i > 0 && put(b, " ", 1) < 0)
			return;
		if (left == 0 && put(b, "\"\"", 2) < 0)
			return;
		while (left > 0) {
			char out[24];
			size_t took;
			size_t len = escape_one(block + i, left, out, &took);

			if (put(b, out, len) < 0)
				return;
			i += took;
			left -= took;
		}
	}
}

void
argv_digest(const unsigned char key[ARGV_KEY_SIZE], const char *block,
    size_t n, char ret[ARGV_DIGEST_MAX])
{
	uint8_t whole[SUM_LEN];
	struct mac m;

	mac_begin(&m, key, ARGV_KEY_SIZE);
	mac_add(&m, block, n);
	mac_end(&m, whole);
	hex_of(whole, SUM_LEN, ret);
	explicit_bzero(&m, sizeof(m));
}

enum argv_match
argv_compare(const char *path, const char *asked, size_t n, const char *is,
    size_t m)
{
	size_t p = strlen(path) + 1, first;

	if (n == 0) {
		asked = "";
		n = 1;
	}
	if (n == m && memcmp(asked, is, n) == 0)
		return ARGV_SAME;
	/* the end must be the path and what was asked behind argv[0] ... */
	first = strnlen(asked, n) + 1;
	if (m > p + n - first && /* ... with an interpreter before it */
	    memcmp(is + m - (n - first), asked + first, n - first) == 0 &&
	    memcmp(is + m - (n - first) - p, path, p) == 0 &&
	    is[m - (n - first) - p - 1] == '\0')
		return ARGV_INTERPRETED;
	/* binfmt_misc(5), flag P: argv[0] is kept behind the path */
	if (m > p + n && memcmp(is + m - n, asked, n) == 0 &&
	    memcmp(is + m - n - p, path, p) == 0 &&
	    is[m - n - p - 1] == '\0')
		return ARGV_INTERPRETED;
	return ARGV_OTHER;
}

size_t
argv_count(const char *block, size_t n)
{
	size_t count = 0;

	for (size_t i = 0; i < n; i++)
		count += block[i] == '\0';
	return count;
}

const char *
argv_word(const char *block, size_t n, size_t i)
{
	size_t at = 0;

	while (i > 0 && at < n) {
		at += strnlen(block + at, n - at) + 1;
		i--;
	}
	return at < n ? block + at : NULL;
}
