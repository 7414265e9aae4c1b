/* SPDX-License-Identifier: BSD-2-Clause
 * verify_private.h - what the files of verify share. */
#ifndef WARRANT_REPORT_VERIFY_PRIVATE_H
#define WARRANT_REPORT_VERIFY_PRIVATE_H

#include <stdbool.h>
#include <stdint.h>

#include <jansson.h>

#include "report/report.h"
#include "schema/event.h"
#include "schema/merkle.h"
#include "schema/note.h"

struct buf;
struct err;

#define VERIFY_FILE (1024UL * 1024 * 1024)

struct verify_epoch {
	unsigned char pub[NOTE_KEY];
	int64_t first_seq;
};

struct verify_point {		/* a checkpoint to be met on the way */
	struct note note;
	int64_t epoch;
	bool met;
};

/* Bodies that are not there, and the runs of retention or erasure that say
 * which they removed. */
struct verify_body {
	int64_t seq, wall_us;
	bool stays;		/* of a kind that is kept for good */
};

struct verify_range {
	int64_t lo, hi;		/* both ends in */
	int64_t seq, wall_us;	/* of the run's event */
	bool erasure;
};

struct verify_gone {
	struct verify_body *body;
	size_t bodies;
	struct verify_range *range;
	size_t ranges, runs;
	json_t *recordings;	/* removed: channel to digest */
};

struct verify {
	struct report *r;
	int dir;
	char origin[NOTE_NAME_MAX];
	unsigned char pin[NOTE_KEY];
	struct verify_epoch *epochs;
	size_t nepochs;
	struct verify_point *points;
	size_t npoints;
	struct merkle tree;
	json_t *sums;		/* name: digest, taken away when seen */
	json_t *seen;		/* names of files that were read */
	json_t *seals;		/* recordings that must be there: its seal */
	json_t *open;		/* channels begun and not sealed */
	struct verify_gone gone;
	size_t removed;		/* recordings that retention took */
	unsigned fails, warnings;
	json_t *lines;		/* with --json */
};

/* A line of the result; verdict is ok, WARN or FAIL. */
void verify_say(struct verify *v, const char *verdict, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* A file of the export, its digest compared with what SHA256SUMS says: its
 * descriptor, or all of it as text. */
int verify_open(struct verify *v, const char *name, struct err *e);
int verify_read(struct verify *v, const char *name, struct buf *b,
    struct err *e);

/* The next line of b from *at on; NULL behind the last. */
char *verify_line(struct buf *b, size_t *at);

/* verify_chain.c: the keys, then the checkpoints they signed. */
int verify_keys(struct verify *v, struct err *e);
int verify_points(struct verify *v, struct err *e);

/* The tree has grown: the checkpoints from *next on that are about this
 * size must have its root. */
int verify_meet(struct verify *v, size_t *next, struct err *e);

/* verify_events.c: all events and their bodies; fills seals and open. */
int verify_events(struct verify *v, struct err *e);

/* verify_gone.c: what one event has, or lacks; then the judgement. */
int verify_gone_body(struct verify *v, const struct event *ev, struct err *e);
int verify_gone_run(struct verify *v, const struct event *ev,
    const json_t *body, struct err *e);
void verify_gone(struct verify *v);
void verify_gone_clear(struct verify *v);

#endif
