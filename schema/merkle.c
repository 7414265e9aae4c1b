/* SPDX-License-Identifier: BSD-2-Clause */
#include "schema/merkle.h"

#include <string.h>

#include "lib/err.h"
#include "schema/digest.h"

int
merkle_leaf(const void *record, size_t n, unsigned char ret[MERKLE_HASH],
    struct err *e)
{
	return digest_2("\0", 1, record, n, ret, e);
}

int
merkle_node(const unsigned char left[MERKLE_HASH],
    const unsigned char right[MERKLE_HASH], unsigned char ret[MERKLE_HASH],
    struct err *e)
{
	unsigned char both[1 + 2 * MERKLE_HASH] = { 0x01 };

	memcpy(both + 1, left, MERKLE_HASH);
	memcpy(both + 1 + MERKLE_HASH, right, MERKLE_HASH);
	return digest_2(both, sizeof(both), NULL, 0, ret, e);
}

static size_t
frontier(const struct merkle *m)
{
	return (size_t)__builtin_popcountll(m->size);
}

int
merkle_add(struct merkle *m, const unsigned char leaf[MERKLE_HASH],
    struct err *e)
{
	unsigned char h[MERKLE_HASH];
	size_t n = frontier(m);

	memcpy(h, leaf, MERKLE_HASH);
	for (uint64_t s = m->size; (s & 1) != 0; s >>= 1)
		if (merkle_node(m->top[--n], h, h, e) < 0)
			return -1;
	memcpy(m->top[n], h, MERKLE_HASH);
	m->size++;
	return 0;
}

int
merkle_root(const struct merkle *m, unsigned char ret[MERKLE_HASH],
    struct err *e)
{
	unsigned char h[MERKLE_HASH];
	size_t n = frontier(m);

	if (n == 0)
		return digest_2(NULL, 0, NULL, 0, ret, e);
	memcpy(h, m->top[--n], MERKLE_HASH);
	while (n > 0)
		if (merkle_node(m->top[--n], h, h, e) < 0)
			return -1;
	memcpy(ret, h, MERKLE_HASH);
	return 0;
}
