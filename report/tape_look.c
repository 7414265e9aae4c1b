/* SPDX-License-Identifier: BSD-2-Clause
 * tape_look.c - what stands elsewhere on a tape, by a reader of its own. */
#include "lib/err.h"
#include "report/tape_private.h"
#include "schema/record_read.h"

/* Frames there are, with one that is not whole. */
static size_t
frames(const struct tape *t)
{
	return t->index.n + (t->index.open ? 1 : 0);
}

static int
look_at(struct tape *t, size_t frame, struct err *e)
{
	if (t->look == NULL &&
	    record_reader_open(t->fd, NULL, &t->look, e) < 0)
		return -1;
	return record_reader_seek(t->look, &t->index, frame, e);
}

/* The next line of this frame: 1, or 0 behind it.  The header is none. */
static int
look_next(struct tape *t, size_t frame, struct castline *ret, struct err *e)
{
	const char *line;
	size_t n;
	int rc;

	do {
		rc = record_next(t->look, &line, &n, e);
		if (rc <= 0 || record_summary(t->look)->frames != frame)
			return rc < 0 ? -1 : 0;
	} while (n > 0 && line[0] == '{');
	return castline_parse(line, n, ret, e) < 0 ? -1 : 1;
}

static int
begins(struct tape *t, size_t frame, int64_t *ret, struct err *e)
{
	struct castline l;
	int rc = look_at(t, frame, e);

	if (rc == 0)
		rc = look_next(t, frame, &l, e);
	if (rc < 0)
		return -1;
	*ret = rc == 0 ? INT64_MAX : l.t_us;	/* nothing of it yet */
	if (rc > 0)
		castline_clear(&l);
	return 0;
}

int
tape_frame_of(struct tape *t, int64_t us, size_t *ret, struct err *e)
{
	size_t low = 0, high = frames(t);
	int64_t at;

	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;

		if (begins(t, middle, &at, e) < 0)
			return -1;
		if (at <= us)
			low = middle;
		else
			high = middle;
	}
	*ret = low;
	return 0;
}

int
tape_length(struct tape *t, int64_t *ret, struct err *e)
{
	struct castline l;
	size_t frame;
	int rc;

	if (record_index_load(t->fd, &t->index, e) < 0)
		return -1;
	*ret = 0;
	for (frame = frames(t); frame > 0 && *ret == 0; frame--) {
		rc = look_at(t, frame - 1, e);
		while (rc >= 0 &&
		    (rc = look_next(t, frame - 1, &l, e)) > 0) {
			*ret = l.t_us > *ret ? l.t_us : *ret;
			castline_clear(&l);
		}
		if (rc < 0)
			return -1;
	}
	return 0;
}

/* Programs that were started in one frame: the first after at, or the last
 * before it. */
static int
program_in(struct tape *t, size_t frame, bool forward, int64_t *ret,
    struct err *e)
{
	struct castline l;
	int found = 0, rc = look_at(t, frame, e);

	while (rc >= 0 && !(forward && found) &&
	    (rc = look_next(t, frame, &l, e)) > 0) {
		json_t *exec = castline_mark(&l, "exec");

		if (exec != NULL && (forward ? l.t_us > t->at_us :
		    l.t_us < t->at_us)) {
			*ret = l.t_us;
			found = 1;
		}
		json_decref(exec);
		castline_clear(&l);
	}
	return rc < 0 ? -1 : found;
}

int
tape_program(struct tape *t, bool forward, tape_go *go, void *arg,
    int64_t *ret, struct err *e)
{
	size_t frame, first, n;
	int rc;

	if (record_index_load(t->fd, &t->index, e) < 0 ||
	    tape_frame_of(t, t->at_us, &frame, e) < 0)
		return -1;
	first = frame;
	n = forward ? frames(t) - frame : frame + 1;
	for (size_t i = 0; i < n; i++) {
		frame = forward ? first + i : first - i;
		rc = program_in(t, frame, forward, ret, e);
		if (rc != 0)
			return rc;
		if (go != NULL && !go(arg, (double)i / (double)n))
			break;
	}
	return 0;
}
