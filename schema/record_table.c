/* SPDX-License-Identifier: BSD-2-Clause
 * record_table.c - the seek table behind the last pair. */
#include <string.h>

#include "schema/record_private.h"

#define SKIPPABLE 0x184D2A5EU
#define SEEKABLE 0x8F92EAB1U
#define PAIRS_MAX (UINT64_C(1) << 25)	/* of its u32 sizes, with room */

static void
put32(unsigned char *p, uint64_t v)
{
	for (unsigned i = 0; i < 4; i++)
		p[i] = (unsigned char)(v >> (8 * i));
}

bool
record_table_fits(uint64_t pairs)
{
	return pairs <= PAIRS_MAX;
}

void
record_table_head(uint64_t pairs, unsigned char ret[RECORD_TABLE_HEAD])
{
	put32(ret, SKIPPABLE);
	put32(ret + 4, pairs * RECORD_TABLE_PAIR + RECORD_TABLE_FOOT);
}

void
record_table_pair(uint32_t data, uint32_t plain,
    unsigned char ret[RECORD_TABLE_PAIR])
{
	put32(ret, data);
	put32(ret + 4, plain);
	put32(ret + 8, RECORD_CHAIN);
	put32(ret + 12, 0);
}

void
record_table_foot(uint64_t pairs, unsigned char ret[RECORD_TABLE_FOOT])
{
	put32(ret, 2 * pairs);
	ret[4] = 0; /* no checksums: the chain has better ones */
	put32(ret + 5, SEEKABLE);
}

uint64_t
record_table_length(const unsigned char foot[RECORD_TABLE_FOOT])
{
	unsigned char want[RECORD_TABLE_FOOT];
	uint64_t entries = foot[0] | (uint64_t)foot[1] << 8 |
	    (uint64_t)foot[2] << 16 | (uint64_t)foot[3] << 24;

	record_table_foot(entries / 2, want);
	return memcmp(foot, want, sizeof(want)) != 0 ? 0 :
	    RECORD_TABLE_HEAD + entries / 2 * RECORD_TABLE_PAIR +
	    RECORD_TABLE_FOOT;
}

bool
record_table_begins(const unsigned char head[4])
{
	unsigned char want[4];

	put32(want, SKIPPABLE);
	return memcmp(head, want, sizeof(want)) == 0;
}
