/* SPDX-License-Identifier: BSD-2-Clause
 * html_filter.h - recorded output without what is no business of a page.
 * in: bytes, cut anywhere; out: the same without control strings
 *
 * Titles, links, clipboards and questions of the kind DCS (ECMA-48 control
 * strings: ESC and one of ] P X ^ _, to BEL or ESC \) draw nothing, and
 * libvterm 0.1 ends the process at some (a DECRQSS it does not know).  As in
 * libvterm, NUL and DEL are nothing, CAN and SUB end a string, another ESC
 * begins a sequence anew, and controls after an ESC act before it. */
#ifndef WARRANT_REPORT_HTML_FILTER_H
#define WARRANT_REPORT_HTML_FILTER_H

#include <stddef.h>

struct html_filter {
	enum {
		HTML_FILTER_GROUND,
		HTML_FILTER_ESCAPE,		/* an ESC is held back */
		HTML_FILTER_STRING,
		HTML_FILTER_STRING_ESCAPE
	} state;
};

/* Filter n bytes at p into ret, which has room for n + 1; returns their
 * count. */
size_t html_filter(struct html_filter *f, const char *p, size_t n, char *ret);

#endif
