/* SPDX-License-Identifier: BSD-2-Clause
 * tape_keep.c - a file of copies of the screen, for later jumps.
 *
 * FILE = head 1*(entry copy) SHA-256 of all before, in the byte order and
 * layout of this build: another one does not take it.  The hash of the
 * recording's last frame in the head ties it to that recording.  Nothing of
 * it is evidence: it may be removed, and made again. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "lib/buf.h"
#include "lib/err.h"
#include "lib/io.h"
#include "lib/sum.h"
#include "report/tape.h"
#include "report/view.h"
#include "schema/record_read.h"

#define MAGIC "WSCREEN1"
#define KEEP_MAX (TAPE_COPIES_BYTES + 1024 * 1024)
#define KEEP_MODE 0600

struct head {
	char magic[8];
	uint64_t layout;		/* sizes of what a copy holds */
	uint64_t length;		/* of the recording */
	uint8_t hash[RECORD_HASH];	/* of its last frame */
	uint64_t copies;
};

struct entry {
	uint64_t frame, plain, n;
	int64_t at_us;
};

/* What the head of kept screens of this recording is. */
static int
head_of(struct tape *t, struct head *ret, struct err *e)
{
	(void)memset(ret, 0, sizeof(*ret));
	if (record_index_load(t->fd, &t->index, e) < 0)
		return -1;
	if (t->index.n == 0 || t->index.open)
		return err_set(e, ERR_INPUT, "the recording is not whole");
	(void)memcpy(ret->magic, MAGIC, sizeof(ret->magic));
	ret->layout = view_layout();
	ret->length = t->index.place[t->index.n].at;
	return record_index_hash(t->fd, &t->index, ret->hash, e);
}

/* ---- made ------------------------------------------------------------- */

static int
put_all(const struct tape *t, const struct head *h, struct buf *to,
    struct err *e)
{
	uint8_t sum[SUM_LEN];

	if (buf_put(to, h, sizeof(*h), e) < 0)
		return -1;
	for (size_t i = 0; i < t->copies; i++) {
		const struct tape_copy *c = &t->copy[i];
		struct entry x = { .frame = c->frame, .plain = c->plain,
		    .n = c->n, .at_us = c->at_us };

		if (buf_put(to, &x, sizeof(x), e) < 0 ||
		    buf_put(to, c->p, c->n, e) < 0)
			return -1;
	}
	sum_of(to->p, to->len, sum);
	return buf_put(to, sum, sizeof(sum), e);
}

int
tape_keep(struct tape *t, const char *path, struct err *e)
{
	struct buf b = BUF_INIT(KEEP_MAX);
	const struct castline *l;
	struct head h;
	int rc;

	if (head_of(t, &h, e) < 0)
		return -1;
	while ((rc = tape_peek(t, &l, e)) > 0)
		if (tape_feed(t, e) < 0)
			return -1;
	if (rc < 0)
		return -1;
	if (memcmp(h.hash, record_summary(t->reader)->hash, RECORD_HASH) != 0)
		return err_set(e, ERR_INPUT, "the recording has changed");
	h.copies = t->copies;
	rc = put_all(t, &h, &b, e);
	if (rc == 0)
		rc = io_replace_file(path, b.p, b.len, KEEP_MODE, e);
	buf_clear(&b);
	return rc;
}

/* ---- used ------------------------------------------------------------- */

/* Does it stand where a frame of the recording begins, behind the others? */
static bool
entry_fits(const struct tape *t, const struct entry *x)
{
	return t->copies < TAPE_COPIES - 1 && x->frame < t->index.n &&
	    x->plain == t->index.place[x->frame].plain && x->at_us >= 0 &&
	    (t->copies == 0 || x->frame > t->copy[t->copies - 1].frame);
}

static int
take_copies(struct tape *t, const char *p, size_t n, struct err *e)
{
	struct entry x;

	for (; n > 0; p += x.n, n -= (size_t)x.n) {
		struct tape_copy *c = &t->copy[t->copies];

		if (n < sizeof(x))
			return 0;
		(void)memcpy(&x, p, sizeof(x));
		p += sizeof(x);
		n -= sizeof(x);
		if (x.n > n || !entry_fits(t, &x))
			return 0;
		*c = (struct tape_copy){ .frame = (size_t)x.frame,
		    .at_us = x.at_us, .plain = x.plain, .n = (size_t)x.n,
		    .stored = true, .p = malloc((size_t)x.n + 1) };
		if (c->p == NULL)
			return err_set(e, ERR_MEMORY, "out of memory");
		(void)memcpy(c->p, p, c->n);
		t->copies++;
		t->copies_bytes += c->n;
	}
	return 1;
}

int
tape_kept(struct tape *t, const char *p, size_t n, struct err *e)
{
	struct head want, got;
	uint8_t sum[SUM_LEN];
	int rc;

	if (n < sizeof(got) + SUM_LEN || t->copies > 0 ||
	    head_of(t, &want, e) < 0)
		return 0;
	n -= SUM_LEN;
	sum_of(p, n, sum);
	(void)memcpy(&got, p, sizeof(got));
	want.copies = got.copies;
	if (memcmp(sum, p + n, SUM_LEN) != 0 ||
	    memcmp(&want, &got, sizeof(got)) != 0)
		return 0;
	rc = take_copies(t, p + sizeof(got), n - sizeof(got), e);
	return rc < 0 ? -1 : rc > 0 && t->copies == got.copies;
}

int
tape_kept_file(struct tape *t, const char *path, struct err *e)
{
	struct buf b = BUF_INIT(KEEP_MAX);
	struct err none = { 0 };
	struct stat st;
	int rc = 0;

	if (stat(path, &st) == 0 && S_ISREG(st.st_mode) &&
	    io_read_file(path, &b, &none) == 0) {
		rc = tape_kept(t, b.p, b.len, e);
		if (rc == 0)
			(void)fprintf(stderr, "warrant-replay: %s: not the "
			    "screens of this recording, or damaged; not "
			    "used\n", path);
	}
	buf_clear(&b);
	return rc < 0 ? -1 : 0;
}
