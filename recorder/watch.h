/* SPDX-License-Identifier: BSD-2-Clause
 * watch.h - does a recorder still answer?
 * in: time that has passed, answers; out: what to do
 *
 * It is asked now and then; a question that is not answered for as long as
 * the limit tells that it hangs.  A turn counts for two seconds at most: on a
 * host that stood still, or had no time for us either, nobody was late.
 * Times are nanoseconds. */
#ifndef WARRANT_RECORDER_WATCH_H
#define WARRANT_RECORDER_WATCH_H

#include <stdbool.h>
#include <stdint.h>

enum watch_verdict { WATCH_WAIT = 0, WATCH_ASK, WATCH_HUNG };

struct watch {		/* zeroed: it has just answered */
	bool due;	/* it should answer by now */
	bool asked;	/* and has been asked: set by the owner */
	int64_t waited_ns;
};

/* Time has passed since the last look.  WATCH_ASK: ask, and set asked if
 * that went; else the next look says so again.  Pure. */
enum watch_verdict watch_look(struct watch *w, int64_t passed_ns,
    int64_t limit_ns);

/* It has answered. */
void watch_answered(struct watch *w);

#endif
