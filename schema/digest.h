/* SPDX-License-Identifier: BSD-2-Clause
 * digest.h - SHA-256, FIPS 180-4, by libcrypto.
 * in: bytes; out: 32 bytes; as text by lib/hex.h */
#ifndef WARRANT_SCHEMA_DIGEST_H
#define WARRANT_SCHEMA_DIGEST_H

#include <stddef.h>

struct err;

#define DIGEST_LEN 32
#define DIGEST_HEX (2 * DIGEST_LEN + 1)

/* SHA-256(a || b); NULL with 0 is nothing. */
int digest_2(const void *a, size_t an, const void *b, size_t bn,
    unsigned char ret[DIGEST_LEN], struct err *e);

/* SHA-256 of a whole file from its start; the offset is not moved. */
int digest_fd(int fd, unsigned char ret[DIGEST_LEN], struct err *e);

/* Exactly 2n lower-case hex digits to n bytes; -1 when s is not that. */
int digest_unhex(const char *s, unsigned char *ret, size_t n);

#endif
