/* SPDX-License-Identifier: BSD-2-Clause
 * io.h - whole reads and writes, checked.
 * in: descriptors and paths; out: all the bytes, or an error that says why */
#ifndef WARRANT_LIB_IO_H
#define WARRANT_LIB_IO_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct buf;
struct err;

/* Write all n bytes, across EINTR, EAGAIN (by poll) and short writes. */
int io_write_all(int fd, const void *p, size_t n, struct err *e);

/* Read until end of file; more than b->max bytes is ERR_LIMIT. */
int io_read_all(int fd, struct buf *b, struct err *e);

/* Read a whole regular file into b (appended). */
int io_read_file(const char *path, struct buf *b, struct err *e);

/* As io_read_file, refused (ERR_CONFIG) unless the file is a regular file
 * owned by root or the caller's effective uid and not writable by group or
 * others; with secret, not readable by others either. */
int io_read_trusted(const char *path, bool secret, struct buf *b,
    struct err *e);

/* Replace path by n bytes: temporary file beside it, fsync, rename, fsync
 * of the folder.  mode as for open(2). */
int io_replace_file(const char *path, const void *p, size_t n, mode_t mode,
    struct err *e);

int io_set_nonblock(int fd, bool on, struct err *e);
int io_set_cloexec(int fd, bool on, struct err *e);

/* Close if >= 0 and set to -1. */
void io_close(int *fd);

#endif
