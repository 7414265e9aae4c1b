/* SPDX-License-Identifier: BSD-2-Clause
 * recording_end.c - the last lines of a record. */
#include "recorder/marker.h"
#include "recorder/moved.h"
#include "recorder/recording_private.h"

/* What a transfer did in all; once. */
static int
end_moved(struct recording *r, struct err *e)
{
	int rc = r->moved == NULL ? 0 : moved_end(r->moved, e);

	moved_free(r->moved);
	r->moved = NULL;
	return rc;
}

static int
put_total(struct recording *r, const char *state, struct err *e)
{
	char text[MARKER_MAX];

	(void)marker_total(&r->totals, state, text);
	return recording_fact(r, 'm', text, r->now_ns, e);
}

int
recording_close(struct recording *r, const char *state, const char *status,
    int64_t now_ns, struct record_head *ret, struct err *e)
{
	r->now_ns = now_ns;
	if (r->stream[STREAM_IN].kept != NULL &&
	    recording_keep(r, STREAM_IN, NULL, 0, e) < 0)
		return -1;
	if (recording_cut(r, true, e) < 0 || end_moved(r, e) < 0 ||
	    put_total(r, state, e) < 0 || (status != NULL &&
	    recording_fact(r, 'x', status, now_ns, e) < 0))
		return -1;
	return lines_close(&r->lines, ret, e);
}

int
recording_salvage(struct recording *r, const char *why, int64_t now_ns,
    struct record_head *ret, struct err *e)
{
	r->now_ns = now_ns;
	r->lines.last_words = true;
	r->failed = false;
	buf_reset(&r->kept); /* it waits as text already */
	for (int i = 0; i < STREAM_N; i++)
		if (r->stream[i].kept != NULL && recording_keep(r,
		    (enum recording_stream)i, NULL, 0, e) < 0)
			return -1;
	if (recording_cut(r, true, e) < 0 || end_moved(r, e) < 0 ||
	    recording_mark(r, "end", why, now_ns, e) < 0 ||
	    put_total(r, "truncated", e) < 0)
		return -1;
	return lines_close(&r->lines, ret, e);
}
