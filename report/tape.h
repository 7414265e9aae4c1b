/* SPDX-License-Identifier: BSD-2-Clause
 * tape.h - a recording with a place in it, and the screen at that place.
 * in: a descriptor of a record; out: its lines one by one, a view
 *
 * Lines come verified (record_read.h).  A jump reads the frames it needs and
 * no other.  It starts from the nearest copy of the screen that was taken on
 * the way (one a TAPE_SPACE) or kept in a file by tape_keep, or at the
 * beginning when that is as near; else
 * TAPE_WINDOW before the place, on an unknown screen: t->exact is false then,
 * until a jump with TAPE_EXACT, which plays what is missing. */
#ifndef WARRANT_REPORT_TAPE_H
#define WARRANT_REPORT_TAPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "report/castline.h"
#include "schema/record_index.h"

struct err;
struct record_reader;
struct view;

#define TAPE_WINDOW ((uint64_t)1024 * 1024)	/* bytes of lines */
#define TAPE_SPACE ((uint64_t)1024 * 1024)	/* at first */
#define TAPE_COPIES 2048
#define TAPE_COPIES_BYTES ((size_t)16 * 1024 * 1024)

enum tape_how { TAPE_FAST, TAPE_EXACT };

struct tape_copy {
	size_t frame;		/* the screen where this frame begins */
	int64_t at_us;
	uint64_t plain;
	char *p;
	size_t n;
	bool stored;		/* of a file: what it shows is not proven */
};

struct tape {
	struct casthead head;
	struct view *view;
	int64_t at_us;		/* of the last line that was fed */
	bool exact;		/* the view is what playing shows */
	bool stored;		/* it goes on from a copy that was stored */
	bool jumped;		/* something before what was fed is not proven */
	/* of tape.c */
	int fd;
	struct record_reader *reader, *look;
	struct record_index index;
	struct castline line;	/* read, not fed yet */
	bool has_line;
	size_t frame;		/* of line */
	size_t proven, seen;	/* frames fed: with all before, without */
	uint64_t plain;		/* bytes of lines before line */
	uint64_t line_n, space;
	struct tape_copy copy[TAPE_COPIES];
	size_t copies, copies_bytes;
};

/* Asked now and then while a jump takes long, with the share done (0 to 1):
 * false to stop there. */
typedef bool tape_go(void *arg, double done);

/* t is all zero at first; fd is borrowed.  tape_close in any case. */
int tape_open(struct tape *t, int fd, struct err *e);
void tape_close(struct tape *t);

/* The next line, which stays the next until it is fed: 1, 0 at the end. */
int tape_peek(struct tape *t, const struct castline **ret, struct err *e);
int tape_feed(struct tape *t, struct err *e);

/* To just before the first line after us: 1, 0 when go stopped it. */
int tape_seek(struct tape *t, int64_t us, enum tape_how how, tape_go *go,
    void *arg, struct err *e);

/* Play all of it and keep the copies in a file of mode 0600. */
int tape_keep(struct tape *t, const char *path, struct err *e);

/* Begin with the copies of such a file, before anything else: 1, 0 when it is
 * of another recording or build, or damaged.  TAPE_EXACT does not use them.
 * tape_kept_file: a file that is not there is none. */
int tape_kept(struct tape *t, const char *p, size_t n, struct err *e);
int tape_kept_file(struct tape *t, const char *path, struct err *e);

/* The time of the last line there is. */
int tape_length(struct tape *t, int64_t *ret, struct err *e);

/* When the next program (forward), or the one before, was started: 1 with
 * *ret, 0 when there is none or go stopped it. */
int tape_program(struct tape *t, bool forward, tape_go *go, void *arg,
    int64_t *ret, struct err *e);

#endif
