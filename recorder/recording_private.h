/* SPDX-License-Identifier: BSD-2-Clause
 * recording_private.h - the inside of a recording, for recording*.c alone. */
#ifndef WARRANT_RECORDER_RECORDING_PRIVATE_H
#define WARRANT_RECORDER_RECORDING_PRIVATE_H

#include "lib/buf.h"
#include "lib/err.h"
#include "recorder/lines.h"
#include "recorder/recording.h"
#include "recorder/tally.h"

struct moved;
struct shadow;

/* One direction: its maskers, and text that waits for its line. */
struct stream {
	struct mask *live, *kept;	/* NULL: not masked */
	struct buf text;
	int64_t since_ns;	/* of the first byte in text */
};

struct recording {
	struct recording_options o;
	struct lines lines;
	struct stream stream[STREAM_N];
	struct buf kept;	/* what a masker let through */
	int foreground;
	struct moved *moved;	/* of a transfer, else NULL */
	struct shadow *shadow;	/* of a masked terminal, else NULL */
	struct recording_totals totals;
	struct tally tally;
	int64_t now_ns;		/* of the call that is running */
	bool failed;		/* a marker was lost */
	struct err why;
};

/* Make lines of the text that waits, of every stream; without all, not of a
 * character that is not whole yet. */
int recording_cut(struct recording *r, bool all, struct err *e);

/* Let the kept view of a stream take bytes, or its end (p NULL). */
int recording_keep(struct recording *r, enum recording_stream which,
    const char *p, size_t n, struct err *e);

/* Make the maskers of each stream, and the shadow of the screen. */
int recording_open_masks(struct recording *r, struct err *e);

/* Take out of b, from `from` on, what the screen of a view must not show. */
int recording_shadow(struct recording *r, enum recording_stream which,
    bool live, struct buf *b, size_t from, struct err *e);

/* One line that is no stream's. */
int recording_fact(struct recording *r, char code, const char *text,
    int64_t now_ns, struct err *e);

#endif
