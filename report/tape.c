/* SPDX-License-Identifier: BSD-2-Clause */
#include "report/tape.h"

#include <stdlib.h>
#include <string.h>

#include "lib/buf.h"
#include "lib/err.h"
#include "report/tape_private.h"
#include "report/view.h"
#include "schema/record_read.h"

#define COPY_MAX (64 * 1024 * 1024)
#define ASK_BYTES ((uint64_t)256 * 1024)	/* of lines, between two asks */

int
tape_open(struct tape *t, int fd, struct err *e)
{
	const char *line;
	size_t n;
	int rc;

	t->fd = fd;
	t->exact = true;
	t->space = TAPE_SPACE;
	if (record_reader_open(fd, NULL, &t->reader, e) < 0)
		return -1;
	rc = record_next(t->reader, &line, &n, e);
	if (rc < 0)
		return -1;
	if (rc == 0)
		return err_set(e, ERR_INPUT, "nothing is recorded there");
	if (casthead_parse(line, n, &t->head, e) < 0)
		return -1;
	t->plain = n + 1;
	return view_open(t->head.rows, t->head.cols, true, &t->view, e);
}

static void
drop(struct tape *t)
{
	if (t->has_line)
		castline_clear(&t->line);
	t->has_line = false;
}

void
tape_close(struct tape *t)
{
	drop(t);
	for (size_t i = 0; i < t->copies; i++)
		free(t->copy[i].p);
	record_reader_free(t->reader);
	record_reader_free(t->look);
	record_index_clear(&t->index);
	view_close(t->view);
	*t = (struct tape){ 0 };
}

/* ---- copies of the screen --------------------------------------------- */

/* The last copy that is not behind this frame, or NULL; of those that were
 * taken here when stored ones will not do. */
static const struct tape_copy *
copy_before(const struct tape *t, size_t frame, bool stored)
{
	const struct tape_copy *c = NULL;

	for (size_t i = 0; i < t->copies && t->copy[i].frame <= frame; i++)
		if (stored || !t->copy[i].stored)
			c = &t->copy[i];
	return c;
}

/* Every second one goes, and fewer come. */
static void
thin_out(struct tape *t)
{
	size_t kept = 0;

	for (size_t i = 0; i < t->copies; i++)
		if (i % 2 == 0) {
			t->copy[kept++] = t->copy[i];
		} else {
			t->copies_bytes -= t->copy[i].n;
			free(t->copy[i].p);
		}
	t->copies = kept;
	t->space *= 2;
}

/* Where a frame begins: worth a copy? */
static int
copy_here(struct tape *t, struct err *e)
{
	const struct tape_copy *c = copy_before(t, t->frame, true);
	uint64_t from = c == NULL ? 0 : c->plain;
	struct buf b = BUF_INIT(COPY_MAX);
	size_t i = c == NULL ? 0 : (size_t)(c - t->copy) + 1;
	int rc;

	if (!t->exact || t->plain - from < t->space)
		return 0;
	rc = view_save(t->view, &b, e);
	if (rc <= 0)
		return rc;
	(void)memmove(t->copy + i + 1, t->copy + i, (t->copies - i) *
	    sizeof(t->copy[0]));
	t->copy[i] = (struct tape_copy){ .frame = t->frame,
	    .at_us = t->at_us, .plain = t->plain, .p = malloc(b.len),
	    .n = b.len };
	if (t->copy[i].p != NULL)
		(void)memcpy(t->copy[i].p, b.p, b.len);
	t->copies++;
	t->copies_bytes += b.len;
	i = t->copy[i].p == NULL ? 0 : 1;
	buf_clear(&b);
	if (i == 0)
		return err_set(e, ERR_MEMORY, "out of memory");
	if (t->copies == TAPE_COPIES ||
	    t->copies_bytes > TAPE_COPIES_BYTES)
		thin_out(t);
	return 0;
}

/* ---- line by line ----------------------------------------------------- */

int
tape_peek(struct tape *t, const struct castline **ret, struct err *e)
{
	const char *line;
	size_t n, frame;
	int rc;

	while (!t->has_line) {
		rc = record_next(t->reader, &line, &n, e);
		if (rc <= 0)
			return rc;
		frame = (size_t)record_summary(t->reader)->frames;
		if (frame != t->frame) {
			t->frame = frame;
			if (copy_here(t, e) < 0)
				return -1;
		}
		t->line_n = n + 1;
		if (frame == 0 && t->plain == 0) {	/* the header */
			t->plain = t->line_n;
			continue;
		}
		if (castline_parse(line, n, &t->line, e) < 0)
			return -1;
		t->has_line = true;
	}
	*ret = &t->line;
	return 1;
}

