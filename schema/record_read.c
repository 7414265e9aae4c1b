/* SPDX-License-Identifier: BSD-2-Clause */
#include "schema/record_read.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zstd.h>

#include "lib/buf.h"
#include "lib/err.h"
#include "schema/record_index.h"
#include "schema/record_private.h"

#define IN (64 * 1024)
#define WINDOW_LOG_MAX 22
#define ZSTD_MAGIC_LE "\x28\xb5\x2f\xfd"

enum where { AT_START, IN_DATA, IN_CHAIN, IN_TABLE, AT_END };

struct record_reader {
	int fd;
	bool sought;		/* read at pos, not where fd stands */
	uint64_t pos;
	ZSTD_DCtx *zstd;
	struct record_sum sum;
	struct record_summary s;
	struct record_head head;
	bool has_head, eof;
	bool (*wait)(void *arg);	/* at the end: is there more? */
	void *wait_arg;
	enum where where;
	unsigned char before[RECORD_HASH];
	uint32_t plain, data;	/* of this frame so far */
	struct sum table;	/* the entries there must be */
	bool table_seen;
	uint64_t frame_at;	/* where it begins in the file */
	uint64_t at;		/* bytes of the file taken */
	unsigned char in[IN];
	size_t in_at, in_n;
	struct buf lines;	/* unpacked, from line_at on not given yet */
	size_t line_at;
};

int
record_reader_open(int fd, const struct record_head *head,
    struct record_reader **ret, struct err *e)
{
	struct record_reader *r = calloc(1, sizeof(*r));

	if (r == NULL)
		return err_set(e, ERR_MEMORY, "out of memory");
	r->fd = fd;
	r->lines = (struct buf)BUF_INIT(RECORD_FRAME_MAX + 1024 * 1024);
	sum_begin(&r->table);
	r->zstd = ZSTD_createDCtx();
	if (r->zstd == NULL) {
		record_reader_free(r);
		return err_set(e, ERR_MEMORY, "out of memory");
	}
	(void)ZSTD_DCtx_setParameter(r->zstd, ZSTD_d_windowLogMax,
	    WINDOW_LOG_MAX);
	if (head != NULL) {
		r->head = *head;
		r->has_head = true;
		r->s.head_seen = head->length == 0;
	}
	*ret = r;
	return 0;
}

void
record_reader_wait(struct record_reader *r, bool (*wait)(void *arg),
    void *arg)
{
	r->wait = wait;
	r->wait_arg = arg;
}

void
record_reader_free(struct record_reader *r)
{
	if (r == NULL)
		return;
	ZSTD_freeDCtx(r->zstd);
	buf_clear(&r->lines);
	free(r);
}

const struct record_summary *
record_summary(const struct record_reader *r)
{
	return &r->s;
}

static int
broken(const struct record_reader *r, struct err *e, enum err_code code,
    const char *why)
{
	return err_set(e, code, "byte %llu: %s", (unsigned long long)r->at,
	    why);
}

int
record_reader_seek(struct record_reader *r, const struct record_index *x,
    size_t k, struct err *e)
{
	unsigned char bytes[RECORD_CHAIN];
	struct record_chain c = { 0 };
	uint64_t at = x->place[k].at;

	if (k > 0 && (pread(r->fd, bytes, sizeof(bytes), (off_t)(at -
	    sizeof(bytes))) != (ssize_t)sizeof(bytes) ||
	    record_chain_parse(bytes, &c, e) < 0 || c.seq != k - 1))
		return err_set(e, ERR_INPUT, "byte %llu: the recording has "
		    "changed", (unsigned long long)at);
	(void)memcpy(r->before, c.hash, RECORD_HASH);
	sum_begin(&r->table);
	for (size_t i = 0; i < k; i++) {
		const struct record_place *p = &x->place[i];
		unsigned char pair[RECORD_TABLE_PAIR];

		record_table_pair((uint32_t)(p[1].at - p[0].at - RECORD_CHAIN),
		    (uint32_t)(p[1].plain - p[0].plain), pair);
		sum_add(&r->table, pair, sizeof(pair));
	}
	r->table_seen = false;
	r->s.frames = k;
	r->s.closed = (c.flags & RECORD_FLAG_LAST) != 0;
	r->s.cut = 0;
	r->where = AT_START;
	r->eof = false;
	r->sought = true;
	r->pos = r->at = at;
	r->in_at = r->in_n = r->line_at = 0;
	buf_reset(&r->lines);
	return 0;
}

static ssize_t
more(struct record_reader *r)
{
	ssize_t n;

	if (!r->sought)
		return read(r->fd, r->in + r->in_n, sizeof(r->in) - r->in_n);
	n = pread(r->fd, r->in + r->in_n, sizeof(r->in) - r->in_n,
	    (off_t)r->pos);
	r->pos += n > 0 ? (uint64_t)n : 0;
	return n;
}

