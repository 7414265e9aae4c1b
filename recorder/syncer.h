/* SPDX-License-Identifier: BSD-2-Clause
 * syncer.h - fdatasync(2) that nobody waits for.
 * in: a descriptor; out: whether what was written is on the disk
 *
 * The one thread beside the poll loop: it calls fdatasync and nothing else.
 * It is made by syncer_open, so that the process may be jailed afterwards
 * (jail_allow jails it, too). */
#ifndef WARRANT_RECORDER_SYNCER_H
#define WARRANT_RECORDER_SYNCER_H

#include <stdint.h>

struct err;
struct syncer;

/* fd is borrowed. */
int syncer_open(int fd, struct syncer **ret, struct err *e);
void syncer_free(struct syncer *s);	/* waits for one that runs */

/* Sync all that is written by now; none may be running. */
void syncer_start(struct syncer *s, int64_t now_ns);

/* 1: one runs, *since_ns is when it began; 0: none, the last is done;
 * -1 with *e (may be NULL): the last has failed, and so will all others. */
int syncer_look(struct syncer *s, int64_t *since_ns, struct err *e);

/* Wait for the one that runs: 0 or -1, as above. */
int syncer_wait(struct syncer *s, struct err *e);

#endif
