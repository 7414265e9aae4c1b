/* SPDX-License-Identifier: BSD-2-Clause
 * marker.h - texts of m lines, warrant-record(5).
 * in: what was found; out: KIND and a JSON object, never the value */
#ifndef WARRANT_RECORDER_MARKER_H
#define WARRANT_RECORDER_MARKER_H

#include <stddef.h>

struct mask_event;
struct recording_totals;

#define MARKER_MAX 512

/* A value was found: view is "record" or "live".  Bytes without the NUL. */
size_t marker_mask(const struct mask_event *ev, const char *view,
    unsigned exposed, const char *key_id, char ret[MARKER_MAX]);

/* The last of a record: how it ended and what there is in it. */
size_t marker_total(const struct recording_totals *t, const char *state,
    char ret[MARKER_MAX]);

#endif