/* Where there was no terminal no CR stands before LF. */
static int
put_piped(struct view *v, const char *p, size_t n, struct err *e)
{
	while (n > 0) {
		const char *nl = memchr(p, '\n', n);
		size_t k = nl == NULL ? n : (size_t)(nl - p);

		if (view_put(v, p, k, e) < 0 ||
		    (nl != NULL && view_put(v, "\r\n", 2, e) < 0))
			return -1;
		k += nl == NULL ? 0 : 1;
		p += k;
		n -= k;
	}
	return 0;
}

int
tape_feed(struct tape *t, struct err *e)
{
	const struct castline *l = &t->line;
	int cols, rows, rc = 0;

	if (castline_shown(l))
		rc = t->head.tty ? view_put(t->view, l->text, l->n, e) :
		    put_piped(t->view, l->text, l->n, e);
	else if (castline_size(l, &cols, &rows))
		rc = view_resize(t->view, rows, cols, e);
	if (t->exact && !t->stored && t->frame > t->proven)
		t->proven = t->frame;
	else if ((!t->exact || t->stored) && t->frame > t->seen)
		t->seen = t->frame;
	t->jumped = t->seen > t->proven;
	t->at_us = l->t_us;
	t->plain += t->line_n;
	drop(t);
	return rc;
}

/* ---- jumps ------------------------------------------------------------ */

/* Begin at a frame with the screen of c, or one of which nothing is known
 * (or, at frame 0, all). */
static int
start_at(struct tape *t, size_t frame, const struct tape_copy *c,
    struct err *e)
{
	struct view *fresh = NULL;

	drop(t);
	if (c != NULL) {
		if (view_load(t->view, c->p, c->n, e) < 0)
			return err_prefix(e, "screens that were kept");
		frame = c->frame;
	} else {
		if (view_open(t->head.rows, t->head.cols, frame == 0,
		    &fresh, e) < 0)
			return -1;
		view_close(t->view);
		t->view = fresh;
	}
	t->exact = c != NULL || frame == 0;
	t->stored = c != NULL && c->stored;
	t->at_us = c == NULL ? 0 : c->at_us;
	t->plain = t->index.place[frame].plain;
	t->frame = frame;
	return record_reader_seek(t->reader, &t->index, frame, e);
}

/* Choose where to begin for something in this frame, and go there unless
 * going on from here is as good. */
static int
approach(struct tape *t, size_t frame, bool back, enum tape_how how,
    struct err *e)
{
	const struct record_place *place = t->index.place;
	const struct tape_copy *c = copy_before(t, frame, how == TAPE_FAST);
	uint64_t goal = place[frame].plain, from = c == NULL ? 0 : c->plain;
	size_t at = frame;
	bool near_by = !back && goal <= t->plain + TAPE_WINDOW;

	if (!back && t->exact && !(how == TAPE_EXACT && t->stored) &&
	    (near_by || (how == TAPE_EXACT && t->plain >= from)))
		return 0;
	if (how == TAPE_EXACT || goal - from <= TAPE_WINDOW + t->space)
		return start_at(t, 0, c, e);
	if (near_by)
		return 0;
	while (at > 0 && goal - place[at - 1].plain <= TAPE_WINDOW)
		at--;
	return start_at(t, at, NULL, e);
}

int
tape_seek(struct tape *t, int64_t us, enum tape_how how, tape_go *go,
    void *arg, struct err *e)
{
	const struct castline *l;
	uint64_t asked, from;
	size_t frame;
	double all;
	int rc;

	if (record_index_load(t->fd, &t->index, e) < 0 ||
	    tape_frame_of(t, us, &frame, e) < 0 ||
	    approach(t, frame, us < t->at_us, how, e) < 0)
		return -1;
	from = asked = t->plain;
	all = (double)t->index.place[frame].plain + 1 - (double)from;
	while ((rc = tape_peek(t, &l, e)) > 0 && l->t_us <= us) {
		if (tape_feed(t, e) < 0)
			return -1;
		if (go == NULL || t->plain - asked < ASK_BYTES)
			continue;
		asked = t->plain;
		if (!go(arg, (double)(asked - from) / all))
			return 0;
	}
	return rc < 0 ? -1 : 1;
}
