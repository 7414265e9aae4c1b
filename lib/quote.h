/* SPDX-License-Identifier: BSD-2-Clause
 * quote.h - bytes from outside, made safe to stand in a log line.
 * in: any bytes; out: printable ASCII, at most 256 characters of it
 *
 * A reason that holds a name, a claim or a key id is read by people and by
 * parsers of logs: what a stranger chose may not end the line, close the
 * quotes around it, move a cursor or fill the disk. */
#ifndef WARRANT_LIB_QUOTE_H
#define WARRANT_LIB_QUOTE_H

#include <stddef.h>

#define QUOTE_MAX 256	/* characters before "..." */

struct quoted {
	char s[QUOTE_MAX + sizeof("\"\"...")];
};

/* "..." around p with '"', '\\' and everything outside 0x20 to 0x7e written
 * as \xHH.  Use: err_set(e, ERR_INPUT, "kid %s", quote(p, n).s).  Pure. */
struct quoted quote(const void *p, size_t n);
struct quoted quote_str(const char *s);

#endif
