/* SPDX-License-Identifier: BSD-2-Clause */
#include "schema/record.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zstd.h>

#include "lib/err.h"
#include "lib/io.h"
#include "schema/record_private.h"

#define LEVEL 1		/* 3 stores no less of logs, and costs a quarter more CPU */
#define WINDOW_LOG 17		/* 128 KiB, as large as a frame */
#define OUT (64 * 1024)
#define AHEAD (1024 * 1024)	/* bytes of disk taken at a time */
#define TABLE_STEP 4096

struct record_writer {
	int fd;
	ZSTD_CCtx *zstd;
	struct record_sum sum;
	unsigned char before[RECORD_HASH];
	uint64_t seq, length;	/* next frame; bytes written to fd */
	uint64_t reserved;	/* bytes of disk that are ours */
	uint32_t plain, data;	/* of the open frame */
	size_t unflushed;
	unsigned char *table;	/* its entries, of seq pairs */
	size_t table_max;	/* bytes there is room for */
	bool open, closed;
	bool broken;		/* a write failed: nobody knows what is there */
	char out[OUT];
};

int
record_writer_open(int fd, struct record_writer **ret, struct err *e)
{
	struct record_writer *w = calloc(1, sizeof(*w));

	if (w == NULL)
		return err_set(e, ERR_MEMORY, "out of memory");
	w->fd = fd;
	w->zstd = ZSTD_createCCtx();
	if (w->zstd == NULL) {
		free(w);
		return err_set(e, ERR_MEMORY, "out of memory");
	}
	(void)ZSTD_CCtx_setParameter(w->zstd, ZSTD_c_compressionLevel, LEVEL);
	(void)ZSTD_CCtx_setParameter(w->zstd, ZSTD_c_windowLog, WINDOW_LOG);
	*ret = w;
	return 0;
}

void
record_writer_free(struct record_writer *w)
{
	if (w == NULL)
		return;
	ZSTD_freeCCtx(w->zstd);
	free(w->table);
	free(w);
}

size_t
record_unflushed(const struct record_writer *w)
{
	return w->unflushed;
}

static int
store(struct record_writer *w, const void *p, size_t n, struct err *e)
{
	if (io_write_all(w->fd, p, n, e) < 0) {
		w->broken = true;
		e->code = ERR_CANNOT_RECORD;
		return err_prefix(e, "the record cannot be written");
	}
	w->length += n;
	return 0;
}

/* Compress n bytes and write what comes out. */
static int
pack(struct record_writer *w, const char *p, size_t n,
    ZSTD_EndDirective how, struct err *e)
{
	ZSTD_inBuffer in = { p, n, 0 };

	if (w->broken)
		return err_set(e, ERR_CANNOT_RECORD, "the record is broken");
	for (;;) {
		ZSTD_outBuffer out = { w->out, sizeof(w->out), 0 };
		size_t left = ZSTD_compressStream2(w->zstd, &out, &in, how);

		if (ZSTD_isError(left))
			return err_set(e, ERR_CANNOT_RECORD, "zstd: %s",
			    ZSTD_getErrorName(left));
		if (out.pos > 0) {
			w->data += (uint32_t)out.pos;
			sum_add(&w->sum.data, w->out, out.pos);
			if (store(w, w->out, out.pos, e) < 0)
				return -1;
		}
		if (how == ZSTD_e_continue ? in.pos == in.size : left == 0)
			return 0;
	}
}

/* Note where this pair lies; without memory there is no table. */
static void
note_pair(struct record_writer *w)
{
	size_t at = w->seq * RECORD_TABLE_PAIR;
	unsigned char *more;

	if (at >= w->table_max && (w->seq == 0 || w->table != NULL)) {
		w->table_max += w->table_max / 2 + TABLE_STEP;
		more = record_table_fits(w->seq + 1) ?
		    realloc(w->table, w->table_max) : NULL;
		if (more == NULL)
			free(w->table);
		w->table = more;
	}
	if (w->table != NULL)
		record_table_pair(w->data, w->plain, w->table + at);
}

