/* SPDX-License-Identifier: BSD-2-Clause
 * record_private.h - the chain, for writer and reader. */
#ifndef WARRANT_SCHEMA_RECORD_PRIVATE_H
#define WARRANT_SCHEMA_RECORD_PRIVATE_H

#include <stdint.h>

#include <openssl/evp.h>

#include "schema/record.h"

#define RECORD_SUM 8	/* bytes of SHA-256(DATA) in a CHAIN */

struct record_chain {
	uint32_t flags;
	uint64_t seq;
	uint32_t plain, data;
	unsigned char sum[RECORD_SUM];
	unsigned char hash[RECORD_HASH];
};

/* The hash of one frame while its lines come, and of its DATA. */
struct record_sum {
	EVP_MD_CTX *lines, *data, *copy;
};

void record_chain_format(const struct record_chain *c,
    unsigned char ret[RECORD_CHAIN]);
int record_chain_parse(const unsigned char p[RECORD_CHAIN],
    struct record_chain *ret, struct err *e);

int record_sum_open(struct record_sum *s, struct err *e);
void record_sum_close(struct record_sum *s);

/* A new frame after the one with this hash. */
int record_sum_begin(struct record_sum *s,
    const unsigned char before[RECORD_HASH], uint64_t seq, struct err *e);
int record_sum_lines(struct record_sum *s, const void *p, size_t n,
    struct err *e);
int record_sum_data(struct record_sum *s, const void *p, size_t n,
    struct err *e);

/* The frame's hash if it ended here; it may go on. */
int record_sum_hash(struct record_sum *s, uint32_t plain, uint32_t flags,
    unsigned char ret[RECORD_HASH], struct err *e);
int record_sum_end_data(struct record_sum *s, unsigned char ret[RECORD_SUM],
    struct err *e);

#endif
