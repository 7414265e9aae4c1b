/* SPDX-License-Identifier: BSD-2-Clause
 * relay.h - bytes between a person's terminal (outer) and the program's
 * (inner), through a recording.
 * in: descriptors of both; out: bytes moved, in one loop
 *
 * At most one block of each direction is in flight: a slow reader slows the
 * program down (back-pressure), nothing is dropped.  With a terminal the
 * inner side is the master of a pty, else three pipes. */
#ifndef WARRANT_RECORDER_RELAY_H
#define WARRANT_RECORDER_RELAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/buf.h"
#include "recorder/recording.h"

#define RELAY_WATCH 3
#define RELAY_DRAIN_NS (INT64_C(2000) * 1000 * 1000)
#define RELAY_QUIET_NS (INT64_C(50) * 1000 * 1000)

struct relay;

/* A descriptor of the owner's in the same loop. */
struct relay_watch {
	int fd;		/* -1: none */
	int (*ready)(struct relay *r, void *arg, struct err *e);
};

struct relay {
	struct recording *rec;
	bool tty;
	int outer[3];	/* in, out, err; owned */
	int inner[3];	/* tty: master, -1, -1; else stdin, stdout, stderr of
			 * the program, our ends; owned */
	struct relay_watch watch[RELAY_WATCH];
	void *arg;
	int (*tick)(struct relay *r, void *arg, int64_t now_ns,
	    struct err *e);	/* once a second; may be NULL */
	bool leader_gone;	/* drain and return; set by the owner */
	bool stop;		/* return at once */
	bool hangup;		/* the person's side is gone */

	/* the loop's own */
	struct buf show[STREAM_N];	/* IN: to the program */
	int64_t gone_ns, moved_ns, tick_ns;
	int64_t away_ns;	/* the terminal is open nowhere: look again then */
	bool in_eof;
	char *block;
};

/* Set r up: descriptors are made non-blocking.  0 or -1 with *e. */
int relay_open(struct relay *r, struct err *e);

/* Run until the program's output is drained after leader_gone, or stop.  -1
 * with *e when it cannot be recorded: nothing was shown unrecorded. */
int relay_run(struct relay *r, struct err *e);

/* A line to the person, recorded as a marker: KIND TEXT. */
int relay_say(struct relay *r, const char *kind, const char *text,
    struct err *e);

/* What waits to be shown never is. */
void relay_drop(struct relay *r);

/* Write out what is still to be shown, at most 2 s. */
void relay_flush(struct relay *r);

/* Close everything. */
void relay_close(struct relay *r);

#endif
