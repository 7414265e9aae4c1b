/* SPDX-License-Identifier: BSD-2-Clause
 * header.h - the first line of a record, warrant-record(5).
 * in: what the channel is; out: an asciicast header with "warrant" in it */
#ifndef WARRANT_RECORDER_HEADER_H
#define WARRANT_RECORDER_HEADER_H

#include <stdint.h>

struct err;
struct recording_options;

/* The line without its end, the caller's to free; start_s: Unix time.  NULL
 * with *e. */
char *header_format(const struct recording_options *o, int64_t start_s,
    struct err *e);

#endif
