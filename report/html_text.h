/* SPDX-License-Identifier: BSD-2-Clause
 * html_text.h - text from a recording, for a page and for its data.
 * in: bytes and characters anybody may have chosen; out: markup that is text
 *
 * Text of the page is visible first (lib/visible.h), then & < > " and ' are
 * references.  Data stands in <script type="application/json">, where markup
 * ends at </script> and <!-- means something: there < > & and ' are \u00XX,
 * and so are line and paragraph separators. */
#ifndef WARRANT_REPORT_HTML_TEXT_H
#define WARRANT_REPORT_HTML_TEXT_H

#include <stddef.h>
#include <stdint.h>

struct buf;
struct err;

#define HTML_TIME_MAX 32	/* "1000000:02:03.4" and a NUL */

/* Append n bytes as text of an element or of a quoted attribute. */
int html_text(struct buf *b, const char *s, size_t n, struct err *e);
int html_texts(struct buf *b, const char *s, struct err *e);

/* Append one character inside a JSON string of a data block.  No character
 * (surrogates, above U+10FFFF) and controls become U+FFFD. */
int html_json_char(struct buf *b, uint32_t c, struct err *e);

/* Microseconds of a recording as [H:]M:SS.D, rounded down.  Pure. */
void html_time(int64_t us, char ret[HTML_TIME_MAX]);

#endif
