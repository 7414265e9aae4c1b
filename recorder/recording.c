/* SPDX-License-Identifier: BSD-2-Clause */
#include "recorder/recording.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/clock.h"
#include "recorder/cast.h"
#include "recorder/header.h"
#include "recorder/mask_text.h"
#include "recorder/moved.h"
#include "recorder/recording_private.h"
#include "recorder/shadow.h"

#define GATHER_NS (INT64_C(2) * 1000 * 1000)	/* of reads for one line */
#define LINE_BYTES (16 * 1024)	/* text of one line */
#define KEPT_MAX (8 * RECORDING_BLOCK)

/* ---- lines ------------------------------------------------------------ */

static const char codes[STREAM_N] = { 'o', 'e', 'i' };

/* Make lines of the first bytes of the text that waits. */
static int
cut_first(struct recording *r, enum recording_stream which, size_t bytes,
    bool all, struct err *e)
{
	struct stream *s = &r->stream[which];
	size_t done = 0;

	while (done < bytes) {
		size_t n = bytes - done;

		if (n > LINE_BYTES)
			n = LINE_BYTES;
		if (!all || n == LINE_BYTES)
			n = cast_whole(s->text.p + done, n);
		if (n == 0)
			break;
		if (lines_put(&r->lines, s->since_ns, codes[which],
		    s->text.p + done, n, e) < 0)
			return -1;
		done += n;
	}
	buf_drop(&s->text, done);
	return lines_give(&r->lines, s->since_ns, e);
}

static int
cut_lines(struct recording *r, enum recording_stream which, bool all,
    struct err *e)
{
	return cut_first(r, which, r->stream[which].text.len, all, e);
}

int
recording_cut(struct recording *r, bool all, struct err *e)
{
	for (int i = 0; i < STREAM_N; i++)
		if (r->stream[i].text.len > 0 && cut_lines(r,
		    (enum recording_stream)i, all, e) < 0)
			return -1;
	return 0;
}

/* Keep what a masker let through. */
static int
keep(struct recording *r, enum recording_stream which, const char *p,
    size_t n, struct err *e)
{
	struct stream *s = &r->stream[which];
	size_t before = s->text.len;

	if (n == 0)
		return 0;
	if (before == 0)
		s->since_ns = r->now_ns;
	if (buf_put(&s->text, p, n, e) < 0)
		return -1;
	for (int i = 0; i < STREAM_N; i++) /* in the order it happened */
		if (i != (int)which && r->stream[i].text.len > 0 &&
		    cut_lines(r, (enum recording_stream)i, false, e) < 0)
			return -1;
	if (before > 0 && r->now_ns - s->since_ns >= GATHER_NS) {
		if (cut_first(r, which, before, false, e) < 0)
			return -1;
		s->since_ns = r->now_ns;
	}
	return s->text.len >= LINE_BYTES ? cut_lines(r, which, false, e) : 0;
}

size_t
recording_counts(struct recording *r,
    struct recording_count ret[RECORDING_RULES])
{
	return tally_take(&r->tally, ret);
}

void
recording_totals(const struct recording *r, struct recording_totals *ret)
{
	*ret = r->totals;
	ret->events = r->lines.events;
}

/* ---- begin ------------------------------------------------------------ */

static int
on_moved(void *arg, const json_t *given, struct err *e)
{
	struct recording *r = arg;
	json_t *fact = json_copy((json_t *)(uintptr_t)given);
	char *text = NULL;
	int rc = -1;

	if (fact == NULL || mask_member(r->o.rules, r->o.key, fact, "path",
	    "path_b64", e) < 0 || mask_member(r->o.rules, r->o.key, fact,
	    "to", "to_b64", e) < 0)
		goto out;
	text = json_dumps(fact, JSON_COMPACT);
	rc = text == NULL ? err_set(e, ERR_MEMORY, "out of memory") :
	    recording_mark(r, "transfer", text, r->now_ns, e);
	if (rc == 0 && r->o.moved != NULL)
		r->o.moved(r->o.arg, fact);
out:
	free(text);
	json_decref(fact);
	return rc;
}

static int
open_lines(struct recording *r, struct err *e)
{
	char *text = header_format(&r->o, clock_wall_us() / 1000000, e);
	int rc = text == NULL ? -1 :
	    lines_open(&r->lines, text, r->now_ns, e);

	free(text);
	return rc;
}

int
recording_open(const struct recording_options *o, struct recording **ret,
    struct err *e)
{
	struct recording *r = calloc(1, sizeof(*r));

