/* SPDX-License-Identifier: BSD-2-Clause
 * long: every function here keeps the order of the lines of one record, and
 * none is of use without the others. */
#include "recorder/recording.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "lib/buf.h"
#include "lib/clock.h"
#include "lib/err.h"
#include "lib/hex.h"
#include "recorder/cast.h"
#include "recorder/moved.h"

#define MS ((int64_t)1000 * 1000)
#define GATHER_NS (2 * MS)	/* reads so close become one line */
#define FLUSH_NS (100 * MS)
#define FRAME_NS (5000 * MS)	/* an idle frame is closed after this */
#define FLUSH_BYTES (16 * 1024)
#define LINE_BYTES (16 * 1024)	/* text of one line */
#define LINES_MAX (512 * 1024)
#define KEPT_MAX (8 * RECORDING_BLOCK)

/* One direction: its maskers, and text that waits for its line. */
struct stream {
	struct mask *live, *kept;	/* NULL: not masked */
	struct buf text;
	int64_t since_ns;	/* of the first byte in text */
};

struct recording {
	struct recording_options o;
	struct record_writer *w;
	struct stream stream[STREAM_N];
	struct buf lines;	/* made, not given to the writer yet */
	struct buf kept;	/* what a masker let through */
	int64_t start_ns, last_ns;	/* of the record's first, last line */
	int64_t dirty_ns, frame_ns, synced_ns;
	bool unsynced;
	int foreground;
	struct moved *moved;	/* of a transfer, else NULL */
	struct recording_totals totals;
	struct recording_count count[RECORDING_RULES];
	size_t counts;
	int64_t now_ns;		/* of the call that is running */
	bool failed;		/* a line was lost: see markers() */
	bool last_words;	/* in the space that is there already */
	struct err why;
};

/* ---- lines ------------------------------------------------------------ */

static int
put_line(struct recording *r, int64_t now_ns, char code, const char *p,
    size_t n, struct err *e)
{
	if (now_ns > r->last_ns)
		r->last_ns = now_ns; /* players want times that do not fall */
	if (cast_event(&r->lines, (r->last_ns - r->start_ns) / 1000, code, p,
	    n, e) < 0)
		return -1;
	r->totals.events++;
	return 0;
}

static int
give_lines(struct recording *r, struct err *e)
{
	if (r->lines.len == 0)
		return 0;
	if (r->dirty_ns == 0)
		r->dirty_ns = r->now_ns;
	if (r->frame_ns == 0)
		r->frame_ns = r->now_ns;
	if ((!r->last_words && record_reserve(r->w, r->lines.len, e) < 0) ||
	    record_put(r->w, r->lines.p, r->lines.len, e) < 0)
		return -1;
	buf_reset(&r->lines);
	return 0;
}

static const char codes[STREAM_N] = { 'o', 'e', 'i' };

/* Make lines of the text that waits; without all, not of a character that is
 * not whole yet. */
static int
cut_lines(struct recording *r, enum recording_stream which, bool all,
    struct err *e)
{
	struct stream *s = &r->stream[which];
	size_t done = 0;

	while (done < s->text.len) {
		size_t n = s->text.len - done;

		if (n > LINE_BYTES)
			n = LINE_BYTES;
		if (!all || n == LINE_BYTES)
			n = cast_whole(s->text.p + done, n);
		if (n == 0)
			break;
		if (put_line(r, s->since_ns, codes[which], s->text.p + done,
		    n, e) < 0)
			return -1;
		done += n;
	}
	buf_drop(&s->text, done);
	return give_lines(r, e);
}

static int
cut_all(struct recording *r, bool all, struct err *e)
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

	if (n == 0)
		return 0;
	if (s->text.len == 0)
		s->since_ns = r->now_ns;
	if (buf_put(&s->text, p, n, e) < 0)
		return -1;
	for (int i = 0; i < STREAM_N; i++) /* in the order it happened */
		if (i != (int)which && r->stream[i].text.len > 0 &&
		    cut_lines(r, (enum recording_stream)i, false, e) < 0)
			return -1;
	return s->text.len >= LINE_BYTES ||
	    r->now_ns - s->since_ns >= GATHER_NS ?
	    cut_lines(r, which, false, e) : 0;
}

