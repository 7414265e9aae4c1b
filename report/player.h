/* SPDX-License-Identifier: BSD-2-Clause
 * player.h - a recording on the reader's terminal, with keys.
 * in: a tape, keys of standard input; out: standard output, a terminal
 *
 * The status line is there only while it stands still or waits for a word; it
 * is the reader's, and the row under it comes back as it was. */
#ifndef WARRANT_REPORT_PLAYER_H
#define WARRANT_REPORT_PLAYER_H

#include <stdbool.h>
#include <stdint.h>

struct err;
struct tape;

struct player_options {
	double speed;
	double idle;		/* longest pause shown, s; 0 any */
	bool follow;		/* it may still grow: wait for that */
	int64_t at_us;		/* begin there; 0 at the start */
};

/* Until its end, or until somebody leaves.  0, or -1 with *e. */
int player_run(struct tape *t, int fd, const struct player_options *o,
    struct err *e);

/* The keys, for --help. */
extern const char player_keys[];

#endif