/* At least n bytes in r->in, fewer only at the end of the file. */
static int
fill(struct record_reader *r, size_t n, struct err *e)
{
	if (r->in_at > 0 && r->in_n - r->in_at < n) {
		(void)memmove(r->in, r->in + r->in_at, r->in_n - r->in_at);
		r->in_n -= r->in_at;
		r->in_at = 0;
	}
	while (!r->eof && r->in_n - r->in_at < n) {
		ssize_t got = more(r);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return err_sys(e, "read");
		r->eof = got == 0 && (r->wait == NULL || r->s.closed ||
		    !r->wait(r->wait_arg));
		r->in_n += (size_t)got;
	}
	return 0;
}

static void
take(struct record_reader *r, size_t n)
{
	r->in_at += n;
	r->at += n;
}

/* The head is about this place: does it fit? */
static int
check_head(struct record_reader *r, const unsigned char hash[RECORD_HASH],
    struct err *e)
{
	if (!r->has_head || r->at != r->head.length)
		return 0;
	if (memcmp(hash, r->head.hash, RECORD_HASH) != 0)
		return broken(r, e, ERR_CRYPTO, "is not what was told of the "
		    "record when it was so long");
	r->s.head_seen = true;
	return 0;
}

static int
start(struct record_reader *r, struct err *e)
{
	if (fill(r, 4, e) < 0)
		return -1;
	if (r->in_n == r->in_at) {
		r->where = AT_END;
		return 0;
	}
	if (r->s.closed && r->table_seen)
		return broken(r, e, ERR_INPUT, "bytes behind the last frame");
	r->frame_at = r->at;
	if (r->s.closed) {
		r->where = IN_TABLE;
		return 0;
	}
	if (r->in_n - r->in_at >= 4 &&
	    memcmp(r->in + r->in_at, ZSTD_MAGIC_LE, 4) != 0)
		return broken(r, e, ERR_INPUT, "no zstd frame");
	r->plain = r->data = 0;
	r->where = IN_DATA;
	(void)ZSTD_DCtx_reset(r->zstd, ZSTD_reset_session_only);
	record_sum_begin(&r->sum, r->before, r->s.frames);
	return 0;
}

static void
cut(struct record_reader *r)
{
	take(r, r->in_n - r->in_at);
	r->s.cut = r->at - r->frame_at;
	r->where = AT_END;
}

/* The bytes of DATA to unpack next: not past the head, to look at it. */
static size_t
piece(const struct record_reader *r)
{
	size_t n = r->in_n - r->in_at;

	if (r->has_head && r->head.length > r->at &&
	    r->head.length - r->at < n)
		n = (size_t)(r->head.length - r->at);
	return n;
}

/* Unpack what is there of this frame, at most one buffer of lines. */
static int
unpack(struct record_reader *r, struct err *e)
{
	unsigned char hash[RECORD_HASH];
	ZSTD_inBuffer in;
	ZSTD_outBuffer out;
	size_t left;

	if (fill(r, 1, e) < 0)
		return -1;
	if (r->in_n == r->in_at) {
		cut(r);
		return 0;
	}
	in = (ZSTD_inBuffer){ r->in + r->in_at, piece(r), 0 };
	do {
		char *room = buf_room(&r->lines, IN, e);

		if (room == NULL)
			return -1;
		out = (ZSTD_outBuffer){ room, IN, 0 };
		left = ZSTD_decompressStream(r->zstd, &out, &in);
		if (ZSTD_isError(left))
			return broken(r, e, ERR_INPUT,
			    "a frame that cannot be unpacked");
		sum_add(&r->sum.lines, room, out.pos);
		r->plain += (uint32_t)out.pos;
		r->lines.len += out.pos;
		if (r->plain > RECORD_FRAME_MAX)
			return broken(r, e, ERR_LIMIT, "a frame too large");
	} while (left != 0 && (in.pos < in.size || out.pos == out.size));
	sum_add(&r->sum.data, in.src, in.pos);
	r->data += (uint32_t)in.pos;
	take(r, in.pos);
	if (left == 0)
		r->where = IN_CHAIN;
	record_sum_hash(&r->sum, r->plain, 0, hash);
	return check_head(r, hash, e);
}

static int
chain(struct record_reader *r, struct err *e)
{
	unsigned char sum[RECORD_SUM], hash[RECORD_HASH];
	unsigned char pair[RECORD_TABLE_PAIR];
	struct record_chain c;

	if (fill(r, RECORD_CHAIN, e) < 0)
		return -1;
	if (r->in_n - r->in_at < RECORD_CHAIN) {
		cut(r);
		return 0;
	}
	if (record_chain_parse(r->in + r->in_at, &c, e) < 0)
		return broken(r, e, ERR_INPUT, "no chain behind the frame");
	if ((c.flags & ~RECORD_FLAG_LAST) != 0 || c.seq != r->s.frames ||
	    c.plain != r->plain || c.data != r->data)
		return broken(r, e, ERR_INPUT, "the chain tells of another "
		    "frame");
	record_sum_end_data(&r->sum, sum);
	record_sum_hash(&r->sum, r->plain, c.flags, hash);
	if (memcmp(sum, c.sum, RECORD_SUM) != 0)
		return broken(r, e, ERR_CRYPTO, "the bytes before were "
		    "changed");
	if (memcmp(hash, c.hash, RECORD_HASH) != 0)
		return broken(r, e, ERR_CRYPTO, "the lines before were "
		    "changed");
	take(r, RECORD_CHAIN);
	(void)memcpy(r->before, hash, RECORD_HASH);
	(void)memcpy(r->s.hash, hash, RECORD_HASH);
	record_table_pair(r->data, r->plain, pair);
	sum_add(&r->table, pair, sizeof(pair));
	r->s.frames++;
	r->s.closed = (c.flags & RECORD_FLAG_LAST) != 0;
	r->where = AT_START;
	return check_head(r, hash, e);
}

