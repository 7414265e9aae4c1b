/* SPDX-License-Identifier: BSD-2-Clause
 * html_page.h - the page around a recording: its head, and what ends it.
 * in: what is known of the recording; out: HTML
 *
 * The page is written as the recording is read: head, data blocks, and at the
 * end what only then is known: where it comes from, the lists, the player.
 * The policy of the head lets run the one script and the style sheets that
 * have the hashes it names, and loads nothing. */
#ifndef WARRANT_REPORT_HTML_PAGE_H
#define WARRANT_REPORT_HTML_PAGE_H

#include <stdbool.h>
#include <stdint.h>

#include <jansson.h>

#include "report/html_list.h"
#include "schema/record_read.h"

struct html_facts {
	const json_t *header;		/* first line of the recording */
	int64_t from_us, to_us;		/* what of it the page shows */
	int64_t end_us;			/* of the recording's last line */
	int64_t unproven_us;		/* from here no chain; -1: none */
	int64_t made_us;		/* now, Unix epoch */
	struct record_summary sum;
	const char *broken;		/* why it does not verify, or NULL */
	char status[64];		/* of the last x line, or "" */
	bool clamped;			/* a screen is drawn in another size */
};

/* report/player.js and player.css, by the build. */
extern const char html_player_js[], html_player_css[];

/* All up to the first data block. */
int html_page_head(struct buf *b, const json_t *header, struct err *e);

/* All behind the last data block. */
int html_page_tail(struct buf *b, const struct html_facts *f,
    const struct html_lists *l, struct err *e);

#endif
