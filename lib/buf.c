/* SPDX-License-Identifier: BSD-2-Clause */
#include "lib/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/err.h"

char *
buf_room(struct buf *b, size_t n, struct err *e)
{
	size_t cap;
	char *p;

	if (n > b->max || b->len > b->max - n) {
		(void)err_set(e, ERR_LIMIT, "more than %zu bytes", b->max);
		return NULL;
	}
	if (b->len + n + 1 <= b->cap)
		return b->p + b->len;
	cap = b->cap < 64 ? 64 : b->cap;
	while (cap < b->len + n + 1)
		cap += cap / 2;
	if (cap > b->max + 1)
		cap = b->max + 1;
	/* not realloc: what is left behind may be a secret */
	p = malloc(cap);
	if (p == NULL) {
		(void)err_set(e, ERR_MEMORY, "out of memory");
		return NULL;
	}
	if (b->len > 0)
		memcpy(p, b->p, b->len);
	p[b->len] = '\0';
	if (b->p != NULL)
		explicit_bzero(b->p, b->cap);
	free(b->p);
	b->p = p;
	b->cap = cap;
	return b->p + b->len;
}

int
buf_put(struct buf *b, const void *p, size_t n, struct err *e)
{
	char *to = buf_room(b, n, e);

	if (to == NULL)
		return -1;
	if (n > 0)
		memcpy(to, p, n);
	b->len += n;
	b->p[b->len] = '\0';
	return 0;
}

int
buf_puts(struct buf *b, const char *s, struct err *e)
{
	return buf_put(b, s, strlen(s), e);
}

int
buf_putc(struct buf *b, char c, struct err *e)
{
	return buf_put(b, &c, 1, e);
}

int
buf_printf(struct buf *b, struct err *e, const char *fmt, ...)
{
	va_list ap, again;
	char *to;
	int n;

	va_start(ap, fmt);
	va_copy(again, ap);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (n < 0) {
		va_end(again);
		return err_set(e, ERR_INPUT, "cannot format text");
	}
	to = buf_room(b, (size_t)n, e);
	if (to != NULL) {
		(void)vsnprintf(to, (size_t)n + 1, fmt, again);
		b->len += (size_t)n;
	}
	va_end(again);
	return to == NULL ? -1 : 0;
}

void
buf_drop(struct buf *b, size_t n)
{
	if (n >= b->len) {
		buf_reset(b);
		return;
	}
	memmove(b->p, b->p + n, b->len - n);
	b->len -= n;
	b->p[b->len] = '\0';
}

void
buf_reset(struct buf *b)
{
	b->len = 0;
	if (b->p != NULL)
		b->p[0] = '\0';
}

void
buf_clear(struct buf *b)
{
	size_t max = b->max;

	if (b->p != NULL)
		explicit_bzero(b->p, b->cap);
	free(b->p);
	*b = (struct buf){ NULL, 0, 0, max };
}
