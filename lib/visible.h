/* SPDX-License-Identifier: BSD-2-Clause
 * visible.h - text from outside, safe to show on a terminal.
 * in: bytes anybody may have chosen (reasons, names, addresses)
 * out: UTF-8 that moves no cursor, changes no colour and turns no line around
 *
 * Control characters (C0, DEL, C1) and bytes that are no UTF-8 become \xNN;
 * what is invisible or reorders text (bidirectional controls, zero width,
 * line and paragraph separators, tags; Unicode Technical Report 36, section
 * 3.1) becomes \u{HEX}.  All else stays as it is. */
#ifndef WARRANT_LIB_VISIBLE_H
#define WARRANT_LIB_VISIBLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buf;
struct err;

/* Append the visible form of n bytes at s to b; 0, or -1 with *e (ERR_LIMIT,
 * ERR_MEMORY). */
int visible_put(struct buf *b, const char *s, size_t n, struct err *e);

/* The same for a string into an array of size bytes; cut at a whole
 * character, "..." at its end, when it does not fit (size >= 4).  Returns
 * ret, so that it may stand in an argument list.  Pure. */
const char *visible(const char *s, char *ret, size_t size);

/* Length in bytes (1 to 4) of the UTF-8 character at s (n > 0 bytes left)
 * with *ret set to it, or 0 when there is none.  RFC 3629: no surrogates, no
 * overlong forms.  Pure. */
size_t visible_char(const char *s, size_t n, uint32_t *ret);

/* The other way: the UTF-8 of c (<= 0x10ffff), and its length.  Pure. */
size_t visible_utf8(uint32_t c, char ret[4]);

/* Is it one of those that are invisible or reorder text?  Pure. */
bool visible_hidden(uint32_t c);

#endif
