/* SPDX-License-Identifier: BSD-2-Clause
 * feed.h - bytes into the engine: the fast way for plain text, the slow one
 * for everything else. */
#ifndef WARRANT_RECORDER_MASK_FEED_H
#define WARRANT_RECORDER_MASK_FEED_H

#include <stddef.h>
#include <stdint.h>

struct mask;

void feed_bytes(struct mask *m, const uint8_t *in, size_t n);

/* End of the stream: decide everything. */
void feed_end(struct mask *m);

/* Forget what has left and is not waited for; wiped. */
void feed_compact(struct mask *m);

#endif
