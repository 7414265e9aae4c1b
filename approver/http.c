/* SPDX-License-Identifier: BSD-2-Clause */
#include "approver/http.h"

#include <stdbool.h>
#include <string.h>
#include <strings.h>

#include "lib/buf.h"
#include "lib/err.h"

static int64_t
seconds(const char *p, size_t n)
{
	int64_t v = 0;

	if (n >= 2 && p[0] == '"' && p[n - 1] == '"') {
		p++;
		n -= 2;
	}
	if (n == 0)
		return -1;
	for (size_t i = 0; i < n; i++) {
		if (p[i] < '0' || p[i] > '9')
			return -1;
		v = v * 10 + (p[i] - '0');
		if (v > INT32_MAX)
			v = INT32_MAX;
	}
	return v;
}

static bool
is(const char *p, size_t n, const char *word)
{
	return n == strlen(word) && strncasecmp(p, word, n) == 0;
}

int64_t
http_max_age(const char *cache_control)
{
	const char *p = cache_control;
	int64_t age = -1;

	while (*p != '\0') {
		size_t n;

		p += strspn(p, " \t,");
		n = strcspn(p, ",");
		while (n > 0 && (p[n - 1] == ' ' || p[n - 1] == '\t'))
			n--;
		if (is(p, n, "no-store") || is(p, n, "no-cache"))
			return 0;
		if (n > 8 && strncasecmp(p, "max-age=", 8) == 0) {
			int64_t s = seconds(p + 8, n - 8);

			/* twice: the shorter; no number: stale at once */
			if (s < 0)
				s = 0;
			if (age < 0 || s < age)
				age = s;
		}
		p += strcspn(p, ",");
	}
	return age;
}

int
http_encode(struct buf *b, const char *s, struct err *e)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyz"
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._*";

	for (; *s != '\0'; s++) {
		int rc;

		if (strchr(plain, *s) != NULL)
			rc = buf_putc(b, *s, e);
		else if (*s == ' ')
			rc = buf_putc(b, '+', e);
		else
			rc = buf_printf(b, e, "%%%02X", (unsigned char)*s);
		if (rc < 0)
			return -1;
	}
	return 0;
}

int
http_form(struct buf *b, const char *name, const char *value, struct err *e)
{
	if (b->len > 0 && buf_putc(b, '&', e) < 0)
		return -1;
	if (http_encode(b, name, e) < 0 || buf_putc(b, '=', e) < 0)
		return -1;
	return http_encode(b, value, e);
}
