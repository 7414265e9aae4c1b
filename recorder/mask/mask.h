/* SPDX-License-Identifier: BSD-2-Clause
 * mask.h - secrets out of a live terminal stream.
 * in: bytes a program prints, cut anywhere, and the time; out: the same
 * bytes with the values of the rules replaced, and one event per value
 *
 * A struct mask is one direction of one stream in one view.  Bytes that
 * belong to no match leave unchanged and in order, whatever they are.  What
 * could still become a match is held back: in the live view for T1 or T2
 * (mask_deadline), in the recording view until it is decided.  Memory is
 * bounded (about 40 KiB), time is linear.  Nothing here reads a clock, a
 * file or a terminal. */
#ifndef WARRANT_RECORDER_MASK_MASK_H
#define WARRANT_RECORDER_MASK_MASK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "recorder/mask/maskrules.h"

struct buf;
struct err;
struct mask;

#define MASK_T1_NS	((int64_t)2 * 1000 * 1000)
#define MASK_T2_NS	((int64_t)250 * 1000 * 1000)
#define MASK_T2_PIPE_NS ((int64_t)1000 * 1000 * 1000)
#define MASK_ECHO_NS	((int64_t)2000 * 1000 * 1000)
#define MASK_KEY_LEN	32
#define MASK_FP_LEN	16

enum mask_view { MASK_LIVE = 1, MASK_RECORD };

enum mask_style {
	MASK_TAG = 0,	/* [card]******4242 where it fits, else as FILL */
	MASK_FILL,	/* ******* */
	MASK_BLOCK	/* U+2588; off a terminal as FILL */
};

enum mask_state {
	MASK_EXACT = 1,	/* all of it masked */
	MASK_RUN,	/* a token masked to its end */
	MASK_LATE,	/* the first characters were shown before */
	MASK_TIMEOUT,	/* T2 passed: masked without knowing the end */
	MASK_SCREEN	/* put together on the screen (recorder/shadow.h) */
};

/* One match.  Pointers live as long as the call. */
struct mask_event {
	const char *rule;	/* its id */
	uint64_t off;		/* first raw byte of the value */
	uint64_t len;		/* raw bytes from there to its end */
	unsigned cols;		/* columns of the value (bytes off a tty) */
	unsigned exposed;	/* characters shown that should not be */
	int keep_head, keep_tail;	/* left visible by the rule */
	enum mask_state state;
	bool masked;		/* false: the rule's action is log */
	uint8_t fp[MASK_FP_LEN];	/* HMAC-SHA256 cut to 128 bits of rule
				 * id, NUL, canonical value */
};

typedef void mask_event_fn(void *ctx, const struct mask_event *ev);

struct mask_options {
	enum mask_view view;
	enum mask_style style;
	bool tty;		/* keep columns; else keep byte length */
	unsigned cols;		/* width of the terminal, 0 unknown */
	int64_t t1_ns, t2_ns;	/* 0: the defaults */
	uint8_t key[MASK_KEY_LEN];	/* of the fingerprints */
	mask_event_fn *event;	/* may be NULL */
	void *ctx;
	const char *only;	/* only this rule (tests); NULL: all */
};

/* A masker for rules, which must outlive it.  NULL with *e.  Its memory is
 * locked and kept out of core dumps where the system lets it. */
struct mask *mask_new(const struct mask_rules *rules,
    const struct mask_options *o, struct err *e);

/* Wipe and free; NULL is fine.  What is held is lost. */
void mask_free(struct mask *m);

/* Take n bytes and append to out what may leave.  now_ns is any monotonic
 * clock.  -1 with *e when out is full or memory ran out: the masker is
 * then of no use and nothing more may be shown. */
int mask_feed(struct mask *m, const void *in, size_t n, int64_t now_ns,
    struct buf *out, struct err *e);

/* When mask_tick is to be called, or -1: nothing waits for time. */
int64_t mask_deadline(const struct mask *m);

/* Let T1 and T2 pass. */
int mask_tick(struct mask *m, int64_t now_ns, struct buf *out,
    struct err *e);

/* The stream ends here: decide and append all that is held. */
int mask_flush(struct mask *m, struct buf *out, struct err *e);

/* The terminal is now cols wide. */
void mask_resize(struct mask *m, unsigned cols);

/* These bytes were just written to the program's terminal: output that
 * repeats them is echo, which the live view neither holds nor masks. */
void mask_echo(struct mask *m, const void *typed, size_t n, int64_t now_ns);

/* Raw bytes taken and not yet appended to out. */
size_t mask_held(const struct mask *m);

/* A text that is there at once, through a masker of its own; appended to
 * out. */
int mask_whole(const struct mask_rules *rules, const struct mask_options *o,
    const char *p, size_t n, struct buf *out, struct err *e);

/* "exact", "run", "late", "timeout", "screen" */
const char *mask_state_name(enum mask_state s);

#endif
