/* SPDX-License-Identifier: BSD-2-Clause
 * recording.h - what one channel shows and keeps.
 * in: bytes of the program and of the person, facts, and the time
 * out: bytes that may be shown, and the record
 *
 * Two maskers see each output: the live view makes what is shown, the
 * recording view what is kept.  Nothing is given out to be shown before its
 * line is in the writer and disk space is reserved; lines reach the file
 * within 100 ms or 16 KiB, and the disk every `sync`. */
#ifndef WARRANT_RECORDER_RECORDING_H
#define WARRANT_RECORDER_RECORDING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "recorder/mask/mask.h"
#include "schema/record.h"

struct buf;
struct err;
struct recording;

#define RECORDING_RULES 256	/* rules that can be counted */
#define RECORDING_BLOCK 65536	/* bytes of one call */
/* Room that the bytes to show of one block need at most. */
#define RECORDING_SHOW (4 * RECORDING_BLOCK + 65536)

enum recording_stream { STREAM_OUT, STREAM_ERR, STREAM_IN, STREAM_N };

struct recording_count {
	char rule[64];
	uint64_t n;		/* values kept from the record */
	uint64_t exposed;	/* of them shown, in part or whole */
};

struct recording_totals {
	uint64_t events, bytes_in, bytes_out, masked, exposed;
};

struct recording_options {
	int fd;			/* of the record; borrowed */
	const struct mask_rules *rules;	/* NULL: mask nothing */
	bool show_all;		/* mask the record only (pipes = pass) */
	const char *transfer;	/* program of a file transfer (moved.h): OUT
				 * and IN are counted and hashed, not kept and
				 * not masked; NULL for anything else */
	uint8_t key[MASK_KEY_LEN];
	const char *key_id;	/* of that key, kept by reference */
	bool tty;
	unsigned cols, rows;
	int64_t sync_ns;
	const json_t *header;	/* object, becomes "warrant"; borrowed */
	const char *term, *locale, *command;	/* may be NULL */
	const json_t *kernel;	/* facts of the gate; borrowed, may be NULL */
	/* After each flush; may be NULL. */
	void (*head)(void *arg, const struct record_head *h);
	/* What a transfer did, as the record keeps it (names masked); may be
	 * NULL. */
	void (*moved)(void *arg, const json_t *fact);
	void *arg;
};

/* Begin: the header is written.  All memory and algorithms are made here, so
 * that the process may be jailed afterwards. */
int recording_open(const struct recording_options *o, struct recording **ret,
    struct err *e);
void recording_free(struct recording *r);

/* The program has printed n bytes (<= RECORDING_BLOCK) on OUT or ERR: append
 * to show what may be shown now.  -1 with *e (ERR_CANNOT_RECORD): nothing
 * may be shown any more. */
int recording_output(struct recording *r, enum recording_stream s,
    const char *p, size_t n, int64_t now_ns, struct buf *show,
    struct err *e);

/* That stream is at its end: the rest that was held back. */
int recording_end_stream(struct recording *r, enum recording_stream s,
    struct buf *show, struct err *e);

/* The person has typed, or a client sent.  echoed: the terminal shows it
 * (ECHO), or there is none; what is typed unseen is counted, never kept. */
int recording_input(struct recording *r, const char *p, size_t n,
    bool echoed, int64_t now_ns, struct err *e);

/* Time has passed; call at recording_deadline (CLOCK_MONOTONIC, -1: no
 * need).  show[OUT] and show[ERR] get what may be shown now. */
int recording_tick(struct recording *r, int64_t now_ns,
    struct buf *show[STREAM_N], struct err *e);
int64_t recording_deadline(const struct recording *r);

/* Something was just shown: a flush that is near goes along, which spares a
 * wake for it. */
int recording_settle(struct recording *r, int64_t now_ns, struct err *e);

int recording_resize(struct recording *r, unsigned cols, unsigned rows,
    int64_t now_ns, struct err *e);

/* A marker "KIND TEXT". */
int recording_mark(struct recording *r, const char *kind, const char *text,
    int64_t now_ns, struct err *e);

/* The group of processes in the foreground has changed; 0 unknown. */
int recording_foreground(struct recording *r, int pgid, int64_t now_ns,
    struct err *e);

/* The text with the values of the rules replaced, as the record keeps them;
 * appended to out. */
int recording_mask_text(const struct recording *r, const char *p, size_t n,
    struct buf *out, struct err *e);

/* state: of the whole, as a seal has it.  status: text of the x line ("0",
 * "SIGTERM"), NULL when not known.  The record is closed and on the disk. */
int recording_close(struct recording *r, const char *state,
    const char *status, int64_t now_ns, struct record_head *ret,
    struct err *e);

/* It cannot go on (a call has failed): all that was shown is kept in the
 * space that was taken ahead, and the record is closed.  -1 with *e: that
 * cannot be either, and what still waits to be shown must not be. */
int recording_salvage(struct recording *r, const char *why, int64_t now_ns,
    struct record_head *ret, struct err *e);

void recording_totals(const struct recording *r,
    struct recording_totals *ret);

/* Counts since the last call; returns how many rules, resets them. */
size_t recording_counts(struct recording *r,
    struct recording_count ret[RECORDING_RULES]);

#endif
