/* SPDX-License-Identifier: BSD-2-Clause
 * record_index.h - where the frames of a recording begin.
 * in: the CHAINs of its file, read with pread(2); out: a place a frame
 *
 * A closed file is walked from its end, CHAIN by CHAIN, one that grows or was
 * cut by the block headers of its zstd frames (RFC 8878, section 3.1.1): no
 * line is unpacked, so that a gigabyte of lines takes some milliseconds.
 * Nothing is proven by this: a reader that begins at a place proves the lines
 * that it reads against the CHAIN before and behind them. */
#ifndef WARRANT_SCHEMA_RECORD_INDEX_H
#define WARRANT_SCHEMA_RECORD_INDEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "schema/record.h"

struct err;

struct record_place {
	uint64_t at;		/* byte of the file */
	uint64_t plain;		/* bytes of lines before */
};

struct record_index {
	struct record_place *place;	/* n + 1: the last is the end */
	size_t n, cap;		/* whole frames; places there is room for */
	bool open;		/* bytes of a frame that is not whole follow */
};

/* What there is of fd, a regular file; again with the same *x: what has come
 * since.  x is {0} at first.  -1 with *e: ERR_INPUT no such grammar,
 * ERR_USAGE no file to jump in. */
int record_index_load(int fd, struct record_index *x, struct err *e);

/* What the last whole frame says is its hash; not proven. */
int record_index_hash(int fd, const struct record_index *x,
    unsigned char ret[RECORD_HASH], struct err *e);

void record_index_clear(struct record_index *x);

#endif
