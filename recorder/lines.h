/* SPDX-License-Identifier: BSD-2-Clause
 * lines.h - the lines of one record, and when they must have left us.
 * in: events (cast.h) at a time; out: the record
 *
 * Lines reach the file LINES_FLUSH_NS or LINES_FLUSH_BYTES after they were
 * made and the disk within sync_ns, by a thread that nobody waits for unless
 * the disk takes longer than that.  Times are CLOCK_MONOTONIC. */
#ifndef WARRANT_RECORDER_LINES_H
#define WARRANT_RECORDER_LINES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/buf.h"
#include "schema/record.h"

struct err;
struct syncer;

#define LINES_FLUSH_NS (INT64_C(100) * 1000 * 1000)
#define LINES_FLUSH_BYTES ((size_t)16 * 1024)

struct lines {
	int fd;			/* of the record; borrowed */
	struct record_writer *w;
	struct buf made;	/* not given to the writer yet */
	int64_t start_ns, last_ns;	/* of the first and the last line */
	int64_t dirty_ns;	/* oldest line not in the file; 0: none */
	int64_t frame_ns;	/* since when a frame is open; 0: none */
	int64_t unsynced_ns;	/* oldest not on its way to disk; 0: none */
	int64_t sync_ns;	/* at most so long is anything not on disk */
	uint64_t events;
	bool last_words;	/* they take no more space on the disk */
	struct syncer *syncer;
	/* After each flush; may be NULL. */
	void (*head)(void *arg, const struct record_head *h);
	void *arg;
};

/* Begin with this header line; it is in the file, and on its way to the
 * disk.  fd, sync_ns, head and arg are set by the caller before. */
int lines_open(struct lines *l, const char *header, int64_t now_ns,
    struct err *e);
void lines_clear(struct lines *l);

/* One event; it waits for lines_give. */
int lines_put(struct lines *l, int64_t at_ns, char code, const char *p,
    size_t n, struct err *e);

/* Space on the disk is taken, then the writer has what was put: what these
 * lines tell of may be shown.  since_ns: the oldest is of then.  -1 with *e
 * (ERR_CANNOT_RECORD): it may not. */
int lines_give(struct lines *l, int64_t since_ns, struct err *e);

/* Bytes given that no flush has taken yet. */
size_t lines_unflushed(const struct lines *l);

/* Has a line waited long enough for its flush?  Pure. */
bool lines_due(const struct lines *l, int64_t now_ns);

/* Half of that time: worth a flush by whoever is awake anyway.  Pure. */
bool lines_near(int64_t since_ns, int64_t now_ns);

/* Flush what is due by its size; lines_tick also by time, and syncs.  It is
 * to be called at the deadline (-1: no need). */
int lines_flush(struct lines *l, int64_t now_ns, struct err *e);
int lines_tick(struct lines *l, int64_t now_ns, struct err *e);
int64_t lines_deadline(const struct lines *l);

/* Flush what waits, if it is near. */
int lines_settle(struct lines *l, int64_t now_ns, struct err *e);

/* The last line was put: closed, and on the disk. */
int lines_close(struct lines *l, struct record_head *ret, struct err *e);

#endif
