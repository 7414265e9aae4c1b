/* SPDX-License-Identifier: BSD-2-Clause
 * recording_mask.c - the views of a recording, and what they find. */
#include <string.h>

#include "recorder/marker.h"
#include "recorder/recording_private.h"
#include "recorder/shadow.h"

static void
mark_mask(struct recording *r, const struct mask_event *ev,
    const char *view, unsigned exposed)
{
	char text[MARKER_MAX];
	size_t n = marker_mask(ev, view, exposed, r->o.key_id, text);

	if (lines_put(&r->lines, r->now_ns, 'm', text, n, &r->why) < 0)
		r->failed = true;
}

static void
kept_event(void *ctx, const struct mask_event *ev)
{
	struct recording *r = ctx;
	struct recording_count *c = tally_of(&r->tally, ev->rule);
	bool shown = r->o.show_all;

	c->n++;
	r->totals.masked += ev->masked ? 1 : 0;
	if (shown) {
		c->exposed++;
		r->totals.exposed++;
	}
	mark_mask(r, ev, "record", shown ? ev->cols : 0);
}

static void
live_event(void *ctx, const struct mask_event *ev)
{
	struct recording *r = ctx;

	if (ev->exposed == 0)
		return;
	tally_of(&r->tally, ev->rule)->exposed++;
	r->totals.exposed++;
	mark_mask(r, ev, "live", ev->exposed);
}

/* A value that the maskers could not see. */
static void
screen_event(void *ctx, enum shadow_view view, const struct mask_event *ev)
{
	if (view == SHADOW_KEPT)
		kept_event(ctx, ev);
	else
		live_event(ctx, ev);
}

static int
open_views(struct recording *r, struct err *e)
{
	struct mask_options live = { .view = MASK_LIVE, .tty = r->o.tty,
	    .cols = r->o.cols, .event = live_event, .ctx = r };
	struct mask_options kept = live;

	kept.view = MASK_RECORD;
	kept.event = kept_event;
	(void)memcpy(live.key, r->o.key, sizeof(live.key));
	(void)memcpy(kept.key, r->o.key, sizeof(kept.key));
	if (!r->o.tty)
		live.t2_ns = MASK_T2_PIPE_NS;
	for (int i = 0; i < STREAM_N; i++) {
		struct stream *s = &r->stream[i];

		if ((i == STREAM_ERR && r->o.tty) ||
		    (r->moved != NULL && i != STREAM_ERR))
			continue;
		s->kept = mask_new(r->o.rules, &kept, e);
		if (s->kept == NULL)
			return -1;
		if (i == STREAM_IN || r->o.show_all)
			continue;
		s->live = mask_new(r->o.rules, &live, e);
		if (s->live == NULL)
			return -1;
	}
	return 0;
}

static int
open_shadow(struct recording *r, struct err *e)
{
	struct shadow_options o = { .rules = r->o.rules, .key = r->o.key,
	    .rows = r->o.rows, .cols = r->o.cols, .event = screen_event,
	    .ctx = r };

	return r->o.tty && r->stream[STREAM_OUT].kept != NULL ?
	    shadow_new(&o, &r->shadow, e) : 0;
}

int
recording_open_masks(struct recording *r, struct err *e)
{
	return open_views(r, e) < 0 ? -1 : open_shadow(r, e);
}

int
recording_shadow(struct recording *r, enum recording_stream which, bool live,
    struct buf *b, size_t from, struct err *e)
{
	const struct stream *s = &r->stream[which];

	return r->shadow == NULL || which != STREAM_OUT ? 0 :
	    shadow_pass(r->shadow, live ? SHADOW_LIVE : SHADOW_KEPT, b, from,
	    mask_held(live ? s->live : s->kept), e);
}
