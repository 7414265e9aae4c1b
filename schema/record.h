/* SPDX-License-Identifier: BSD-2-Clause
 * record.h - the file of one recording, warrant-record(5): written.
 * in: whole lines of asciicast version 2; out: zstd frames under a chain
 *
 * RECORD = 1*(DATA CHAIN) [TABLE].  DATA is one zstd frame (RFC 8878) of whole
 * lines, TABLE where each lies, of Zstandard Seekable Format 0.1.0 (after the
 * last pair, and never with another content), CHAIN a zstd skippable frame (section 3.1.2) of 72 bytes, little endian:
 *
 *	 0  magic 0x184D2A57       4  size 64         8  "WCH1"
 *	12  flags (1: the last)   16  seq (u64)      24  plain bytes (u32)
 *	28  bytes of DATA (u32)   32  first 8 bytes of SHA-256(DATA)
 *	40  hash (32)
 *
 *	hash = SHA-256("warrant-record-1" hash' seq lines plain flags)
 *
 * with hash' that of the frame before (32 zero bytes at first).  `zstd -dc`
 * prints the cast; a file cut anywhere keeps all that was flushed.  The chain
 * is over the lines, so a file may be packed again and keeps its hashes. */
#ifndef WARRANT_SCHEMA_RECORD_H
#define WARRANT_SCHEMA_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct err;
struct record_writer;

#define RECORD_HASH 32			/* bytes */
#define RECORD_CHAIN 72			/* bytes of a CHAIN */
#define RECORD_FRAME (128 * 1024)	/* lines of a frame end about here */
#define RECORD_FRAME_MAX (4 * 1024 * 1024)	/* a reader's bound */
#define RECORD_LINE_MAX (1024 * 1024)
#define RECORD_FLAG_LAST 1U

/* How far a file is safe: a reader can prove these bytes from hash alone. */
struct record_head {
	uint64_t length;		/* bytes of the file */
	unsigned char hash[RECORD_HASH];	/* of its last, maybe open, frame */
};

/* Begin at the start of fd (borrowed, empty, writable). */
int record_writer_open(int fd, struct record_writer **ret, struct err *e);

/* Add whole lines.  They are in memory until record_flush.  A write that has
 * failed ends it: all calls fail from then on. */
int record_put(struct record_writer *w, const char *lines, size_t n,
    struct err *e);

/* Make sure that there is disk space for n more plain bytes, before anything
 * that they record is shown. */
int record_reserve(struct record_writer *w, size_t n, struct err *e);

/* Hand all lines to the system (write(2)) and tell how far it is.  With end
 * the frame is closed by its CHAIN; a large frame is closed anyhow. */
int record_flush(struct record_writer *w, bool end, struct record_head *ret,
    struct err *e);

/* The same with the flag of the last frame; nothing may follow. */
int record_close(struct record_writer *w, struct record_head *ret,
    struct err *e);

/* Plain bytes put since the last flush. */
size_t record_unflushed(const struct record_writer *w);

/* Free; what was not flushed is lost. */
void record_writer_free(struct record_writer *w);

#endif