/* ---- masked values ---------------------------------------------------- */

static struct recording_count *
count_of(struct recording *r, const char *rule)
{
	for (size_t i = 0; i < r->counts; i++)
		if (strcmp(r->count[i].rule, rule) == 0)
			return &r->count[i];
	if (r->counts == RECORDING_RULES)
		return &r->count[RECORDING_RULES - 1];
	(void)snprintf(r->count[r->counts].rule, sizeof(r->count[0].rule),
	    "%s", rule);
	return &r->count[r->counts++];
}

static void
mark_mask(struct recording *r, const struct mask_event *ev,
    const char *view, unsigned exposed)
{
	char text[512], fp[2 * MASK_FP_LEN + 1];
	int n;

	hex_of(ev->fp, MASK_FP_LEN, fp);
	n = snprintf(text, sizeof(text), "mask {\"rule\":\"%s\",\"view\":"
	    "\"%s\",\"off\":%llu,\"len\":%llu,\"exposed\":%u,\"state\":"
	    "\"%s\",\"masked\":%s,\"fp\":\"%s:%s\"}", ev->rule, view,
	    (unsigned long long)ev->off, (unsigned long long)ev->len,
	    exposed, mask_state_name(ev->state), ev->masked ? "true" :
	    "false", r->o.key_id, fp);
	if (put_line(r, r->now_ns, 'm', text, (size_t)n, &r->why) < 0)
		r->failed = true;
}

static void
kept_event(void *ctx, const struct mask_event *ev)
{
	struct recording *r = ctx;
	struct recording_count *c = count_of(r, ev->rule);
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
	count_of(r, ev->rule)->exposed++;
	r->totals.exposed++;
	mark_mask(r, ev, "live", ev->exposed);
}

size_t
recording_counts(struct recording *r,
    struct recording_count ret[RECORDING_RULES])
{
	size_t n = r->counts;

	(void)memcpy(ret, r->count, n * sizeof(ret[0]));
	r->counts = 0;
	(void)memset(r->count, 0, sizeof(r->count));
	return n;
}

void
recording_totals(const struct recording *r, struct recording_totals *ret)
{
	*ret = r->totals;
}

/* ---- begin ------------------------------------------------------------ */

static int
open_masks(struct recording *r, struct err *e)
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

		if ((i == STREAM_ERR && r->o.tty) || (r->moved != NULL && i != STREAM_ERR))
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

/* A name may hold a secret: it is kept masked, and then not exactly. */
static int
mask_name(const struct recording *r, json_t *fact, const char *key,
    const char *exact, struct err *e)
{
	const char *name = json_string_value(json_object_get(fact, key));
	struct buf b = BUF_INIT(KEPT_MAX);

	if (name == NULL)
		return 0;
	if (recording_mask_text(r, name, strlen(name), &b, e) < 0)
		return -1;
	if (b.len != strlen(name) || memcmp(b.p, name, b.len) != 0) {
		(void)json_object_del(fact, exact);
		(void)json_object_set_new(fact, key, json_stringn(
		    b.p == NULL ? "" : b.p, b.len));
	}
	buf_clear(&b);
	return 0;
}

