/* SPDX-License-Identifier: BSD-2-Clause
 * plain.h - the fast way through plain text. */
#ifndef WARRANT_RECORDER_MASK_PLAIN_H
#define WARRANT_RECORDER_MASK_PLAIN_H

#include <stddef.h>
#include <stdint.h>

struct mask;

/* How many bytes at in are printable ASCII, TAB, LF or CR LF. */
size_t plain_span(const uint8_t *in, size_t n);

/* in[0..n) is plain.  Emit what is decided without looking further: the
 * number of bytes done, less than n (the last one is always left).  Only
 * when nothing is held. */
size_t plain_feed(struct mask *m, const uint8_t *in, size_t n);

#endif
