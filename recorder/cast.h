/* SPDX-License-Identifier: BSD-2-Clause
 * cast.h - lines of asciicast version 2, warrant-record(5).
 * in: a time, a code, bytes; out: one line, or two when the bytes are no
 * UTF-8
 *
 * Codes: o output, e error output (no terminal), i input, r resize, m a
 * marker ("KIND TEXT"), x the exit status, b the exact bytes (base64) of the
 * o, e or i line before it, which shows U+FFFD in their place. */
#ifndef WARRANT_RECORDER_CAST_H
#define WARRANT_RECORDER_CAST_H

#include <stddef.h>
#include <stdint.h>

struct buf;
struct err;

/* Append the event; t_us since the start.  0, or -1 with *e. */
int cast_event(struct buf *b, int64_t t_us, char code, const char *p,
    size_t n, struct err *e);

/* Append "p" as a JSON string (RFC 8259, section 7); bytes that are no UTF-8
 * become U+FFFD.  1 when there were such, 0, or -1 with *e. */
int cast_string(struct buf *b, const char *p, size_t n, struct err *e);

/* How many of the n bytes may be cut off here without splitting a character:
 * n, or up to 3 less.  Pure. */
size_t cast_whole(const char *p, size_t n);

#endif
