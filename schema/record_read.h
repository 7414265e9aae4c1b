/* SPDX-License-Identifier: BSD-2-Clause
 * record_read.h - the file of one recording: read and verified.
 * in: a descriptor of anything; out: its lines, each of them proven
 *
 * The grammar of record.h is enforced: no other frame, no other byte, no
 * frame that unpacks to more than it says.  A file that was cut ends inside
 * its last frame: the lines that can be read of it come too, and the summary
 * says so. */
#ifndef WARRANT_SCHEMA_RECORD_READ_H
#define WARRANT_SCHEMA_RECORD_READ_H

#include "schema/record.h"

struct record_index;
struct record_reader;

struct record_summary {
	uint64_t length;	/* bytes read */
	uint64_t frames;	/* whole ones */
	uint64_t lines;
	uint64_t plain;		/* bytes of lines */
	uint64_t cut;		/* bytes behind the last whole frame */
	bool closed;		/* the last frame says that it is the last */
	bool head_seen;		/* the head given was passed, and fits */
	unsigned char hash[RECORD_HASH];	/* of the last whole frame */
};

/* fd is borrowed and read from where it stands.  head (may be NULL) is what
 * was told of the file while it grew: it must be found. */
int record_reader_open(int fd, const struct record_head *head,
    struct record_reader **ret, struct err *e);

/* At the end of a file that is not closed ask wait(arg): true to look for
 * more, which a recorder may write still. */
void record_reader_wait(struct record_reader *r, bool (*wait)(void *arg),
    void *arg);

/* Go on with frame k <= x->n of a regular file: its lines are proven to follow
 * the CHAIN before it, which was not read itself.  The summary counts frames
 * as if all had been read; lines and plain count what was. */
int record_reader_seek(struct record_reader *r, const struct record_index *x,
    size_t k, struct err *e);

/* The next line without its newline, valid until the next call.  1, 0 at the
 * end, -1 with *e that names the byte (ERR_CRYPTO the chain does not hold,
 * ERR_INPUT no such grammar). */
int record_next(struct record_reader *r, const char **line, size_t *n,
    struct err *e);

/* Complete after record_next returned 0.  Before, frames and hash alone: a line
 * that came while frames was N stands in frame N, and is proven once frames is
 * more. */
const struct record_summary *record_summary(const struct record_reader *r);

void record_reader_free(struct record_reader *r);

/* All of it: 0 with *ret, or -1 with *e. */
int record_verify(int fd, const struct record_head *head,
    struct record_summary *ret, struct err *e);

#endif
