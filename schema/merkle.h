/* SPDX-License-Identifier: BSD-2-Clause
 * merkle.h - the tree over all events of a host.
 * in: leaf hashes in order; out: roots and proofs
 *
 * RFC 6962, section 2.1 (RFC 9162, section 2.1 has the same hashes and the
 * verification algorithms used here), with SHA-256.  A tree keeps only its
 * frontier: the roots of its full subtrees, largest first. */
#ifndef WARRANT_SCHEMA_MERKLE_H
#define WARRANT_SCHEMA_MERKLE_H

#include <stddef.h>
#include <stdint.h>

struct err;

#define MERKLE_HASH 32

struct merkle {
	uint64_t size;				/* leaves so far */
	unsigned char top[64][MERKLE_HASH];	/* one a set bit of size */
};

/* SHA-256(0x00 || record), SHA-256(0x01 || left || right). */
int merkle_leaf(const void *record, size_t n, unsigned char ret[MERKLE_HASH],
    struct err *e);
int merkle_node(const unsigned char left[MERKLE_HASH],
    const unsigned char right[MERKLE_HASH], unsigned char ret[MERKLE_HASH],
    struct err *e);

/* Add one leaf hash. */
int merkle_add(struct merkle *m, const unsigned char leaf[MERKLE_HASH],
    struct err *e);

/* Root of all leaves so far; of an empty tree SHA-256 of nothing. */
int merkle_root(const struct merkle *m, unsigned char ret[MERKLE_HASH],
    struct err *e);

#endif
