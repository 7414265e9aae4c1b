/* SPDX-License-Identifier: BSD-2-Clause
 * served_private.h - one channel that warrantd serves, between the parts of
 * served.h. */
#ifndef WARRANT_RECORDER_SERVED_PRIVATE_H
#define WARRANT_RECORDER_SERVED_PRIVATE_H

#include <stdbool.h>
#include <stdint.h>

#include <jansson.h>

#include "lib/wire.h"
#include "recorder/relay.h"
#include "recorder/terminal.h"
#include "schema/record.h"

#define SERVED_MONITOR 3
#define SERVED_SAY_MS 2000	/* a fact waits so long for the monitor */

struct served {
	struct relay relay;
	struct mask_rules *rules;
	json_t *record, *start;	/* the two messages it begins with */
	struct record_head head;	/* told last */
	struct terminal terminal;
	int64_t counted_ns;
	int64_t lost_ns;	/* the monitor is gone since */
	bool told_gone;		/* the gate knows that nobody reads us */
	bool slow;		/* it did not take the last in time */
	uint64_t moved;		/* facts of the transfer */
	const char *state;
	json_t *end;		/* status or signal of the real shell */
	struct wire_fds fds;
};

/* Tell the monitor (msg is stolen).  must: without it the line goes to the
 * spool. */
void served_tell(struct served *s, json_t *msg, bool must);

/* As recording_options wants them; arg is the struct served. */
void served_head(void *arg, const struct record_head *h);
void served_moved(void *arg, const json_t *fact);

/* What was masked since the last time. */
void served_counts(struct served *s);

/* The last word: the record ends at h. */
void served_tell_seal(struct served *s, const struct record_head *h);

#endif
