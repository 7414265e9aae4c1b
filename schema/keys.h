/* SPDX-License-Identifier: BSD-2-Clause
 * keys.h - forward-secure signing keys, one an epoch.
 * in: a file of two slots; out: the key of the current epoch
 *
 * Key n signs what ends epoch n and endorses key n+1, then it is overwritten
 * in place and forgotten: who takes the host at time T cannot sign what lies
 * before T.  In place, because a new file leaves the old blocks on the disk.
 * Epoch n lives in slot n mod 2; key n+1 is on the disk before the store says
 * so, and key n is wiped after: a crash at any point leaves the key of the
 * store's last epoch readable.  The endorsement is an Ed25519 signature by
 * key n over keys_statement(). */
#ifndef WARRANT_SCHEMA_KEYS_H
#define WARRANT_SCHEMA_KEYS_H

#include <stddef.h>
#include <stdint.h>

#include <openssl/types.h>

struct buf;
struct err;

struct keys {
	int fd;			/* the file, locked; -1 */
	uint64_t epoch;
	EVP_PKEY *key;		/* owned */
	unsigned char pub[32];
};

#define KEYS_INIT { .fd = -1 }

/* Open or make (0600) the file at path. */
int keys_open(struct keys *k, const char *path, struct err *e);

/* Make the key of an epoch, write its slot and return it in *fresh (its own
 * key and pub; fd is -1).  The current key is untouched. */
int keys_make(struct keys *k, uint64_t epoch, struct keys *fresh,
    struct err *e);

/* After the store has committed the epoch of fresh: take it, wipe the other
 * slot and the old key. */
int keys_take(struct keys *k, struct keys *fresh, struct err *e);

/* Read the key of this epoch from its slot; wipe the other slot. */
int keys_load(struct keys *k, uint64_t epoch, struct err *e);

/* Sign n bytes with the current key. */
int keys_sign(const struct keys *k, const void *p, size_t n,
    unsigned char sig[64], struct err *e);

/* What key epoch-1 signs about key epoch:
 * "warrant-key/v1 LF origin LF epoch LF base64 pub LF first_seq LF start LF". */
int keys_statement(const char *origin, uint64_t epoch,
    const unsigned char pub[32], uint64_t first_seq, int64_t start_us,
    struct buf *b, struct err *e);

void keys_close(struct keys *k);

#endif
