/* SPDX-License-Identifier: BSD-2-Clause */
#include "recorder/lines.h"

#include <string.h>
#include <unistd.h>

#include "lib/err.h"
#include "recorder/cast.h"
#include "recorder/syncer.h"

#define FRAME_NS (INT64_C(5000) * 1000 * 1000)	/* then an idle one ends */
#define LOOK_NS (INT64_C(20) * 1000 * 1000)	/* between looks at a sync */
#define MADE_MAX (512 * 1024)

static int
cannot(struct err *e)
{
	e->code = ERR_CANNOT_RECORD;
	return -1;
}

int
lines_open(struct lines *l, const char *header, int64_t now_ns,
    struct err *e)
{
	struct record_head h;

	l->made = (struct buf)BUF_INIT(MADE_MAX);
	l->start_ns = l->last_ns = now_ns;
	if (record_writer_open(l->fd, &l->w, e) < 0 ||
	    syncer_open(l->fd, &l->syncer, e) < 0 ||
	    buf_puts(&l->made, header, e) < 0 ||
	    buf_putc(&l->made, '\n', e) < 0 || lines_give(l, now_ns, e) < 0 ||
	    record_flush(l->w, false, &h, e) < 0)
		return -1;
	l->dirty_ns = l->unsynced_ns = 0;
	syncer_start(l->syncer, now_ns);
	return 0;
}

void
lines_clear(struct lines *l)
{
	syncer_free(l->syncer);
	record_writer_free(l->w);
	buf_clear(&l->made);
}

int
lines_put(struct lines *l, int64_t at_ns, char code, const char *p,
    size_t n, struct err *e)
{
	if (at_ns > l->last_ns)
		l->last_ns = at_ns; /* players want times that do not fall */
	if (cast_event(&l->made, (l->last_ns - l->start_ns) / 1000, code, p,
	    n, e) < 0)
		return -1;
	l->events++;
	return 0;
}

int
lines_give(struct lines *l, int64_t since_ns, struct err *e)
{
	if (l->made.len == 0)
		return 0;
	if (l->dirty_ns == 0)
		l->dirty_ns = since_ns;
	if (l->frame_ns == 0)
		l->frame_ns = since_ns;
	if (l->unsynced_ns == 0)
		l->unsynced_ns = since_ns;
	if ((!l->last_words && record_reserve(l->w, l->made.len, e) < 0) ||
	    record_put(l->w, l->made.p, l->made.len, e) < 0)
		return -1;
	buf_reset(&l->made);
	return 0;
}

size_t
lines_unflushed(const struct lines *l)
{
	return record_unflushed(l->w);
}

static int
flush(struct lines *l, int64_t now_ns, struct err *e)
{
	bool end = l->frame_ns != 0 && now_ns - l->frame_ns >= FRAME_NS;
	struct record_head h;

	if (record_flush(l->w, end, &h, e) < 0)
		return -1;
	l->dirty_ns = 0;
	if (end)
		l->frame_ns = 0;
	if (l->head != NULL)
		l->head(l->arg, &h);
	return 0;
}

bool
lines_due(const struct lines *l, int64_t now_ns)
{
	return l->dirty_ns != 0 && now_ns - l->dirty_ns >= LINES_FLUSH_NS;
}

bool
lines_near(int64_t since_ns, int64_t now_ns)
{
	return since_ns != 0 && now_ns - since_ns >= LINES_FLUSH_NS / 2;
}

int
lines_settle(struct lines *l, int64_t now_ns, struct err *e)
{
	return lines_near(l->dirty_ns, now_ns) ? flush(l, now_ns, e) : 0;
}

int
lines_flush(struct lines *l, int64_t now_ns, struct err *e)
{
	if (record_unflushed(l->w) >= LINES_FLUSH_BYTES ||
	    lines_due(l, now_ns))
		return flush(l, now_ns, e);
	return 0;
}

/* When the next sync begins, so that it may take a quarter of the time. */
static int64_t
sync_at(const struct lines *l)
{
	return l->unsynced_ns + l->sync_ns - l->sync_ns / 4;
}

static int
sync_lines(struct lines *l, int64_t now_ns, struct err *e)
{
	int64_t since = 0;
	int running = syncer_look(l->syncer, &since, e);

	if (running > 0 && now_ns - since > l->sync_ns)
		running = syncer_wait(l->syncer, e); /* nothing is shown */
	if (running < 0)
		return cannot(e);
	if (running > 0 || l->unsynced_ns == 0 || now_ns < sync_at(l))
		return 0;
	if (l->dirty_ns != 0 && flush(l, now_ns, e) < 0)
		return -1;
	l->unsynced_ns = 0;
	syncer_start(l->syncer, now_ns);
	return 0;
}

int
lines_tick(struct lines *l, int64_t now_ns, struct err *e)
{
	if (lines_flush(l, now_ns, e) < 0)
		return -1;
	if (l->frame_ns != 0 && now_ns - l->frame_ns >= FRAME_NS &&
	    flush(l, now_ns, e) < 0)
		return -1;
	return sync_lines(l, now_ns, e);
}

static void
sooner(int64_t *at, int64_t t)
{
	if (*at < 0 || t < *at)
		*at = t;
}

int64_t
lines_deadline(const struct lines *l)
{
	int64_t at = -1, since = 0;

	if (l->dirty_ns != 0)
		sooner(&at, l->dirty_ns + LINES_FLUSH_NS);
	if (l->frame_ns != 0)
		sooner(&at, l->frame_ns + FRAME_NS);
	if (syncer_look(l->syncer, &since, NULL) > 0)
		sooner(&at, since + l->sync_ns + LOOK_NS);
	else if (l->unsynced_ns != 0)
		sooner(&at, sync_at(l));
	return at;
}

int
lines_close(struct lines *l, struct record_head *ret, struct err *e)
{
	if (record_close(l->w, ret, e) < 0)
		return -1;
	if (syncer_wait(l->syncer, e) < 0)
		return cannot(e);
	/* space was taken ahead; what is not used is given back */
	if (ftruncate(l->fd, (off_t)ret->length) < 0 || fsync(l->fd) < 0) {
		(void)err_sys(e, "the record cannot be synced");
		return cannot(e);
	}
	return 0;
}
