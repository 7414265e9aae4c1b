/* SPDX-License-Identifier: BSD-2-Clause
 * record_private.h - the chain, for writer and reader. */
#ifndef WARRANT_SCHEMA_RECORD_PRIVATE_H
#define WARRANT_SCHEMA_RECORD_PRIVATE_H

#include <stdbool.h>
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

/* The seek table of Zstandard Seekable Format 0.1.0: all of it follows from the
 * sizes before, so a reader accepts no other. */
#define RECORD_TABLE_HEAD 8
#define RECORD_TABLE_PAIR 16	/* two entries: a DATA and its CHAIN */
#define RECORD_TABLE_FOOT 9

bool record_table_fits(uint64_t pairs);
void record_table_head(uint64_t pairs, unsigned char ret[RECORD_TABLE_HEAD]);
void record_table_pair(uint32_t data, uint32_t plain,
    unsigned char ret[RECORD_TABLE_PAIR]);
void record_table_foot(uint64_t pairs, unsigned char ret[RECORD_TABLE_FOOT]);

/* Bytes of a table that ends like this, 0 when none does. */
uint64_t record_table_length(const unsigned char foot[RECORD_TABLE_FOOT]);

/* Is this how one begins? */
bool record_table_begins(const unsigned char head[4]);

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