	if (r == NULL)
		return err_set(e, ERR_MEMORY, "out of memory");
	r->o = *o;
	r->lines = (struct lines){ .fd = o->fd, .sync_ns = o->sync_ns,
	    .head = o->head, .arg = o->arg };
	r->kept = (struct buf)BUF_INIT(KEPT_MAX);
	for (int i = 0; i < STREAM_N; i++)
		r->stream[i].text = (struct buf)BUF_INIT(KEPT_MAX);
	r->now_ns = clock_mono_ns();
	if ((o->transfer != NULL && moved_open(o->transfer, on_moved, r,
	    &r->moved, e) < 0) ||
	    (o->rules != NULL && recording_open_masks(r, e) < 0) ||
	    open_lines(r, e) < 0) {
		recording_free(r);
		return -1;
	}
	r->o.header = NULL;
	*ret = r;
	return 0;
}

void
recording_free(struct recording *r)
{
	if (r == NULL)
		return;
	moved_free(r->moved);
	shadow_free(r->shadow);
	for (int i = 0; i < STREAM_N; i++) {
		mask_free(r->stream[i].live);
		mask_free(r->stream[i].kept);
		buf_clear(&r->stream[i].text);
	}
	lines_clear(&r->lines);
	buf_clear(&r->kept);
	explicit_bzero(r, sizeof(*r));
	free(r);
}

/* ---- bytes ------------------------------------------------------------ */

/* After maskers ran: did their markers find room? */
static int
markers(struct recording *r, struct err *e)
{
	if (r->failed) {
		*e = r->why;
		return -1;
	}
	return lines_give(&r->lines, r->now_ns, e);
}

/* A flush is due, by time or because much waits: it takes all there is. */
static int
cut_if_due(struct recording *r, struct err *e)
{
	size_t n = lines_unflushed(&r->lines);

	for (int i = 0; i < STREAM_N; i++)
		n += r->stream[i].text.len;
	return n >= LINES_FLUSH_BYTES || lines_due(&r->lines, r->now_ns) ?
	    recording_cut(r, false, e) : 0;
}

int
recording_keep(struct recording *r, enum recording_stream which, const char *p,
    size_t n, struct err *e)
{
	struct mask *m = r->stream[which].kept;
	int rc;

	if (m == NULL)
		return keep(r, which, p, n, e);
	rc = p == NULL ? mask_flush(m, &r->kept, e) :
	    mask_feed(m, p, n, r->now_ns, &r->kept, e);
	/* it may have been shown by the live view: first of all it is ours */
	if (rc < 0 || recording_shadow(r, which, false, &r->kept, 0, e) < 0 ||
	    keep(r, which, r->kept.p, r->kept.len, e) < 0 ||
	    markers(r, e) < 0)
		return -1;
	buf_reset(&r->kept);
	return 0;
}

/* Let both views of a stream take bytes. */
static int
feed(struct recording *r, enum recording_stream s, const char *p, size_t n,
    struct buf *show, struct err *e)
{
	struct mask *live = r->stream[s].live;
	size_t before = show->len;

	if (recording_keep(r, s, p, n, e) < 0)
		return -1;
	if (live == NULL)
		return buf_put(show, p, n, e);
	if (mask_feed(live, p, n, r->now_ns, show, e) < 0 ||
	    recording_shadow(r, s, true, show, before, e) < 0)
		return -1;
	return markers(r, e);
}

int
recording_output(struct recording *r, enum recording_stream s,
    const char *p, size_t n, int64_t now_ns, struct buf *show,
    struct err *e)
{
	size_t taken = n;

	r->now_ns = now_ns;
	r->totals.bytes_out += n;
	if (r->moved != NULL && s == STREAM_OUT)
		return moved_bytes(r->moved, false, p, n, e) < 0 ? -1 :
		    buf_put(show, p, n, e);
	for (; n > 0; p += taken, n -= taken)
		if ((r->shadow != NULL && s == STREAM_OUT && shadow_take(
		    r->shadow, p, n, &taken, e) < 0) ||
		    feed(r, s, p, taken, show, e) < 0)
			return -1;
	return cut_if_due(r, e) < 0 ? -1 : lines_flush(&r->lines, now_ns, e);
}

int
recording_end_stream(struct recording *r, enum recording_stream s,
    struct buf *show, struct err *e)
{
	size_t before = show->len;

	r->now_ns = clock_mono_ns();
	if (r->stream[s].kept == NULL)
		return cut_lines(r, s, true, e);
	if (recording_keep(r, s, NULL, 0, e) < 0 || (r->stream[s].live != NULL &&
	    (mask_flush(r->stream[s].live, show, e) < 0 ||
	    recording_shadow(r, s, true, show, before, e) < 0)) ||
	    markers(r, e) < 0)
		return -1;
	return cut_lines(r, s, true, e);
}

int
recording_input(struct recording *r, const char *p, size_t n, bool echoed,
    int64_t now_ns, struct err *e)
{
	r->now_ns = now_ns;
	r->totals.bytes_in += n;
	if (r->o.tty && r->stream[STREAM_OUT].live != NULL)
		mask_echo(r->stream[STREAM_OUT].live, p, n, now_ns);
	if (r->moved != NULL)
		return moved_bytes(r->moved, true, p, n, e);
	if (!echoed)
		return 0;
	if (recording_keep(r, STREAM_IN, p, n, e) < 0)
		return -1;
	return cut_if_due(r, e) < 0 ? -1 : lines_flush(&r->lines, now_ns, e);
}