static int
on_moved(void *arg, const json_t *given, struct err *e)
{
	struct recording *r = arg;
	json_t *fact = json_copy((json_t *)(uintptr_t)given);
	char *text = NULL;
	int rc = -1;

	if (fact == NULL || mask_name(r, fact, "path", "path_b64", e) < 0 ||
	    mask_name(r, fact, "to", "to_b64", e) < 0)
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
put_header(struct recording *r, struct err *e)
{
	const struct recording_options *o = &r->o;
	json_t *h = json_pack("{s:i, s:i, s:i, s:I, s:{s:s}}", "version", 2,
	    "width", (int)(o->cols > 0 ? o->cols : 80), "height",
	    (int)(o->rows > 0 ? o->rows : 24), "timestamp",
	    (json_int_t)(clock_wall_us() / 1000000), "env", "TERM",
	    o->term != NULL && o->term[0] != '\0' ? o->term : "dumb");
	json_t *w = o->header != NULL ?
	    json_deep_copy((json_t *)(uintptr_t)o->header) : json_object();
	char *text;
	int rc;

	if (o->command != NULL)
		(void)json_object_set_new(h, "command",
		    json_string(o->command));
	(void)json_object_set_new(w, "format", json_integer(1));
	(void)json_object_set_new(w, "tty", json_boolean(o->tty));
	(void)json_object_set_new(w, "mask", o->rules == NULL ? json_null() :
	    json_pack("{s:s, s:s, s:s}", "rules", mask_rules_hash(o->rules),
	    "profiles", mask_rules_profiles(o->rules), "key", o->key_id));
	(void)json_object_set_new(h, "warrant", w);
	text = json_dumps(h, JSON_COMPACT);
	json_decref(h);
	if (text == NULL)
		return err_set(e, ERR_INPUT, "the header is no JSON");
	rc = buf_puts(&r->lines, text, e) < 0 ||
	    buf_putc(&r->lines, '\n', e) < 0 ? -1 : give_lines(r, e);
	free(text);
	return rc;
}

int
recording_open(const struct recording_options *o, struct recording **ret,
    struct err *e)
{
	struct recording *r = calloc(1, sizeof(*r));
	struct record_head head;
	struct buf *b;

	if (r == NULL)
		return err_set(e, ERR_MEMORY, "out of memory");
	r->o = *o;
	r->lines = (struct buf)BUF_INIT(LINES_MAX);
	r->kept = (struct buf)BUF_INIT(KEPT_MAX);
	for (int i = 0; i < STREAM_N; i++) {
		b = &r->stream[i].text;
		*b = (struct buf)BUF_INIT(KEPT_MAX);
	}
	r->start_ns = r->synced_ns = clock_mono_ns();
	r->last_ns = r->now_ns = r->start_ns;
	/* who and when is on its way to the disk before anything is shown */
	if (record_writer_open(o->fd, &r->w, e) < 0 ||
	    (o->transfer != NULL && moved_open(o->transfer, on_moved, r,
	    &r->moved, e) < 0) ||
	    (o->rules != NULL && open_masks(r, e) < 0) ||
	    put_header(r, e) < 0 || record_flush(r->w, false, &head, e) < 0) {
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
	for (int i = 0; i < STREAM_N; i++) {
		mask_free(r->stream[i].live);
		mask_free(r->stream[i].kept);
		buf_clear(&r->stream[i].text);
	}
	buf_clear(&r->lines);
	buf_clear(&r->kept);
	record_writer_free(r->w);
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
	return give_lines(r, e);
}

static int
flush(struct recording *r, bool end, struct err *e)
{
	struct record_head h;

	end = end || (r->frame_ns != 0 && r->now_ns - r->frame_ns >=
	    FRAME_NS);
	if (record_flush(r->w, end, &h, e) < 0)
		return -1;
	r->dirty_ns = 0;
	if (end)
		r->frame_ns = 0;
	r->unsynced = true;
	if (r->o.head != NULL)
		r->o.head(r->o.arg, &h);
	return 0;
}

static int
flush_if_due(struct recording *r, struct err *e)
{
	size_t n = record_unflushed(r->w);

	for (int i = 0; i < STREAM_N; i++)
		n += r->stream[i].text.len;
	if (n >= FLUSH_BYTES)
		return cut_all(r, false, e) < 0 ? -1 : flush(r, false, e);
	if (r->dirty_ns != 0 && r->now_ns - r->dirty_ns >= FLUSH_NS)
		return flush(r, false, e);
	return 0;
}

/* Let the kept view of a stream take bytes, or its end (p NULL). */
static int
feed_kept(struct recording *r, enum recording_stream which, const char *p,
    size_t n, struct err *e)
{
	struct mask *m = r->stream[which].kept;
	int rc;

	if (m == NULL)
		return keep(r, which, p, n, e);
	rc = p == NULL ? mask_flush(m, &r->kept, e) :
	    mask_feed(m, p, n, r->now_ns, &r->kept, e);
	/* it may have been shown by the live view: first of all it is ours */
	if (rc < 0 || keep(r, which, r->kept.p, r->kept.len, e) < 0 ||
	    markers(r, e) < 0)
		return -1;
	buf_reset(&r->kept);
	return 0;
}

int
recording_output(struct recording *r, enum recording_stream s,
    const char *p, size_t n, int64_t now_ns, struct buf *show,
    struct err *e)
{
	struct mask *live = r->stream[s].live;

	r->now_ns = now_ns;
	r->totals.bytes_out += n;
	if (r->moved != NULL && s == STREAM_OUT)
		return moved_bytes(r->moved, false, p, n, e) < 0 ? -1 :
		    buf_put(show, p, n, e);
	if (feed_kept(r, s, p, n, e) < 0)
		return -1;
	if ((live != NULL ? mask_feed(live, p, n, now_ns, show, e) :
	    buf_put(show, p, n, e)) < 0 || markers(r, e) < 0)
		return -1;
	return flush_if_due(r, e);
}

int
recording_end_stream(struct recording *r, enum recording_stream s,
    struct buf *show, struct err *e)
{
	r->now_ns = clock_mono_ns();
	if (r->stream[s].kept == NULL)
		return cut_lines(r, s, true, e);
	if (feed_kept(r, s, NULL, 0, e) < 0 || (r->stream[s].live != NULL &&
	    mask_flush(r->stream[s].live, show, e) < 0) ||
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
	if (feed_kept(r, STREAM_IN, p, n, e) < 0)
		return -1;
	return flush_if_due(r, e);
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
	int64_t at = -1;

	for (int i = 0; i < STREAM_N; i++) {
		const struct stream *s = &r->stream[i];

		if (s->live != NULL)
			sooner(&at, mask_deadline(s->live));
		if (s->kept != NULL)
			sooner(&at, mask_deadline(s->kept));
		if (s->text.len > 0)
			sooner(&at, s->since_ns + GATHER_NS);
	}
	if (r->dirty_ns != 0)
		sooner(&at, r->dirty_ns + FLUSH_NS);
	if (r->frame_ns != 0)
		sooner(&at, r->frame_ns + FRAME_NS);
	if (r->unsynced)
		sooner(&at, r->synced_ns + r->o.sync_ns);
	return at;
}

static int
tick_masks(struct recording *r, int i, struct buf *show, struct err *e)
{
	struct stream *s = &r->stream[i];

	if (s->kept != NULL && mask_deadline(s->kept) >= 0) {
		if (mask_tick(s->kept, r->now_ns, &r->kept, e) < 0 ||
		    keep(r, (enum recording_stream)i, r->kept.p,
		    r->kept.len, e) < 0)
			return -1;
		buf_reset(&r->kept);
	}
	if (s->live != NULL && mask_tick(s->live, r->now_ns, show, e) < 0)
		return -1;
	if (markers(r, e) < 0)
		return -1;
	return s->text.len > 0 && r->now_ns - s->since_ns >= GATHER_NS ?
	    cut_lines(r, (enum recording_stream)i, r->now_ns - s->since_ns >=
	    FLUSH_NS, e) : 0;
}

int
recording_tick(struct recording *r, int64_t now_ns,
    struct buf *show[STREAM_N], struct err *e)
{
	r->now_ns = now_ns;
	for (int i = 0; i < STREAM_N; i++)
		if (tick_masks(r, i, show[i], e) < 0)
			return -1;
	if (flush_if_due(r, e) < 0)
		return -1;
	if (r->frame_ns != 0 && now_ns - r->frame_ns >= FRAME_NS &&
	    flush(r, true, e) < 0)
		return -1;
	if (r->unsynced && now_ns - r->synced_ns >= r->o.sync_ns) {
		if (fdatasync(r->o.fd) < 0) {
			(void)err_sys(e, "the record cannot be synced");
			e->code = ERR_CANNOT_RECORD;
			return -1;
		}
		r->unsynced = false;
		r->synced_ns = now_ns;
	}
	return 0;
}

/* ---- facts ------------------------------------------------------------ */

static int
fact(struct recording *r, char code, const char *text, int64_t now_ns,
    struct err *e)
{
	r->now_ns = now_ns;
	if (cut_all(r, false, e) < 0 ||
	    put_line(r, now_ns, code, text, strlen(text), e) < 0)
		return -1;
	return give_lines(r, e);
}

int
recording_resize(struct recording *r, unsigned cols, unsigned rows,
    int64_t now_ns, struct err *e)
{
	char text[32];

	(void)snprintf(text, sizeof(text), "%ux%u", cols, rows);
	if (r->stream[STREAM_OUT].live != NULL)
		mask_resize(r->stream[STREAM_OUT].live, cols);
	if (r->stream[STREAM_OUT].kept != NULL)
		mask_resize(r->stream[STREAM_OUT].kept, cols);
	return fact(r, 'r', text, now_ns, e);
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
	rc = fact(r, 'm', both, now_ns, e);
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
	struct mask_options o = { .view = MASK_RECORD };
	struct mask *m;
	int rc;

	if (r->o.rules == NULL)
		return buf_put(out, p, n, e);
	(void)memcpy(o.key, r->o.key, sizeof(o.key));
	m = mask_new(r->o.rules, &o, e);
	if (m == NULL)
		return -1;
	rc = mask_feed(m, p, n, r->now_ns, out, e) < 0 ||
	    mask_flush(m, out, e) < 0 ? -1 : 0;
	mask_free(m);
	return rc;
}

/* What was not used of the space taken ahead is given back. */
static int
settle(const struct recording *r, const struct record_head *h, struct err *e)
{
	if (ftruncate(r->o.fd, (off_t)h->length) < 0 || fsync(r->o.fd) < 0) {
		(void)err_sys(e, "the record cannot be synced");
		e->code = ERR_CANNOT_RECORD;
		return -1;
	}
	return 0;
}

/* What a transfer did in all; once. */
static int
end_moved(struct recording *r, struct err *e)
{
	int rc = r->moved == NULL ? 0 : moved_end(r->moved, e);

	moved_free(r->moved);
	r->moved = NULL;
	return rc;
}

int
recording_close(struct recording *r, const char *status, int64_t now_ns,
    struct record_head *ret, struct err *e)
{
	r->now_ns = now_ns;
	if (r->stream[STREAM_IN].kept != NULL &&
	    feed_kept(r, STREAM_IN, NULL, 0, e) < 0)
		return -1;
	if (cut_all(r, true, e) < 0 ||
	    end_moved(r, e) < 0 || (status != NULL && fact(r, 'x', status, now_ns,
	    e) < 0) ||
	    record_close(r->w, ret, e) < 0)
		return -1;
	return settle(r, ret, e);
}

int
recording_salvage(struct recording *r, const char *why, int64_t now_ns,
    struct record_head *ret, struct err *e)
{
	struct record_head h;

	r->now_ns = now_ns;
	r->last_words = true;
	r->failed = false;
	buf_reset(&r->kept); /* keep() has it */
	for (int i = 0; i < STREAM_N; i++)
		if (r->stream[i].kept != NULL &&
		    feed_kept(r, (enum recording_stream)i, NULL, 0, e) < 0)
			return -1;
	if (cut_all(r, true, e) < 0 || end_moved(r, e) < 0 ||
	    recording_mark(r, "end", why, now_ns, e) < 0 ||
	    record_close(r->w, &h, e) < 0)
		return -1;
	if (settle(r, &h, e) < 0)
		return -1;
	*ret = h;
	return 0;
}
