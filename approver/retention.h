/* SPDX-License-Identifier: BSD-2-Clause
 * retention.h - how long what is kept.
 * in: section [retention] of the configuration; out: a length a class
 *
 * A preset is a floor and a default: each of its lengths may be made longer,
 * never shorter.  What stands in the header of an event, and the events that
 * say what was removed, are kept for good (warrant-store(5)). */
#ifndef WARRANT_APPROVER_RETENTION_H
#define WARRANT_APPROVER_RETENTION_H

#include <stdint.h>

#include "schema/event.h"

struct conf;
struct err;

struct retention {
	int64_t keep_us[EVENT_CLASSES];	/* bodies of events, by class */
	int64_t recordings_us;		/* files */
	int64_t every_us;		/* between two looks */
};

/* -1 with *e (ERR_CONFIG): shorter than the preset allows.  Pure. */
int retention_load(const struct conf *c, struct retention *ret,
    struct err *e);

#endif
