/* SPDX-License-Identifier: BSD-2-Clause
 * tally.h - how often each rule found something.
 * in: ids of rules; out: counts, a rule once */
#ifndef WARRANT_RECORDER_TALLY_H
#define WARRANT_RECORDER_TALLY_H

#include "recorder/recording.h"

struct tally {
	struct recording_count count[RECORDING_RULES];
	size_t n;
};

/* The counts of that rule; beyond RECORDING_RULES those of the last. */
struct recording_count *tally_of(struct tally *t, const char *rule);

/* How many there are; t is then empty. */
size_t tally_take(struct tally *t,
    struct recording_count ret[RECORDING_RULES]);

#endif