static int
put_table(struct record_writer *w, struct err *e)
{
	unsigned char head[RECORD_TABLE_HEAD], foot[RECORD_TABLE_FOOT];
	uint64_t without = w->length;
	struct err full = { 0 };

	if (w->table == NULL)
		return 0;
	record_table_head(w->seq, head);
	record_table_foot(w->seq, foot);
	if (store(w, head, sizeof(head), &full) == 0 &&
	    store(w, w->table, w->seq * RECORD_TABLE_PAIR, &full) == 0 &&
	    store(w, foot, sizeof(foot), &full) == 0)
		return 0;
	/* a full disk: a record needs no table */
	w->length = without;
	w->broken = false;
	return ftruncate(w->fd, (off_t)without) < 0 ? err_sys(e,
	    "the record cannot be written") : 0;
}

static int
end_frame(struct record_writer *w, uint32_t flags, struct err *e)
{
	struct record_chain c = { .flags = flags, .seq = w->seq };
	unsigned char bytes[RECORD_CHAIN];

	if (pack(w, NULL, 0, ZSTD_e_end, e) < 0)
		return -1;
	c.plain = w->plain;
	c.data = w->data;
	record_sum_end_data(&w->sum, c.sum);
	record_sum_hash(&w->sum, w->plain, flags, c.hash);
	record_chain_format(&c, bytes);
	if (store(w, bytes, sizeof(bytes), e) < 0)
		return -1;
	(void)memcpy(w->before, c.hash, RECORD_HASH);
	note_pair(w);
	w->seq++;
	w->open = false;
	return 0;
}

static void
begin_frame(struct record_writer *w)
{
	w->plain = w->data = 0;
	w->open = true;
	record_sum_begin(&w->sum, w->before, w->seq);
}

int
record_put(struct record_writer *w, const char *lines, size_t n,
    struct err *e)
{
	if (w->closed || n > RECORD_LINE_MAX)
		return err_set(e, ERR_LIMIT, "the record takes no such line");
	if (!w->open)
		begin_frame(w);
	sum_add(&w->sum.lines, lines, n);
	if (pack(w, lines, n, ZSTD_e_continue, e) < 0)
		return -1;
	w->plain += (uint32_t)n;
	w->unflushed += n;
	return w->plain >= RECORD_FRAME ? end_frame(w, 0, e) : 0;
}

int
record_reserve(struct record_writer *w, size_t n, struct err *e)
{
	uint64_t want = w->length + w->unflushed + 2 * n + RECORD_FRAME +
	    (w->seq + 2) * RECORD_TABLE_PAIR;

	if (want <= w->reserved)
		return 0;
	want = (want / AHEAD + 1) * AHEAD;
	if (fallocate(w->fd, FALLOC_FL_KEEP_SIZE, (off_t)w->length,
	    (off_t)(want - w->length)) < 0 && errno != EOPNOTSUPP &&
	    errno != ENODEV && errno != ESPIPE) {
		(void)err_sys(e, "no space for the record");
		e->code = ERR_CANNOT_RECORD;
		return -1;
	}
	w->reserved = want;
	return 0;
}

static void
head(const struct record_writer *w, struct record_head *ret)
{
	ret->length = w->length;
	if (w->open)
		record_sum_hash(&w->sum, w->plain, 0, ret->hash);
	else
		(void)memcpy(ret->hash, w->before, RECORD_HASH);
}

int
record_flush(struct record_writer *w, bool end, struct record_head *ret,
    struct err *e)
{
	if (w->open && (end ? end_frame(w, 0, e) :
	    pack(w, NULL, 0, ZSTD_e_flush, e)) < 0)
		return -1;
	w->unflushed = 0;
	head(w, ret);
	return 0;
}

int
record_close(struct record_writer *w, struct record_head *ret,
    struct err *e)
{
	if (!w->open)
		begin_frame(w);
	if (end_frame(w, RECORD_FLAG_LAST, e) < 0 || put_table(w, e) < 0)
		return -1;
	w->closed = true;
	w->unflushed = 0;
	head(w, ret);
	return 0;
}
