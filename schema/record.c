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

struct record_writer {
	int fd;
	ZSTD_CCtx *zstd;
	struct record_sum sum;
	unsigned char before[RECORD_HASH];
	uint64_t seq, length;	/* next frame; bytes written to fd */
	uint64_t reserved;	/* bytes of disk that are ours */
	uint32_t plain, data;	/* of the open frame */
	size_t unflushed;
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
	if (w->zstd == NULL || record_sum_open(&w->sum, e) < 0) {
		ZSTD_freeCCtx(w->zstd);
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
	record_sum_close(&w->sum);
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
			if (record_sum_data(&w->sum, w->out, out.pos, e) < 0 ||
			    store(w, w->out, out.pos, e) < 0)
				return -1;
		}
		if (how == ZSTD_e_continue ? in.pos == in.size : left == 0)
			return 0;
	}
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
	if (record_sum_end_data(&w->sum, c.sum, e) < 0 ||
	    record_sum_hash(&w->sum, w->plain, flags, c.hash, e) < 0)
		return -1;
	record_chain_format(&c, bytes);
	if (store(w, bytes, sizeof(bytes), e) < 0)
		return -1;
	(void)memcpy(w->before, c.hash, RECORD_HASH);
	w->seq++;
	w->open = false;
	return 0;
}

static int
begin_frame(struct record_writer *w, struct err *e)
{
	w->plain = w->data = 0;
	w->open = true;
	return record_sum_begin(&w->sum, w->before, w->seq, e);
}

int
record_put(struct record_writer *w, const char *lines, size_t n,
    struct err *e)
{
	if (w->closed || n > RECORD_LINE_MAX)
		return err_set(e, ERR_LIMIT, "the record takes no such line");
	if (!w->open && begin_frame(w, e) < 0)
		return -1;
	if (record_sum_lines(&w->sum, lines, n, e) < 0 ||
	    pack(w, lines, n, ZSTD_e_continue, e) < 0)
		return -1;
	w->plain += (uint32_t)n;
	w->unflushed += n;
	return w->plain >= RECORD_FRAME ? end_frame(w, 0, e) : 0;
}

int
record_reserve(struct record_writer *w, size_t n, struct err *e)
{
	uint64_t want = w->length + w->unflushed + 2 * n + RECORD_FRAME;

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

static int
head(struct record_writer *w, struct record_head *ret, struct err *e)
{
	ret->length = w->length;
	if (w->open)
		return record_sum_hash(&w->sum, w->plain, 0, ret->hash, e);
	(void)memcpy(ret->hash, w->before, RECORD_HASH);
	return 0;
}

int
record_flush(struct record_writer *w, bool end, struct record_head *ret,
    struct err *e)
{
	if (w->open && (end ? end_frame(w, 0, e) :
	    pack(w, NULL, 0, ZSTD_e_flush, e)) < 0)
		return -1;
	w->unflushed = 0;
	return head(w, ret, e);
}

int
record_close(struct record_writer *w, struct record_head *ret,
    struct err *e)
{
	if (!w->open && begin_frame(w, e) < 0)
		return -1;
	if (end_frame(w, RECORD_FLAG_LAST, e) < 0)
		return -1;
	w->closed = true;
	w->unflushed = 0;
	return head(w, ret, e);
}
