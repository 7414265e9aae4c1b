/* SPDX-License-Identifier: BSD-2-Clause */
#include "report/html_filter.h"

#include <string.h>

#define BEL 0x07
#define CAN 0x18
#define SUB 0x1a
#define ESC 0x1b
#define DEL 0x7f

/* A byte behind an ESC that was held back. */
static size_t
after_escape(struct html_filter *f, char c, char *ret)
{
	if (c == ESC)
		return 0;
	if (c != CAN && c != SUB && (unsigned char)c < 0x20) {
		ret[0] = c;
		return 1;
	}
	if (memchr("]PX^_", c, 5) != NULL) {
		f->state = HTML_FILTER_STRING;
		return 0;
	}
	f->state = HTML_FILTER_GROUND;
	ret[0] = ESC;
	ret[1] = c;
	return 2;
}

static void
in_string(struct html_filter *f, char c)
{
	if (c == ESC)
		f->state = HTML_FILTER_STRING_ESCAPE;
	else if (c == BEL || c == CAN || c == SUB)
		f->state = HTML_FILTER_GROUND;
}

static size_t
one(struct html_filter *f, char c, char *ret)
{
	if (c == '\0' || c == DEL)
		return 0;
	switch (f->state) {
	case HTML_FILTER_ESCAPE:
		return after_escape(f, c, ret);
	case HTML_FILTER_STRING:
		in_string(f, c);
		return 0;
	case HTML_FILTER_STRING_ESCAPE:
		f->state = c == '\\' ? HTML_FILTER_GROUND :
		    HTML_FILTER_ESCAPE;
		return c == '\\' ? 0 : after_escape(f, c, ret);
	case HTML_FILTER_GROUND:
		break;
	}
	if (c == ESC) {
		f->state = HTML_FILTER_ESCAPE;
		return 0;
	}
	ret[0] = c;
	return 1;
}

size_t
html_filter(struct html_filter *f, const char *p, size_t n, char *ret)
{
	size_t at = 0;

	for (size_t i = 0; i < n; i++)
		at += one(f, p[i], ret + at);
	return at;
}
