/* SPDX-License-Identifier: BSD-2-Clause
 * html.h - a recording as one page that plays it.
 * in: a recording; out: HTML that needs nothing else
 *
 *	html.c       reading, and what goes where
 *	html_tape.c  what stood on the terminal, and when
 *	drawn.c      what of the output draws something
 *	html_rows.c  its lines; html_dict.c: each of them once
 *	html_list.c  markers as lists
 *	html_page.c  the page around it
 *	html_text.c  nothing recorded is markup
 *	player.js player.css   what plays it, embedded by the build
 *
 * The page is written while the recording is read.  Lines are used once the
 * chain of their frame is verified; without a first such frame there is no
 * page. */
#ifndef WARRANT_REPORT_HTML_H
#define WARRANT_REPORT_HTML_H

struct err;

#define HTML_PAGE_MAX (64 * 1024 * 1024)	/* bytes of data in a page */

struct html_options {
	const char *from, *to;	/* as for castline_when; NULL: all */
	const char *file;	/* to make; NULL: standard output */
};

/* Read fd.  0; -1 with *e: there is a page for what was verified before a
 * break, which it tells (ERR_CRYPTO, ERR_INPUT); else the file is removed,
 * and a page on standard output says that it is cut. */
int html_write(int fd, const struct html_options *o, struct err *e);

#endif