/* The next n bytes are these?  1, 0 when the file ends before, -1. */
static int
expect(struct record_reader *r, const unsigned char *want, size_t n,
    struct err *e)
{
	size_t there;

	if (fill(r, n, e) < 0)
		return -1;
	there = r->in_n - r->in_at < n ? r->in_n - r->in_at : n;
	if (memcmp(r->in + r->in_at, want, there) != 0)
		return broken(r, e, ERR_INPUT, "bytes behind the last frame, "
		    "and no seek table of it");
	if (there < n) {
		cut(r);
		return 0;
	}
	take(r, n);
	return 1;
}

/* All entries, by their sum: 1, 0 or -1 as above. */
static int
entries(struct record_reader *r, struct err *e)
{
	uint64_t left = r->s.frames * RECORD_TABLE_PAIR;
	unsigned char want[SUM_LEN], is[SUM_LEN];
	struct sum sum;

	sum_begin(&sum);
	while (left > 0) {
		size_t n;

		if (fill(r, 1, e) < 0)
			return -1;
		n = r->in_n - r->in_at < left ? r->in_n - r->in_at :
		    (size_t)left;
		if (n == 0) {
			cut(r);
			return 0;
		}
		sum_add(&sum, r->in + r->in_at, n);
		take(r, n);
		left -= n;
	}
	sum_end(&sum, is);
	sum_end(&r->table, want);
	if (memcmp(is, want, SUM_LEN) != 0)
		return broken(r, e, ERR_CRYPTO, "the seek table before is of "
		    "other frames");
	return 1;
}

static int
table(struct record_reader *r, struct err *e)
{
	unsigned char head[RECORD_TABLE_HEAD], foot[RECORD_TABLE_FOOT];
	int rc;

	record_table_head(r->s.frames, head);
	record_table_foot(r->s.frames, foot);
	rc = expect(r, head, sizeof(head), e);
	if (rc > 0)
		rc = entries(r, e);
	if (rc > 0)
		rc = expect(r, foot, sizeof(foot), e);
	if (rc <= 0)
		return rc;
	r->table_seen = true;
	r->where = AT_START;
	return check_head(r, r->before, e);
}

static int
finish(struct record_reader *r, struct err *e)
{
	r->s.length = r->at;
	if (r->has_head && !r->s.head_seen)
		return broken(r, e, ERR_CRYPTO, "the record is shorter than "
		    "it was told to be, or packed again");
	return 0;
}

static int
step(struct record_reader *r, struct err *e)
{
	switch (r->where) {
	case AT_START:
		return start(r, e);
	case IN_DATA:
		return unpack(r, e);
	case IN_CHAIN:
		return chain(r, e);
	case IN_TABLE:
		return table(r, e);
	case AT_END:
		break;
	}
	return 0;
}

int
record_next(struct record_reader *r, const char **line, size_t *n,
    struct err *e)
{
	for (;;) {
		char *from = r->lines.p == NULL ? NULL :
		    r->lines.p + r->line_at;
		size_t left = r->lines.len - r->line_at;
		char *nl = left == 0 ? NULL : memchr(from, '\n', left);

		if (nl != NULL) {
			*line = from;
			*n = (size_t)(nl - from);
			r->line_at += *n + 1;
			r->s.lines++;
			r->s.plain += *n + 1;
			return 1;
		}
		if (r->line_at > 0)
			buf_drop(&r->lines, r->line_at);
		r->line_at = 0;
		if (r->where == AT_END)
			return finish(r, e) < 0 ? -1 : 0;
		if (r->lines.len > RECORD_LINE_MAX)
			return broken(r, e, ERR_LIMIT, "a line too long");
		if (r->where == AT_START && r->lines.len > 0)
			return broken(r, e, ERR_INPUT,
			    "a frame that ends inside a line");
		if (step(r, e) < 0)
			return -1;
	}
}

int
record_verify(int fd, const struct record_head *head,
    struct record_summary *ret, struct err *e)
{
	struct record_reader *r = NULL;
	const char *line;
	size_t n;
	int rc;

	if (record_reader_open(fd, head, &r, e) < 0)
		return -1;
	do
		rc = record_next(r, &line, &n, e);
	while (rc > 0);
	if (rc == 0)
		*ret = r->s;
	record_reader_free(r);
	return rc;
}