/* ---- time ------------------------------------------------------------- */

static void
sooner(int64_t *at, int64_t t)
{
	if (t >= 0 && (*at < 0 || t < *at))
		*at = t;
}

int64_t
recording_deadline(const struct recording *r)
{
	int64_t at = lines_deadline(&r->lines);

	for (int i = 0; i < STREAM_N; i++) {
		const struct stream *s = &r->stream[i];

		if (s->live != NULL)
			sooner(&at, mask_deadline(s->live));
		if (s->kept != NULL)
			sooner(&at, mask_deadline(s->kept));
		if (s->text.len > 0)
			sooner(&at, s->since_ns + LINES_FLUSH_NS);
	}
	return at;
}

static int
tick_masks(struct recording *r, int i, struct buf *show, struct err *e)
{
	struct stream *s = &r->stream[i];
	enum recording_stream which = (enum recording_stream)i;
	size_t before = show->len;

	if (s->kept != NULL && mask_deadline(s->kept) >= 0) {
		if (mask_tick(s->kept, r->now_ns, &r->kept, e) < 0 ||
		    recording_shadow(r, which, false, &r->kept, 0, e) < 0 ||
		    keep(r, which, r->kept.p, r->kept.len, e) < 0)
			return -1;
		buf_reset(&r->kept);
	}
	if (s->live != NULL && (mask_tick(s->live, r->now_ns, show, e) < 0 ||
	    recording_shadow(r, which, true, show, before, e) < 0))
		return -1;
	if (markers(r, e) < 0)
		return -1;
	return s->text.len > 0 && r->now_ns - s->since_ns >= LINES_FLUSH_NS ?
	    cut_lines(r, which, true, e) : 0;
}

int
recording_tick(struct recording *r, int64_t now_ns,
    struct buf *show[STREAM_N], struct err *e)
{
	r->now_ns = now_ns;
	for (int i = 0; i < STREAM_N; i++)
		if (tick_masks(r, i, show[i], e) < 0)
			return -1;
	return cut_if_due(r, e) < 0 ? -1 : lines_tick(&r->lines, now_ns, e);
}

int
recording_settle(struct recording *r, int64_t now_ns, struct err *e)
{
	bool near = lines_near(r->lines.dirty_ns, now_ns);

	r->now_ns = now_ns;
	for (int i = 0; i < STREAM_N; i++)
		near = near || (r->stream[i].text.len > 0 &&
		    lines_near(r->stream[i].since_ns, now_ns));
	if (!near)
		return 0;
	return recording_cut(r, false, e) < 0 ? -1 :
	    lines_settle(&r->lines, now_ns, e);
}

/* ---- facts ------------------------------------------------------------ */

int
recording_fact(struct recording *r, char code, const char *text, int64_t now_ns,
    struct err *e)
{
	r->now_ns = now_ns;
	if (recording_cut(r, false, e) < 0 ||
	    lines_put(&r->lines, now_ns, code, text, strlen(text), e) < 0)
		return -1;
	return lines_give(&r->lines, r->now_ns, e);
}

int
recording_resize(struct recording *r, unsigned cols, unsigned rows,
    int64_t now_ns, struct err *e)
{
	char text[32];

	(void)snprintf(text, sizeof(text), "%ux%u", cols, rows);
	if (r->shadow != NULL && shadow_resize(r->shadow, rows, cols, e) < 0)
		return -1;
	if (r->stream[STREAM_OUT].live != NULL)
		mask_resize(r->stream[STREAM_OUT].live, cols);
	if (r->stream[STREAM_OUT].kept != NULL)
		mask_resize(r->stream[STREAM_OUT].kept, cols);
	return recording_fact(r, 'r', text, now_ns, e);
}

int
recording_mark(struct recording *r, const char *kind, const char *text,
    int64_t now_ns, struct err *e)
{
	size_t n = strlen(kind) + strlen(text) + 2;
	char *both = malloc(n);
	int rc;

	if (both == NULL)
		return err_set(e, ERR_MEMORY, "out of memory");
	(void)snprintf(both, n, "%s %s", kind, text);
	rc = recording_fact(r, 'm', both, now_ns, e);
	free(both);
	return rc;
}

int
recording_foreground(struct recording *r, int pgid, int64_t now_ns,
    struct err *e)
{
	char text[16];

	if (pgid == r->foreground)
		return 0;
	r->foreground = pgid;
	(void)snprintf(text, sizeof(text), "%d", pgid);
	return recording_mark(r, "foreground", text, now_ns, e);
}

int
recording_mask_text(const struct recording *r, const char *p, size_t n,
    struct buf *out, struct err *e)
{
	return mask_text(r->o.rules, r->o.key, p, n, out, e);
}
