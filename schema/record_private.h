/* SPDX-License-Identifier: BSD-2-Clause
 * record_private.h - the chain, for writer and reader. */
#ifndef WARRANT_SCHEMA_RECORD_PRIVATE_H
#define WARRANT_SCHEMA_RECORD_PRIVATE_H

#include <stdint.h>

#include "lib/sum.h"
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
	struct sum lines, data;
};

void record_chain_format(const struct record_chain *c,
    unsigned char ret[RECORD_CHAIN]);
int record_chain_parse(const unsigned char p[RECORD_CHAIN],
    struct record_chain *ret, struct err *e);

/* A new frame after the one with this hash. */
void record_sum_begin(struct record_sum *s,
    const unsigned char before[RECORD_HASH], uint64_t seq);

/* The frame's hash if it ended here; it may go on. */
void record_sum_hash(const struct record_sum *s, uint32_t plain,
    uint32_t flags, unsigned char ret[RECORD_HASH]);
void record_sum_end_data(const struct record_sum *s,
    unsigned char ret[RECORD_SUM]);

#endif
