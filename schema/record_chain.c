/* SPDX-License-Identifier: BSD-2-Clause
 * record_chain.c - the skippable frame that carries the chain. */
#include <string.h>

#include "lib/err.h"
#include "schema/record_private.h"

#define SKIPPABLE 0x184D2A57U	/* RFC 8878, section 3.1.2 */
#define PAYLOAD (RECORD_CHAIN - 8)
#define NAME "WCH1"
#define TAG "warrant-record-1"

static void
put(unsigned char *p, uint64_t v, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		p[i] = (unsigned char)(v >> (8 * i));
}

static uint64_t
get(const unsigned char *p, unsigned n)
{
	uint64_t v = 0;

	for (unsigned i = 0; i < n; i++)
		v |= (uint64_t)p[i] << (8 * i);
	return v;
}

void
record_chain_format(const struct record_chain *c,
    unsigned char ret[RECORD_CHAIN])
{
	put(ret, SKIPPABLE, 4);
	put(ret + 4, PAYLOAD, 4);
	(void)memcpy(ret + 8, NAME, 4);
	put(ret + 12, c->flags, 4);
	put(ret + 16, c->seq, 8);
	put(ret + 24, c->plain, 4);
	put(ret + 28, c->data, 4);
	(void)memcpy(ret + 32, c->sum, RECORD_SUM);
	(void)memcpy(ret + 40, c->hash, RECORD_HASH);
}

int
record_chain_parse(const unsigned char p[RECORD_CHAIN],
    struct record_chain *ret, struct err *e)
{
	if (get(p, 4) != SKIPPABLE || get(p + 4, 4) != PAYLOAD ||
	    memcmp(p + 8, NAME, 4) != 0)
		return err_set(e, ERR_INPUT, "no chain behind a frame");
	ret->flags = (uint32_t)get(p + 12, 4);
	ret->seq = get(p + 16, 8);
	ret->plain = (uint32_t)get(p + 24, 4);
	ret->data = (uint32_t)get(p + 28, 4);
	(void)memcpy(ret->sum, p + 32, RECORD_SUM);
	(void)memcpy(ret->hash, p + 40, RECORD_HASH);
	return 0;
}

/* ---- hashes ----------------------------------------------------------- */

void
record_sum_begin(struct record_sum *s,
    const unsigned char before[RECORD_HASH], uint64_t seq)
{
	unsigned char number[8];

	put(number, seq, 8);
	sum_begin(&s->lines);
	sum_begin(&s->data);
	sum_add(&s->lines, TAG, sizeof(TAG) - 1);
	sum_add(&s->lines, before, RECORD_HASH);
	sum_add(&s->lines, number, sizeof(number));
}

void
record_sum_hash(const struct record_sum *s, uint32_t plain, uint32_t flags,
    unsigned char ret[RECORD_HASH])
{
	struct sum whole = s->lines;
	unsigned char end[8];

	put(end, plain, 4);
	put(end + 4, flags, 4);
	sum_add(&whole, end, sizeof(end));
	sum_end(&whole, ret);
}

void
record_sum_end_data(const struct record_sum *s, unsigned char ret[RECORD_SUM])
{
	unsigned char whole[SUM_LEN];

	sum_end(&s->data, whole);
	(void)memcpy(ret, whole, RECORD_SUM);
}
