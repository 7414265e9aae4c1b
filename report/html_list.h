/* SPDX-License-Identifier: BSD-2-Clause
 * html_list.h - markers of a recording as lists of a page.
 * in: "KIND TEXT", warrant-record(5); out: <li> elements, and their count
 *
 * An element names its time in data-t (microseconds), which report/player.js
 * jumps to.  What has another shape than warrant-record(5) tells stands there
 * as text. */
#ifndef WARRANT_REPORT_HTML_LIST_H
#define WARRANT_REPORT_HTML_LIST_H

#include <stddef.h>
#include <stdint.h>

#include "lib/buf.h"

struct err;

#define HTML_LIST_BYTES (8 * 1024 * 1024)

struct html_lists {
	struct buf commands;	/* exec, transfer, say, end */
	struct buf masked;
	unsigned execs;
	unsigned values;	/* masked in the recording */
	unsigned exposed;	/* parts of values that the person saw */
};

#define HTML_LISTS_INIT { BUF_INIT(HTML_LIST_BYTES), \
    BUF_INIT(HTML_LIST_BYTES), 0, 0, 0 }

int html_list_mark(struct html_lists *l, int64_t t_us, const char *text,
    size_t n, struct err *e);

void html_list_clear(struct html_lists *l);

#endif
