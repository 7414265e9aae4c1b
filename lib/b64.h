/* SPDX-License-Identifier: BSD-2-Clause
 * b64.h - base64 and base64url (RFC 4648, sections 4 and 5), strict.
 * in: text or bytes; out: bytes or text
 *
 * The decoders take exactly the texts that the encoders make, so that one
 * sequence of bytes has one text: no white space, no foreign character, the
 * spare bits of the last character zero (RFC 4648, section 3.5).  base64url
 * is without padding, as RFC 7515 section 2 wants it; base64 has its full
 * padding.  The empty text is the empty sequence. */
#ifndef WARRANT_LIB_B64_H
#define WARRANT_LIB_B64_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct buf;
struct err;

/* Room for n characters decoded, never too small; bytes. */
#define B64_DECODED_MAX(n) ((n) / 4 * 3 + 3)

/* Decode n characters at s into at most max bytes at ret.  Returns the count
 * of bytes, or -1 with *e set (ERR_INPUT, ERR_LIMIT); ret may then hold a
 * part. */
ssize_t b64url_decode(const char *s, size_t n, uint8_t *ret, size_t max,
    struct err *e);
ssize_t b64_decode(const char *s, size_t n, uint8_t *ret, size_t max,
    struct err *e);

/* Append the text of n bytes at p to b; 0, or -1 with *e set. */
int b64url_encode(const void *p, size_t n, struct buf *b, struct err *e);
int b64_encode(const void *p, size_t n, struct buf *b, struct err *e);

#endif
