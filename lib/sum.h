/* SPDX-License-Identifier: BSD-2-Clause
 * sum.h - SHA-256 (FIPS 180-4) and HMAC-SHA-256 (RFC 2104), which cannot
 * fail.
 * in: bytes; out: SUM_LEN bytes; as text by lib/hex.h
 *
 * For what is started at every login: libnettle is mapped and ready in a
 * tenth of the time and memory that libcrypto takes, and as fast at work.
 * Nothing here is secret from timing but the key of a mac. */
#ifndef WARRANT_LIB_SUM_H
#define WARRANT_LIB_SUM_H

#include <stddef.h>
#include <stdint.h>

#include <nettle/hmac.h>
#include <nettle/sha2.h>

#define SUM_LEN 32

struct sum {
	struct sha256_ctx sha;
};

void sum_begin(struct sum *s);
void sum_add(struct sum *s, const void *p, size_t n);

/* Of all that was added; more may be added afterwards. */
void sum_end(const struct sum *s, uint8_t ret[SUM_LEN]);

void sum_of(const void *p, size_t n, uint8_t ret[SUM_LEN]);

/* Holds what the key can be computed from: wipe it. */
struct mac {
	struct hmac_sha256_ctx hmac;
};

void mac_begin(struct mac *m, const void *key, size_t n);
void mac_add(struct mac *m, const void *p, size_t n);

/* Of all that was added; m then begins again with its key. */
void mac_end(struct mac *m, uint8_t ret[SUM_LEN]);

#endif
