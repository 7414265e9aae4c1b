/* SPDX-License-Identifier: BSD-2-Clause
 * moved.h - what a file transfer moves.
 * in: its bytes, both directions, before they are passed on
 * out: a fact a file where the protocol is known (sftp.h), and the totals
 *
 * The bytes are counted and hashed, never kept and never changed.  Of scp,
 * rsync and git the totals are all there is: their words name the files. */
#ifndef WARRANT_RECORDER_MOVED_H
#define WARRANT_RECORDER_MOVED_H

#include <stdbool.h>
#include <stddef.h>

#include <jansson.h>

struct err;
struct moved;

/* A fact, an object whose member "did" says what happened (borrowed), from
 * inside the calls below.  -1 with *e: it could not be kept. */
typedef int moved_fn(void *arg, const json_t *fact, struct err *e);

/* program: "sftp", "scp", "rsync", "git" (transfer.h), kept by reference.
 * All memory and algorithms are made here.  -1 with *e. */
int moved_open(const char *program, moved_fn *fn, void *arg,
    struct moved **ret, struct err *e);
void moved_free(struct moved *m);

/* The client sent (in) or the server answered n bytes.  -1 with *e. */
int moved_bytes(struct moved *m, bool in, const char *p, size_t n,
    struct err *e);

/* It is over: what was open is told, then a fact with did "total": program,
 * bytes_in, sha256_in, bytes_out, sha256_out. */
int moved_end(struct moved *m, struct err *e);

#endif
