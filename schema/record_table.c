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
