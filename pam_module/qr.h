/* SPDX-License-Identifier: BSD-2-Clause
 * qr.h - an address as a QR code that a telephone reads from the terminal.
 * in: printable ASCII; out: lines of half blocks in UTF-8, light on dark
 *
 * Two modules a character, one above the other, a quiet zone of two around
 * (ISO/IEC 18004 asks for four; readers are content).  By libqrencode, where
 * configure has found it. */
#ifndef WARRANT_PAM_MODULE_QR_H
#define WARRANT_PAM_MODULE_QR_H

#include <stdbool.h>

struct buf;
struct err;

/* Was this built with libqrencode? */
bool qr_can(void);

/* Append the code of text to b.  -1 with *e: ERR_LIMIT when it does not fit,
 * ERR_NOT_FOUND without libqrencode; b is then as it was. */
int qr_put(const char *text, struct buf *b, struct err *e);

#endif
