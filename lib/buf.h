/* SPDX-License-Identifier: BSD-2-Clause
 * buf.h - bytes with a hard maximum.
 * in: any producer of bytes; out: a growing, bounded, always NUL-ended array
 *
 * Every buffer is made with the largest size it may ever have; growing past
 * it is an error of the caller's, never a larger allocation. */
#ifndef WARRANT_LIB_BUF_H
#define WARRANT_LIB_BUF_H

#include <stddef.h>
#include <stdint.h>

struct err;

struct buf {
	char *p;	/* len bytes and a NUL behind them; NULL while empty */
	size_t len;	/* bytes in use */
	size_t cap;	/* bytes allocated */
	size_t max;	/* len never exceeds this */
};

/* An empty buffer for at most max bytes; owns nothing yet. */
#define BUF_INIT(maximum) { NULL, 0, 0, (maximum) }

/* Append; 0, or -1 with *e set (ERR_LIMIT, ERR_MEMORY) and b unchanged. */
int buf_put(struct buf *b, const void *p, size_t n, struct err *e);
int buf_puts(struct buf *b, const char *s, struct err *e);
int buf_putc(struct buf *b, char c, struct err *e);
int buf_printf(struct buf *b, struct err *e, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* Make room for n more bytes and return where they go (b->p + b->len), or
 * NULL with *e set.  The caller adds to b->len what it wrote. */
char *buf_room(struct buf *b, size_t n, struct err *e);

/* Drop the first n bytes (n <= len). */
void buf_drop(struct buf *b, size_t n);

/* len = 0, memory kept. */
void buf_reset(struct buf *b);

/* Wipe and free; b is empty with the same maximum and may be used again. */
void buf_clear(struct buf *b);

#endif
